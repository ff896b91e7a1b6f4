import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.alert import Alert, AlertKind, Digest
from cronbeats.domain.delivery import Delivered, Refused
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient
from cronbeats.senders.telegram import TelegramSender
from tests.senders.examples import (
    BOT_TOKEN,
    HOSTILE,
    PAGES,
    HostileAlert,
    HostileDigest,
    alert,
    config_of,
    hostile_alerts,
    hostile_digests,
    is_valid_json,
    length,
    sender_of,
)
from tests.senders.receiver import Receiver, answering
from tests.support.stand_ins import telegram


def compose(told: Alert | Digest, pages: str = "") -> dict[str, Any]:
    return TelegramSender(HttpClient(), pages=pages).compose(told)


def test_a_job_that_is_down_is_told_with_its_last_output() -> None:
    assert compose(alert(AlertKind.DOWN)) == {
        "text": (
            "<b>Down: Daily backup</b>\n\n"
            "Daily backup is down: a run reported failure at 2026-02-25 02:30 CET.\n\n"
            "<b>Reason:</b> A run failed\n"
            "<b>Down since:</b> 2026-02-25 02:30 CET\n"
            "<b>Missed runs:</b> 2\n"
            "<b>Last success:</b> 2026-02-24 02:31 CET\n\n"
            "<pre>rsync: connection closed</pre>\n\n"
            "<i>Home</i>"
        ),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            AlertKind.RECOVERED,
            (
                "<b>Recovered: Daily backup</b>\n\nAll well.\n\n"
                "<b>Reason:</b> A run failed\n<b>Down since:</b> 2026-02-25 02:30 CET\n"
                "<b>Down for:</b> 2 h 14 m\n<b>Missed runs:</b> 2\n"
                "<b>Next expected:</b> 2026-02-26 02:30 CET\n\n<i>Home</i>"
            ),
        ),
        (
            AlertKind.LATE,
            (
                "<b>Late: Daily backup</b>\n\nAll well.\n\n"
                "<b>Expected:</b> 2026-02-26 02:30 CET\n"
                "<b>Last success:</b> 2026-02-24 02:31 CET\n\n<i>Home</i>"
            ),
        ),
        (AlertKind.TEST, "<b>CronBeats test</b>\n\nAll well.\n\n<i>Home</i>"),
    ],
)
def test_every_kind_tells_its_own_facts(kind: AlertKind, text: str) -> None:
    assert compose(alert(kind, text="All well."))["text"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str) -> None:
    assert_well_made(compose(alert(name=text, text=text, workspace=text, output=text)))


@settings(deadline=None)
@given(st.one_of(hostile_alerts(), hostile_digests()))
def test_any_text_makes_a_message_that_telegram_takes_and_nobody_is_mentioned(
    hostile: HostileAlert | HostileDigest,
) -> None:
    assert_well_made(compose(hostile.build(), PAGES))


def assert_well_made(message: dict[str, Any]) -> None:
    assert is_valid_json(message)
    assert telegram.fault_of(message) is None
    assert telegram.mentions_in(message) == []
    reader = Reader()
    reader.feed(message["text"])
    reader.close()
    assert reader.open_tags == []
    assert 0 < length("".join(reader.texts)) <= 4096
    assert not re.search(r"@\w", "".join(reader.texts_outside_code))


class Reader(HTMLParser):
    """Reads markup as strictly as Telegram does: known tags only, each closed in turn."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open_tags: list[str] = []
        self.texts: list[str] = []
        self.texts_outside_code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"a", "b", "i", "pre"}
        links = [[("href", f"{PAGES}/jobs{path}")] for path in ("", "/7")]
        assert attrs in links if tag == "a" else attrs == []
        self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if "pre" not in self.open_tags:
            self.texts_outside_code.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


async def test_it_calls_the_bot_and_names_the_chat(receiver: Receiver, http: HttpClient) -> None:
    kind = IntegrationKind.TELEGRAM

    await sender_of(kind, http, receiver.origin).send(config_of(kind, receiver.origin), alert())

    (request,) = receiver.received
    assert request.path == f"/bot{BOT_TOKEN}/sendMessage"
    assert json.loads(request.body) == {"chat_id": "-100123", **compose(alert())}


@pytest.mark.parametrize(
    ("status", "answer", "delivery"),
    [
        (200, {"ok": True, "result": {}}, Delivered),
        (
            400,
            {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"},
            Refused(
                "Telegram answered 400 Bad Request: Bad Request: chat not found",
                400,
                is_broken=True,
            ),
        ),
        (
            200,
            {"ok": False, "description": "not today"},
            Refused("Telegram answered 200 OK: not today", 200),
        ),
    ],
)
async def test_what_telegram_says_is_shown(
    receiver: Receiver,
    http: HttpClient,
    status: int,
    answer: dict[str, object],
    delivery: type[Delivered] | Refused,
) -> None:
    receiver.respond = answering(status, json.dumps(answer))
    kind = IntegrationKind.TELEGRAM

    result = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert result == delivery if isinstance(delivery, Refused) else isinstance(result, delivery)


async def test_a_group_that_became_a_supergroup_is_told_under_its_new_id(
    receiver: Receiver, http: HttpClient
) -> None:
    moved = {
        "ok": False,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -100456},
    }

    async def answer(request: web.Request) -> web.StreamResponse:
        is_new = (await request.json())["chat_id"] == -100456
        return web.json_response({"ok": True} if is_new else moved, status=200 if is_new else 400)

    receiver.respond = answer
    kind = IntegrationKind.TELEGRAM

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Delivered)
    assert delivery.warning == "The group has a new ID: set chat_id to -100456."


async def test_a_group_that_is_nowhere_is_broken(receiver: Receiver, http: HttpClient) -> None:
    moved = {
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -100456},
    }
    receiver.respond = answering(400, json.dumps(moved))
    kind = IntegrationKind.TELEGRAM

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Refused)
    assert delivery.is_broken
    assert len(receiver.received) == 2
