"""The form for all that people decide about a job: read, filled in, and compared."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.job_wish import (
    LONGEST_DESCRIPTION,
    LONGEST_GRACE,
    LONGEST_INTERVAL,
    LONGEST_TAG,
    MOST_BORNE,
    MOST_TAGS,
    JobWish,
)
from cronbeats.domain.line import explain_bad_name, is_line, trim
from cronbeats.domain.schedule import explain_bad_cron, explain_bad_timezone
from cronbeats.web.typed_numbers import Count, Span, UnreadableError

LABELS = {
    "name": "Name",
    "schedule": "When does it run?",
    "every": "Every",
    "cron": "Cron expression",
    "timezone": "Time zone",
    "grace": "Grace",
    "description": "Description",
    "tags": "Tags",
    "down_after": "From late to down",
    "max_runtime": "Longest run",
    "failure_tolerance": "Bad runs borne",
    "recovery_threshold": "Good runs to recover",
}
"""The fields in their order, and what they are called."""

MORE = {"down_after": "", "max_runtime": "", "failure_tolerance": "0", "recovery_threshold": "1"}
"""Those that most people leave as they are, and how that is written."""

_EVERY = Span("every", 1, LONGEST_INTERVAL, "a year", required=True)
_GRACE = Span("grace", 0, LONGEST_GRACE, "30 days", blank=300)
_DOWN_AFTER = Span("down_after", 0, LONGEST_GRACE, "30 days")
_MAX_RUNTIME = Span("max_runtime", 1, LONGEST_INTERVAL, "a year")
_TOLERANCE = Count("failure_tolerance", 0, MOST_BORNE, blank=0)
_THRESHOLD = Count("recovery_threshold", 1, MOST_BORNE, blank=1)
_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_LONGEST_CRON = 200
_LONGEST_ZONE = 64
_FIELDS_WITH_SECONDS = 6
_TEXT_CONTROLS = "\n\t"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form says: values by the names of JobWish, and reasons by the form's own fields."""

    values: Mapping[str, Any]
    errors: Mapping[str, list[str]]

    def wish(self) -> JobWish:
        """Return what the form wishes. Raises InvalidValueError, by the form's own fields."""
        if self.errors:
            raise InvalidValueError(self.errors)
        return JobWish(**self.values)

    def has(self, *fields: str) -> bool:
        """Tell whether nothing is wrong with any of these fields."""
        return not self.errors.keys() & set(fields)


def read_job(form: Mapping[str, str]) -> Reading:
    """Read all that a form says, and all that is wrong with it."""
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, (field, read) in _READERS.items():
        try:
            values[name] = read(form)
        except UnreadableError as error:
            errors[field] = [str(error)]
    return Reading(values, errors)


def fill_in(wish: JobWish) -> dict[str, str]:
    """Return the fields that say just what is wished."""
    is_cron = wish.cron_expression is not None
    return {
        "name": wish.name,
        "schedule": "cron" if is_cron else "interval",
        **_EVERY.show(86_400 if is_cron else wish.expected_interval_seconds),
        "cron": wish.cron_expression or "",
        "timezone": wish.timezone,
        **_GRACE.show(wish.grace_seconds),
        "description": wish.description or "",
        "tags": _join(wish.tags),
        **_DOWN_AFTER.show(wish.down_after_seconds),
        **_MAX_RUNTIME.show(wish.max_runtime_seconds),
        **_TOLERANCE.show(wish.failure_tolerance),
        **_THRESHOLD.show(wish.recovery_threshold),
    }


def fresh(timezone: str) -> dict[str, str]:
    """Return the fields of a new job as they are filled in at first."""
    return fill_in(JobWish("", expected_interval_seconds=86_400, timezone=timezone))


def has_more(fields: Mapping[str, str]) -> bool:
    """Tell whether any of the fields in MORE says anything but the usual."""
    return any(fields.get(name, "") not in {"", usual} for name, usual in MORE.items())


