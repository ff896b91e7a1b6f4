"""E-mail, through the operator's mail server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

from email_validator import EmailNotValidError, validate_email

from cronbeats.domain.alert import Alert, Digest
from cronbeats.domain.delivery import Delivery, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind, split_list
from cronbeats.domain.mask import mask_email
from cronbeats.senders._config import explain_bad_items
from cronbeats.senders._mail import Mail, mail_of
from cronbeats.senders._mail_server import MailServer
from cronbeats.senders._message import message_of
from cronbeats.senders._settled import SettledReceivers, summary
from cronbeats.senders.protocol import Clock, ConfigField

MOST_ADDRESSES = 20
_LONGEST_ADDRESS = 254
_NO_SERVER = (
    "This server cannot send e-mail yet: whoever runs it must set CRONBEATS_SMTP_HOST and "
    "CRONBEATS_SMTP_FROM."
)
_NOT_FOR_IDS = re.compile(r"[^0-9A-Za-z._-]")
# Every server takes such a message, whatever letters are in it.
_POLICY = SMTP.clone(cte_type="7bit")


class EmailSender:
    """Tells people by mail, each address with a message of its own.

    Which addresses have an alert already is remembered while it is tried again for the others; a
    server that was started anew sends it to all once more, under the same Message-ID.
    """

    kind = IntegrationKind.EMAIL
    fields = (
        ConfigField(
            "addresses",
            "The addresses that are told",
            is_secret=False,
            is_personal=True,
            max_length=_LONGEST_ADDRESS,
            max_items=MOST_ADDRESSES,
            example="you@example.com",
        ),
    )

    def __init__(self, server: MailServer | None, clock: Clock, pages: str = "") -> None:
        self._server = server
        self._clock = clock
        self._pages = pages
        self._settled = SettledReceivers()

    @property
    def unavailable(self) -> str | None:
        return _NO_SERVER if self._server is None else None

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        return explain_bad_items(self.fields[0], config, _explain_bad_address)

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        return await self._tell(config, alert)

    async def send_digest(self, config: Mapping[str, str], digest: Digest) -> Delivery:
        return await self._tell(config, digest)

    def compose(self, told: Alert | Digest, address: str) -> Mail:
        """Return what `address` is told."""
        return mail_of(message_of(told, self._pages), address)

    def message(self, server: MailServer, told: Alert | Digest, address: str) -> bytes:
        """Return the whole message to `address`, as it goes over the wire."""
        mail = self.compose(told, address)
        message = EmailMessage(_POLICY)
        message["From"] = Address(server.sender_name, addr_spec=server.sender)
        message["To"] = Address(addr_spec=address)
        message["Subject"] = mail.subject
        message["Date"] = self._clock()
        message["Message-ID"] = f"<{_NOT_FOR_IDS.sub('-', told.id)}@{server.domain}>"
        if thread := _thread(told, server.domain):
            message["In-Reply-To"] = message["References"] = thread
        # RFC 3834, and what Exchange looks at: no answers of machines, please.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        # RFC 2369: the operator gets a message, from the very address that wants no more.
        message["List-Unsubscribe"] = f"<mailto:{server.sender}?subject=unsubscribe>"
        message.set_content(mail.text)
        message.add_alternative(mail.page, subtype="html")
        return message.as_bytes()

    async def _tell(self, config: Mapping[str, str], told: Alert | Digest) -> Delivery:
        if self._server is None:
            return Unreachable(_NO_SERVER)
        listed = split_list(config.get("addresses", ""))
        addresses = list(dict.fromkeys(_as_sent(each) for each in listed))
        if not addresses:
            return Refused("There is no address to write to.", is_broken=True)
        known = self._settled.of(told.id)
        waiting = [address for address in addresses if address not in known]
        write = partial(self.message, self._server, told)
        outcomes = {**known, **await self._server.deliver(waiting, write)}
        self._settled.note(told.id, outcomes)
        return summary({address: outcomes[address] for address in addresses}, mask_email)


def _thread(told: Alert | Digest, domain: str) -> str:
    """Return what all messages about one incident refer to, so that they are shown together.

    It is the ID of no message: which one came first need not be known, or have arrived.
    """
    if isinstance(told, Digest) or told.incident is None:
        return ""
    incident = told.incident
    return f"<incident-{incident.id}-{int(incident.started_at.timestamp())}@{domain}>"


def _explain_bad_address(address: str) -> str | None:
    try:
        _as_sent(address)
    except EmailNotValidError as error:
        return str(error)
    return None


def _as_sent(address: str) -> str:
    """Return an address in ASCII. Raises EmailNotValidError if it is none."""
    valid = validate_email(
        address, allow_smtputf8=False, check_deliverability=False, globally_deliverable=False
    )
    return valid.ascii_email or address
