"""Jobs as scripts declare them: by their names."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Path, Request, Response
from starlette.convertors import Convertor, register_url_convertor

from cronbeats.api.answer import Answer, success
from cronbeats.api.context import Context, JobEditor
from cronbeats.api.job_shapes import TRIMMED_LINE, JobDeclarationIn, TrimmedName, chosen_values
from cronbeats.api.job_shown import JobShown
from cronbeats.api.job_view import job_json
from cronbeats.api.openapi_errors import raises
from cronbeats.api.openapi_headers import sends
from cronbeats.api.preconditions import IfMatchOrNew, etag_of
from cronbeats.api.routing import new_router
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.job_wish import JobWish
from cronbeats.services import manage_jobs

router = new_router("/jobs/by-name", tag="Jobs")


async def _utf_8(request: Request) -> None:
    """Refuse a path whose bytes are no text; they would arrive as some other name."""
    raw: bytes = request.scope.get("raw_path") or b""
    try:
        unquote_to_bytes(raw.partition(b"?")[0]).decode()
    except UnicodeDecodeError:
        raise InvalidValueError({"name": ["Must be valid Unicode text."]}) from None


NameInPath = Annotated[
    TrimmedName,
    Path(
        description="The job's name, each byte that is no letter or digit sent as %XX",
        examples=["Daily Database Backup"],
        json_schema_extra=TRIMMED_LINE,
    ),
]


class _AnyTextConvertor(Convertor[str]):
    """Whatever is left of a path; `path` stops at the end of a line, and would find no route."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("any_text", _AnyTextConvertor())


@router.put(
    "/{name:any_text}",
    operation_id="declareJob",
    dependencies=[Depends(_utf_8)],
    responses={
        **sends("ETag"),
        201: {"model": Answer[JobShown], "description": "It was made.", **sends("ETag")[200]},
    },
    openapi_extra=raises("ambiguous_name", "precondition_failed"),
)
async def declare(
    name: NameInPath,
    body: JobDeclarationIn,
    context: Context,
    who: JobEditor,
    *,
    only_if: IfMatchOrNew,
    response: Response,
) -> Answer[JobShown]:
    """Make the job of this name be as declared, and make it if there is none.

    The declaration is the whole truth: what it leaves out gets its default, whatever it was before,
    so that the same declaration always gives the same job. Whether the job is paused or muted is
    not declared, and stays. Declaring what is so already changes nothing. Names are compared
    exactly, case included; deleted jobs do not count.
    """
    declared = await manage_jobs.declare_job(
        context.db,
        who.workspace_id,
        JobWish(name=name, **chosen_values(body)),
        context.clock(),
        by=who.actor,
        blind=await context.blind_windows(),
        only_if=only_if,
    )
    response.headers["ETag"] = etag_of(declared.job)
    response.status_code = 201 if declared.is_new else 200
    return success(job_json(declared.job, context.base_url))
