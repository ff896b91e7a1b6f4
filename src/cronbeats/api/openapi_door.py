"""Publishes the OpenAPI document, to anybody: it holds no secrets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import orjson

from cronbeats.api.openapi import PATH
from cronbeats.edge.asgi import AsgiApp, Receive, Scope, Send
from cronbeats.edge.fixed_answer import METHODS, FixedAnswer


class PublishedDocument:
    """Answers for the document's path, made when it is first asked for; `app` for all others."""

    def __init__(self, app: AsgiApp, build: Callable[[], dict[str, Any]]) -> None:
        self._app = app
        self._build = build

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document itself."""
        return self._build()

    @cached_property
    def _answer(self) -> FixedAnswer:
        # Tools on other sites read it, too.
        headers = {"access-control-allow-origin": "*"}
        return FixedAnswer(orjson.dumps(self.document), "application/json", headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        if scope["path"] == PATH and scope["method"] in METHODS:
            await self._answer.__call__(scope, receive, send)
        else:
            await self._app(scope, receive, send)
