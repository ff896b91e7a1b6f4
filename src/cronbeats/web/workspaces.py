"""Workspaces: a new one, and the settings of one that there is."""

from __future__ import annotations

from typing import Any

from cronbeats.domain.access import Action, find_plan
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.rate_limit import allowance_of, usage_at
from cronbeats.services import manage_members
from cronbeats.services.delete_workspaces import delete_workspace
from cronbeats.services.manage_api_keys import MOST_KEYS
from cronbeats.services.manage_workspaces import (
    create_workspace,
    measure_usage,
    rename_workspace,
)
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form, refused
from cronbeats.web.page import Needs, get, post
from cronbeats.web.visit import Answer, Visit


async def show_new_workspace(visit: Visit) -> Answer:
    """Ask what a new workspace is to be called."""
    return show(visit, "new_workspace.html", form=Form())


async def make_workspace(visit: Visit) -> Answer:
    """Make a workspace, and lead into it."""
    name = visit.form.get("name", "")
    try:
        made = await create_workspace(visit.context.db, name, by=visit.actor, now=visit.now)
    except InvalidValueError as error:
        return show(visit, "new_workspace.html", status=422, form=refused(visit.form, error))
    return go_to(visit, f"/w/{made}", told=f"“{name.strip()}” was made; you own it.")


async def show_settings(visit: Visit) -> Answer:
    """Show what a workspace is called, and what it uses of its plan."""
    return await _show(visit, Form({"name": visit.membership.workspace_name}))


async def save_settings(visit: Visit) -> Answer:
    """Call the workspace something else."""
    here = visit.membership
    try:
        await rename_workspace(
            visit.context.db,
            here.workspace_id,
            visit.form.get("name", ""),
            by=visit.actor,
            now=visit.now,
        )
    except InvalidValueError as error:
        return await _show(visit, refused(visit.form, error), status=422)
    return go_to(visit, _path(visit), told="The workspace has its new name.")


async def ask_to_delete(visit: Visit) -> Answer:
    """Tell what goes with the workspace, and ask for its name."""
    return await _ask_to_delete(visit, Form())


async def delete(visit: Visit) -> Answer:
    """Delete the workspace if its name was typed, and lead to another one."""
    form, here = visit.form, visit.membership
    try:
        name = await delete_workspace(
            visit.context.db,
            here.workspace_id,
            form.get("name", ""),
            by=visit.actor,
            now=visit.now,
        )
    except InvalidValueError as error:
        return await _ask_to_delete(visit, refused(form, error), status=422)
    return go_to(visit, "/", told=f"“{name}” was deleted.")


async def transfer(visit: Visit) -> Answer:
    """Hand the workspace over to another member. Raises NotFoundError."""
    text = visit.form.get("user_id", "")
    here = visit.membership
    form = Form({"name": here.workspace_name})
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(2**63)) - 1):
        wrong = Form(visit.form, {"user_id": ["Choose a member."]}, scope="transfer-")
        return await _show(visit, form, status=422, transfer=wrong)
    try:
        member = await manage_members.transfer_ownership(
            visit.context.db, here.workspace_id, int(text), by=visit.actor, now=visit.now
        )
    except InvalidValueError as error:
        wrong = Form(visit.form, error.errors, scope="transfer-")
        return await _show(visit, form, status=422, transfer=wrong)
    told = f"{member.name or member.email} owns the workspace now; you are an admin."
    return go_to(visit, _path(visit), told=told)


_SETTINGS = "/w/{workspace_id}/settings"
PAGES = (
    get("/workspaces/new", show_new_workspace, Needs.SIGNED_IN),
    post("/workspaces/new", make_workspace, Needs.SIGNED_IN),
    get(_SETTINGS, show_settings, Action.MANAGE_WORKSPACE),
    post(_SETTINGS, save_settings, Action.MANAGE_WORKSPACE),
    post(f"{_SETTINGS}/transfer", transfer, Action.OWN),
    get(f"{_SETTINGS}/delete", ask_to_delete, Action.OWN),
    post(f"{_SETTINGS}/delete", delete, Action.OWN),
)


async def _ask_to_delete(visit: Visit, form: Form, *, status: int = 200) -> Answer:
    usage = await measure_usage(visit.context.db, visit.membership.workspace_id, visit.now)
    return show(
        visit, "delete_workspace.html", status=status, form=form, usage=usage, path=_path(visit)
    )


async def _show(visit: Visit, form: Form, *, status: int = 200, **more: Any) -> Answer:
    here, context = visit.membership, visit.context
    usage = await measure_usage(context.db, here.workspace_id, visit.now)
    plan = find_plan(context.plans, here.plan)
    allowance = allowance_of(usage_at(usage.requests, visit.now), plan.api_limits)
    people = await manage_members.browse_members(context.db, here.workspace_id)
    others = [each for each in people if each.user_id != visit.user.id]
    return show(
        visit,
        "workspace_settings.html",
        status=status,
        form=form,
        transfer=more.get("transfer", Form(scope="transfer-")),
        heirs=[(str(each.user_id), each.name or each.email) for each in others],
        usage=usage,
        plan=plan,
        minute=allowance.minute,
        day=allowance.day,
        most_keys=MOST_KEYS,
        path=_path(visit),
    )


def _path(visit: Visit) -> str:
    return f"/w/{visit.membership.workspace_id}/settings"
