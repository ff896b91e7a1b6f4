"""The code of the second factor, after the right password."""

from __future__ import annotations

from cronbeats.domain.errors import SignInOverError, ThrottledError, WrongCredentialsError
from cronbeats.services.sign_in import Code, confirm_code
from cronbeats.web import cookies
from cronbeats.web.answers import ask_to_wait, go_to, own_path, show
from cronbeats.web.forms import Form, too_many_tries
from cronbeats.web.page import Needs, get, post
from cronbeats.web.sign_in import DEVICE, keep_signed_in
from cronbeats.web.visit import Answer, Visit

_TEMPLATE = "sign_in_code.html"
_WRONG = "This code is wrong, or was used already. Use the one that the app shows now."


async def show_code(visit: Visit) -> Answer:
    """Ask for the code; whoever is signed in already is led on."""
    back = own_path(visit.request.query_params.get("next"))
    if visit.visitor is not None:
        return go_to(visit, back)
    return show(visit, _TEMPLATE, form=Form({"next": back}))


async def do_code(visit: Visit) -> Answer:
    """Begin the session that waited for the code, and lead to the page that was wanted."""
    form, context = visit.form, visit.context
    token = cookies.read_cookie(visit.request, context, cookies.SESSION) or ""
    device = cookies.read_cookie(visit.request, context, DEVICE)
    shown = Code(token, form.get("code", ""), visit.client, device)
    back = {"next": own_path(form.get("next"))}
    try:
        known = await confirm_code(context.db, shown, visit.now)
    except SignInOverError:
        return go_to(visit, "/sign-in", told="That took too long. Please sign in again.")
    except WrongCredentialsError:
        wrong = Form(back, {"code": [_WRONG]})
        return show(visit, _TEMPLATE, status=422, form=wrong)
    except ThrottledError as error:
        answer = show(visit, _TEMPLATE, status=429, form=too_many_tries(error, back))
        return ask_to_wait(answer, error)
    answer = go_to(visit, back["next"])
    keep_signed_in(visit, answer, known)
    return answer


PAGES = (
    get("/sign-in/code", show_code, Needs.ANYONE),
    post("/sign-in/code", do_code, Needs.ANYONE),
)
