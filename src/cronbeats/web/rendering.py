"""Renders templates; whatever is put into one is escaped."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from cronbeats import __version__
from cronbeats.domain.duration import duration_in_words
from cronbeats.domain.printable import printable
from cronbeats.domain.words import how_long_ago, in_words, local

_KILOBYTE = 1_000
_WITH_SECONDS = len("2026-02-20T15:42:00")
_INDENT = re.compile(r"^ +(?=<)", re.MULTILINE)


def render(template: str, **values: Any) -> str:
    """Return a page: the template of that name with these values."""
    html = _environment().get_template(template).render(version=__version__, **values)
    # The templates are indented for people. No line of code begins with <, which is escaped there.
    return _INDENT.sub("", html)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cronbeats.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    environment.filters["anchor"] = _anchor
    environment.filters["tag_address"] = _tag_address
    environment.filters["moment"] = _moment
    environment.filters["ago"] = _ago
    environment.filters["duration"] = duration_in_words
    environment.filters["span"] = in_words
    environment.filters["size"] = _size
    environment.filters["printable"] = printable
    environment.filters["iso"] = _iso
    return environment


def _code(text: str) -> Markup:
    """Escape text for between two tags, where quotes mean nothing: code is full of them."""
    escaped = str(escape(text)).replace("&#34;", '"').replace("&#39;", "'")
    return Markup(escaped)  # noqa: S704 - it was escaped just now


@lru_cache(maxsize=1024)
def _tag_address(tag: str) -> Markup:
    """Return the end of an address that asks for jobs with a tag; a page has many of the same."""
    return escape(f"?{urlencode({'tag': tag}, quote_via=quote)}")


def _moment(moment: datetime, timezone: str | None) -> Markup:
    """Return a moment in a time zone; without one in UTC, which scripts turn into the reader's."""
    return Markup('<time datetime="{}"{}>{}</time>').format(
        _iso(moment), _kind(timezone), local(moment, timezone or "UTC")
    )


def _ago(moment: datetime, now: datetime, timezone: str | None) -> Markup:
    """Return how long ago a moment was at `now`, which scripts keep fresh; exactly on hovering."""
    exactly, words = local(moment, timezone or "UTC"), how_long_ago(moment, now)
    # Of numbers and our own words alone; a list has a hundred of them.
    told = f'<time datetime="{_iso(moment)}" title="{exactly}" data-ago>{words}</time>'
    return Markup(told)  # noqa: S704


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).isoformat()[:_WITH_SECONDS]}Z"


def _kind(timezone: str | None) -> Markup:
    return Markup("") if timezone else Markup(" data-local")


def _size(count: int) -> str:
    """Return a number of bytes as people say it."""
    return f"{count} B" if count < _KILOBYTE else f"{count / _KILOBYTE:.1f} kB"


def _anchor(title: str) -> str:
    return "-".join(title.lower().split())
