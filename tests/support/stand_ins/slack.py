"""Slack's incoming webhooks.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors tells the
words, https://docs.slack.dev/reference/block-kit/blocks the limits.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.support.stand_ins.http import HttpStandIn, units
from tests.support.stand_ins.script import THROTTLED_SECONDS, Reply, Script

_HOOK = "/services/T0AAAAAAA/B0BBBBBBB/xyzxyzxyzxyzxyzxyzxyzab3f"
_MOST_BLOCKS, _MOST_FIELDS, _MOST_ELEMENTS, _MOST_ATTACHMENTS = 50, 10, 10, 100
_LONGEST = {"header": 150, "section": 3000, "context": 3000}
_LONGEST_FIELD, _LONGEST_TEXT = 2000, 40_000
_LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|]+>")
_MENTION = re.compile(r"<[!@#]|<subteam")


class SlackStandIn(HttpStandIn):
    """Answers with one word, as Slack does."""

    @property
    def config(self) -> dict[str, str]:
        return {"webhook_url": self.origin + _HOOK}

    def look_at(self, request: web.Request, body: bytes) -> Reply:
        if request.path != _HOOK:
            return _word(404, "no_service")
        if request.method != "POST":
            return _word(405, "method_not_allowed")
        try:
            message = json.loads(body)
        except ValueError:
            return _word(400, "invalid_payload")
        if fault := fault_of(message):
            return _word(400, fault)
        self.taken.append(message)
        return _word(200, "ok")

    def say(self, script: Script) -> Reply:
        if script is Script.THROTTLE:
            throttled = _word(429, "rate_limited")
            return Reply(429, throttled.body, {"Retry-After": str(THROTTLED_SECONDS)}, "text/plain")
        words = {
            Script.ERROR: (500, "rollup_error"),
            Script.GONE: (404, "no_service"),
            Script.REFUSE: (400, "invalid_payload"),
        }
        return _word(*words[script])


def fault_of(message: Any) -> str | None:
    """Return the word with which Slack refuses a message, or None."""
    if not isinstance(message, dict):
        return "invalid_payload"
    attachments = message.get("attachments", [])
    text = message.get("text", "")
    if not text and not attachments:
        return "no_text"
    if len(attachments) > _MOST_ATTACHMENTS:
        return "too_many_attachments"
    if units(text) > _LONGEST_TEXT or any(_strange(each) for each in _texts(message)):
        return "invalid_payload"
    blocks = [block for each in attachments for block in each.get("blocks", [])]
    if len(blocks) > _MOST_BLOCKS or not all(map(_is_good_block, blocks)):
        return "invalid_blocks"
    return None


def mentions_in(message: Any) -> list[str]:
    """Return what would call people together."""
    told = list(_texts(message))
    if message.get("link_names") or message.get("parse") == "full":
        return told
    return [text for text in told if _MENTION.search(text)]


def _is_good_block(block: dict[str, Any]) -> bool:
    kind = block["type"]
    if kind == "header" and block["text"]["type"] != "plain_text":
        return False
    if kind == "context":
        elements = block["elements"]
        return 0 < len(elements) <= _MOST_ELEMENTS and all(_fits(e, 3000) for e in elements)
    if kind not in _LONGEST:
        return False
    fields = block.get("fields", [])
    has_something = "text" in block or bool(fields)
    return (
        has_something
        and ("text" not in block or _fits(block["text"], _LONGEST[kind]))
        and len(fields) <= _MOST_FIELDS
        and all(_fits(each, _LONGEST_FIELD) for each in fields)
    )


def _fits(text: dict[str, Any], limit: int) -> bool:
    return text["type"] in {"plain_text", "mrkdwn"} and 0 < units(text["text"]) <= limit


def _strange(text: str) -> bool:
    """Tell whether a text is not valid Unicode, or escapes less than Slack asks for."""
    bare = _LINK.sub("", text)
    is_unicode = text == text.encode("utf-8", "replace").decode()
    return not is_unicode or bool(re.search(r"[<>]|&(?!(amp|lt|gt);)", bare))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _word(status: int, word: str) -> Reply:
    return Reply(status, word, content_type="text/plain")
