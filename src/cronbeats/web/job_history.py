"""What is kept of a job: its runs, its incidents, its signals and what they brought along."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import PlainTextResponse

from cronbeats.domain.access import Action
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.page import PageRequest
from cronbeats.domain.printable import printable
from cronbeats.domain.signal import SignalKind
from cronbeats.services import browse_history
from cronbeats.storage.signals import SignalQuery
from cronbeats.web.answers import show
from cronbeats.web.forms import Form
from cronbeats.web.job_page import timeline_values
from cronbeats.web.job_paths import JOB, find_job
from cronbeats.web.job_words import INCIDENT_REASONS, SIGNAL_KINDS, said_of_job
from cronbeats.web.lists import page_number
from cronbeats.web.page import get
from cronbeats.web.timeline import MOST_BARS
from cronbeats.web.visit import Answer, Visit

_PER_PAGE = 50
_KINDS = [("", "Any kind"), *SIGNAL_KINDS.items()]


async def show_runs(visit: Visit) -> Answer:
    """Show a page of a job's runs and lost slots, drawn and as a table. Raises NotFoundError."""
    job, context = await find_job(visit), visit.context
    request = PageRequest(page_number(visit), MOST_BARS)
    page = await browse_history.browse_runs(context.db, job.workspace_id, job.id, request)
    blind, are_newest = await context.blind_windows(), request.page == 1
    drawn = timeline_values(visit, job, page.items, blind, are_newest=are_newest)
    return show(visit, "job_runs.html", **said_of_job(visit, job), **drawn, page=page)


async def show_incidents(visit: Visit) -> Answer:
    """List a job's incidents, newest first. Raises NotFoundError."""
    job = await find_job(visit)
    request = PageRequest(page_number(visit), _PER_PAGE)
    db = visit.context.db
    page = await browse_history.browse_incidents(db, job.workspace_id, job.id, request)
    said = said_of_job(visit, job)
    return show(visit, "job_incidents.html", **said, page=page, reasons=INCIDENT_REASONS)


async def show_signals(visit: Visit) -> Answer:
    """List a job's signals, newest first, of all kinds or of one. Raises NotFoundError."""
    job = await find_job(visit)
    kind = _kind(visit.request.query_params.get("type", ""))
    page = await browse_history.browse_signals(
        visit.context.db,
        job.workspace_id,
        job.id,
        SignalQuery(kind),
        PageRequest(page_number(visit), _PER_PAGE),
    )
    return show(
        visit,
        "job_signals.html",
        **said_of_job(visit, job),
        page=page,
        form=Form({"type": kind or ""}),
        options=_KINDS,
        query=urlencode({"type": kind}) if kind else "",
    )


async def show_signal(visit: Visit) -> Answer:
    """Show one signal with all that it brought along. Raises NotFoundError."""
    job = await find_job(visit)
    found = await browse_history.get_signal(
        visit.context.db, job.workspace_id, job.id, visit.id("signal_id")
    )
    return show(
        visit,
        "job_signal.html",
        **said_of_job(visit, job),
        signal=found.signal,
        output=None if found.output is None else printable(found.output),
        is_cut=found.is_cut,
    )


async def download_output(visit: Visit) -> Answer:
    """Answer with what a signal brought along, as it was kept. Raises NotFoundError."""
    job_id, signal_id = visit.id("job_id"), visit.id("signal_id")
    workspace_id = visit.membership.workspace_id
    text = await browse_history.get_output(visit.context.db, workspace_id, job_id, signal_id)
    name = f"job-{job_id}-signal-{signal_id}.txt"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
    }
    return PlainTextResponse(text, headers=headers)


PAGES = (
    get(f"{JOB}/runs", show_runs, Action.READ),
    get(f"{JOB}/incidents", show_incidents, Action.READ),
    get(f"{JOB}/signals", show_signals, Action.READ),
    get(f"{JOB}/signals/{{signal_id}}", show_signal, Action.READ),
    get(f"{JOB}/signals/{{signal_id}}/output", download_output, Action.READ),
)


def _kind(text: str) -> SignalKind | None:
    """Return the kind of signal that is wanted, None for all. Raises NotFoundError."""
    try:
        return SignalKind(text) if text else None
    except ValueError:
        raise NotFoundError("There is no such kind of signal.") from None
