"""What may be sent about jobs: bodies and queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from cronbeats.api.shapes import Body, Mistakes, changes_schema, mistake
from cronbeats.domain import schedule
from cronbeats.domain.job_wish import (
    LONGEST_DESCRIPTION,
    LONGEST_GRACE,
    LONGEST_INTERVAL,
    LONGEST_TAG,
    MOST_BORNE,
    MOST_TAGS,
)
from cronbeats.domain.line import is_line, trim

# What is_line says, as a regular expression of JSON Schema; what trim cuts off may be around it.
_NO = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
ONE_LINE_PATTERN = rf"^[^{_NO}]*$"
_SPACE = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_END = rf"[^{_SPACE}{_NO}]"
_LINE_PATTERN = rf"^[{_SPACE}]*{_END}([^{_NO}]*{_END})?[{_SPACE}]*$"
_TEXT_PATTERN = r"^[^\u0000-\u0008\u000b-\u001f]*$"

# In words of JSON Schema: exactly one of interval and cron expression.
_ONE_SCHEDULE: Final[dict[str, Any]] = {
    "oneOf": [
        {
            "required": [chosen],
            "properties": {chosen: {"type": kind}, other: {"type": "null"}},
        }
        for chosen, kind, other in (
            ("expected_interval_seconds", "integer", "cron_expression"),
            ("cron_expression", "string", "expected_interval_seconds"),
        )
    ]
}

_EXAMPLE: Final[dict[str, Any]] = {
    "expected_interval_seconds": 86400,
    "grace_seconds": 600,
    "description": "PostgreSQL backup to S3",
    "timezone": "UTC",
}


def _without_controls(text: str) -> str:
    if any(ord(character) < ord(" ") and character not in "\n\t" for character in text):
        raise ValueError("must not contain control characters")
    return text


def one_line(text: str) -> str:
    """Return a text that is one line; raises ValueError, for validators."""
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


def trimmed_line(text: str) -> str:
    """Return a text without white space at its ends; for validators, as `one_line`."""
    line = trim(text)
    if not line:
        raise mistake("Must not be empty.")
    return one_line(line)


# The length is that of what was sent, white space included: JSON Schema knows no other.
TrimmedName = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(trimmed_line),
]
TRIMMED_LINE: Final[dict[str, Any]] = {"pattern": _LINE_PATTERN, "minLength": 1}
Name = Annotated[
    TrimmedName,
    Field(
        description="What people call it, in one line",
        examples=["Daily Database Backup"],
        json_schema_extra=TRIMMED_LINE,
    ),
]
Tag = Annotated[
    str,
    StringConstraints(max_length=LONGEST_TAG),
    AfterValidator(trimmed_line),
    Field(json_schema_extra=TRIMMED_LINE),
]
Description = Annotated[
    str,
    StringConstraints(max_length=LONGEST_DESCRIPTION),
    AfterValidator(_without_controls),
    Field(json_schema_extra={"pattern": _TEXT_PATTERN}),
]
Interval = Annotated[
    int | None,
    Field(
        ge=1,
        le=LONGEST_INTERVAL,
        description=(
            "Seconds from one run to the next, a year at most. Required, unless there is a "
            "cron_expression instead"
        ),
        examples=[86400],
    ),
]
CronText = Annotated[str, StringConstraints(max_length=200), AfterValidator(_possible_cron)]
CronExpression = Annotated[
    CronText | None,
    Field(
        description=(
            "When it runs, in the five fields of a crontab: minute, hour, day of the month, "
            "month, day of the week. Instead of expected_interval_seconds"
        ),
        examples=["30 2 * * 1-5"],
        json_schema_extra={"format": "cron"},
    ),
]
ZoneName = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_known_timezone),
    Field(
        description="The IANA time zone in which the cron expression and alerts tell the time",
        examples=["UTC"],
        json_schema_extra={"format": "iana-timezone"},
    ),
]


class ScheduleIn(Body):
    """A schedule: exactly one of interval and cron expression."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"cron_expression": "30 2 * * 1-5", "timezone": "Europe/Berlin"}],
            **_ONE_SCHEDULE,
        }
    )

    expected_interval_seconds: Interval = None
    cron_expression: CronExpression = None
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

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE], **_ONE_SCHEDULE})

    description: Description | None = Field(
        None, description="What people should know of it", examples=["PostgreSQL backup to S3"]
    )
    grace_seconds: int = Field(
        300,
        ge=0,
        le=LONGEST_GRACE,
        description="Seconds after the expected moment until it is late, 30 days at most",
        examples=[600],
    )
    down_after_seconds: int | None = Field(
        None,
        ge=0,
        le=LONGEST_GRACE,
        description=(
            "Seconds from late to down, 30 days at most. null means as long as the grace, "
            "300 seconds at most"
        ),
        examples=[300],
    )
    max_runtime_seconds: int | None = Field(
        None,
        ge=1,
        le=LONGEST_INTERVAL,
        description=(
            "Seconds that a run may take from its start. With it, a run must begin within the "
            "grace and end within this time; null means that it must end within the grace"
        ),
        examples=[3600],
    )
    failure_tolerance: int = Field(
        0,
        ge=0,
        le=MOST_BORNE,
        description="Number of bad runs in a row that are borne before it is down",
        examples=[1],
    )
    recovery_threshold: int = Field(
        1,
        ge=1,
        le=MOST_BORNE,
        description="Number of good runs in a row that make it healthy again",
        examples=[2],
    )
    tags: list[Tag] = Field(
        default_factory=list,
        max_length=MOST_TAGS,
        description=(
            f"Words to find it by, {MOST_TAGS} at most, each of {LONGEST_TAG} characters at most"
        ),
        examples=[["backup", "postgres"]],
    )


class JobIn(JobDeclarationIn):
    """A job to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Daily Database Backup", **_EXAMPLE}],
            **_ONE_SCHEDULE,
        }
    )

    name: Name


def _changes_schema(schema: dict[str, Any]) -> None:
    changes_schema(grace_seconds=900, tags=["backup", "postgres"])(schema)
    neither = {"properties": {"expected_interval_seconds": False, "cron_expression": False}}
    schema["anyOf"] = [neither, *_ONE_SCHEDULE["oneOf"]]


class JobChangesIn(JobIn):
    """What to change of a job; what is left out stays."""

    model_config = ConfigDict(json_schema_extra=_changes_schema)

    name: Name = ""

    @classmethod
    def explain_bad(cls, values: Mapping[str, Any]) -> Mistakes:
        """Return what is wrong between interval and cron expression, as far as they are sent.

        To take away the one without giving the other is wrong whatever the job has: what a request
        may say does not depend on what it changes.
        """
        told = {"expected_interval_seconds", "cron_expression"} & values.keys()
        if told == {"cron_expression"} and values["cron_expression"] is None:
            return {
                "cron_expression": ["Must not be null, unless expected_interval_seconds is given."]
            }
        return super().explain_bad(values) if told else {}


def chosen_values(body: Body) -> dict[str, Any]:
    """Return the values that were sent; the same tag twice is one tag."""
    chosen = body.model_dump(exclude_unset=True)
    if "tags" in chosen:
        chosen["tags"] = tuple(dict.fromkeys(chosen["tags"]))
    return chosen
