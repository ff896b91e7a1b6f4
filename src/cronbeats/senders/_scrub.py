"""Takes secrets out of what the other side said, before anybody reads or stores it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_HIDDEN = "…"
_SHORTEST_PART = 4
# Parts of many services' paths: no secrets, and words that answers are made of.
_PLAIN_WORDS = frozenset({"hook", "hooks", "services", "webhook", "webhooks"})


def secrets_in(url: str) -> tuple[str, ...]:
    """Return what has to stay secret of a URL: all of it, its path, and their parts."""
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/")]
    values = [value for _, value in parse_qsl(parts.query)]
    small = [
        part
        for part in (*segments, *values)
        if len(part) >= _SHORTEST_PART and part.lower() not in _PLAIN_WORDS
    ]
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    whole = [part for part in (url, target, parts.path, parts.query) if len(part) > 1]
    return (*whole, *small)


def scrub(text: str, secrets: Iterable[str], *, is_cut: bool = False) -> str:
    """Return `text` with every secret in it replaced by `…`, however it is escaped.

    `is_cut` tells that the text was longer: then its end is dropped, where the first half of a
    secret would not be recognised.
    """
    spellings = {spelling for secret in secrets if secret for spelling in _spellings(secret)}
    if not spellings:
        return text
    longest_first = sorted(spellings, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    end = max(len(text) - len(longest_first[0]), 0) if is_cut else len(text)
    pieces = []
    position = 0
    for found in pattern.finditer(text):
        if found.start() >= end:
            break
        pieces += [text[position : found.start()], _HIDDEN]
        position = found.end()
    return "".join([*pieces, text[position : max(end, position)]])


def _spellings(secret: str) -> set[str]:
    return {
        secret,
        unquote(secret),
        quote(secret, safe="", errors="replace"),
        quote(secret, safe="/", errors="replace"),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
    }
