"""Telegram's bots: https://core.telegram.org/bots/api#making-requests and #formatting-options."""

import json
import re
from html import unescape
from typing import Any

from aiohttp import web

from tests.support.stand_ins.http import HttpStandIn, units
from tests.support.stand_ins.script import THROTTLED_SECONDS, Reply, Script

BOT_TOKEN, _CHAT = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp", "-100123"
_LONGEST_TEXT = 4096
_TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}
)
_TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[a-z-]+)(?P<rest>[^<>]*)>|(?P<text>[^<]+)|(?P<bad><)")
_HREF = re.compile(r' href="[^"<>]*"')
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)")


class TelegramStandIn(HttpStandIn):
    """Answers with `ok` and a description, as every method of the API does."""

    @property
    def config(self) -> dict[str, str]:
        return {"bot_token": BOT_TOKEN, "chat_id": _CHAT}

    def look_at(self, request: web.Request, body: bytes) -> Reply:
        if request.path != f"/bot{BOT_TOKEN}/sendMessage":
            is_method = request.path.startswith(f"/bot{BOT_TOKEN}/")
            return _no(404, "Not Found") if is_method else _no(401, "Unauthorized")
        message = json.loads(body)
        if str(message.get("chat_id")) != _CHAT:
            return _no(400, "Bad Request: chat not found")
        if fault := fault_of(message):
            return _no(400, f"Bad Request: {fault}")
        self.taken.append(message)
        result = {"message_id": len(self.taken), "chat": {"id": int(_CHAT)}}
        return Reply(200, json.dumps({"ok": True, "result": result}))

    def say(self, script: Script) -> Reply:
        if script is Script.THROTTLE:
            said = f"Too Many Requests: retry after {THROTTLED_SECONDS}"
            return _no(429, said, parameters={"retry_after": THROTTLED_SECONDS})
        answers = {
            Script.ERROR: _no(502, "Bad Gateway"),
            Script.GONE: _no(403, "Forbidden: bot was kicked from the supergroup chat"),
            Script.REFUSE: _no(400, "Bad Request: message is too long"),
        }
        return answers[script]


def fault_of(message: Any) -> str | None:
    """Return what Telegram does not like about a message, or None."""
    text = message.get("text", "")
    if text != text.encode("utf-8", "replace").decode():
        return "strings must be encoded in UTF-8"
    shown = text if message.get("parse_mode") is None else _shown(text)
    if shown is None:
        return "can't parse entities: Unsupported start tag"
    if not shown.strip():
        return "message text is empty"
    return "message is too long" if units(shown) > _LONGEST_TEXT else None


def mentions_in(message: Any) -> list[str]:
    """Return the names that would be called; in code nobody is."""
    text = re.sub(r"<pre>.*?</pre>", "", message["text"], flags=re.DOTALL)
    return re.findall(r"@\w+", unescape(text))


def _shown(markup: str) -> str | None:
    """Return what is seen of a text with markup, or None where Telegram could not parse it."""
    shown, is_open = "", list[str]()
    for token in _TOKEN.finditer(markup):
        text, tag = token["text"], token["tag"]
        if text is not None and not _ENTITY.search(text):
            shown += unescape(text)
        elif tag not in _TAGS or token["bad"]:
            return None
        elif token["end"]:
            if not is_open or is_open.pop() != tag:
                return None
        elif token["rest"] and (tag != "a" or not _HREF.fullmatch(token["rest"])):
            return None
        else:
            is_open.append(tag)
    return None if is_open else shown


def _no(code: int, description: str, **more: Any) -> Reply:
    body = {"ok": False, "error_code": code, "description": description, **more}
    return Reply(code, json.dumps(body))
