"""Behind an invitation's link: somebody joins, with an account or with a new one."""

from __future__ import annotations

from starlette.responses import Response

from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    NotAllowedError,
    ThrottledError,
)
from cronbeats.domain.membership import Invitation
from cronbeats.services.invite_people import (
    Newcomer,
    accept,
    join_as_newcomer,
    look_at_invitation,
)
from cronbeats.web.answers import ask_to_wait, go_to, show
from cronbeats.web.forms import Form, refused, too_many_tries
from cronbeats.web.page import Needs, get, post
from cronbeats.web.sign_in import keep_signed_in, require_passwords
from cronbeats.web.visit import Answer, Visit


async def show_invitation(visit: Visit) -> Answer:
    """Say who invites whom to what. Raises LinkGoneError."""
    invitation = await look_at_invitation(visit.context.db, visit.part("token"), visit.now)
    return _show(visit, invitation, Form({"email": invitation.email or ""}))


async def join(visit: Visit) -> Answer:
    """Let whoever is there join, and lead into the workspace. Raises LinkGoneError."""
    token = visit.part("token")
    invitation = await look_at_invitation(visit.context.db, token, visit.now)
    if visit.visitor is None:
        return await _join_as_newcomer(visit, token, invitation)
    try:
        workspace_id = await accept(visit.context.db, token, by=visit.actor, now=visit.now)
    except ConflictError:
        return go_to(visit, f"/w/{invitation.workspace_id}")
    except NotAllowedError as error:
        return _show(visit, invitation, Form(trouble=f"{error}."), status=403)
    return go_to(visit, f"/w/{workspace_id}", told=_welcome(invitation))


PAGES = (
    get("/invite/{token}", show_invitation, Needs.ANYONE),
    post("/invite/{token}", join, Needs.ANYONE),
)


async def _join_as_newcomer(visit: Visit, token: str, invitation: Invitation) -> Answer:
    form = visit.form
    if visit.named is None:
        require_passwords(visit)
    email = visit.named or invitation.email or form.get("email", "")
    # Whom a proxy names has shown there who they are.
    password = form.get("password", "") if visit.named is None else None
    newcomer = Newcomer(email, password, form.get("name", ""))
    try:
        joined = await join_as_newcomer(
            visit.context.db,
            visit.context.hashes,
            token,
            newcomer,
            client=visit.client,
            now=visit.now,
        )
    except InvalidValueError as error:
        return _show(visit, invitation, refused({**form, "email": email}, error), status=422)
    except NotAllowedError as error:
        return _show(visit, invitation, Form(form, trouble=f"{error}."), status=403)
    except ThrottledError as error:
        wait = too_many_tries(error, {**form, "email": email})
        return ask_to_wait(_show(visit, invitation, wait, status=429), error)
    answer = go_to(visit, f"/w/{joined.workspace_id}", told=_welcome(invitation))
    if joined.signed_in is not None:
        keep_signed_in(visit, answer, joined.signed_in)
    return answer


def _show(visit: Visit, invitation: Invitation, form: Form, *, status: int = 200) -> Response:
    return show(visit, "invitation.html", status=status, invitation=invitation, form=form)


def _welcome(invitation: Invitation) -> str:
    return f"Welcome to {invitation.workspace_name}."
