"""Muting a job: for how long nobody is to be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronbeats.domain.access import Action
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.job import LONGEST_MUTE, Job
from cronbeats.domain.words import local
from cronbeats.services import mute_jobs
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form, refused
from cronbeats.web.job_paths import JOB, find_job, jobs_path
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit

_HOUR = 3_600
_UNTIL = "until"
_SPANS = {
    str(_HOUR): "1 hour",
    str(8 * _HOUR): "8 hours",
    str(24 * _HOUR): "1 day",
    str(7 * 24 * _HOUR): "1 week",
}
_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


async def ask_to_mute(visit: Visit) -> Answer:
    """Ask for how long a job is to be muted. Raises NotFoundError."""
    return _ask(visit, await find_job(visit), Form({"span": str(_HOUR)}))


async def mute_job(visit: Visit) -> Answer:
    """Let no alert tell of a job for a while; it is judged all the same. Raises NotFoundError."""
    job, context = await find_job(visit), visit.context
    zone = _zone(visit, job)
    try:
        seconds = read_span(visit.form, visit.now, zone)
    except InvalidValueError as error:
        return _ask(visit, job, refused(visit.form, error), status=422)
    muted = await mute_jobs.mute_jobs(
        context.db,
        job.workspace_id,
        [job.id],
        seconds,
        visit.now,
        by=visit.actor,
        blind=await context.blind_windows(),
    )
    until = local(mute_jobs.the_one(muted).muted_until or visit.now, zone)
    return go_to(
        visit, f"{jobs_path(visit)}/{job.id}", told=f"“{job.name}” is muted until {until}."
    )


async def unmute_job(visit: Visit) -> Answer:
    """End the mute of a job; if it is down, people are told now. Raises NotFoundError."""
    context, job_id = visit.context, visit.id("job_id")
    workspace_id = visit.membership.workspace_id
    blind = await context.blind_windows()
    unmuted = await mute_jobs.unmute_jobs(
        context.db, workspace_id, [job_id], visit.now, by=visit.actor, blind=blind
    )
    told = f"“{mute_jobs.the_one(unmuted).name}” is not muted any more."
    return go_to(visit, f"{jobs_path(visit)}/{job_id}", told=told)


def read_span(form: Mapping[str, str], now: datetime, zone: str) -> int:
    """Return for how many seconds a form mutes, a moment being one of that time zone.

    Raises InvalidValueError, by the form's own fields.
    """
    span = form.get("span", "")
    if span in _SPANS:
        return int(span)
    if span != _UNTIL:
        raise InvalidValueError({"span": ["Choose one."]})
    until = _moment(form.get(_UNTIL, "").strip(), zone)
    if until is None or not timedelta(seconds=1) <= until - now <= LONGEST_MUTE:
        rule = f"Must be a date and time to come, {LONGEST_MUTE.days} days from now at most."
        raise InvalidValueError({_UNTIL: [rule]})
    return (until - now) // timedelta(seconds=1)


PAGES = (
    get(f"{JOB}/mute", ask_to_mute, Action.CHANGE_JOBS),
    post(f"{JOB}/mute", mute_job, Action.CHANGE_JOBS),
    post(f"{JOB}/unmute", unmute_job, Action.CHANGE_JOBS),
)


def _ask(visit: Visit, job: Job, form: Form, *, status: int = 200) -> Answer:
    spans = [(value, text, "") for value, text in _SPANS.items()]
    return show(
        visit,
        "mute_job.html",
        status=status,
        job=job,
        form=form,
        path=f"{jobs_path(visit)}/{job.id}",
        spans=[*spans, (_UNTIL, "Until a date", "")],
        time_zone=_zone(visit, job),
    )


def _zone(visit: Visit, job: Job) -> str:
    return visit.user.timezone or job.timezone


def _moment(text: str, zone: str) -> datetime | None:
    for each in _FORMATS:
        try:
            return datetime.strptime(text, each).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None