def changes_of(wished: JobWish, shown: JobWish) -> dict[str, Any]:
    """Return the values of a wish that are not those of the form that was shown."""
    before = asdict(shown)
    return {name: value for name, value in asdict(wished).items() if value != before[name]}


def _name(form: Mapping[str, str]) -> str:
    name = trim(form.get("name", ""))
    if not name:
        raise UnreadableError("Give it a name.")
    for reason in explain_bad_name(name):
        raise UnreadableError(reason)
    return name


def _is_cron(form: Mapping[str, str]) -> bool:
    return form.get("schedule") == "cron"


def _every(form: Mapping[str, str]) -> int | None:
    return None if _is_cron(form) else _EVERY.read(form)


def _cron(form: Mapping[str, str]) -> str | None:
    if not _is_cron(form):
        return None
    typed = " ".join(form.get("cron", "").split())
    if len(typed) > _LONGEST_CRON:
        raise UnreadableError(f"Must be {_LONGEST_CRON} characters long at most.")
    if typed.startswith("@"):
        return _spell_out(typed.lower())
    if reason := explain_bad_cron(typed):
        has_seconds = len(typed.split()) == _FIELDS_WITH_SECONDS
        raise UnreadableError(f"{reason} There is none for seconds." if has_seconds else reason)
    return typed


def _spell_out(macro: str) -> str:
    """Return what a word such as @daily stands for. Raises UnreadableError."""
    if macro not in _MACROS:
        raise UnreadableError(f"No such word. Use five fields, or one of {', '.join(_MACROS)}.")
    return _MACROS[macro]


def _timezone(form: Mapping[str, str]) -> str:
    zone = form.get("timezone", "").strip() or "UTC"
    if len(zone) > _LONGEST_ZONE or explain_bad_timezone(zone):
        raise UnreadableError("Not a time zone. Use an IANA name such as Europe/Berlin or UTC.")
    return zone


def _description(form: Mapping[str, str]) -> str | None:
    text = form.get("description", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_DESCRIPTION or any(
        ord(each) < ord(" ") and each not in _TEXT_CONTROLS for each in text
    ):
        raise UnreadableError(f"Must be {LONGEST_DESCRIPTION} printable characters at most.")
    return text or None


def _tags(form: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tags, which commas divide; one that has a comma is in quotation marks."""
    typed = ",".join(form.get("tags", "").splitlines())
    [found] = csv.reader([typed], skipinitialspace=True) if typed else [[]]
    tags = tuple(dict.fromkeys(tag for each in found if (tag := trim(each))))
    if len(tags) > MOST_TAGS:
        raise UnreadableError(f"Must be {MOST_TAGS} at most.")
    if any(len(tag) > LONGEST_TAG or not is_line(tag) for tag in tags):
        raise UnreadableError(f"Each must be {LONGEST_TAG} printable characters long at most.")
    return tags


def _join(tags: tuple[str, ...]) -> str:
    return ", ".join(map(_in_quotation_marks, tags))


def _in_quotation_marks(tag: str) -> str:
    is_plain = "," not in tag and not tag.startswith('"')
    return tag if is_plain else '"{}"'.format(tag.replace('"', '""'))


_READERS: dict[str, tuple[str, Callable[[Mapping[str, str]], Any]]] = {
    "name": ("name", _name),
    "expected_interval_seconds": ("every", _every),
    "cron_expression": ("cron", _cron),
    "timezone": ("timezone", _timezone),
    "grace_seconds": ("grace", _GRACE.read),
    "down_after_seconds": ("down_after", _DOWN_AFTER.read),
    "max_runtime_seconds": ("max_runtime", _MAX_RUNTIME.read),
    "failure_tolerance": ("failure_tolerance", _TOLERANCE.read),
    "recovery_threshold": ("recovery_threshold", _THRESHOLD.read),
    "description": ("description", _description),
    "tags": ("tags", _tags),
}
