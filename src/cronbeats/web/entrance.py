"""The entrance to the pages of one path: who comes from where, and may do what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse

from cronbeats.domain.access import Action
from cronbeats.domain.account import fold_email
from cronbeats.domain.membership import Membership
from cronbeats.edge.asgi import Receive, Scope, Send
from cronbeats.edge.proxied_person import people_named
from cronbeats.web import cookies, refusals
from cronbeats.web.answers import sign_in_path
from cronbeats.web.forms import read_form
from cronbeats.web.page import Needs, Page
from cronbeats.web.refusals import Refusal
from cronbeats.web.visit import Answer, Visit, Visitor, WebContext, client_of

# Where people get an account, and where they leave.
_FOR_NEWCOMERS = ("/invite/{token}", "/first-run/{token}", "/sign-out")
_HIGHEST_ID = 2**63 - 1


class Entrance:
    """Lets visits in to the pages of one path, which are given by their methods."""

    def __init__(self, context: WebContext, pages: Mapping[str, Page]) -> None:
        self._context = context
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request. Raises Refusal, and what the page raises."""
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        page = self._find(request)
        if page.method != "GET" and not is_from_here(request.headers, self._context.base_url):
            raise Refusal(refusals.FOREIGN_FORM)
        now = self._context.clock()
        named = _named(request, page, self._context)
        visitor = await self._recognize(request, page, named, now)
        if visitor is None and named is not None and page.path not in _FOR_NEWCOMERS:
            raise Refusal(refusals.unknown_person(named))
        if visitor is None and page.needs not in {Needs.FIXED, Needs.ANYONE}:
            return _ask_to_sign_in(request, page)
        here = _enter_workspace(request, page, visitor)
        form = {} if page.method == "GET" else await read_form(request)
        position = self._context.hub.position
        return await page.handler(
            Visit(self._context, request, now, form, visitor, here, position, named)
        )

    def _find(self, request: Request) -> Page:
        page = self._pages.get("GET" if request.method == "HEAD" else request.method)
        if page is None:
            heads = {"HEAD"} if "GET" in self._pages else set()
            raise Refusal(refusals.wrong_method(sorted(self._pages.keys() | heads)))
        ids = [value for value in request.path_params.values() if isinstance(value, int)]
        if any(each > _HIGHEST_ID for each in ids):
            raise Refusal(refusals.NOT_FOUND)
        return page

    async def _recognize(
        self, request: Request, page: Page, named: str | None, now: datetime
    ) -> Visitor | None:
        token = cookies.read_cookie(request, self._context, cookies.SESSION)
        if self._context.proxy is not None and named is not None:
            return await self._context.proxy.recognize(named, token, now)
        if page.needs is Needs.FIXED or not token:
            return None
        client = client_of(request, self._context)
        return await self._context.recognize(token, client, now)


def is_from_here(headers: Headers, base_url: str) -> bool:
    """Tell whether one of our own pages sent a request.

    Browsers say so themselves (https://www.w3.org/TR/fetch-metadata/), but only to servers that
    they reach through TLS or on their own machine; to others they tell the page's origin at least.
    """
    sites = headers.getlist("sec-fetch-site")
    if sites:
        return set(sites) == {"same-origin"}
    origins = set(headers.getlist("origin"))
    base, host = urlsplit(base_url), headers.get("host", "")
    ours = {f"{base.scheme}://{base.netloc}", f"http://{host}", f"https://{host}"}
    return len(origins) == 1 and origins <= ours


def _named(request: Request, page: Page, context: WebContext) -> str | None:
    """Return the folded address by which a trusted proxy names whoever asks, None if none does."""
    if context.proxy is None or page.needs is Needs.FIXED:
        return None
    people = people_named(request.scope, context.proxy.header, context.trusted_proxies)
    if len(people) > 1:
        raise Refusal(refusals.SEVERAL_PEOPLE)
    return fold_email(people[0]) if people else None


def _ask_to_sign_in(request: Request, page: Page) -> Answer:
    if page.method != "GET":
        raise Refusal(refusals.SIGNED_OUT)
    return RedirectResponse(sign_in_path(request.url.path, request.url.query), 303)


def _enter_workspace(request: Request, page: Page, visitor: Visitor | None) -> Membership | None:
    """Return what a visitor is in the workspace of the path; strangers find none there."""
    if not isinstance(page.needs, Action) or visitor is None:
        return None
    wanted = request.path_params["workspace_id"]
    here = next((each for each in visitor.memberships if each.workspace_id == wanted), None)
    if here is None:
        raise Refusal(refusals.NOT_FOUND)
    if not here.may(page.needs):
        raise Refusal(refusals.lacks_role(here.role, page.needs))
    return here
