"""A mail server on this machine, as strict as those of the world, which answers what tests say."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.stand_ins.script import Script, always

HOST = "127.0.0.1"
USERNAME, PASSWORD = "beats", "s3cr3t-of-the-mail-server"
ADDRESSES = ("ada@example.com", "bob@example.com")
_TROUBLES = {
    Script.ERROR: "451 4.3.0 local error",
    Script.THROTTLE: "421 4.7.0 too many messages, closing",
}
_LONGEST_LINE = 998
_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted")

Authority = trustme.CA


@dataclass(frozen=True)
class Mail:
    """One message as it was taken; `sent` is what came over the wire."""

    to: str
    message: EmailMessage
    sent: bytes

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    def part(self, kind: str) -> str:
        """The text of the part of one kind, `plain` or `html`."""
        body = self.message.get_body((kind,))
        assert body is not None, kind
        content: str = body.get_content()
        return content.replace("\r\n", "\n")


@dataclass
class MailStandIn:
    """Takes everything that is well formed, unless it is told to answer something else.

    `answers` holds what it says to RCPT by address, and to the commands named MAIL, DATA, AUTH.
    """

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    logins: int = 0
    hangs_at: str | None = None
    hangs_up_at: str | None = None
    script: Callable[[], Script] = field(default_factory=lambda: always(Script.CALM))

    @property
    def taken(self) -> list[Mail]:
        return self.mails

    def behave(self, choose: Callable[[], Script]) -> None:
        """Do with each message what `choose` says then."""
        self.script = choose

    def told(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == address]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        if answer := await self._act(server):
            return answer
        return await self._answer(server, "MAIL") or _taking_from(envelope, address)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        if answer := await self._answer(server, address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope
    ) -> str:
        if answer := await self._answer(server, "DATA"):
            return answer
        sent = envelope.content
        assert isinstance(sent, bytes)
        if fault := fault_of(sent):
            return f"554 5.6.0 {fault}"
        message = message_from_bytes(sent, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails += [Mail(address, message, sent) for address in envelope.rcpt_tos]
        return "250 2.0.0 queued"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USERNAME.encode(),
            PASSWORD.encode(),
        )
        self.logins += good
        return AuthResult(success=good, handled=False, message=self.answers.get("AUTH"))

    async def _act(self, server: SMTP) -> str | None:
        script = self.script()
        assert isinstance(server.transport, asyncio.Transport)
        match script:
            case Script.HANG:
                await asyncio.Event().wait()
            case Script.RESET:
                server.transport.abort()
            case Script.DRIP | Script.FLOOD:
                await _talk_on(server.transport, pause=script is Script.DRIP)
            case Script.GONE:
                self.answers = dict.fromkeys(ADDRESSES, "550 5.1.1 no such user")
            case Script.REFUSE:
                self.answers = {"DATA": "554 5.6.0 malformed"}
            case Script.CALM | Script.ERROR | Script.THROTTLE:
                pass
        return _TROUBLES.get(script)

    async def _answer(self, server: SMTP, at: str) -> str | None:
        if at == self.hangs_at:
            await asyncio.Event().wait()
        if at == self.hangs_up_at:
            assert server.transport is not None
            server.transport.close()
        return self.answers.get(at)


@asynccontextmanager
async def mail_stand_in(
    *,
    starttls: Authority | None = None,
    tls: Authority | None = None,
    wants_login: bool = False,
) -> AsyncIterator[MailStandIn]:
    """Give a mail server that listens on 127.0.0.1."""
    stand_in = MailStandIn()

    def connect() -> SMTP:
        stand_in.connections += 1
        return SMTP(
            stand_in,
            hostname="mail.test",
            tls_context=None if starttls is None else _context(starttls),
            require_starttls=starttls is not None,
            auth_required=wants_login,
            auth_require_tls=starttls is not None,
            authenticator=stand_in.authenticate,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        connect, HOST, 0, ssl=None if tls is None else _context(tls)
    )
    stand_in.port = server.sockets[0].getsockname()[1]
    yield stand_in
    server.close()


def trusting(authority: Authority) -> ssl.SSLContext:
    """Return what a client needs to trust the servers of `authority`, and no others."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def _talk_on(transport: asyncio.Transport, *, pause: bool) -> None:
    """Send an answer of many lines that has no end."""
    line = b"250-and one thing more\r\n"
    while not transport.is_closing():
        transport.write(line if pause else line * 10_000)
        await asyncio.sleep(0.02)


def _context(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context


def _taking_from(envelope: Envelope, address: str) -> str:
    envelope.mail_from = address
    return "250 2.1.0 OK"


def fault_of(sent: bytes) -> str | None:
    """Tell what is wrong with a message (RFC 5322, RFC 2045), or None."""
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        (
            "a line is too long",
            lambda: any(len(each) > _LONGEST_LINE for each in sent.split(b"\r\n")),
        ),
        ("8bit was not announced", lambda: not sent.isascii()),
        (
            "bare CR, LF or NUL",
            lambda: any(each in sent.replace(b"\r\n", b"") for each in b"\r\n\0"),
        ),
    )
    for fault, is_so in checks:
        if is_so():
            return fault
    message = message_from_bytes(sent, policy=default)
    for name in _ONCE:
        if len(message.get_all(name, [])) != 1:
            return f"{name} must be there once"
    defects = [defect for part in message.walk() for defect in part.defects]
    defects += [defect for value in message.values() for defect in value.defects]
    return f"malformed: {defects[0]!r}" if defects else None
