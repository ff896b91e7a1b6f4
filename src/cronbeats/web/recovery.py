"""A new password for whoever forgot theirs."""

from __future__ import annotations

from cronbeats.domain.errors import InvalidValueError, ThrottledError
from cronbeats.services.recover_accounts import (
    NewPassword,
    ask_for_reset,
    check_reset,
    reset_password,
)
from cronbeats.web.answers import ask_to_wait, show
from cronbeats.web.forms import Form, refused, too_many_tries
from cronbeats.web.page import Needs, get, post
from cronbeats.web.sign_in import lead_in, require_passwords
from cronbeats.web.visit import Answer, Visit


async def show_forgot(visit: Visit) -> Answer:
    """Ask for the address that a link is sent to, or tell who else makes one."""
    require_passwords(visit)
    can_send = visit.context.begin_reset is not None
    return show(visit, "forgot.html", form=Form(), can_send=can_send, is_sent=False)


async def do_forgot(visit: Visit) -> Answer:
    """Begin to send a link; whether there is such an account, the answer does not tell."""
    begin = visit.context.begin_reset
    if begin is None:
        return await show_forgot(visit)
    try:
        await ask_for_reset(visit.context.db, visit.client, visit.now)
    except ThrottledError as error:
        form = too_many_tries(error, visit.form)
        answer = show(visit, "forgot.html", status=429, form=form, can_send=True, is_sent=False)
        return ask_to_wait(answer, error)
    begin(visit.form.get("email", ""))
    return show(visit, "forgot.html", form=Form(visit.form), can_send=True, is_sent=True)


async def show_reset(visit: Visit) -> Answer:
    """Ask for the new password. Raises LinkGoneError."""
    user = await check_reset(visit.context.db, visit.part("token"), visit.now)
    return show(visit, "reset.html", form=Form(), email=user.email)


async def do_reset(visit: Visit) -> Answer:
    """Set the new password and sign in. Raises LinkGoneError."""
    db, token = visit.context.db, visit.part("token")
    unlinks = visit.context.terms.passwords_count
    new = NewPassword(token, visit.form.get("password", ""), visit.client, unlinks)
    before = await check_reset(db, token, visit.now)
    try:
        known = await reset_password(db, visit.context.hashes, new, visit.now)
    except InvalidValueError as error:
        form = refused(visit.form, error)
        return show(visit, "reset.html", status=422, form=form, email=before.email)
    told = "Your new password is set. All other sessions have ended."
    if unlinks and before.linked_issuer is not None:
        told += " Your account is linked to no provider any more: link it anew below."
    return lead_in(visit, known, "/account", told=told)


PAGES = (
    get("/forgot", show_forgot, Needs.ANYONE),
    post("/forgot", do_forgot, Needs.ANYONE),
    get("/reset/{token}", show_reset, Needs.ANYONE),
    post("/reset/{token}", do_reset, Needs.ANYONE),
)
