"""Discord's webhooks.

https://docs.discord.com/developers/resources/webhook#execute-webhook,
https://docs.discord.com/developers/resources/message#embed-object-embed-limits and
https://docs.discord.com/developers/topics/rate-limits.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.support.stand_ins.http import HttpStandIn, units
from tests.support.stand_ins.script import THROTTLED_SECONDS, Reply, Script

_ID, _TOKEN = "1234567890", "xyzxyzxyz-hook-token_xyzxyzxyzab3f"
_MOST_EMBEDS, _MOST_FIELDS = 10, 25
_LONGEST_CONTENT, _LONGEST_EMBEDS = 2000, 6000
_LONGEST = {"title": 256, "description": 4096}
_LONGEST_NAME, _LONGEST_VALUE, _LONGEST_FOOTER = 256, 1024, 2048
_HIGHEST_COLOUR = 0xFFFFFF
_WINDOW_SECONDS = 2
_PER_WINDOW = 5


class DiscordStandIn(HttpStandIn):
    """Answers in JSON, and tells with each answer how many messages are left."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 1000

    @property
    def config(self) -> dict[str, str]:
        return {"webhook_url": f"{self.origin}/api/webhooks/{_ID}/{_TOKEN}"}

    def look_at(self, request: web.Request, body: bytes) -> Reply:
        found = re.fullmatch(r"/api(?:/v\d+)?/webhooks/(\d+)/([\w-]+)", request.path)
        if found is None:
            return _said(404, 0, "404: Not Found")
        if found[1] != _ID:
            return _said(404, 10015, "Unknown Webhook")
        if found[2] != _TOKEN:
            return _said(401, 50027, "Invalid Webhook Token")
        try:
            message = json.loads(body)
        except ValueError:
            return _said(400, 50109, "The request body contains invalid JSON.")
        if faults := dict(_faults(message)):
            return _said(400, 50035, "Invalid Form Body", errors=faults)
        if not message.get("content") and not message.get("embeds"):
            return _said(400, 50006, "Cannot send an empty message")
        self.taken.append(message)
        self.left -= 1
        headers = _limits(self.left)
        if request.query.get("wait") != "true":
            return Reply(204, headers=headers)
        return Reply(200, json.dumps({"id": "1", "type": 0, **message}), headers)

    def say(self, script: Script) -> Reply:
        if script is Script.THROTTLE:
            body = {
                "message": "You are being rate limited.",
                "retry_after": float(THROTTLED_SECONDS),
                "global": False,
            }
            headers = {**_limits(0), "X-RateLimit-Scope": "shared"}
            return Reply(429, json.dumps(body), headers)
        answers = {
            Script.ERROR: Reply(502, "<html><body>502 Bad Gateway</body></html>"),
            Script.GONE: _said(404, 10015, "Unknown Webhook"),
            Script.REFUSE: _said(400, 50035, "Invalid Form Body"),
        }
        return answers[script]


def faults_of(message: Any) -> dict[str, str]:
    """Return what Discord does not like about a message, by field."""
    return dict(_faults(message))


def mentions_in(message: Any) -> list[str]:
    """Return who would be called: all that `allowed_mentions` does not forbid."""
    allowed = message.get("allowed_mentions", {"parse": ["everyone", "roles", "users"]})
    return [*allowed.get("parse", []), *allowed.get("users", []), *allowed.get("roles", [])]


def _faults(message: Any) -> Iterator[tuple[str, str]]:
    if units(message.get("content", "")) > _LONGEST_CONTENT:
        yield "content", "BASE_TYPE_MAX_LENGTH"
    embeds = message.get("embeds", [])
    if len(embeds) > _MOST_EMBEDS:
        yield "embeds", "BASE_TYPE_MAX_LENGTH"
    for embed in embeds:
        yield from _embed_faults(embed)
    if sum(units(text) for embed in embeds for text in _counted(embed)) > _LONGEST_EMBEDS:
        yield "embeds", "MAX_EMBED_SIZE_EXCEEDED"


def _embed_faults(embed: Any) -> Iterator[tuple[str, str]]:
    for name, limit in _LONGEST.items():
        if units(embed.get(name, "")) > limit:
            yield name, "BASE_TYPE_MAX_LENGTH"
    if not 0 <= embed.get("color", 0) <= _HIGHEST_COLOUR:
        yield "color", "NUMBER_TYPE_MAX"
    if units(embed.get("footer", {"text": "x"})["text"]) not in range(1, _LONGEST_FOOTER + 1):
        yield "footer", "BASE_TYPE_BAD_LENGTH"
    if len(embed.get("fields", [])) > _MOST_FIELDS:
        yield "fields", "BASE_TYPE_MAX_LENGTH"
    for field in embed.get("fields", []):
        for name, limit in (("name", _LONGEST_NAME), ("value", _LONGEST_VALUE)):
            if not field[name].strip() or units(field[name]) > limit:
                yield f"fields.{name}", "BASE_TYPE_BAD_LENGTH"


def _counted(embed: Any) -> Iterator[str]:
    yield embed.get("title", "")
    yield embed.get("description", "")
    yield embed.get("footer", {}).get("text", "")
    for field in embed.get("fields", []):
        yield field["name"]
        yield field["value"]


def _limits(left: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(_PER_WINDOW),
        "X-RateLimit-Remaining": str(max(left, 0)),
        "X-RateLimit-Reset-After": f"{_WINDOW_SECONDS:.3f}",
        "X-RateLimit-Bucket": "abcd1234",
    }


def _said(status: int, code: int, message: str, **more: Any) -> Reply:
    return Reply(status, json.dumps({"message": message, "code": code, **more}))
