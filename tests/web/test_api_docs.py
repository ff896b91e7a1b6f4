"""The documentation of the API: everything is told, to anybody, without help from elsewhere."""

from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest

from cronbeats.api.app import build_routes
from cronbeats.api.openapi import build_document
from cronbeats.app import App
from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.settings import Settings
from cronbeats.web.docs.document import read_document
from cronbeats.web.docs.schema_words import words_of
from cronbeats.web.gate import SECURITY_HEADERS
from cronbeats.web.rendering import render
from tests.support.documented import fields_of, merged
from tests.support.world import World
from tests.web.contrast import contrast, schemes
from tests.web.door import FROM_HERE
from tests.web.pages import Page

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
PATH = "/docs/api"
LARGEST_BYTES = 183_000
LANGUAGES = ("curl", "python", "javascript")


@pytest.fixture
async def answer(world: World) -> httpx.Response:
    return await world.http.get(PATH)


@pytest.fixture
def page(answer: httpx.Response) -> Page:
    return Page(answer.text)


async def test_anybody_may_read_it(world: World, answer: httpx.Response) -> None:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert (await world.http.get(PATH, headers=known)).status_code == 304


async def test_the_welcome_leads_to_it(world: World) -> None:
    assert PATH in (await world.http.get("/")).text


def test_it_is_small_with_everything_that_a_server_may_have() -> None:
    senders = build_senders(cast("HttpClient", None), cast("Any", None))
    document = build_document(build_routes(senders), "https://beats.example.com")
    html = render("docs/api.html", **read_document(document))
    assert len(html.encode()) <= LARGEST_BYTES


def test_it_is_well_formed(page: Page) -> None:
    assert page.slips == []
    assert len(set(page.ids)) == len(page.ids)


def test_every_call_is_told_with_a_sample_in_each_language(world: World, page: Page) -> None:
    named = {each.attributes["id"] for each in page.all("article")}
    for route, operation in world.published.operations.items():
        assert operation["operationId"] in named, route
        assert page.all("a", href=f"#{operation['operationId']}"), route
    for language in LANGUAGES:
        shown = page.all("pre", **{"class": f"of-{language}"})
        assert len(shown) == len(world.published.operations)
        assert page.all("input", type="radio", id=f"in-{language}")


def test_every_field_and_every_error_is_told(world: World, page: Page) -> None:
    told, codes = "".join(page.html), set(page.texts["code"])
    shapes = world.published.document["components"]["schemas"]
    for name, schema in fields_of(world.published.document):
        if "success" in shapes[name.partition(".")[0]]["properties"]:
            continue  # The envelopes have chapters of their own.
        assert name.partition(".")[2] in codes, name
        about = merged(schema, world.published.document)["description"]
        assert about.replace("'", "&#39;").replace('"', "&#34;") in told, name
    for route, operation in world.published.operations.items():
        for status in operation["responses"]:
            assert status in told, (route, status)


def test_every_link_leads_somewhere(page: Page) -> None:
    for link in page.all("a"):
        target = link.attributes["href"]
        if target.startswith("#"):
            assert target[1:] in page.ids, target
        else:
            assert target in {"/", "/api/v1/openapi.json"}


def test_the_samples_call_the_server_as_it_is_reached(world: World, page: Page) -> None:
    samples = [text for text in page.texts["pre"] if "X-API-Key" in text and "://" in text]
    assert len(samples) == len(LANGUAGES) * len(world.published.operations)
    for sample in samples:
        assert "http://127.0.0.1:8000/api/v1/" in sample


async def test_the_server_may_have_an_address_of_its_own(world: World) -> None:
    app = App(Settings(public_url="https://beats.test/x"), world.db, world.clock, world.senders)
    async with world.client_of(app) as http:
        told = (await http.get(PATH)).text
    assert 'curl "https://beats.test/x/api/v1/jobs' in told
    assert "127.0.0.1" not in told


async def test_nothing_comes_from_elsewhere_and_nothing_is_inline(
    world: World, answer: httpx.Response, page: Page
) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert page.all("style") == []
    for element in page.elements:
        assert not [name for name in element.attributes if name == "style" or name[:2] == "on"]
        if element.name == "script":
            assert element.attributes["src"]
        for name in ("src", "href"):
            address = element.attributes.get(name, "")
            assert not urlsplit(address).netloc, address
            if address.startswith("/static/"):
                assert (await world.http.get(address)).status_code == 200
    assert "script" not in page.texts


async def test_every_part_has_its_kind_and_the_headers_that_keep_it_safe(world: World) -> None:
    kinds = {
        PATH: "text/html; charset=utf-8",
        "/static/cronbeats.css": "text/css; charset=utf-8",
        "/static/docs.css": "text/css; charset=utf-8",
        "/static/cronbeats.js": "text/javascript; charset=utf-8",
        "/static/icon.svg": "image/svg+xml",
    }
    for path, kind in kinds.items():
        answer = await world.http.get(path)
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value, (path, name)


async def test_what_is_not_there_is_404_and_what_is_there_cannot_be_written(world: World) -> None:
    for path in ("/docs", "/docs/", "/docs/api/", "/static/", "/static/../app.py", "/static/x.css"):
        assert (await world.http.get(path)).status_code == 404, path
    answer = await world.http.post(PATH, headers=FROM_HERE)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_limits_are_told_in_words() -> None:
    document: Json = {"components": {"schemas": {"Kind": {"type": "string", "enum": ["a", "b"]}}}}
    cases: list[tuple[Json, str]] = [
        (
            {"type": "integer", "minimum": 1, "maximum": 9000, "default": 1},
            "integer, 1 to 9,000, default 1",
        ),
        ({"type": "integer", "minimum": 0}, "integer, 0 or more"),
        ({"type": "boolean", "default": False}, "boolean, default false"),
        ({"type": "string", "format": "date-time"}, "moment"),
        (
            {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]},
            "string, up to 9 characters, or null",
        ),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 5}, "list of string, up to 5"),
        ({"const": None}, "always null"),
        ({"$ref": "#/components/schemas/Kind"}, "a · b"),
    ]
    for schema, words in cases:
        assert words_of(schema, document) == words


def test_texts_can_be_read_by_everybody_by_day_and_by_night() -> None:
    """WCAG 2.2, 1.4.3 (AA): text has a contrast of 4.5 to 1 with what is behind it."""
    css = (ROOT / "src/cronbeats/web/static/cronbeats.css").read_text()
    day, night = schemes(css)
    assert day.keys() == night.keys()
    for scheme in (day, night):
        for ink in ("ink", "soft", "accent", "blue", "amber", "red", "violet"):
            for paper in ("paper", "raised", "sunken"):
                assert contrast(scheme[ink], scheme[paper]) >= 4.5, (ink, paper, scheme[ink])
        for ink in ("ink", "accent", "blue", "amber", "red"):
            assert contrast(scheme[ink], scheme["accent-soft"]) >= 4.5, (ink, "accent-soft")
