"""Signing in with a password, and out."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from cronbeats.domain.errors import ThrottledError, WrongCredentialsError
from cronbeats.domain.session import DEVICE_IS_KNOWN_FOR, SESSION_LASTS, SignedIn
from cronbeats.services.sign_in import Knock, sign_in, sign_out
from cronbeats.web import cookies, refusals
from cronbeats.web.answers import ask_to_wait, go_to, own_path, show
from cronbeats.web.forms import Form, too_many_tries
from cronbeats.web.page import Needs, get, post
from cronbeats.web.refusals import Refusal
from cronbeats.web.visit import Answer, Visit

DEVICE = "cronbeats-device"
_WRONG = "E-mail address and password do not belong together."


async def show_sign_in(visit: Visit) -> Answer:
    """Ask for address and password; whoever is signed in already is led on."""
    back = own_path(visit.request.query_params.get("next"))
    if visit.visitor is not None:
        return go_to(visit, back)
    return show(visit, "sign_in.html", form=Form({"next": back}))


async def do_sign_in(visit: Visit) -> Answer:
    """Begin a session, and lead to the page that was wanted."""
    require_passwords(visit)
    form = visit.form
    token = cookies.read_cookie(visit.request, visit.context, cookies.SESSION)
    device = cookies.read_cookie(visit.request, visit.context, DEVICE)
    knock = Knock(
        form.get("email", ""), form.get("password", ""), visit.client, device, token or None
    )
    try:
        known = await sign_in(visit.context.db, visit.context.hashes, knock, visit.now)
    except WrongCredentialsError:
        return show(visit, "sign_in.html", status=422, form=Form(form, trouble=_WRONG))
    except ThrottledError as error:
        wait = too_many_tries(error, form)
        return ask_to_wait(show(visit, "sign_in.html", status=429, form=wait), error)
    return lead_in(visit, known, own_path(form.get("next")))


async def do_sign_out(visit: Visit) -> Answer:
    """End the session; whom a proxy names is told that they sign out there."""
    token = cookies.read_cookie(visit.request, visit.context, cookies.SESSION)
    if token:
        await sign_out(visit.context.db, token, visit.client, visit.now)
    if visit.named is not None and visit.context.proxy is not None:
        answer = show(visit, "signed_in_by_proxy.html", url=visit.context.proxy.sign_out_url)
    else:
        answer = go_to(visit, "/sign-in", told="You are signed out.")
    cookies.clear_cookie(answer, visit.context, cookies.SESSION)
    return answer


def require_passwords(visit: Visit) -> None:
    """Raise Refusal where the operator has chosen that passwords let nobody in."""
    if not visit.context.terms.passwords_count:
        raise Refusal(refusals.PASSWORDS_OFF)


def lead_in(visit: Visit, known: SignedIn, path: str, *, told: str = "") -> Answer:
    """Lead whoever showed a password to a page, by way of the code if that is needed."""
    target = f"/sign-in/code?{urlencode({'next': path})}" if known.needs_code else path
    answer = go_to(visit, target, told=told)
    keep_signed_in(visit, answer, known)
    return answer


def keep_signed_in(visit: Visit, answer: Response, known: SignedIn) -> None:
    """Let the browser keep its session, and be known when it comes back after that."""
    seconds = int(SESSION_LASTS.total_seconds())
    cookies.set_cookie(answer, visit.context, cookies.SESSION, known.session, seconds)
    if known.device is not None:
        seconds = int(DEVICE_IS_KNOWN_FOR.total_seconds())
        cookies.set_cookie(answer, visit.context, DEVICE, known.device, seconds)


PAGES = (
    get("/sign-in", show_sign_in, Needs.ANYONE),
    post("/sign-in", do_sign_in, Needs.ANYONE),
    post("/sign-out", do_sign_out, Needs.ANYONE),
)
