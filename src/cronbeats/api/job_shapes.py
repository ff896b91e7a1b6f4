"""What may be sent about jobs: bodies and queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from cronbeats.api.shapes import Body, Mistakes, mistake
from cronbeats.domain import schedule
from cronbeats.domain.line import is_line

LONGEST_INTERVAL = 31_536_000
_MONTH = 2_592_000
_MOST_TAGS = 20


def _without_controls(text: str) -> str:
    if any(ord(character) < ord(" ") and character not in "\n\t" for character in text):
        raise ValueError("must not contain control characters")
    return text


def _one_line(text: str) -> str:
    if not is_line(text):
        raise ValueError("must be one line of printable characters")
    return text


def _known_timezone(name: str) -> str:
    if reason := schedule.explain_bad_timezone(name):
        raise mistake(reason)
    return name


def _possible_cron(expression: str) -> str:
    if reason := schedule.explain_bad_cron(expression):
        raise mistake(reason)
    return expression


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[Line, StringConstraints(max_length=200), AfterValidator(_one_line)]
Tag = Annotated[Line, StringConstraints(max_length=50), AfterValidator(_one_line)]
Description = Annotated[str, StringConstraints(max_length=255), AfterValidator(_without_controls)]
CronText = Annotated[str, StringConstraints(max_length=200), AfterValidator(_possible_cron)]
ZoneName = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_timezone)]


class ScheduleIn(Body):
    """A schedule: exactly one of interval and cron expression."""

    expected_interval_seconds: int | None = Field(None, ge=1, le=LONGEST_INTERVAL)
    cron_expression: CronText | None = None
    timezone: ZoneName = "UTC"

    @classmethod
    def explain_bad(cls, values: Mapping[str, Any]) -> Mistakes:
        """Return what is wrong between interval and cron expression."""
        return schedule.explain_bad_choice(
            has_interval=values.get("expected_interval_seconds") is not None,
            has_cron=values.get("cron_expression") is not None,
        )


class JobDeclarationIn(ScheduleIn):
    """All that a job is but for its name."""

    description: Description | None = None
    grace_seconds: int = Field(300, ge=0, le=_MONTH)
    down_after_seconds: int | None = Field(None, ge=0, le=_MONTH)
    max_runtime_seconds: int | None = Field(None, ge=1, le=LONGEST_INTERVAL)
    failure_tolerance: int = Field(0, ge=0, le=100)
    recovery_threshold: int = Field(1, ge=1, le=100)
    tags: list[Tag] = Field(default_factory=list, max_length=_MOST_TAGS)


class JobIn(JobDeclarationIn):
    """A job to make."""

    name: Name


class JobChangesIn(JobIn):
    """What to change of a job; what is left out stays."""

    name: Name = ""

    @classmethod
    def explain_bad(cls, values: Mapping[str, Any]) -> Mistakes:
        """Return what is wrong between interval and cron expression, as far as they are sent."""
        both = {"expected_interval_seconds", "cron_expression"}
        is_told = both <= values.keys() or any(values.get(name) is not None for name in both)
        return super().explain_bad(values) if is_told else {}


def chosen_values(body: Body) -> dict[str, Any]:
    """Return the values that were sent; the same tag twice is one tag."""
    chosen = body.model_dump(exclude_unset=True)
    if "tags" in chosen:
        chosen["tags"] = tuple(dict.fromkeys(chosen["tags"]))
    return chosen
