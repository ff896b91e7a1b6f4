"""The page that shows every part that pages are made of, in every state: for development."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cronbeats.domain.access import Role
from cronbeats.domain.account import User
from cronbeats.domain.job import Status
from cronbeats.domain.membership import Membership
from cronbeats.domain.page import Page as ListPage
from cronbeats.domain.page import PageRequest
from cronbeats.web.answers import show
from cronbeats.web.forms import Form
from cronbeats.web.navigation import Link
from cronbeats.web.page import Needs, get, post
from cronbeats.web.visit import Answer, Visit, Visitor

_HOME = Membership(1, "Home", "business", Role.OWNER)
_OTHERS = (
    Membership(2, "Data platform", "business", Role.ADMIN),
    Membership(
        3, "A workspace whose name is rather longer than there is room for", "pro", Role.VIEWER
    ),
)
_ADA = Visitor(User(1, "ada@example.com", "Ada Lovelace", "UTC"), 1, (_HOME, *_OTHERS))
_TYPED = {"name": "Nightly backup", "schedule": "cron", "zone": "Europe/Berlin", "told": "yes"}
_WRONG = {
    "name": ["Must be 1 to 200 printable characters long."],
    "about": ["Must be at most 255 characters long."],
    "schedule": ["Choose one."],
    "zone": ["'Mars/Base' is not a time zone. Use an IANA name such as Europe/Berlin or UTC."],
    "elsewhere": ["This reason belongs to no field that is shown."],
}


_NAVIGATION = [
    ("", [Link("Jobs", "/design", "jobs", is_here=True)]),
    (
        "Workspace",
        [
            Link(title, "/design", title.lower().replace(" ", "-"), is_here=False)
            for title in ("Members", "API Keys", "Audit log", "Settings")
        ],
    ),
]


async def show_design(visit: Visit) -> Answer:
    """Show all parts within the frame of somebody who is signed in."""
    shown = replace(visit, visitor=_ADA, here=_HOME)
    request = PageRequest(2, 50)
    return show(
        shown,
        "design.html",
        navigation=_NAVIGATION,
        told_here="The job “Nightly backup” was made.",
        statuses=list(Status),
        plain=Form(_TYPED),
        wrong=Form(_TYPED, _WRONG, scope="wrong-"),
        moments=[visit.now, visit.now - timedelta(days=40)],
        list=ListPage([], request, 132),
        roles=list(Role),
    )


async def show_dialog(visit: Visit) -> Answer:
    """Show what is asked before something is deleted."""
    return show(replace(visit, visitor=_ADA, here=_HOME), "design_dialog.html", form=Form())


async def refuse_dialog(visit: Visit) -> Answer:
    """Show the same with something wrong."""
    form = Form(visit.form, {"confirm": ["Type Home to delete it."]})
    shown = replace(visit, visitor=_ADA, here=_HOME)
    return show(shown, "design_dialog.html", status=422, form=form)


PAGES = (
    get("/design", show_design, Needs.ANYONE),
    get("/design/dialog", show_dialog, Needs.ANYONE),
    post("/design/dialog", refuse_dialog, Needs.ANYONE),
)
