"""Who comes in: people whose role is enough, with forms that our own pages sent."""

import httpx
import pytest

from cronbeats.domain.access import Action, Role
from cronbeats.web.page import Needs, get, post
from tests.web.door import BASE_URL, FROM_HERE, HTML, client_of, say_hello, visitor

RANKS = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]
PAGES = (
    get("/fixed", say_hello, Needs.FIXED),
    get("/open", say_hello, Needs.ANYONE),
    get("/mine", say_hello, Needs.SIGNED_IN),
    post("/mine", say_hello, Needs.SIGNED_IN),
    get("/w/{workspace_id}/read", say_hello, Action.READ),
    post("/w/{workspace_id}/change", say_hello, Action.CHANGE_JOBS),
    post("/w/{workspace_id}/keys", say_hello, Action.MANAGE_KEYS),
)


async def ask(method: str, path: str, role: Role | None = None, **headers: str) -> httpx.Response:
    """Ask as a member of workspace 1 with that role, or as nobody."""
    sessions = {str(each): visitor(each) for each in RANKS}
    async with client_of(PAGES, sessions) as http:
        if role is not None:
            http.cookies.set("cronbeats", str(role))
        return await http.request(method, path, headers={**FROM_HERE, **HTML, **headers})


async def test_pages_for_anyone_are_for_anyone() -> None:
    for path in ("/fixed", "/open"):
        for role in (None, Role.VIEWER):
            assert (await ask("GET", path, role)).status_code == 200


async def test_nobody_is_asked_to_sign_in_and_comes_back_to_the_page() -> None:
    answer = await ask("GET", "/w/1/read?page=2&name=a%20b")
    assert answer.status_code == 303
    back = httpx.URL(answer.headers["Location"]).params["next"]
    assert (httpx.URL(back).path, dict(httpx.URL(back).params)) == (
        "/w/1/read",
        {"page": "2", "name": "a b"},
    )
    assert answer.headers["Location"].startswith("/sign-in?")


async def test_what_nobody_sends_is_not_done() -> None:
    answer = await ask("POST", "/mine")
    assert answer.status_code == 401
    assert "Nothing was changed" in answer.text


async def test_a_session_that_is_none_opens_nothing() -> None:
    async with client_of(PAGES, {}) as http:
        http.cookies.set("cronbeats", "made-up")
        assert (await http.get("/mine")).status_code == 303
        assert (await http.post("/mine", headers=FROM_HERE)).status_code == 401


async def test_a_page_is_open_from_its_least_role_on() -> None:
    for page in PAGES[4:]:
        for role in RANKS:
            answer = await ask(page.method, page.path.format(workspace_id=1), role)
            needed = {"/read": 0, "/change": 1, "/keys": 3}[
                page.path.removeprefix("/w/{workspace_id}")
            ]
            assert answer.status_code == (200 if RANKS.index(role) >= needed else 403)


async def test_whose_role_is_too_low_is_told_which_one_it_takes() -> None:
    answer = await ask("POST", "/w/1/keys", Role.ADMIN)
    assert "You are an admin of this workspace; this needs an owner." in answer.text
    answer = await ask("POST", "/w/1/change", Role.VIEWER)
    assert "You are a viewer of this workspace; this needs a member, or more." in answer.text


async def test_a_workspace_of_others_is_like_one_that_is_not_there() -> None:
    answers = [await ask("GET", f"/w/{each}/read", Role.OWNER) for each in (2, 999)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].text == answers[1].text == (await ask("GET", "/nowhere", Role.OWNER)).text


FOREIGN: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE_URL},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": f"{BASE_URL}.evil.example"},
    {"Origin": f"{BASE_URL}:8000"},
    {"Origin": "https://other.cronbeats.test"},
    {"Referer": f"{BASE_URL}/mine"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_form_from_elsewhere_is_not_taken(headers: dict[str, str]) -> None:
    async with client_of(PAGES, {"owner": visitor()}) as http:
        http.cookies.set("cronbeats", "owner")
        answer = await http.post("/mine", headers={**HTML, **headers})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": BASE_URL},
        {"Origin": "https://beats.example.com"},
        {"Origin": "https://cronbeats.test"},
        {"Origin": "http://192.168.1.5:8000", "Host": "192.168.1.5:8000"},
    ],
)
async def test_a_form_of_ours_is_taken(headers: dict[str, str]) -> None:
    sessions = {"owner": visitor()}
    async with client_of(PAGES, sessions, base_url="https://beats.example.com") as http:
        http.cookies.set("__Host-cronbeats", "owner")
        assert (await http.post("/mine", headers=headers)).status_code == 200
