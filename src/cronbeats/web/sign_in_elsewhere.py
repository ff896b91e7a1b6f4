"""Signing in by the provider's word, and linking an account to it."""

from __future__ import annotations

import re

from starlette.responses import Response

from cronbeats.domain.authorization_request import REQUEST_LASTS, AuthorizationRequest
from cronbeats.domain.errors import (
    InvalidValueError,
    LinkFirstError,
    NotLetInError,
    ProviderError,
    SignInError,
    SignInOverError,
    ThrottledError,
)
from cronbeats.senders.protocol import IdentityProvider
from cronbeats.services.link_accounts import prove_password, unlink
from cronbeats.services.sign_in_elsewhere import Departure, Return, come_back, set_out
from cronbeats.storage.authorization_requests import LONGEST_BACK, Errand
from cronbeats.web import account, cookies, refusals
from cronbeats.web.answers import ask_to_wait, go_to, own_path, show
from cronbeats.web.forms import Form, too_many_tries
from cronbeats.web.page import Needs, get, post
from cronbeats.web.refusals import Refusal, Told
from cronbeats.web.sign_in import DEVICE, keep_signed_in, require_passwords
from cronbeats.web.visit import Answer, Visit

_BROWSER = "cronbeats-browser"
_ERROR = re.compile(r"[a-z_]{1,40}")
_ACCOUNT = "/account"
_TOO_LATE = "That took too long, or was begun in another browser. Please sign in again."


async def depart(visit: Visit) -> Answer:
    """Send the browser to the provider; whoever is signed in already is led on."""
    back = own_path(visit.request.query_params.get("next"))
    if len(back) > LONGEST_BACK:
        back = "/"
    if visit.visitor is not None:
        return go_to(visit, back)
    try:
        departure = await _set_out(visit, Errand(back, None))
    except ThrottledError as error:
        wait = too_many_tries(error, {"next": back})
        return ask_to_wait(show(visit, "sign_in.html", status=429, form=wait), error)
    except ProviderError as error:
        return _tell(visit, error, 503, back)
    answer = go_to(visit, departure.url)
    _keep_browser(visit, answer, departure)
    return answer


async def arrive(visit: Visit) -> Answer:
    """Let in who comes back from the provider, and lead to the page that was wanted."""
    provider, context = _provider(visit), visit.context
    try:
        arrival = await come_back(context.db, provider, _return(visit), context.terms, visit.now)
    except SignInOverError as error:
        if visit.visitor is not None:
            return go_to(visit, "/")
        return _tell(visit, error, 422, words=_TOO_LATE)
    except LinkFirstError as error:
        return _tell(visit, error, 403, _ACCOUNT)
    except NotLetInError as error:
        return _tell(visit, error, 403)
    except ProviderError as error:
        return _tell(visit, error, 503)
    if arrival.signed_in is None:
        return go_to(visit, arrival.back, told=f"Your account is linked to {provider.name}.")
    answer = go_to(visit, arrival.back)
    keep_signed_in(visit, answer, arrival.signed_in)
    return answer


async def link(visit: Visit) -> Answer:
    """Send the browser of somebody who knows the password to the provider, to link the account."""
    require_passwords(visit)
    provider, context = _provider(visit), visit.context
    password = visit.form.get("password", "")
    try:
        await prove_password(context.db, context.hashes, visit.user.id, password, visit.now)
        departure = await _set_out(visit, Errand(_ACCOUNT, visit.user.id))
    except InvalidValueError as error:
        return await account.show_with(visit, link=Form(errors=error.errors), status=422)
    except ThrottledError as error:
        answer = await account.show_with(visit, link=too_many_tries(error), status=429)
        return ask_to_wait(answer, error)
    except ProviderError as error:
        return _tell(visit, error, 503)
    # Browsers let no form lead elsewhere where the policy says 'self': a page of ours leads on.
    answer = show(visit, "departure.html", provider=provider, url=departure.url)
    answer.headers["refresh"] = f"1; url={departure.url}"
    _keep_browser(visit, answer, departure)
    return answer


async def end_link(visit: Visit) -> Answer:
    """Let the provider's word let somebody in no more. Raises ConflictError."""
    require_passwords(visit)
    provider = _provider(visit)
    await unlink(visit.context.db, visit.user.id, visit.client, visit.now)
    return go_to(visit, _ACCOUNT, told=f"Your account is not linked to {provider.name} any more.")


PAGES = (
    get("/sign-in/oidc", depart, Needs.ANYONE),
    get("/sign-in/oidc/callback", arrive, Needs.ANYONE),
    post("/account/link", link, Needs.SIGNED_IN),
    post("/account/unlink", end_link, Needs.SIGNED_IN),
)


def _provider(visit: Visit) -> IdentityProvider:
    if visit.context.provider is None:
        raise Refusal(refusals.NOT_FOUND)
    return visit.context.provider


async def _set_out(visit: Visit, errand: Errand) -> Departure:
    browser = cookies.read_cookie(visit.request, visit.context, _BROWSER)
    return await set_out(
        visit.context.db,
        _provider(visit),
        errand,
        browser=browser,
        client=visit.client,
        now=visit.now,
    )


def _keep_browser(visit: Visit, answer: Response, departure: Departure) -> None:
    seconds = int(REQUEST_LASTS.total_seconds())
    cookies.set_cookie(answer, visit.context, _BROWSER, departure.browser, seconds)


def _return(visit: Visit) -> Return:
    asked, context = visit.request.query_params, visit.context
    browser = cookies.read_cookie(visit.request, context, _BROWSER) or ""
    return Return(
        AuthorizationRequest(asked.get("state", ""), browser),
        asked.get("code", ""),
        _named(asked.get("error", "")),
        visit.client,
        cookies.read_cookie(visit.request, context, DEVICE),
        cookies.read_cookie(visit.request, context, cookies.SESSION) or None,
        None if visit.visitor is None else visit.user.id,
    )


def _named(error: str) -> str:
    """Return the name of an error as it may be logged: anybody can make up such an address."""
    return error if not error or _ERROR.fullmatch(error) else "an odd error"


def _tell(
    visit: Visit, error: SignInError, status: int, back: str = "/", words: str = ""
) -> Answer:
    """Tell on the sign-in page why nobody is let in; to who is signed in, on one of its own."""
    words = words or f"{error}."
    if visit.visitor is not None:
        raise Refusal(Told(status, "The account is not linked", words))
    return show(visit, "sign_in.html", status=status, form=Form({"next": back}, trouble=words))
