"""What stands for a service refuses what the service refuses: else its yes would mean nothing."""

from typing import Any

import aiohttp
import pytest

from tests.support.stand_ins import discord, slack, telegram
from tests.support.stand_ins.discord import DiscordStandIn
from tests.support.stand_ins.http import HttpStandIn, listening
from tests.support.stand_ins.slack import SlackStandIn
from tests.support.stand_ins.telegram import TelegramStandIn
from tests.support.stand_ins.webhook import WebhookStandIn


def blocks(*made: dict[str, Any]) -> dict[str, Any]:
    return {"attachments": [{"blocks": list(made)}]}


def section(text: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text}}


def header(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": "header", "text": {"type": kind, "text": text}}


FIELD = {"type": "mrkdwn", "text": "x"}


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ({"text": "hello"}, None),
        ({"text": "<https://x.example|a link> &amp;"}, None),
        (blocks(section("x" * 3000), header("x" * 150)), None),
        ([], "invalid_payload"),
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "invalid_payload"),
        ({"text": "<script>"}, "invalid_payload"),
        ({"text": "R&D"}, "invalid_payload"),
        ({"text": "\ud83d"}, "invalid_payload"),
        ({"attachments": [{}] * 101}, "too_many_attachments"),
        (blocks(*[section("x")] * 51), "invalid_blocks"),
        (blocks(section("x" * 3001)), "invalid_blocks"),
        (blocks(section("")), "invalid_blocks"),
        (blocks(header("x" * 151)), "invalid_blocks"),
        (blocks(header("😀" * 76)), "invalid_blocks"),
        (blocks(header("x", "mrkdwn")), "invalid_blocks"),
        (blocks({"type": "section"}), "invalid_blocks"),
        (blocks({"type": "section", "fields": [FIELD] * 11}), "invalid_blocks"),
        (blocks({"type": "context", "elements": []}), "invalid_blocks"),
        (blocks({"type": "marquee"}), "invalid_blocks"),
    ],
)
def test_slack_refuses_what_it_has_no_blocks_for(message: Any, fault: str | None) -> None:
    assert slack.fault_of(message) == fault


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"content": "x" * 2000}, None),
        ({"embeds": [{"title": "x" * 256, "description": "x" * 4096}]}, None),
        ({"content": "x" * 2001}, "content"),
        ({"embeds": [{}] * 11}, "embeds"),
        ({"embeds": [{"title": "x" * 257}]}, "title"),
        ({"embeds": [{"description": "😀" * 2049}]}, "description"),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, "embeds"),
        ({"embeds": [{"color": 0x1000000}]}, "color"),
        ({"embeds": [{"footer": {"text": ""}}]}, "footer"),
        ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "fields"),
        ({"embeds": [{"fields": [{"name": " ", "value": "b"}]}]}, "fields.name"),
        ({"embeds": [{"fields": [{"name": "a", "value": "x" * 1025}]}]}, "fields.value"),
    ],
)
def test_discord_refuses_what_is_too_long(message: Any, where: str | None) -> None:
    assert list(discord.faults_of(message)) == ([] if where is None else [where])


def html(text: str) -> dict[str, str]:
    return {"text": text, "parse_mode": "HTML"}


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (html('<b>x</b> <a href="https://x.example/?a&amp;b">y</a> &lt;'), None),
        (html(f"<b>{'x' * 4096}</b>"), None),
        ({"text": "<b"}, None),
        (html("x" * 4097), "message is too long"),
        (html("😀" * 2049), "message is too long"),
        (html("<b> </b>"), "message text is empty"),
        (html("<b>x"), "can't parse entities: Unsupported start tag"),
        (html("<b><i>x</b></i>"), "can't parse entities: Unsupported start tag"),
        (html("<h1>x</h1>"), "can't parse entities: Unsupported start tag"),
        (html("<b class='y'>x</b>"), "can't parse entities: Unsupported start tag"),
        (html("1 < 2"), "can't parse entities: Unsupported start tag"),
        (html("R&D;"), "can't parse entities: Unsupported start tag"),
        (html("\ud83d"), "strings must be encoded in UTF-8"),
    ],
)
def test_telegram_refuses_what_it_cannot_parse(message: dict[str, str], fault: str | None) -> None:
    assert telegram.fault_of(message) == fault


def test_who_would_be_called_is_seen() -> None:
    assert slack.mentions_in({"text": "<!channel>"}) == ["<!channel>"]
    assert slack.mentions_in({"text": "@ada", "link_names": True}) == ["@ada"]
    assert discord.mentions_in({"content": "@everyone"}) == ["everyone", "roles", "users"]
    assert discord.mentions_in({"allowed_mentions": {"parse": ["users"]}}) == ["users"]
    assert telegram.mentions_in({"text": "@ada <pre>@eve</pre> &#64;bob"}) == ["@ada", "@bob"]


@pytest.mark.parametrize(
    ("stand_in", "path", "status", "word"),
    [
        (SlackStandIn(), "/services/T0/B0/other", 404, "no_service"),
        (DiscordStandIn(), "/api/webhooks/999/x", 404, "10015"),
        (DiscordStandIn(), "/api/webhooks/1234567890/x", 401, "50027"),
        (TelegramStandIn(), "/bot123:other/sendMessage", 401, "Unauthorized"),
    ],
)
async def test_a_stranger_is_told_so(
    stand_in: HttpStandIn, path: str, status: int, word: str
) -> None:
    async with listening(stand_in):
        assert_told(await post(stand_in.origin + path, b'{"text": "x"}'), status, word)
    assert stand_in.taken == []


@pytest.mark.parametrize(
    "forged", [{"X-Webhook-Signature": "sha256=0"}, {"webhook-signature": "v1,"}]
)
async def test_a_webhook_takes_nothing_that_is_not_signed(forged: dict[str, str]) -> None:
    headers = {
        "webhook-id": "al_1",
        "webhook-timestamp": "0",
        "webhook-signature": "",
        "X-Webhook-Signature": "",
        **forged,
    }
    async with listening(WebhookStandIn()) as stand_in:
        assert_told(await post(stand_in.origin, b"{}", headers), 401, "bad signature")
    assert stand_in.taken == []


async def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
    request = aiohttp.request("POST", url, data=body, headers=headers)
    async with request as answer:
        return answer.status, await answer.text()


def assert_told(answer: tuple[int, str], status: int, word: str) -> None:
    assert answer[0] == status
    assert word in answer[1]
