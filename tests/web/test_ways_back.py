"""Where a page leads next: to pages of ours, and with words that are told once."""

import pytest

from cronbeats.web.answers import go_to, own_path, show
from cronbeats.web.forms import Form
from cronbeats.web.page import Needs, get, post
from cronbeats.web.visit import Answer, Visit
from tests.web.door import FROM_HERE, client_of, visitor
from tests.web.pages import Page

WORDS = "“Ünï <b>” was made, 日本."


async def do(visit: Visit) -> Answer:
    return go_to(visit, "/told", told=WORDS + visit.form.get("more", ""))


async def tell(visit: Visit) -> Answer:
    return show(visit, "design_dialog.html", form=Form())


PAGES = (post("/do", do, Needs.SIGNED_IN), get("/told", tell, Needs.SIGNED_IN))


@pytest.mark.parametrize(
    "path", ["/", "/w/1/jobs", "/w/1/jobs?page=2&q=a%20b", "/account#codes", "/a//b", "/%5C"]
)
def test_a_path_of_ours_leads_back_to_it(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/a\r\nSet-Cookie: x=y",
        "/ünï",
        "/\x00",
    ],
)
def test_nothing_else_leads_anywhere(text: str | None) -> None:
    assert own_path(text) == "/"


@pytest.mark.parametrize("more", ["", "!", "!!"], ids=["plain", "one_more", "two_more"])
async def test_what_was_done_is_told_once_and_is_never_markup(more: str) -> None:
    async with client_of(PAGES, {"ada": visitor()}) as http:
        http.cookies.set("cronbeats", "ada", domain="cronbeats.test", path="/")
        done = await http.post("/do", data={"more": more}, headers=FROM_HERE)
        assert (done.status_code, done.headers["Location"]) == (303, "/told")
        first, second = await http.get("/told"), await http.get("/told")
    assert WORDS + more in "".join(Page(first.text).texts["p"])
    assert "<b>”" not in first.text
    assert WORDS not in "".join(Page(second.text).texts["p"])


@pytest.mark.parametrize("value", ["x", "%", "====", "__8=", "YQpi", "", "A" * 4000])
async def test_what_nobody_wanted_to_tell_is_not_told(value: str) -> None:
    async with client_of(PAGES, {"ada": visitor()}) as http:
        http.cookies.set("cronbeats", "ada")
        http.cookies.set("cronbeats-told", value)
        answer = await http.get("/told")
    assert answer.status_code == 200
    assert Page(answer.text).all("div", role="status") == []


async def test_cookies_are_for_this_host_and_not_for_scripts() -> None:
    for base_url, start, end in (
        ("http://cronbeats.test", "cronbeats-told=", ""),
        ("https://cronbeats.test", "__Host-cronbeats-told=", "; Secure"),
    ):
        session = start.replace("-told=", "")
        async with client_of(PAGES, {"ada": visitor()}, base_url=base_url) as http:
            cookie = {"Cookie": f"{session}=ada", **FROM_HERE}
            answer = await http.post("/do", headers=cookie)
        [value] = answer.headers.get_list("Set-Cookie")
        assert value.startswith(start)
        assert value.partition("; ")[2] == f"HttpOnly; Max-Age=60; Path=/; SameSite=lax{end}"
