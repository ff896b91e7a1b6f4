"""Forms: read strictly, and shown again with what was typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

from cronbeats.domain.errors import InvalidValueError, ThrottledError
from cronbeats.web.refusals import BAD_FORM, LARGE_FORM, NOT_A_FORM, Refusal, wait_in_words

LARGEST_FORM = 65_536
MOST_FIELDS = 100
_MEDIA_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is shown: what its fields hold, and why that cannot be.

    `errors` maps fields to reasons; `trouble` is a reason that belongs to no field. `scope` begins
    the ids of its fields, so that several forms can be on a page.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    trouble: str = ""
    scope: str = ""

    def value(self, name: str) -> str:
        """Return what a field holds."""
        return self.values.get(name, "")

    def reasons(self, name: str) -> Sequence[str]:
        """Return why what a field holds cannot be."""
        return self.errors.get(name, ())

    def others(self, names: Collection[str]) -> list[str]:
        """Return the reasons that belong to none of these fields, as sentences."""
        strangers = [each for name, each in self.errors.items() if name not in names]
        return [
            *([self.trouble] if self.trouble else []),
            *(why for each in strangers for why in each),
        ]

    @property
    def has_errors(self) -> bool:
        """Whether something is wrong."""
        return bool(self.errors or self.trouble)


def refused(values: Mapping[str, str], error: InvalidValueError) -> Form:
    """Return a form with what was typed, and why it cannot be."""
    return Form(values, error.errors)


def too_many_tries(error: ThrottledError, values: Mapping[str, str] | None = None) -> Form:
    """Return a form that says how long to wait before it is sent again."""
    words = f"Too many tries. Please wait {wait_in_words(error)}, then try again."
    return Form(values or {}, trouble=words)


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields that were sent.

    Raises Refusal if that is no form, or one that no page of ours sends: with more than
    LARGEST_FORM bytes or MOST_FIELDS fields, with a field twice, or not in UTF-8.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await _read_body(request)
    if body and media_type != _MEDIA_TYPE:
        raise Refusal(NOT_A_FORM)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Refusal(BAD_FORM) from None
    fields = dict(pairs)
    if len(fields) < len(pairs) or any("\0" in text for pair in pairs for text in pair):
        raise Refusal(BAD_FORM)
    return fields


async def _read_body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_FORM:
            raise Refusal(LARGE_FORM)
        parts.append(part)
    return b"".join(parts)
