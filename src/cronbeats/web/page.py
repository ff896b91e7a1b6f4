"""What a page is: where it is found, who may use it, and what answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from cronbeats.domain.access import Action
from cronbeats.web.visit import Answer, Visit

Handler = Callable[[Visit], Awaitable[Answer]]


class Needs(Enum):
    """What a page needs of whoever asks for it, unless it is a role within its workspace.

    FIXED pages are the same for everybody: nobody is recognized there. ANYONE may be signed in or
    not, and the page may look at that.
    """

    FIXED = "fixed"
    ANYONE = "anyone"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class Page:
    """One row of the table of pages.

    `method` is GET, which answers HEAD, too, or POST. Parts of `path` in braces are given to the
    handler; those that end with `_id` are whole numbers from 1, in
    their one spelling. An Action is needed within the workspace
    that the path names with `{workspace_id}`.
    """

    method: str
    path: str
    handler: Handler
    needs: Needs | Action


def get(path: str, handler: Handler, needs: Needs | Action) -> Page:
    """Return a page that is looked at."""
    return Page("GET", path, handler, needs)


def post(path: str, handler: Handler, needs: Needs | Action) -> Page:
    """Return a page that a form is sent to."""
    return Page("POST", path, handler, needs)
