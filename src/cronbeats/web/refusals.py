"""What is told instead of a page: what happened, and what to do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from cronbeats.domain.access import Action, Role, least_role
from cronbeats.domain.errors import (
    ConflictError,
    CronBeatsError,
    InvalidValueError,
    LinkGoneError,
    NotAllowedError,
    NotFoundError,
    OverloadedError,
    PlanRequiredError,
    ThrottledError,
    UnavailableError,
)
from cronbeats.edge.asgi import Scope
from cronbeats.web.rendering import render


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal in words: `title` says what happened, `advice` what to do."""

    status: int
    title: str
    advice: str
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None


class Refusal(Exception):
    """A page is not given; `told` says why."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.title)
        self.told = told


BAD_FORM = Told(400, "This form cannot be read", "Go back, reload the page and send it again.")
SIGNED_OUT = Told(401, "You are not signed in", "Nothing was changed. Sign in, then do it again.")
FOREIGN_FORM = Told(
    403,
    "This form did not come from here",
    "Nothing was changed: forms count only when they are sent from CronBeats' own pages. Go back, "
    "reload the page and send it again.",
)
NOT_FOUND = Told(
    404,
    "There is no such page",
    "It may have been deleted, or belong to a workspace that you are not in.",
)
SLOW_FORM = Told(
    408, "This form did not arrive whole", "It took too long. Go back and send it again."
)
LINK_GONE = Told(
    410,
    "This link does not work any more",
    "Such links work once, and for a while. Ask for a new one where this one came from.",
)
LARGE_FORM = Told(
    413, "This form is too large", "Go back, shorten what you wrote and send it again."
)
NOT_A_FORM = Told(415, "This is not a form", "Programs use the Management API, told at /docs/api.")
SEVERAL_PEOPLE = Told(
    403,
    "It is not clear who you are",
    "The proxy in front of this server names more than one person. Whoever runs it has to let it "
    "remove what browsers send in the header with which it names people.",
)
PASSWORDS_OFF = Told(
    403,
    "Passwords let nobody in here",
    "Whoever runs this server has chosen that people sign in elsewhere. Begin at the start.",
)
UNAVAILABLE = Told(
    503,
    "The database cannot be used right now",
    "Nothing was changed. Try again in a moment.",
    {"retry-after": "1"},
)
BUSY = Told(
    503,
    "This server has too much to do right now",
    "Nothing was changed. Try again in a moment.",
)
_UNFORESEEN = Told(
    500,
    "Something went wrong on our side",
    "Try again. If it stays like this, whoever runs this server finds more in its log.",
)


def wrong_method(methods: list[str]) -> Told:
    """Return what to tell whoever uses a page in a way that it does not know."""
    advice = "Go back, and use the links and buttons of the pages."
    return Told(405, "This page cannot be used that way", advice, {"allow": ", ".join(methods)})


def unknown_person(email: str) -> Told:
    """Return what to tell somebody whom a proxy names, and who has no account."""
    return Told(
        403,
        "You have no account here",
        f"The proxy in front of this server says that you are {email}. Ask somebody who may invite "
        "you for an invitation, and follow its link.",
    )


def lacks_role(role: Role, action: Action) -> Told:
    """Return what to tell whoever may see a workspace, but not do this in it."""
    least = least_role(action)
    needed = "an owner" if least is Role.OWNER else f"{_article(least)} {least}, or more"
    return Told(
        403,
        "Your role may not do this",
        f"You are {_article(role)} {role} of this workspace; this needs {needed}. "
        "An owner can change your role.",
    )


def wait_in_words(error: ThrottledError) -> str:
    """Return how long somebody has to wait, rounded up to what people wait for."""
    minutes = -(-error.retry_after_seconds // 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"


def told_of(error: Exception, request_id: str) -> Told:
    """Return what to tell about an error; one that nobody foresaw bears the request's id."""
    match error:
        case Refusal():
            return error.told
        case NotFoundError():
            return NOT_FOUND
        case LinkGoneError():
            return LINK_GONE
        case NotAllowedError() | PlanRequiredError():
            return Told(403, "You may not do this", _sentence(error))
        case ConflictError():
            return Told(409, "This cannot be done now", _sentence(error))
        case InvalidValueError():
            return Told(422, "This cannot be", _sentence(error))
        case ThrottledError():
            advice = f"Nothing was done. Wait {wait_in_words(error)}, then do it again."
            retry = {"retry-after": str(error.retry_after_seconds)}
            return Told(429, "That was too often in a short time", advice, retry)
        case OverloadedError():
            return replace(BUSY, headers={"retry-after": str(error.retry_after_seconds)})
        case UnavailableError():
            return UNAVAILABLE
        case _:
            return replace(_UNFORESEEN, request_id=request_id)


def refuse(told: Told, scope: Scope) -> Response:
    """Return a page for people, and a line for programs."""
    if wants_page(scope):
        return HTMLResponse(render("error.html", error=told), told.status, told.headers)
    words = "Not found" if told.status == NOT_FOUND.status else f"{told.title}. {told.advice}"
    return PlainTextResponse(f"{words}\n", told.status, told.headers)


def wants_page(scope: Scope) -> bool:
    """Tell whether a browser asks, for something to look at."""
    accepted = [value for name, value in scope["headers"] if name == b"accept"]
    return b"text/html" in b",".join(accepted)


def _article(role: Role) -> str:
    return "an" if role[0] in "ao" else "a"


def _sentence(error: CronBeatsError) -> str:
    return str(error).rstrip(".") + "."
