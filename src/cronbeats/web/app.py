"""The pages as an ASGI app."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import Route, Router

from cronbeats.edge.asgi import Receive, Scope, Send
from cronbeats.edge.slow_body import Patience
from cronbeats.edge.turnstile import Turnstile
from cronbeats.web.entrance import Entrance
from cronbeats.web.gate import Gate
from cronbeats.web.page import Page
from cronbeats.web.refusals import NOT_FOUND, Refusal
from cronbeats.web.routes import DEVELOPMENT_PAGES, PAGES
from cronbeats.web.visit import WebContext

_ID = re.compile(r"\{(\w+_id)\}")


class _IdConvertor(IntegerConvertor):
    """Knows an id by its one spelling: 01 is no name of 1."""

    regex = "[1-9][0-9]{0,18}"


register_url_convertor("id", _IdConvertor())


class WebDoor:
    """Serves the pages of a table, by default all that there are."""

    def __init__(
        self,
        context: WebContext,
        pages: Iterable[Page] | None = None,
        turnstile: Turnstile | None = None,
        patience: Patience | None = None,
    ) -> None:
        if pages is None:
            pages = PAGES + DEVELOPMENT_PAGES if context.is_development else PAGES
        self._app = Gate(_router(context, pages), turnstile, patience)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        await self._app(scope, receive, send)


def _router(context: WebContext, pages: Iterable[Page]) -> Router:
    paths: dict[str, dict[str, Page]] = {}
    for page in pages:
        paths.setdefault(page.path, {})[page.method] = page
    routes = [
        Route(_ID.sub(r"{\1:id}", path), Entrance(context, methods))
        for path, methods in paths.items()
    ]
    return Router(routes, redirect_slashes=False, default=_find_nothing)


async def _find_nothing(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    raise Refusal(NOT_FOUND)
