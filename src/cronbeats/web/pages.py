"""Renders templates; whatever is put into one is escaped."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from cronbeats import __version__

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
    return environment


def _code(text: str) -> Markup:
    """Escape text for between two tags, where quotes mean nothing: code is full of them."""
    escaped = str(escape(text)).replace("&#34;", '"').replace("&#39;", "'")
    return Markup(escaped)  # noqa: S704 - it was escaped just now


def _anchor(title: str) -> str:
    return "-".join(title.lower().split())
