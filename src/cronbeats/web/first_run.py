"""The first run: the link that the server printed makes the owner and the first workspace."""

from __future__ import annotations

from cronbeats.domain.errors import InvalidValueError
from cronbeats.services.run_first import FirstOwner, check_first_run, run_first
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form, refused
from cronbeats.web.page import Needs, get, post
from cronbeats.web.sign_in import keep_signed_in
from cronbeats.web.visit import Answer, Visit

_TEMPLATE = "first_run.html"


async def show_first_run(visit: Visit) -> Answer:
    """Ask who the owner is. Raises LinkGoneError."""
    await check_first_run(visit.context.db, visit.part("token"), visit.now)
    return show(visit, _TEMPLATE, form=Form({"workspace": "Home"}))


async def do_first_run(visit: Visit) -> Answer:
    """Make owner and workspace, and lead to the first job. Raises LinkGoneError."""
    form = visit.form
    is_named = visit.named is not None
    needs_password = visit.context.terms.passwords_count and not is_named
    owner = FirstOwner(
        form.get("workspace", ""),
        visit.named or form.get("email", ""),
        form.get("password", "") if needs_password else None,
        is_named,
    )
    try:
        made = await run_first(
            visit.context.db,
            visit.context.hashes,
            visit.part("token"),
            owner,
            client=visit.client,
            now=visit.now,
        )
    except InvalidValueError as error:
        return show(visit, _TEMPLATE, status=422, form=refused(form, error))
    answer = go_to(
        visit,
        f"/w/{made.workspace_id}/jobs/new",
        told="Your workspace is ready. Tell CronBeats of your first job.",
    )
    if made.signed_in is not None:
        keep_signed_in(visit, answer, made.signed_in)
    return answer


PAGES = (
    get("/first-run/{token}", show_first_run, Needs.ANYONE),
    post("/first-run/{token}", do_first_run, Needs.ANYONE),
)
