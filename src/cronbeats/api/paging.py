"""Lists come in pages."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from cronbeats.api.shapes import Shape
from cronbeats.domain.page import Page, PageRequest

_LAST_PAGE = 1_000_000


class PageQuery(Shape):
    """Which page of a list."""

    page: int = Field(1, ge=1, le=_LAST_PAGE, description="Page number, from 1")
    per_page: int = Field(50, ge=1, le=100, description="Items on a page")

    def request(self) -> PageRequest:
        """Return the page asked for as a value."""
        return PageRequest(self.page, self.per_page)


def page_json(name: str, page: Page[Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a page as the API shows it, its items under their own name."""
    return {
        name: items,
        "pagination": {
            "page": page.request.page,
            "per_page": page.request.per_page,
            "total": page.total,
            "total_pages": page.total_pages,
        },
    }
