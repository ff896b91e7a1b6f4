"""The second factor of whoever is signed in: set up, removed, and its recovery codes."""

from __future__ import annotations

from starlette.responses import Response

from cronbeats.domain.errors import InvalidValueError, ThrottledError
from cronbeats.services.manage_second_factor import (
    Proof,
    confirm_second_factor,
    count_recovery_codes,
    offer_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)
from cronbeats.web.answers import ask_to_wait, go_to, show
from cronbeats.web.forms import Form, too_many_tries
from cronbeats.web.page import Needs, get, post
from cronbeats.web.visit import Answer, Visit

_PATH = "/account/second-factor"


async def show_second_factor(visit: Visit) -> Answer:
    """Offer a second factor to whoever has none, else tell how it stands."""
    return await _show(visit, Form())


async def confirm(visit: Visit) -> Answer:
    """Let the second factor count, and show the recovery codes, this once."""
    context = visit.context
    try:
        codes = await confirm_second_factor(
            context.db,
            context.hashes,
            visit.user.id,
            _proof(visit),
            visit.now,
            asks_password=context.terms.passwords_count,
        )
    except (InvalidValueError, ThrottledError) as error:
        return await _refuse(visit, error)
    return show(visit, "recovery_codes.html", codes=codes)


async def remove(visit: Visit) -> Answer:
    """Ask for no second factor any more."""
    context = visit.context
    try:
        await remove_second_factor(
            context.db, context.hashes, visit.user.id, _proof(visit), visit.now
        )
    except (InvalidValueError, ThrottledError) as error:
        return await _refuse(visit, error)
    return go_to(visit, "/account", told="The second factor is removed.")


async def renew_codes(visit: Visit) -> Answer:
    """Show new recovery codes, this once; the earlier ones work no more."""
    context = visit.context
    try:
        codes = await renew_recovery_codes(
            context.db, context.hashes, visit.user.id, _proof(visit), visit.now
        )
    except (InvalidValueError, ThrottledError) as error:
        return await _refuse(visit, error)
    return show(visit, "recovery_codes.html", codes=codes)


PAGES = (
    get(_PATH, show_second_factor, Needs.SIGNED_IN),
    post(_PATH, confirm, Needs.SIGNED_IN),
    post(f"{_PATH}/remove", remove, Needs.SIGNED_IN),
    post(f"{_PATH}/codes", renew_codes, Needs.SIGNED_IN),
)


def _proof(visit: Visit) -> Proof:
    return Proof(visit.form.get("password", ""), visit.form.get("code", ""), visit.client)


async def _refuse(visit: Visit, error: InvalidValueError | ThrottledError) -> Response:
    if isinstance(error, ThrottledError):
        return ask_to_wait(await _show(visit, too_many_tries(error), 429), error)
    return await _show(visit, Form(errors=error.errors), 422)


async def _show(visit: Visit, form: Form, status: int = 200) -> Response:
    db, user = visit.context.db, visit.user
    if user.has_second_factor:
        left = await count_recovery_codes(db, user.id)
        return show(visit, "second_factor.html", status=status, form=form, left=left)
    offer = await offer_second_factor(db, user.id)
    return show(visit, "new_second_factor.html", status=status, form=form, offer=offer)
