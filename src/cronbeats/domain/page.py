"""Lists come in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is wanted; pages count from 1."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """A page of a list: its items, and how many the whole list has."""

    items: list[_Item]
    request: PageRequest
    total: int

    @property
    def total_pages(self) -> int:
        """How many pages there are; none if the list is empty."""
        return -(-self.total // self.request.per_page)


def page_of(items: Sequence[_Item], request: PageRequest) -> Page[_Item]:
    """Return a page of a list that is all there."""
    start = request.offset
    return Page(list(items[start : start + request.per_page]), request, len(items))
