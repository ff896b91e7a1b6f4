"""The operator's mail server: hands messages over, and tells how it went for each address."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPTimeoutError,
)

from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable
from cronbeats.senders._scrub import scrub
from cronbeats.senders._text import cut, one_line

_TAKEN, _CLOSING, _PERMANENT = 250, 421, 500
_LONGEST_SAID = 200
# All addresses together must be through before the lease of an alert ends.
_LONGEST_SECONDS = 20.0
# RFC 3463: 5.1.x is about an address, 5.2.1 about a mailbox that is switched off. Where a server
# tells no such code, RFC 5321: no mailbox, no user here, a name that cannot be.
_ENHANCED_CODE = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_DEAD_ADDRESS = re.compile(r"5\.1\.\d+|5\.2\.1")
_DEAD_ADDRESS_CODES = frozenset({550, 551, 553})


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


DEFAULT_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, as the operator chose; so no guard looks at its address.

    Mail comes from `sender`, a plain address. `tls` replaces what this machine trusts.
    """

    host: str
    port: int
    sender: str
    sender_name: str = "CronBeats"
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 10
    tls: ssl.SSLContext | None = None

    @property
    def domain(self) -> str:
        """The domain of the sender's address."""
        return self.sender.rpartition("@")[2]

    async def deliver(
        self, addresses: Collection[str], write: Callable[[str], bytes]
    ) -> dict[str, Delivery]:
        """Hand over to each address the message that `write` makes for it, in one connection.

        Never raises for what the other side does; errors name neither addresses nor secrets.
        """
        done: dict[str, Delivery] = {}
        try:
            async with asyncio.timeout(_LONGEST_SECONDS), self._client() as smtp:
                for address in addresses:
                    done[address] = await self._hand_over(smtp, address, write(address))
        except (SMTPException, OSError, UnicodeError) as error:
            failure = self._failure(error, addresses)
            return {address: done.get(address, failure) for address in addresses}
        return done

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.security is Security.TLS,
            start_tls=self.security is Security.STARTTLS,
            timeout=self.timeout_seconds,
            tls_context=self.tls,
            # The machine's own name may take long to find out, and often means nothing outside.
            local_hostname=self.domain,
        )

    async def _hand_over(self, smtp: SMTP, address: str, message: bytes) -> Delivery:
        started = time.perf_counter()
        try:
            await smtp.sendmail(self.sender, [address], message)
        except SMTPRecipientsRefused as refused:
            error: SMTPResponseException = refused.recipients[0]
        except SMTPResponseException as answered:
            error = answered
        else:
            return Delivered(_TAKEN, round((time.perf_counter() - started) * 1000))
        if error.code == _CLOSING:
            raise error
        return self._answered(error, [address])

    def _failure(self, error: Exception, addresses: Iterable[str]) -> Unreachable | Refused:
        if isinstance(error, SMTPResponseException):
            return self._answered(error, addresses)
        if isinstance(error, SMTPTimeoutError):
            return Unreachable(f"The mail server did not answer in {self.timeout_seconds:g} s.")
        if isinstance(error, TimeoutError):
            return Unreachable(f"The mail server took more than {_LONGEST_SECONDS:g} s.")
        cause = error.__cause__ or error
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = cause.verify_message.rstrip(".")
            return Unreachable(f"The mail server's TLS certificate was not accepted: {why}.")
        if isinstance(cause, ssl.SSLError):
            return Unreachable("The TLS connection to the mail server failed.")
        if isinstance(cause, socket.gaierror | UnicodeError):
            return Unreachable("The mail server's host name could not be resolved.")
        if isinstance(error, SMTPConnectError):
            errno = cause.errno if isinstance(cause, OSError) else None
            why = f": {os.strerror(errno).lower()}" if errno else ""
            return Unreachable(f"No connection to the mail server{why}.")
        if isinstance(error, OSError):
            return Unreachable("The mail server closed the connection.")
        # The library's own words: an extension that the server lacks.
        return Unreachable(f"The mail server cannot be used: {one_line(str(error))}")

    def _answered(
        self, error: SMTPResponseException, addresses: Iterable[str]
    ) -> Unreachable | Refused:
        secrets = (self.password, self.username, *addresses)
        said = cut(one_line(scrub(error.message, secrets)), _LONGEST_SAID)
        text = f"The mail server answered {error.code}: {said}"
        if isinstance(error, SMTPAuthenticationError):
            text = f"The mail server did not accept our user name and password: {error.code} {said}"
        # What else it refuses is no fault of the address or the message: whoever runs this server
        # can mend it while the alert waits.
        is_final = isinstance(error, SMTPRecipientRefused | SMTPDataError)
        if is_final and error.code >= _PERMANENT:
            is_broken = isinstance(error, SMTPRecipientRefused) and _is_dead(error)
            return Refused(text, error.code, is_broken)
        return Unreachable(text, error.code, is_throttled=error.code == _CLOSING)


def _is_dead(error: SMTPRecipientRefused) -> bool:
    if found := _ENHANCED_CODE.match(error.message):
        return bool(_DEAD_ADDRESS.fullmatch(found[1]))
    return error.code in _DEAD_ADDRESS_CODES
