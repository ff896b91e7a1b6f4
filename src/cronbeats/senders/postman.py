"""Letters to people about their accounts, through the operator's mail server."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from email_validator import EmailNotValidError, validate_email

from cronbeats.domain.delivery import Delivery, Refused, Unreachable
from cronbeats.senders._mail_server import MailServer
from cronbeats.senders.protocol import Clock, Letter

# Every server takes such a message, whatever letters are in it.
_POLICY = SMTP.clone(cte_type="7bit")


class MailPostman:
    """Hands each letter to the mail server; without a server, it hands over none."""

    def __init__(self, server: MailServer | None, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    @property
    def is_available(self) -> bool:
        return self._server is not None

    async def post(self, letter: Letter) -> Delivery:
        if self._server is None:
            return Unreachable("This server cannot send e-mail.")
        try:
            address = _as_sent(letter.to)
        except EmailNotValidError:
            return Refused("That is no address to which e-mail can be sent.")
        message = self._message(self._server, letter, address)
        done = await self._server.deliver([address], lambda _: message)
        return done[address]

    def _message(self, server: MailServer, letter: Letter, address: str) -> bytes:
        message = EmailMessage(_POLICY)
        message["From"] = Address(server.sender_name, addr_spec=server.sender)
        message["To"] = Address(addr_spec=address)
        message["Subject"] = letter.subject
        message["Date"] = self._clock()
        message["Message-ID"] = make_msgid(domain=server.domain)
        # RFC 3834, and what Exchange looks at: no answers of machines, please.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(letter.text)
        return message.as_bytes()


def _as_sent(address: str) -> str:
    """Return an address in ASCII. Raises EmailNotValidError if it is none."""
    valid = validate_email(
        address, allow_smtputf8=False, check_deliverability=False, globally_deliverable=False
    )
    return valid.ascii_email or address
