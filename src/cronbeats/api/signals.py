"""A job's signals."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import PlainTextResponse
from pydantic import Field
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, Moment, shown, success
from cronbeats.api.context import Context, JobId, Reader, SignalId
from cronbeats.api.job_view import shown_progress
from cronbeats.api.moments import PeriodQuery
from cronbeats.api.openapi_headers import sends
from cronbeats.api.paging import Pagination, pagination_json
from cronbeats.api.routing import new_router
from cronbeats.domain.signal import SignalKind
from cronbeats.edge.problems import moment
from cronbeats.services import browse_history
from cronbeats.storage.signals import SignalQuery, StoredSignal

router = new_router("/jobs/{job_id}/signals", tag="History")


class SignalShown(TypedDict):
    """What a job told once."""

    id: Annotated[int, shown("Names the signal", 1, minimum=1)]
    type: Annotated[SignalKind, shown("What it means", "success")]
    received_at: Annotated[Moment, shown("When it came, in UTC", "2026-02-20T02:00:09Z")]
    run_id: Annotated[
        str | None, shown("The id that the job gave its run, as in ?rid=", None, maxLength=64)
    ]
    message: Annotated[str | None, shown("What it told, at most 255 characters", "Done")]
    output_size: Annotated[int, shown("Size of its output, in bytes", 2048, minimum=0)]
    exit_code: Annotated[
        int | None, shown("The exit code that was told; 0 is success", 0, minimum=0, maximum=255)
    ]
    duration_ms: Annotated[
        int | None, shown("How long the run took, in milliseconds", 8250, minimum=0)
    ]
    progress: Annotated[
        int | None, shown("How far the run was, in per cent", None, minimum=0, maximum=100)
    ]
    source_ip: Annotated[str | None, shown("The address that it came from", "192.0.2.7")]
    user_agent: Annotated[
        str | None, shown("What the client said it was", "curl/8.5.0", maxLength=255)
    ]


class SignalsPage(TypedDict):
    """A page of signals."""

    signals: Annotated[list[SignalShown], shown("The signals, newest first", PARTS)]
    pagination: Annotated[Pagination, shown("Which page this is", PARTS)]


class SignalsQuery(PeriodQuery):
    """Which of a job's signals to list, and which page of them."""

    type: SignalKind | None = Field(None, description="Only this kind", examples=["fail"])

    def signals(self) -> SignalQuery:
        """Return what is asked for as a value."""
        return SignalQuery(self.type, self.since, self.until)


@router.get("", operation_id="listSignals")
async def browse(
    job_id: JobId, query: Annotated[SignalsQuery, Query()], context: Context, who: Reader
) -> Answer[SignalsPage]:
    """List a job's signals, newest first."""
    page = await browse_history.browse_signals(
        context.db, who.workspace_id, job_id, query.signals(), query.request()
    )
    items = [_signal_json(each) for each in page.items]
    return success({"signals": items, "pagination": pagination_json(page)})


@router.get(
    "/{signal_id}/output",
    operation_id="getSignalOutput",
    response_class=PlainTextResponse,
    responses=sends("X-Content-Type-Options"),
)
async def output(
    job_id: JobId, signal_id: SignalId, context: Context, who: Reader
) -> PlainTextResponse:
    """Return the text that a signal brought along."""
    text = await browse_history.get_output(context.db, who.workspace_id, job_id, signal_id)
    return PlainTextResponse(text, headers={"X-Content-Type-Options": "nosniff"})


def _signal_json(signal: StoredSignal) -> SignalShown:
    return {
        "id": signal.id,
        "type": signal.kind,
        "received_at": moment(signal.received_at),
        "run_id": signal.run_id,
        "message": signal.message,
        "output_size": signal.output_size,
        "exit_code": signal.exit_code,
        "duration_ms": signal.duration_ms,
        "progress": shown_progress(signal.progress),
        "source_ip": signal.source_ip,
        "user_agent": signal.user_agent,
    }
