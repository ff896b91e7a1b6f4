"""The page of a job: how it stands, why, what it did, and how it reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cronbeats.domain.access import Action
from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.duration import spread_of
from cronbeats.domain.explanation import explain
from cronbeats.domain.job import Job, Run, Status
from cronbeats.domain.words import in_words, schedule_in_words
from cronbeats.services.inspect_job import Amounts, Inspection, inspect_job
from cronbeats.storage.signals import StoredSignal
from cronbeats.web.answers import show
from cronbeats.web.how_to_ping import cron_for, ways_to_ping
from cronbeats.web.job_paths import JOB, jobs_path
from cronbeats.web.job_words import INCIDENT_REASONS, said_of_job
from cronbeats.web.page import get
from cronbeats.web.timeline import MOST_BARS, draw_timeline
from cronbeats.web.visit import Answer, Visit

_AMOUNTS = Amounts(runs=MOST_BARS, incidents=4, signals=8, deliveries=4)
# For so long after its first signal, a job's page is glad of it.
_GLAD_FOR = timedelta(minutes=10)


async def show_job(visit: Visit) -> Answer:
    """Show how a job stands, why, what it did, and how it reports. Raises NotFoundError."""
    context = visit.context
    blind = await context.blind_windows()
    seen = await inspect_job(
        context.db,
        visit.membership.workspace_id,
        visit.id("job_id"),
        visit.now,
        blind=blind,
        amounts=_AMOUNTS,
    )
    job = seen.job
    return show(
        visit,
        "job.html",
        **said_of_job(visit, job),
        **timeline_values(visit, job, seen.runs.items, blind),
        seen=seen,
        explained=explain(job, blind),
        first=_first_signal(visit, seen),
        is_waiting=seen.signals.total == 0 and job.state.status is Status.PENDING,
        ways=ways_to_ping(job, context.base_url),
        has_cron=cron_for(job) is not None,
        facts_of_rules=_facts(job),
        reasons=INCIDENT_REASONS,
        list_path=jobs_path(visit),
        down=int(job.state.status is Status.DOWN),
    )


PAGES = (get(JOB, show_job, Action.READ),)


def timeline_values(
    visit: Visit, job: Job, runs: Sequence[Run], blind: BlindWindows, *, are_newest: bool = True
) -> dict[str, Any]:
    """Return what templates draw the timeline of runs with, which are given newest first."""
    zone = visit.user.timezone or job.timezone
    return {
        "timeline": draw_timeline(runs, blind, zone, visit.now, is_newest=are_newest),
        "spread": spread_of(runs),
        "runs": runs,
    }


def _first_signal(visit: Visit, seen: Inspection) -> StoredSignal | None:
    """Return the very first signal of a job if it came just now."""
    signals = seen.signals
    if not signals.items or signals.total > len(signals.items):
        return None
    first = signals.items[-1]
    return first if visit.now - first.received_at <= _GLAD_FOR else None


def _facts(job: Job) -> list[tuple[str, str]]:
    rules = job.rules
    facts = [
        ("Expected", schedule_in_words(rules.schedule)),
        ("Time zone", job.timezone),
        ("Late after", in_words(rules.grace)),
        ("Down after late for", in_words(rules.down_after)),
    ]
    if rules.max_runtime is not None:
        facts.append(("May run for", in_words(rules.max_runtime)))
    if rules.failure_tolerance:
        facts.append(("Bad runs borne in a row", str(rules.failure_tolerance)))
    if rules.recovery_threshold > 1:
        facts.append(("Good runs until healthy again", str(rules.recovery_threshold)))
    return facts
