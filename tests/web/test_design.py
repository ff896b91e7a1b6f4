"""The page of all parts: for development only, and as good as the pages made of them."""

import re
from pathlib import Path

import pytest

from cronbeats.settings import Settings
from cronbeats.web.routes import DEVELOPMENT_PAGES
from tests.support.world import World
from tests.web.contrast import contrast, schemes
from tests.web.door import FROM_HERE, client_of
from tests.web.pages import Page

STATIC = Path(__file__).parents[2] / "src/cronbeats/web/static"
HOSTILE = "\"><script>alert('x')</script>&amp;{{ 7 * 7 }}"


@pytest.fixture
async def page() -> Page:
    async with client_of(DEVELOPMENT_PAGES) as http:
        return Page((await http.get("/design")).text)


async def test_it_is_there_only_in_development(world: World) -> None:
    for page in DEVELOPMENT_PAGES:
        answer = await world.http.request(page.method, page.path, headers=FROM_HERE)
        assert answer.status_code == 404, page.path


def test_development_has_to_be_asked_for() -> None:
    assert not Settings().development


def test_its_parts_are_well_formed(page: Page) -> None:
    assert page.slips == []
    assert len(set(page.ids)) == len(page.ids)
    assert len(page.all("h1")) == 1
    assert page.all("main", id="main")


def test_nothing_on_it_is_inline(page: Page) -> None:
    assert page.all("style") == []
    assert "script" not in page.texts
    for element in page.elements:
        assert not [name for name in element.attributes if name == "style" or name[:2] == "on"]


def test_each_field_has_its_label_and_says_what_is_wrong_with_it(page: Page) -> None:
    labels = {each.attributes.get("for") for each in page.all("label")}
    shown = [*page.all("input"), *page.all("textarea"), *page.all("select")]
    for field in shown:
        if field.attributes.get("type") not in {"radio", "checkbox"}:
            assert field.attributes["id"] in labels
        for described in field.attributes.get("aria-describedby", "").split():
            assert described in page.ids
    for name in ("name", "about", "zone"):
        [wrong] = [each for each in shown if each.attributes.get("id") == f"wrong-{name}"]
        assert wrong.attributes["aria-invalid"] == "true"
        assert f"wrong-{name}-error" in wrong.attributes["aria-describedby"]
    assert "This reason belongs to no field that is shown." in page.texts["p"]


def test_a_status_is_a_shape_and_a_word(page: Page) -> None:
    states = [each.attributes.get("class") for each in page.all("span")]
    for name in ("pending", "healthy", "late", "down", "disabled"):
        assert f"state {name}" in states
    words = {text.strip() for text in page.texts["span"]}
    assert {"Pending", "Healthy", "Late", "Down", "Paused"} <= words


async def test_what_was_typed_is_kept_and_is_never_markup() -> None:
    async with client_of(DEVELOPMENT_PAGES) as http:
        answer = await http.post("/design/dialog", data={"confirm": HOSTILE}, headers=FROM_HERE)
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.slips == []
    assert [each.attributes["value"] for each in page.all("input", id="confirm")] == [HOSTILE]
    assert "alert" not in "".join(page.texts.get("script", []))


def test_every_text_can_be_read_on_what_is_behind_it() -> None:
    """WCAG 2.2, 1.4.3 (AA): 4.5 to 1 for text; 1.4.11: 3 to 1 for the edges of fields."""
    for scheme in schemes((STATIC / "cronbeats.css").read_text()):
        for kind in ("accent", "blue", "amber", "red"):
            assert contrast(scheme[kind], scheme[f"{kind}-soft"]) >= 4.5, kind
        for kind in ("accent", "red"):
            for ground in (scheme[kind], scheme[f"{kind}-strong"]):
                assert contrast(scheme[f"on-{kind}"], ground) >= 4.5, kind
        for ground in ("paper", "raised"):
            assert contrast(scheme["accent-strong"], scheme[ground]) >= 4.5
            assert contrast(scheme["edge"], scheme[ground]) >= 3


def test_styles_use_no_colour_but_the_schemes() -> None:
    for file in STATIC.glob("*.css"):
        rules = file.read_text().split("/* Cards and what heads them */")[-1]
        assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == [], file.name
        assert len(file.read_text().splitlines()) <= 400
