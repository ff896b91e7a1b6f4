"""Cookies: the session, and what is told once on the next page."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from starlette.requests import Request
from starlette.responses import Response

from cronbeats.domain.line import is_line
from cronbeats.domain.membership import Membership
from cronbeats.web.visit import Visit, WebContext

SESSION = "cronbeats"
WORKSPACE = "cronbeats-workspace"
_TOLD = "cronbeats-told"
_TOLD_SECONDS = 60
_LONGEST_TOLD = 400


def name_of(base: str, *, is_secure: bool) -> str:
    """Return the name of a cookie: over TLS one that no neighbouring host can set (RFC 6265bis)."""
    return f"__Host-{base}" if is_secure else base


def read_cookie(request: Request, context: WebContext, base: str) -> str | None:
    """Return the value of a cookie, None if the browser sent none."""
    return request.cookies.get(name_of(base, is_secure=context.is_secure))


def set_cookie(answer: Response, context: WebContext, base: str, value: str, seconds: int) -> None:
    """Let the browser keep a cookie for so many seconds, for us alone and not for scripts."""
    answer.set_cookie(
        name_of(base, is_secure=context.is_secure),
        value,
        max_age=seconds,
        path="/",
        secure=context.is_secure,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(answer: Response, context: WebContext, base: str) -> None:
    """Let the browser forget a cookie."""
    set_cookie(answer, context, base, "", 0)


def last_workspace(visit: Visit) -> Membership | None:
    """Return the workspace that a visitor looked at last, else any, None if they are in none."""
    last = read_cookie(visit.request, visit.context, WORKSPACE)
    every = visit.memberships
    return next((each for each in every if str(each.workspace_id) == last), next(iter(every), None))


def tell_next(answer: Response, context: WebContext, words: str) -> None:
    """Let the next page tell something, once."""
    # Without its padding, which would have to be quoted in a cookie.
    value = urlsafe_b64encode(words[:_LONGEST_TOLD].encode()).decode().rstrip("=")
    set_cookie(answer, context, _TOLD, value, _TOLD_SECONDS)


def told(request: Request, context: WebContext) -> str | None:
    """Return what the page before wanted to be told, None if nothing."""
    value = read_cookie(request, context, _TOLD) or ""
    try:
        words = urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return words if words and len(words) <= _LONGEST_TOLD and is_line(words) else None


def forget_told(answer: Response, context: WebContext) -> None:
    """Let what was told be told."""
    clear_cookie(answer, context, _TOLD)
