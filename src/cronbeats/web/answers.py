"""What a page answers: itself, or the way to another one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, Response

from cronbeats.domain.errors import ThrottledError
from cronbeats.web import cookies
from cronbeats.web.navigation import links
from cronbeats.web.rendering import render
from cronbeats.web.visit import Visit

_HOME = "/"
_PRINTABLE = range(0x21, 0x7F)


def show(visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page; what the page before wanted to be told is told on it, once.

    The template is given the `visit`, what is `told`, and these values. Of these, `down` is how
    many jobs are down, which the page's title and icon tell.
    """
    told = cookies.told(visit.request, visit.context)
    place = visit.here or cookies.last_workspace(visit)
    navigation = list(links(place, visit.path))
    common = {"visit": visit, "told": told, "navigation": navigation, "place": place, "down": 0}
    html = render(template, **{**common, **values})
    answer = HTMLResponse(html, status)
    if told is not None:
        cookies.forget_told(answer, visit.context)
    return answer


def ask_to_wait(answer: Response, error: ThrottledError) -> Response:
    """Tell programs, too, how long to wait, and return the page that tells people."""
    answer.headers["retry-after"] = str(error.retry_after_seconds)
    return answer


def go_to(visit: Visit, path: str, *, told: str = "") -> Response:
    """Return the way to another page, which tells what was done."""
    answer = Response(status_code=303, headers={"location": path})
    if told:
        cookies.tell_next(answer, visit.context, told)
    return answer


def own_path(text: str | None) -> str:
    """Return `text` if it is a path of this server, else the first page's.

    Browsers take a backslash for a slash and drop tabs and line breaks, which may lead away: a path
    has none of them (https://url.spec.whatwg.org/#concept-basic-url-parser).
    """
    if not text or not text.startswith("/") or text.startswith("//"):
        return _HOME
    is_plain = all(ord(character) in _PRINTABLE and character != "\\" for character in text)
    return text if is_plain else _HOME


def sign_in_path(visit_path: str, query: str) -> str:
    """Return the way to sign in, and from there back to a path."""
    back = quote(visit_path) + (f"?{query}" if query else "")
    return "/sign-in" if back == _HOME else f"/sign-in?{urlencode({'next': back})}"
