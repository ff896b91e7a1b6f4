"""The people of a workspace: who they are, what they may do, and who is invited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cronbeats.domain.access import Action, Role
from cronbeats.domain.errors import ConflictError, InvalidValueError, NotFoundError
from cronbeats.domain.membership import (
    INVITATION_LASTS,
    LONGEST_INVITATION,
    Member,
    given_roles,
    may_manage,
)
from cronbeats.services import invite_people, manage_members
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit

_FRESH = {"role": Role.MEMBER, "days": str(INVITATION_LASTS.days)}
_ABOUT = {
    Role.OWNER: "Does everything: decides about everybody, makes API keys.",
    Role.ADMIN: "Works on jobs, integrations and rules; looks after members and viewers.",
    Role.MEMBER: "Works on jobs.",
    Role.VIEWER: "Looks at everything but keys and the audit log.",
}


async def show_members(visit: Visit) -> Answer:
    """List the people of a workspace, and the open invitations."""
    return await _show(visit, Form(_FRESH, scope="invite-"))


async def invite(visit: Visit) -> Answer:
    """Make an invitation, show its link this once, and mail it if that can be."""
    form, here = visit.form, visit.membership
    try:
        invited = await invite_people.invite(
            visit.context.db,
            here.workspace_id,
            _read_role(form.get("role", "")),
            email=form.get("email", ""),
            lasts=_read_days(form.get("days", "")),
            by=visit.actor,
            now=visit.now,
        )
    except InvalidValueError as error:
        wrong = Form(
            form, {_named(field): why for field, why in error.errors.items()}, "", "invite-"
        )
        return await _show(visit, wrong, status=422)
    link = f"{visit.context.base_url}/invite/{invited.token}"
    begin = visit.context.begin_invitation
    if begin is not None and invited.may_be_mailed:
        begin(invited.invitation, link)
    fresh = Form(_FRESH, scope="invite-")
    return await _show(visit, fresh, status=201, link=link, invited=invited)


async def withdraw(visit: Visit) -> Answer:
    """Let nobody accept an invitation any more. Raises NotFoundError."""
    await invite_people.withdraw(
        visit.context.db,
        visit.membership.workspace_id,
        visit.id("invitation_id"),
        by=visit.actor,
        now=visit.now,
    )
    return go_to(visit, _path(visit), told="The invitation is withdrawn.")


async def change_role(visit: Visit) -> Answer:
    """Give somebody another role. Raises NotFoundError and NotAllowedError."""
    fresh = Form(_FRESH, scope="invite-")
    try:
        member = await manage_members.change_role(
            visit.context.db,
            visit.membership.workspace_id,
            visit.id("user_id"),
            _read_role(visit.form.get("role", "")),
            by=visit.actor,
            now=visit.now,
        )
    except InvalidValueError as error:
        return await _show(visit, fresh, status=422, trouble=error.errors["role"][0])
    except ConflictError as error:
        return await _show(visit, fresh, status=409, trouble=f"{error}.")
    told = f"{_shown(member)} is now {_with_article(member.role)}."
    return go_to(visit, _path(visit), told=told)


async def ask_to_remove(visit: Visit) -> Answer:
    """Ask whether somebody is really to go. Raises NotFoundError."""
    return show(visit, "remove_member.html", member=await _find(visit), path=_path(visit))


async def remove(visit: Visit) -> Answer:
    """Let somebody be in the workspace no more. Raises NotFoundError and NotAllowedError."""
    try:
        member = await manage_members.remove_member(
            visit.context.db,
            visit.membership.workspace_id,
            visit.id("user_id"),
            by=visit.actor,
            now=visit.now,
        )
    except ConflictError as error:
        fresh = Form(_FRESH, scope="invite-")
        return await _show(visit, fresh, status=409, trouble=f"{error}.")
    return go_to(visit, _path(visit), told=f"{_shown(member)} was removed.")


async def ask_to_leave(visit: Visit) -> Answer:
    """Ask whether somebody really wants to go."""
    return show(visit, "leave_workspace.html", path=_path(visit))


async def leave(visit: Visit) -> Answer:
    """Let somebody go who wants to, and has said so."""
    if visit.form.get("sure") != "yes":
        return go_to(visit, f"{_path(visit)}/leave")
    here = visit.membership
    try:
        await manage_members.leave(
            visit.context.db, here.workspace_id, by=visit.actor, now=visit.now
        )
    except ConflictError as error:
        fresh = Form(_FRESH, scope="invite-")
        return await _show(visit, fresh, status=409, trouble=f"{error}.")
    return go_to(visit, "/", told=f"You have left {here.workspace_name}.")


_BASE = "/w/{workspace_id}/members"
PAGES = (
    get(_BASE, show_members, Action.READ_MEMBERS),
    post(f"{_BASE}/invite", invite, Action.MANAGE_MEMBERS),
    post("/w/{workspace_id}/invitations/{invitation_id}/withdraw", withdraw, Action.MANAGE_MEMBERS),
    post(f"{_BASE}/{{user_id}}/role", change_role, Action.MANAGE_MEMBERS),
    get(f"{_BASE}/{{user_id}}/remove", ask_to_remove, Action.MANAGE_MEMBERS),
    post(f"{_BASE}/{{user_id}}/remove", remove, Action.MANAGE_MEMBERS),
    get(f"{_BASE}/leave", ask_to_leave, Action.READ_MEMBERS),
    post(f"{_BASE}/leave", leave, Action.READ_MEMBERS),
)


async def _show(visit: Visit, form: Form, *, status: int = 200, **more: Any) -> Answer:
    here, context = visit.membership, visit.context
    given = given_roles(here.role)
    people = await manage_members.browse_members(context.db, here.workspace_id)
    open_ones = (
        await invite_people.browse_invitations(context.db, here.workspace_id, visit.now)
        if given
        else []
    )
    shown = {"link": "", "invited": None, "trouble": "", **more}
    return show(
        visit,
        "members.html",
        status=status,
        form=form,
        people=people,
        managed={each.user_id for each in people if may_manage(here.role, each.role)},
        invitations=open_ones,
        roles=[(role, role.capitalize()) for role in given],
        choices=[(role, role.capitalize(), _ABOUT[role]) for role in given],
        path=_path(visit),
        base=f"/w/{here.workspace_id}",
        can_mail=context.begin_invitation is not None,
        **shown,
    )


async def _find(visit: Visit) -> Member:
    workspace_id = visit.membership.workspace_id
    people = await manage_members.browse_members(visit.context.db, workspace_id)
    wanted = visit.id("user_id")
    found = next((each for each in people if each.user_id == wanted), None)
    if found is None:
        raise NotFoundError("There is no such member in this workspace")
    return found


def _read_role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InvalidValueError({"role": ["Choose a role."]}) from None


def _read_days(text: str) -> timedelta:
    if not (text.isascii() and text.isdigit() and len(text) <= len("30")):
        raise InvalidValueError({"days": [f"Must be 1 to {LONGEST_INVITATION.days} days."]})
    return timedelta(days=int(text))


def _named(field: str) -> str:
    return "days" if field == "expires" else field


def _shown(member: Member) -> str:
    return member.name or member.email


def _with_article(role: Role) -> str:
    return f"{'an' if role[0] in 'ao' else 'a'} {role}"


def _path(visit: Visit) -> str:
    return f"/w/{visit.membership.workspace_id}/members"
