"""The form that a job is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.job_wish import (
    LONGEST_DESCRIPTION,
    LONGEST_GRACE,
    LONGEST_INTERVAL,
    JobWish,
)
from cronbeats.domain.line import explain_bad_name, trim
from cronbeats.domain.schedule import explain_bad_cron, explain_bad_timezone

UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
FRESH = {
    "schedule": "interval",
    "every": "1",
    "every_unit": "days",
    "grace": "5",
    "grace_unit": "minutes",
}
_LONGEST_CRON = 200
_LONGEST_ZONE = 64
_MOST_DIGITS = 9
_TEXT_CONTROLS = "\n\t"


def read_job(form: Mapping[str, str]) -> JobWish:
    """Return what a form wishes. Raises InvalidValueError, by the form's own fields."""
    errors: dict[str, list[str]] = {}
    name = trim(form.get("name", ""))
    if bad_name := explain_bad_name(name):
        errors["name"] = bad_name
    is_cron = form.get("schedule") == "cron"
    cron, zone = " ".join(form.get("cron", "").split()), form.get("timezone", "").strip() or "UTC"
    seconds = None if is_cron else _EVERY.read(form, errors)
    if is_cron and (reason := _bad_cron(cron)):
        errors["cron"] = [reason]
    if len(zone) > _LONGEST_ZONE or explain_bad_timezone(zone):
        errors["timezone"] = ["Not a time zone. Use an IANA name such as Europe/Berlin or UTC."]
    grace = _GRACE.read(form, errors)
    description = _description(form, errors)
    if errors:
        raise InvalidValueError(errors)
    return JobWish(
        name,
        expected_interval_seconds=seconds,
        cron_expression=cron if is_cron else None,
        timezone=zone,
        grace_seconds=grace,
        description=description,
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """A field for a span of time, from so many seconds to so many, which `words` say."""

    name: str
    lowest: int
    highest: int
    words: str

    def read(self, form: Mapping[str, str], errors: dict[str, list[str]]) -> int:
        """Return a number and its unit as seconds; what is wrong with them goes to `errors`."""
        number, unit = form.get(self.name, "").strip(), UNITS.get(form.get(f"{self.name}_unit", ""))
        is_number = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
        seconds = int(number) * unit if is_number and unit else -1
        if not self.lowest <= seconds <= self.highest:
            rule = f"Must be a whole number, {self.lowest} or more, and {self.words} at most."
            errors[self.name] = [rule]
        return seconds


_EVERY = _Span("every", 1, LONGEST_INTERVAL, "a year")
_GRACE = _Span("grace", 0, LONGEST_GRACE, "30 days")


def _bad_cron(cron: str) -> str | None:
    if len(cron) > _LONGEST_CRON:
        return f"Must be {_LONGEST_CRON} characters long at most."
    return explain_bad_cron(cron)


def _description(form: Mapping[str, str], errors: dict[str, list[str]]) -> str | None:
    text = form.get("description", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_DESCRIPTION or any(
        ord(each) < ord(" ") and each not in _TEXT_CONTROLS for each in text
    ):
        errors["description"] = [f"Must be {LONGEST_DESCRIPTION} printable characters at most."]
    return text or None
