"""Jobs as they are made and edited: one form for all that people decide about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import HTMLResponse

from cronbeats.domain.access import Action
from cronbeats.domain.errors import InvalidValueError, PreconditionFailedError
from cronbeats.domain.job import Job
from cronbeats.domain.job_wish import wish_of
from cronbeats.domain.kept_answer import KeptAnswer, OnceOnly
from cronbeats.domain.line import LONGEST_NAME
from cronbeats.domain.revision import Precondition, revision_of
from cronbeats.domain.schedule import explain_bad_timezone
from cronbeats.domain.token import hash_token, new_token
from cronbeats.services import manage_jobs
from cronbeats.web import job_merge
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form, refused
from cronbeats.web.job_forms import (
    LABELS,
    MORE,
    changes_of,
    fill_in,
    fresh,
    has_more,
    read_job,
)
from cronbeats.web.job_outlook import look_ahead
from cronbeats.web.job_paths import JOB, find_job, jobs_path
from cronbeats.web.lists import id_in
from cronbeats.web.page import get, post
from cronbeats.web.rendering import render
from cronbeats.web.time_zones import zone_names
from cronbeats.web.typed_numbers import UNITS
from cronbeats.web.visit import Answer, Visit

_UNITS = [(each, each) for each in UNITS]
_SEE_OTHER = 303


async def show_new_job(visit: Visit) -> Answer:
    """Ask what a new job is to be; `?copy=` names one to begin with. Raises NotFoundError."""
    fields = fresh(visit.user.timezone or "UTC")
    if (wanted := visit.request.query_params.get("copy")) is not None:
        wish = wish_of(await find_job(visit, id_in(wanted)))
        fields = fill_in(replace(wish, name=f"Copy of {wish.name}"[:LONGEST_NAME]))
    return _show_new(visit, Form({**fields, "once": new_token().secret}))


async def make_job(visit: Visit) -> Answer:
    """Make a job, and lead to it; or only show what it would be."""
    reading = read_job(visit.form)
    if "preview" in visit.form:
        return _show_new(visit, Form(visit.form, reading.errors))
    try:
        wish = reading.wish()
        made = await manage_jobs.create_job_once(
            visit.context.db,
            visit.membership.workspace_id,
            wish,
            visit.now,
            by=visit.actor,
            once=_once(visit.form),
        )
    except InvalidValueError as error:
        return _show_new(visit, refused(visit.form, error), 422)
    return go_to(visit, f"{jobs_path(visit)}/{made.body}", told=f"“{wish.name}” was made.")


async def show_job_rules(visit: Visit) -> Answer:
    """Ask what a job is to be from now on. Raises NotFoundError."""
    job = await find_job(visit)
    return _show_edit(visit, _Seen(job), Form(fill_in(wish_of(job))))


async def save_job_rules(visit: Visit) -> Answer:
    """Change a job if it still is what was shown, else show both. Raises NotFoundError."""
    job = await find_job(visit)
    if visit.form.get("revision") != revision_of(job):
        return _show_conflict(visit, job)
    reading, seen = read_job(visit.form), _Seen(job)
    if "preview" in visit.form:
        return _show_edit(visit, seen, Form(visit.form, reading.errors))
    try:
        shown = read_job(fill_in(wish_of(job))).wish()
        await manage_jobs.update_job(
            visit.context.db,
            visit.membership.workspace_id,
            job.id,
            changes_of(reading.wish(), shown),
            visit.now,
            by=visit.actor,
            blind=await visit.context.blind_windows(),
            only_if=Precondition(frozenset({revision_of(job)})),
        )
    except InvalidValueError as error:
        return _show_edit(visit, seen, refused(visit.form, error), 422)
    except PreconditionFailedError:
        return _show_conflict(visit, await find_job(visit))
    return go_to(visit, f"{jobs_path(visit)}/{job.id}", told="Your changes are saved.")


async def look_ahead_while_typing(visit: Visit) -> Answer:
    """Answer what a form means, as a part of a page; nothing is kept."""
    reading = read_job(visit.form)
    outlook = look_ahead(reading, visit.now, _reader_zone(visit))
    return HTMLResponse(render("job_outlook.html", outlook=outlook, wrong=reading.errors))


_BASE = "/w/{workspace_id}/jobs"
PAGES = (
    get(f"{_BASE}/new", show_new_job, Action.CHANGE_JOBS),
    post(f"{_BASE}/new", make_job, Action.CHANGE_JOBS),
    post(f"{_BASE}/outlook", look_ahead_while_typing, Action.CHANGE_JOBS),
    get(f"{JOB}/edit", show_job_rules, Action.CHANGE_JOBS),
    post(f"{JOB}/edit", save_job_rules, Action.CHANGE_JOBS),
)


def _once(form: Mapping[str, str]) -> OnceOnly:
    """Return what keeps a form from making a second job, as after a second click.

    The same form with something else in it is another one.
    """
    token = form.get("once") or new_token().secret
    name = hash_token(json.dumps([token, sorted(form.items())]))
    return OnceOnly(name, name, lambda job: KeptAnswer(_SEE_OTHER, str(job.id)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """The job that is edited as its editor knows it, and what else became of it meanwhile."""

    job: Job
    is_changed: bool = False
    news: tuple[str, ...] = ()

    @property
    def revision(self) -> str:
        """What the job must still be when the changes come."""
        return revision_of(self.job)

    @property
    def shown(self) -> str:
        """The fields that say what the job is."""
        return job_merge.keep({**fill_in(wish_of(self.job)), **_enabled(self.job)})


def _show_new(visit: Visit, form: Form, status: int = 200) -> Answer:
    return _show(visit, "new_job.html", form, status, action=f"{jobs_path(visit)}/new")


def _show_edit(visit: Visit, seen: _Seen, form: Form, status: int = 200) -> Answer:
    action = f"{jobs_path(visit)}/{seen.job.id}/edit"
    return _show(visit, "edit_job.html", form, status, action=action, seen=seen)


def _show_conflict(visit: Visit, job: Job) -> Answer:
    """Show what was typed to somebody whom another change forestalled, and that change."""
    current = {**fill_in(wish_of(job)), **_enabled(job)}
    shown = job_merge.kept(visit.form.get("shown", ""))
    merged = job_merge.merge(visit.form, shown or current, current)
    news = merged.news
    if shown and shown.get("is_enabled") != current["is_enabled"]:
        news = (*news, "It was resumed." if job.is_enabled else "It was paused.")
    form = Form(merged.fields, read_job(merged.fields).errors)
    return _show_edit(visit, _Seen(job, is_changed=True, news=news), form, 409)


def _show(visit: Visit, template: str, form: Form, status: int, **values: object) -> Answer:
    common: Mapping[str, object] = {
        "form": form,
        "labels": LABELS,
        "has_more": has_more(form.values) or bool(form.errors.keys() & MORE.keys()),
        "outlook": look_ahead(read_job(form.values), visit.now, _reader_zone(visit)),
        "path": jobs_path(visit),
        "units": _UNITS,
        "zones": zone_names(),
    }
    return show(visit, template, status=status, **{**common, **values})


def _enabled(job: Job) -> dict[str, str]:
    return {"is_enabled": "yes" if job.is_enabled else ""}


def _reader_zone(visit: Visit) -> str | None:
    """Return the time zone that the reader chose, else their browser's, if it told."""
    told = visit.form.get("reader_zone", "")[:64]
    return visit.user.timezone or (told if told and not explain_bad_timezone(told) else None)
