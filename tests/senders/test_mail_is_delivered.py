"""What the mail server answers decides whether an alert is tried again, and for whom."""

from dataclasses import replace

import pytest

from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable
from cronbeats.senders.email import EmailSender
from cronbeats.senders.registry import MailServer, Security
from tests.senders.examples import NOW, alert
from tests.senders.mail import ADA, BOB, EVE, config, sender_to, server_at
from tests.senders.receiver import closed_port
from tests.support.stand_ins.mail import (
    PASSWORD,
    USERNAME,
    Authority,
    MailStandIn,
    mail_stand_in,
    trusting,
)

NO_USER = "550 5.1.1 no such user"


async def send(server: MailStandIn, *addresses: str) -> Delivery:
    return await sender_to(server).send(config(*addresses), alert())


async def test_what_every_address_has_is_delivered() -> None:
    async with mail_stand_in() as server:
        delivery = await send(server, ADA, BOB)

    assert isinstance(delivery, Delivered)
    assert (delivery.status_code, delivery.warning) == (250, None)
    assert 0 <= delivery.duration_ms < 5000


async def test_one_dead_address_keeps_nobody_else_from_being_told() -> None:
    async with mail_stand_in() as server:
        server.answers[ADA] = NO_USER
        delivery = await send(server, ADA, BOB)

    assert [mail.to for mail in server.mails] == [BOB]
    assert isinstance(delivery, Delivered)
    assert delivery.warning == ("a…@example.com: The mail server answered 550: 5.1.1 no such user")


@pytest.mark.parametrize(
    ("answer", "is_broken"),
    [
        (NO_USER, True),
        ("550 no such user here", True),
        ("550 5.2.1 mailbox disabled", True),
        ("553 mailbox name not allowed", True),
        ("550 5.7.1 relaying denied", False),
        ("552 5.2.2 mailbox full", False),
        ("554 no thanks", False),
    ],
)
async def test_addresses_that_all_refuse_are_not_tried_again(answer: str, is_broken: bool) -> None:
    async with mail_stand_in() as server:
        server.answers |= {ADA: answer, BOB: answer}
        delivery = await send(server, ADA, BOB)

    assert isinstance(delivery, Refused)
    assert (delivery.status_code, delivery.is_broken) == (int(answer[:3]), is_broken)
    assert ADA not in delivery.error
    assert server.mails == []


async def test_a_message_that_does_not_please_is_not_tried_again() -> None:
    async with mail_stand_in() as server:
        server.answers["DATA"] = "554 5.7.1 this is spam"
        delivery = await send(server, ADA)

    assert delivery == Refused(
        "a…@example.com: The mail server answered 554: 5.7.1 this is spam", 554
    )


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (ADA, "450 4.2.0 greylisted"),
        ("DATA", "451 4.3.0 try later"),
        ("DATA", "452 4.3.1 disk full"),
        ("MAIL", "451 4.7.1 try later"),
        # What only the operator can mend is not held against the alert.
        ("MAIL", "550 5.7.1 you may not send from this address"),
        ("MAIL", "530 5.7.0 authentication required"),
    ],
)
async def test_what_may_pass_is_tried_again(at: str, answer: str) -> None:
    async with mail_stand_in() as server:
        server.answers[at] = answer
        delivery = await send(server, ADA)

    code, _, said = answer.partition(" ")
    assert delivery == Unreachable(f"The mail server answered {code}: {said}", int(code))


async def test_a_server_that_is_closing_is_left_alone() -> None:
    async with mail_stand_in() as server:
        server.answers[BOB] = "421 4.3.2 shutting down"
        delivery = await send(server, ADA, BOB, EVE)

    assert [mail.to for mail in server.mails] == [ADA]
    assert isinstance(delivery, Unreachable)
    assert (delivery.status_code, delivery.is_throttled) == (421, True)


async def test_a_repeat_goes_only_to_those_who_have_it_not_yet() -> None:
    async with mail_stand_in() as server:
        sender = sender_to(server)
        server.answers |= {ADA: NO_USER, BOB: "450 4.2.0 greylisted"}
        first = await sender.send(config(ADA, BOB, EVE), alert())
        server.answers = {ADA: "250 2.1.5 OK", BOB: "250 2.1.5 OK"}
        del server.answers[BOB]
        second = await sender.send(config(ADA, BOB, EVE), alert())

    assert isinstance(first, Unreachable)
    assert [mail.to for mail in server.mails] == [EVE, BOB]
    assert isinstance(second, Delivered)
    assert "no such user" in str(second.warning)


