"""What an e-mail says, and how it is put into headers and parts."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.alert import AlertKind
from cronbeats.senders.email import EmailSender
from tests.senders.examples import (
    HOSTILE,
    NOW,
    HostileAlert,
    HostileDigest,
    alert,
    hostile_alerts,
    hostile_digests,
)
from tests.senders.mail import ADA, BOB, SENDER, config, sender_to, server_at
from tests.support.stand_ins.mail import Mail, fault_of, mail_stand_in


async def mails_of(*kinds: AlertKind) -> list[Mail]:
    async with mail_stand_in() as server:
        for kind in kinds:
            await sender_to(server).send(config(ADA), alert(kind))
        return server.mails


async def test_a_mail_bears_what_mail_programs_and_their_answering_machines_look_at() -> None:
    [mail] = await mails_of(AlertKind.DOWN)
    headers = {name: str(value) for name, value in mail.message.items()}

    del headers["Content-Type"]
    assert headers == {
        "From": f"CronBeats <{SENDER}>",
        "To": ADA,
        "Subject": "[Home] Down: Daily backup",
        "Date": "Wed, 25 Feb 2026 04:00:00 +0000",
        "Message-ID": "<al_1@cronbeats.example>",
        "In-Reply-To": "<incident-3-1771983000@cronbeats.example>",
        "References": "<incident-3-1771983000@cronbeats.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": f"<mailto:{SENDER}?subject=unsubscribe>",
        "MIME-Version": "1.0",
    }
    assert "Reason: A run failed\nDown since: 2026-02-25 02:30 CET" in mail.part("plain")
    assert "<td>A run failed</td>" in mail.part("html")


async def test_a_recovery_stands_with_its_down() -> None:
    mails = await mails_of(AlertKind.DOWN, AlertKind.REMINDER, AlertKind.RECOVERED, AlertKind.LATE)

    threads = [mail.message["References"] for mail in mails]
    assert threads[0] == threads[1] == threads[2] is not None
    assert threads[3] is None


async def test_each_address_has_a_message_of_its_own() -> None:
    async with mail_stand_in() as server:
        await sender_to(server).send(config(ADA, BOB), alert())

    assert [(mail.to, str(mail.message["To"])) for mail in server.mails] == [(ADA, ADA), (BOB, BOB)]
    assert ADA not in server.mails[1].sent.decode()
    assert server.connections == 1


async def test_a_repeat_bears_the_same_id_at_a_new_time() -> None:
    moments = iter([NOW, datetime(2026, 2, 25, 4, 5, tzinfo=UTC)])
    async with mail_stand_in() as server:
        sender = EmailSender(server_at(server.port), lambda: next(moments))
        await sender.send(config(ADA), alert())
        await sender.send(config(ADA), alert())

    first, second = server.mails
    assert first.id == second.id
    assert first.message["Date"] != second.message["Date"]


async def test_a_domain_in_any_script_is_written_to() -> None:
    async with mail_stand_in() as server:
        await sender_to(server).send(config("ada@bücher.example"), alert())

    assert [mail.to for mail in server.mails] == ["ada@xn--bcher-kva.example"]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_stay_words(text: str) -> None:
    async with mail_stand_in() as server:
        told = alert(name=text, text=text, workspace=text, output=text)
        await sender_to(server).send(config(ADA), told)

    [mail] = server.mails
    assert_harmless(mail.message)


def test_a_name_cannot_add_a_header() -> None:
    told = alert(name="x\r\nBcc: eve@example.com", workspace="Home\nX: y")
    message = read(told_as(told))

    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == "[Home X: y] Down: x Bcc: eve@example.com"


@settings(deadline=None)
@given(st.one_of(hostile_alerts(), hostile_digests()))
def test_any_text_makes_a_mail_that_every_server_takes(
    hostile: HostileAlert | HostileDigest,
) -> None:
    sent = told_as(hostile.build())

    assert fault_of(sent) is None
    assert_harmless(read(sent))


def told_as(told: object) -> bytes:
    sender = EmailSender(server_at(25), lambda: NOW, "https://beats.example.com")
    return sender.message(server_at(25), told, ADA)  # type: ignore[arg-type]


def read(sent: bytes) -> EmailMessage:
    message = message_from_bytes(sent, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def assert_harmless(message: EmailMessage) -> None:
    assert 0 < len(str(message["Subject"])) <= 400
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", str(message["Subject"]))
    page = message.get_body(("html",))
    assert page is not None
    reader = Reader()
    reader.feed(page.get_content())
    reader.close()
    assert reader.open_tags == []


class Reader(HTMLParser):
    """Takes the markup that we write, and no other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open_tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"div", "h1", "p", "ul", "li", "table", "tr", "th", "td", "pre", "a"}
        assert {name for name, _ in attrs} <= {"style", "align", "cellpadding", "href"}
        links = [value for name, value in attrs if name == "href"]
        assert all(str(link).startswith("https://beats.example.com/jobs") for link in links)
        self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def test_the_check_of_mails_sees_what_servers_refuse() -> None:
    good = told_as(alert())

    assert fault_of(good) is None
    assert fault_of(good + b"x" * 999) == "a line is too long"
    assert fault_of(good + "ä".encode()) == "8bit was not announced"
    assert fault_of(good + b"\n") == "bare CR, LF or NUL"
    assert fault_of(b"To: eve@example.com\r\n" + good) == "To must be there once"
