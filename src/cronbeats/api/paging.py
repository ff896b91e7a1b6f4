"""Lists come in pages."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from cronbeats.api.answer import shown
from cronbeats.api.numbers import IN_ONE_SPELLING
from cronbeats.api.shapes import Shape
from cronbeats.domain.page import Page, PageRequest

_LAST_PAGE = 1_000_000
_LONGEST_PAGE = 100


class PageQuery(Shape):
    """Which page of a list."""

    page: Annotated[int, Field(ge=1, le=_LAST_PAGE), IN_ONE_SPELLING] = Field(
        1, description="Page number, from 1", examples=[1]
    )
    per_page: Annotated[int, Field(ge=1, le=_LONGEST_PAGE), IN_ONE_SPELLING] = Field(
        50, description="Number of items on a page", examples=[50]
    )

    def request(self) -> PageRequest:
        """Return the page asked for as a value."""
        return PageRequest(self.page, self.per_page)


class Pagination(TypedDict):
    """Which page of a list this is."""

    page: Annotated[int, shown("Page number, from 1", 1, minimum=1, maximum=_LAST_PAGE)]
    per_page: Annotated[
        int, shown("Number of items on a page", 50, minimum=1, maximum=_LONGEST_PAGE)
    ]
    total: Annotated[int, shown("Number of items on all pages", 1, minimum=0)]
    total_pages: Annotated[int, shown("Number of pages", 1, minimum=0)]


def pagination_json(page: Page[Any]) -> Pagination:
    """Return which page this is, as the API shows it."""
    return {
        "page": page.request.page,
        "per_page": page.request.per_page,
        "total": page.total,
        "total_pages": page.total_pages,
    }
