"""Renders templates; whatever is put into one is escaped."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from cronbeats import __version__
from cronbeats.domain.words import local

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
    environment.filters["moment"] = _moment
    return environment


def _code(text: str) -> Markup:
    """Escape text for between two tags, where quotes mean nothing: code is full of them."""
    escaped = str(escape(text)).replace("&#34;", '"').replace("&#39;", "'")
    return Markup(escaped)  # noqa: S704 - it was escaped just now


def _moment(moment: datetime, timezone: str | None) -> Markup:
    """Return a moment in a time zone; without one in UTC, which scripts turn into the reader's."""
    iso = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = Markup("") if timezone else Markup(" data-local")
    return Markup('<time datetime="{}"{}>{}</time>').format(
        iso, kind, local(moment, timezone or "UTC")
    )


def _anchor(title: str) -> str:
    return "-".join(title.lower().split())