async def test_what_is_settled_is_forgotten() -> None:
    async with mail_stand_in() as server:
        sender = sender_to(server)
        await sender.send(config(ADA), alert())
        await sender.send(config(ADA), alert())

    assert [mail.to for mail in server.mails] == [ADA, ADA]


async def test_a_server_that_hangs_up_is_tried_again() -> None:
    async with mail_stand_in() as server:
        server.hangs_up_at = BOB
        delivery = await send(server, ADA, BOB)

    assert [mail.to for mail in server.mails] == [ADA]
    assert delivery == Unreachable("The mail server closed the connection.")


@pytest.mark.parametrize("at", ["MAIL", ADA, "DATA"])
async def test_a_server_that_falls_silent_is_not_waited_for(at: str) -> None:
    async with mail_stand_in() as server:
        server.hangs_at = at
        delivery = await sender_to(server, timeout_seconds=0.2).send(config(ADA), alert())

    assert delivery == Unreachable("The mail server did not answer in 0.2 s.")


async def test_it_tells_that_nobody_listens() -> None:
    sender = EmailSender(server_at(closed_port()), lambda: NOW)

    delivery = await sender.send(config(ADA), alert())

    assert delivery == Unreachable("No connection to the mail server: connection refused.")


async def test_it_tells_that_there_is_no_such_host() -> None:
    server = replace(server_at(25), host=f"{'x' * 70}.example")

    delivery = await EmailSender(server, lambda: NOW).send(config(ADA), alert())

    assert delivery == Unreachable("The mail server's host name could not be resolved.")


async def test_without_a_mail_server_the_alert_waits_for_the_operator() -> None:
    delivery = await EmailSender(None, lambda: NOW).send(config(ADA), alert())

    assert isinstance(delivery, Unreachable)
    assert "CRONBEATS_SMTP_HOST" in delivery.error


async def test_without_an_address_nobody_can_be_told() -> None:
    async with mail_stand_in() as server:
        delivery = await send(server)

    assert isinstance(delivery, Refused)
    assert delivery.is_broken
    assert server.connections == 0


async def test_it_logs_in_once_the_connection_is_protected() -> None:
    authority = Authority()
    login = {"username": USERNAME, "password": PASSWORD, "tls": trusting(authority)}
    async with mail_stand_in(starttls=authority, wants_login=True) as server:
        sender = sender_to(server, security=Security.STARTTLS, **login)
        assert isinstance(await sender.send(config(ADA), alert()), Delivered)
    async with mail_stand_in(tls=authority) as server:
        sender = sender_to(server, security=Security.TLS, tls=trusting(authority))
        assert isinstance(await sender.send(config(ADA), alert()), Delivered)


async def test_a_wrong_password_is_told_and_not_shown() -> None:
    authority = Authority()
    login = {"username": USERNAME, "password": "not-the-right-one", "tls": trusting(authority)}
    async with mail_stand_in(starttls=authority, wants_login=True) as server:
        server.answers["AUTH"] = "535 5.7.8 not-the-right-one is wrong for beats"
        sender = sender_to(server, security=Security.STARTTLS, **login)
        delivery = await sender.send(config(ADA), alert())

    assert delivery == Unreachable(
        "The mail server did not accept our user name and password: 535 5.7.8 … is wrong for …",
        535,
    )


async def test_a_stranger_with_a_certificate_of_his_own_is_told_nothing() -> None:
    async with mail_stand_in(starttls=Authority()) as server:
        sender = sender_to(server, security=Security.STARTTLS, tls=trusting(Authority()))
        delivery = await sender.send(config(ADA), alert())

    assert isinstance(delivery, Unreachable)
    assert delivery.error.startswith("The mail server's TLS certificate was not accepted: ")
    assert server.mails == []


async def test_it_does_not_go_on_without_the_protection_it_was_told_to_use() -> None:
    async with mail_stand_in() as server:
        for security in (Security.STARTTLS, Security.TLS):
            sender = sender_to(server, security=security, tls=trusting(Authority()))
            delivery = await sender.send(config(ADA), alert())
            assert isinstance(delivery, Unreachable)
            assert "TLS" in delivery.error

    assert server.mails == []


def test_the_password_is_not_shown_with_the_rest() -> None:
    server = MailServer("mail.example.com", 587, ADA, username="ada", password=PASSWORD)

    assert PASSWORD not in repr(server)
