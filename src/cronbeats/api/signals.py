"""A job's signals."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import PlainTextResponse

from cronbeats.api.context import Context, ItemId, Reader, success
from cronbeats.api.job_view import shown_progress
from cronbeats.api.paging import PageQuery, page_json
from cronbeats.api.routing import new_router
from cronbeats.edge.problems import moment
from cronbeats.services import browse_history
from cronbeats.storage.signals import StoredSignal

router = new_router("/jobs/{job_id}/signals")


@router.get("")
async def browse(
    job_id: ItemId, query: Annotated[PageQuery, Query()], context: Context, who: Reader
) -> dict[str, Any]:
    """List a job's signals, newest first."""
    page = await browse_history.browse_signals(
        context.db, who.workspace_id, job_id, query.request()
    )
    return success(page_json("signals", page, [_signal_json(each) for each in page.items]))


@router.get("/{signal_id}/output")
async def output(
    job_id: ItemId, signal_id: ItemId, context: Context, who: Reader
) -> PlainTextResponse:
    """Return the text that a signal brought along."""
    text = await browse_history.get_output(context.db, who.workspace_id, job_id, signal_id)
    return PlainTextResponse(text, headers={"X-Content-Type-Options": "nosniff"})


def _signal_json(signal: StoredSignal) -> dict[str, Any]:
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
