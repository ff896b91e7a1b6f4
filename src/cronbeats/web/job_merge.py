"""Edits of the same job at the same time: what is typed here, and was changed elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cronbeats.web.job_forms import LABELS

Fields = Mapping[str, str]
_CHOICES = {"interval": "at an interval", "cron": "at set times"}


@dataclass(frozen=True, slots=True)
class Merged:
    """A form in which both are, and what was changed elsewhere, in words."""

    fields: Fields
    news: tuple[str, ...]


def keep(fields: Fields) -> str:
    """Return fields as a form hands them on, so that it can be told later what was shown."""
    return json.dumps(dict(fields))


def kept(text: str) -> Fields | None:
    """Return fields that were handed on, None if these are none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_fields = isinstance(found, dict) and all(isinstance(each, str) for each in found.values())
    return found if is_fields else None


def merge(typed: Fields, shown: Fields, current: Fields) -> Merged:
    """Return what was typed, with what was changed elsewhere where nothing was typed."""
    fields, news = dict(typed), []
    for label, names in _fields():
        before, after, here = (_values(each, names) for each in (shown, current, typed))
        if before == after:
            continue
        told = f"{label}: {_in_words(before)} became {_in_words(after)}"
        if here in (before, after):
            fields.update(zip(names, after, strict=True))
            news.append(f"{told}.")
        else:
            news.append(f"{told}; you typed {_in_words(here)}, which is kept below.")
    return Merged(fields, tuple(news))


def _fields() -> list[tuple[str, tuple[str, ...]]]:
    """Return what each field is called, and its names: a span has a unit as well."""
    spans = {"every", "grace", "down_after", "max_runtime"}
    return [
        (label.rstrip("?"), (name, f"{name}_unit") if name in spans else (name,))
        for name, label in LABELS.items()
    ]


def _values(fields: Fields, names: tuple[str, ...]) -> tuple[str, ...]:
    # A browser sends the ends of lines as the web has them.
    return tuple(fields.get(name, "").replace("\r\n", "\n") for name in names)


def _in_words(values: tuple[str, ...]) -> str:
    if not values[0]:
        return "nothing"
    text = _CHOICES.get(values[0]) or " ".join(values)
    return f"“{text}”"
