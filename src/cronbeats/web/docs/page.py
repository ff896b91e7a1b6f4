"""The page that tells of the Management API."""

from __future__ import annotations

from cronbeats.edge.fixed_answer import FixedAnswer
from cronbeats.web.docs.document import read_document
from cronbeats.web.page import Needs, get
from cronbeats.web.rendering import render
from cronbeats.web.visit import Answer, Visit

_HTML = "text/html; charset=utf-8"


async def show_api(visit: Visit) -> Answer:
    """Tell every call of the API, as its OpenAPI document does."""
    context = visit.context
    if "api" not in context.fixed:
        html = render("docs/api.html", **read_document(context.document()))
        context.fixed["api"] = FixedAnswer(html.encode(), _HTML)
    return context.fixed["api"]


PAGES = (get("/docs/api", show_api, Needs.FIXED),)
