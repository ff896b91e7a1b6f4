"""A page, taken apart."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

_VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Every element in its order, and the text of each kind of them."""

    html: str
    elements: list[Element] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    slips: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.slips += [f"<{name}> is not closed" for name in self.open]

    def all(self, kind: str, /, **attributes: str) -> list[Element]:
        """Return the elements of that kind that have these attributes."""
        return [
            each
            for each in self.elements
            if each.name == kind and attributes.items() <= each.attributes.items()
        ]

    @property
    def ids(self) -> list[str]:
        return [each.attributes["id"] for each in self.elements if "id" in each.attributes]

    def filled_in(self) -> dict[str, str]:
        """Return the fields of the page's forms as a browser would send them."""
        fields, select = {}, ""
        for each in self.elements:
            named = each.attributes.get("name", "")
            if each.name == "select":
                select = named
            elif each.name == "option" and "selected" in each.attributes:
                fields[select] = each.attributes["value"]
            elif each.name == "textarea":
                text = each.text.replace("\r\n", "\n").removeprefix("\n")
                fields[named] = text.replace("\n", "\r\n")
            elif each.name == "input" and _is_sent(each):
                fields[named] = each.attributes["value"]
        return fields

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.slips.append(f"</{tag}> ends nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "textarea":
            self.elements[-1].text += data
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)


def _is_sent(field: Element) -> bool:
    is_chosen = field.attributes["type"] != "radio" or "checked" in field.attributes
    return "name" in field.attributes and is_chosen


async def weight_of(http: httpx.AsyncClient, html: str) -> int:
    """Return the bytes of a page with all that it is drawn with."""
    drawn_with = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html))
    files = [(await http.get(each)).content for each in sorted(drawn_with)]
    return len(html.encode()) + sum(map(len, files))
