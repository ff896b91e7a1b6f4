"""ETags of jobs, and the headers that ask for one before something is changed (RFC 9110, 13)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import AfterValidator

from cronbeats.api.shapes import mistake
from cronbeats.domain.job import Job
from cronbeats.domain.revision import Precondition, revision_of

# As RFC 9110 writes it (8.8.3, 5.6.1): any number of commas and blanks around each tag.
_TAG = r'(W/)?"[!#-~]*"'
_TAGS_PATTERN = rf"^[ \t,]*{_TAG}([ \t]*,[ \t,]*{_TAG})*[ \t,]*$"
_ANY_PATTERN = r"^[ \t]*\*[ \t]*$"
_REVISION = re.compile(r'"([!#-~]*)"')
_LONGEST = 4000


def etag_of(job: Job) -> str:
    """Return the entity tag of a job's configuration."""
    return f'"{revision_of(job)}"'


def _read(text: str) -> frozenset[str] | None:
    """Return the tags that a header names, None for any; raises for validators.

    A tag that a proxy has marked as weak (`W/`) counts like any other: what it names is the
    configuration, and that is the same however it was sent.
    """
    if re.search(_ANY_PATTERN, text):
        return None
    if not re.search(_TAGS_PATTERN, text):
        raise mistake(
            'Must be * or entity tags in quotation marks, as in "5d41402abc4b2a76b9719d911017c592".'
        )
    return frozenset(_REVISION.findall(text))


def _tags(text: str) -> str:
    _read(text)
    return text


def _star(text: str) -> str:
    if not re.search(_ANY_PATTERN, text):
        raise mistake("Must be *, which is the only one that is understood here.")
    return text


IfMatchHeader = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=_LONGEST,
        description="Change the job only if it has one of these ETags, or any with *",
        examples=['"5d41402abc4b2a76b9719d911017c592"'],
        json_schema_extra={
            "format": "entity-tags",
            "pattern": f"{_ANY_PATTERN}|{_TAGS_PATTERN}",
        },
    ),
    AfterValidator(lambda text: text if text is None else _tags(text)),
]
IfNoneMatchHeader = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        max_length=_LONGEST,
        description="With *, make the job only if there is none of that name yet",
        examples=["*"],
        json_schema_extra={"enum": ["*"]},
    ),
    AfterValidator(lambda text: text if text is None else _star(text)),
]


async def _if_match(request: Request, if_match: IfMatchHeader = None) -> Precondition:
    if if_match is None:
        return Precondition()
    # A list may come in several lines of the same header.
    revisions = _read(", ".join(request.headers.getlist("if-match")))
    return Precondition(revisions, must_exist=True)


async def _if_match_or_new(
    asked: Annotated[Precondition, Depends(_if_match)], if_none_match: IfNoneMatchHeader = None
) -> Precondition:
    must_be_new = if_none_match is not None
    return Precondition(asked.revisions, asked.must_exist, must_be_new=must_be_new)


IfMatch = Annotated[Precondition, Depends(_if_match)]
"""The job must be as the caller knows it, if the caller says so."""

IfMatchOrNew = Annotated[Precondition, Depends(_if_match_or_new)]
"""The same, or there must be no such job yet."""
