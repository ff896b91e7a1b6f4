"""What the tests of e-mail share."""

from cronbeats.senders.email import EmailSender
from cronbeats.senders.registry import MailServer, Security
from tests.senders.examples import NOW, PAGES
from tests.support.stand_ins.mail import HOST, MailStandIn

ADA, BOB, EVE = "ada@example.com", "bob@example.com", "eve@example.com"
SENDER = "beats@cronbeats.example"


def server_at(port: int, **more: object) -> MailServer:
    settings = {"security": Security.NONE, "timeout_seconds": 5, **more}
    return MailServer(HOST, port, SENDER, **settings)  # type: ignore[arg-type]


def sender_to(server: MailStandIn, **more: object) -> EmailSender:
    return EmailSender(server_at(server.port, **more), lambda: NOW, PAGES)


def config(*addresses: str) -> dict[str, str]:
    return {"addresses": "\n".join(addresses)}
