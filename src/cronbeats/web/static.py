"""What pages are drawn with: the same for everybody."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from cronbeats.domain.errors import NotFoundError
from cronbeats.edge.fixed_answer import FixedAnswer
from cronbeats.web.page import Needs, get
from cronbeats.web.visit import Answer, Visit

_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


async def show_file(visit: Visit) -> Answer:
    """Answer one of the files. Raises NotFoundError."""
    return _files().get(visit.part("name")) or _missing()


PAGES = (get("/static/{name}", show_file, Needs.FIXED),)


@cache
def _files() -> dict[str, Answer]:
    folder = files("cronbeats.web").joinpath("static")
    return {
        each.name: FixedAnswer(each.read_bytes(), _KINDS[each.name.rpartition(".")[2]])
        for each in folder.iterdir()
    }


def _missing() -> Answer:
    raise NotFoundError("There is no such file.")
