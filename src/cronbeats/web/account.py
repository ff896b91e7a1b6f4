"""The account of whoever is signed in: profile, password and sessions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.responses import Response

from cronbeats.domain.errors import InvalidValueError, ThrottledError
from cronbeats.domain.session import describe_browser
from cronbeats.services.manage_account import PasswordChange, change_password, change_profile
from cronbeats.services.manage_sessions import browse_sessions, end_other_sessions, end_session
from cronbeats.web import cookies
from cronbeats.web.answers import ask_to_wait, go_to, show
from cronbeats.web.forms import Form, too_many_tries
from cronbeats.web.page import Needs, get, post
from cronbeats.web.sign_in import DEVICE, keep_signed_in, require_passwords
from cronbeats.web.visit import Answer, Visit

_HOME = "/account"


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms on the page, each with what was typed into it."""

    profile: Form
    password: Form
    link: Form


async def show_account(visit: Visit) -> Answer:
    """Show who somebody is here, and where they are signed in."""
    return await _show(visit, _forms(visit))


async def show_with(visit: Visit, *, link: Form, status: int) -> Response:
    """Show the page with what is wrong in the form that links the account."""
    return await _show(visit, replace(_forms(visit), link=replace(link, scope="link-")), status)


async def save_profile(visit: Visit) -> Answer:
    """Let a person be called something, and live in a time zone."""
    form = visit.form
    try:
        await change_profile(
            visit.context.db,
            form.get("name", ""),
            form.get("timezone", ""),
            by=visit.actor,
            now=visit.now,
        )
    except InvalidValueError as error:
        wrong = Form(form, error.errors, scope="profile-")
        return await _show(visit, replace(_forms(visit), profile=wrong), 422)
    return go_to(visit, _HOME, told="Your profile is saved.")


async def save_password(visit: Visit) -> Answer:
    """Set another password; all other sessions end."""
    require_passwords(visit)
    context, form = visit.context, visit.form
    device = cookies.read_cookie(visit.request, context, DEVICE)
    old, new = form.get("old", ""), form.get("new", "")
    change = PasswordChange(old, new, visit.client, device, visit.named is not None)
    try:
        known = await change_password(context.db, context.hashes, visit.user.id, change, visit.now)
    except InvalidValueError as error:
        wrong = Form(errors=error.errors, scope="password-")
        return await _show(visit, replace(_forms(visit), password=wrong), 422)
    except ThrottledError as error:
        wrong = replace(too_many_tries(error), scope="password-")
        answer = await _show(visit, replace(_forms(visit), password=wrong), 429)
        return ask_to_wait(answer, error)
    answer = go_to(visit, _HOME, told="Your password is changed. All other sessions have ended.")
    if known is not None:
        keep_signed_in(visit, answer, known)
    return answer


async def end_one(visit: Visit) -> Answer:
    """End one session. Raises NotFoundError if it is none of this person's."""
    session_id = visit.id("session_id")
    await end_session(visit.context.db, session_id, by=visit.actor, now=visit.now)
    if session_id == visit.session_id:
        answer = go_to(visit, "/sign-in", told="You are signed out.")
        cookies.clear_cookie(answer, visit.context, cookies.SESSION)
        return answer
    return go_to(visit, _HOME, told="The session has ended.")


async def end_others(visit: Visit) -> Answer:
    """End all sessions but this one."""
    count = await end_other_sessions(
        visit.context.db, visit.session_id, by=visit.actor, now=visit.now
    )
    told = "One other session has ended." if count == 1 else f"{count} other sessions have ended."
    return go_to(visit, _HOME, told=told)


PAGES = (
    get(_HOME, show_account, Needs.SIGNED_IN),
    post(f"{_HOME}/profile", save_profile, Needs.SIGNED_IN),
    post(f"{_HOME}/password", save_password, Needs.SIGNED_IN),
    post(f"{_HOME}/sessions/{{session_id}}/end", end_one, Needs.SIGNED_IN),
    post(f"{_HOME}/sessions/end-others", end_others, Needs.SIGNED_IN),
)


def _forms(visit: Visit) -> _Forms:
    user = visit.user
    values = {"name": user.name or "", "timezone": user.timezone or ""}
    return _Forms(Form(values, scope="profile-"), Form(scope="password-"), Form(scope="link-"))


def _is_linked(visit: Visit) -> bool:
    """Tell whether the account is linked to the provider of now."""
    provider, issuer = visit.context.provider, visit.user.linked_issuer
    # People get the slash at the end wrong; see senders/_provider.py.
    return provider is not None and (issuer or "").rstrip("/") == provider.issuer.rstrip("/")


async def _show(visit: Visit, forms: _Forms, status: int = 200) -> Response:
    sessions = await browse_sessions(visit.context.db, visit.user.id, visit.now)
    return show(
        visit,
        "account.html",
        status=status,
        forms=forms,
        is_linked=_is_linked(visit),
        sessions=[(each, describe_browser(each.client.user_agent)) for each in sessions],
    )
