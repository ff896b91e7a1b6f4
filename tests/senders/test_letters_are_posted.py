"""Letters about accounts arrive through the operator's mail server, or it is told why not."""

from datetime import UTC, datetime

from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.senders.postman import MailPostman
from cronbeats.senders.protocol import Letter
from tests.senders.mail import ADA, server_at
from tests.support.stand_ins.mail import mail_stand_in

LETTER = Letter(ADA, "Set a new password", "Wörter:\n\nhttps://beats.example.com/reset/x\n")


def clock() -> datetime:
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with mail_stand_in() as server:
        delivery = await MailPostman(server_at(server.port), clock).post(LETTER)
    assert isinstance(delivery, Delivered)
    [mail] = server.mails
    assert mail.to == ADA
    assert mail.message["Subject"] == LETTER.subject
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.part("plain") == LETTER.text


async def test_an_address_that_the_server_does_not_take_is_told() -> None:
    async with mail_stand_in() as server:
        server.answers[ADA] = "550 5.1.1 no such user"
        delivery = await MailPostman(server_at(server.port), clock).post(LETTER)
    assert isinstance(delivery, Refused)
    assert ADA not in delivery.error


async def test_without_a_server_no_letter_is_sent() -> None:
    postman = MailPostman(None, clock)
    assert not postman.is_available
    assert isinstance(await postman.post(LETTER), Unreachable)


async def test_what_is_no_address_for_mail_is_refused() -> None:
    async with mail_stand_in() as server:
        postman = MailPostman(server_at(server.port), clock)
        delivery = await postman.post(Letter("a b@c", "Subject", "Text"))
        assert postman.is_available
    assert isinstance(delivery, Refused)
    assert server.mails == []


def test_the_text_of_a_letter_is_in_no_repr() -> None:
    assert "/reset/" not in repr(LETTER)
