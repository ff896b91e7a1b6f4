"""What people do to many jobs at once: pause, resume and delete those that they have chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from cronbeats.domain.access import Action
from cronbeats.services import manage_many_jobs as many
from cronbeats.services.look_over_jobs import name_jobs
from cronbeats.services.manage_many_jobs import BulkResult
from cronbeats.storage.database import Database
from cronbeats.web.answers import go_to, show
from cronbeats.web.job_paths import jobs_path
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit

_CHOSEN = re.compile(r"job-([1-9][0-9]{0,17})")
_LONGEST_NAME = 40
_MOST_NAMED = 3
_NONE_CHOSEN = "No job was chosen, so nothing was changed."
_WORDS = {
    many.NOT_FOUND: "is not there any more",
    many.ALREADY_DISABLED: "was paused before",
    many.ALREADY_ENABLED: "was not paused",
}


async def pause_jobs(visit: Visit) -> Answer:
    """Stop watching the jobs that were chosen."""
    blind = await visit.context.blind_windows()
    result = await many.pause_jobs(*_what(visit), by=visit.actor, blind=blind)
    return await _tell(visit, result, "paused")


async def resume_jobs(visit: Visit) -> Answer:
    """Watch the jobs again that were chosen."""
    result = await many.resume_jobs(*_what(visit), by=visit.actor)
    return await _tell(visit, result, "watched again")


async def ask_to_delete(visit: Visit) -> Answer:
    """Ask whether the jobs that were chosen are really to be deleted."""
    address = visit.request.query_params
    chosen = await _names(visit, _chosen(address))
    if not chosen:
        return go_to(visit, _back(visit, address), told=_NONE_CHOSEN)
    back = _back(visit, address)
    return show(visit, "delete_jobs.html", chosen=chosen, path=jobs_path(visit), back=back)


async def delete_jobs(visit: Visit) -> Answer:
    """Delete the jobs that were chosen."""
    # While they still have names.
    names = await _names(visit, _chosen(visit.form))
    blind = await visit.context.blind_windows()
    result = await many.delete_jobs(*_what(visit), by=visit.actor, blind=blind)
    return await _tell(visit, result, "deleted", names)


_JOBS = "/w/{workspace_id}/jobs"
PAGES = (
    post(f"{_JOBS}/pause", pause_jobs, Action.CHANGE_JOBS),
    post(f"{_JOBS}/resume", resume_jobs, Action.CHANGE_JOBS),
    get(f"{_JOBS}/delete", ask_to_delete, Action.CHANGE_JOBS),
    post(f"{_JOBS}/delete", delete_jobs, Action.CHANGE_JOBS),
)


def _what(visit: Visit) -> tuple[Database, int, list[int], datetime]:
    return visit.context.db, visit.membership.workspace_id, _chosen(visit.form), visit.now


def _chosen(fields: Mapping[str, str]) -> list[int]:
    """Return the ids of the jobs that were chosen: fields such as `job-12`."""
    return [int(match[1]) for name in fields if (match := _CHOSEN.fullmatch(name))]


def _back(visit: Visit, fields: Mapping[str, str]) -> str:
    """Return the way back to the list as it was."""
    filters = fields.get("filters", "")
    is_plain = filters.isascii() and filters.isprintable() and " " not in filters
    return jobs_path(visit) + (f"?{filters}" if filters and is_plain else "")


async def _names(visit: Visit, job_ids: list[int]) -> dict[int, str]:
    return await name_jobs(visit.context.db, visit.membership.workspace_id, job_ids)


async def _tell(
    visit: Visit, result: BulkResult, done: str, names: Mapping[int, str] | None = None
) -> Answer:
    """Lead back to the list, and tell what was done and what was not."""
    failed = [job_id for job_id, _ in result.failed]
    known = {**await _names(visit, _chosen(visit.form)), **(names or {})}
    total = result.succeeded + len(failed)
    if not total:
        return go_to(visit, _back(visit, visit.form), told=_NONE_CHOSEN)
    changed = [known[each] for each in _chosen(visit.form) if each in known and each not in failed]
    parts = [_sum_up(changed, total, done)]
    for job_id, reason in result.failed[:_MOST_NAMED]:
        parts.append(f"{_quoted(known.get(job_id))} {_WORDS.get(reason, 'was not changed')}.")
    if len(failed) > _MOST_NAMED:
        parts.append(f"{len(failed) - _MOST_NAMED} more were not changed.")
    return go_to(visit, _back(visit, visit.form), told=" ".join(parts))


def _sum_up(changed: list[str], total: int, done: str) -> str:
    if total == len(changed) == 1:
        return f"{_quoted(changed[0])} is {done}."
    if total == len(changed):
        return f"{total} jobs are {done}."
    return f"{len(changed)} of {total} jobs {'is' if len(changed) == 1 else 'are'} {done}."


def _quoted(name: str | None) -> str:
    if name is None:
        return "A job"
    return f"“{name[: _LONGEST_NAME - 1]}…”" if len(name) > _LONGEST_NAME else f"“{name}”"
