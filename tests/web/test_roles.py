"""The table of pages: each is open to those who may use it, and to nobody else."""

import re

import httpx
import pytest

from cronbeats.domain.access import Action, Role, least_role
from cronbeats.web.page import Needs, Page
from cronbeats.web.routes import PAGES
from tests.support.people import signed_in
from tests.support.world import World

RANKS = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]
IN_WORKSPACES = [page for page in PAGES if isinstance(page.needs, Action)]
FORMS = [page for page in PAGES if page.method == "POST"]
# Whoever needs not be signed in: what such a page takes for right is in the path, or in the form.
OPEN = {
    "/",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/sign-out",
    "/first-run/{token}",
    "/forgot",
    "/reset/{token}",
    "/invite/{token}",
    "/docs/api",
    "/static/{name}",
}
FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {},
]


async def path_of(page: Page, world: World) -> str:
    """Return the path of a page about a job just made, or about what is not there."""
    path = page.path.replace("{workspace_id}", str(world.workspace_id))
    if "{job_id}" in path:
        path = path.replace("{job_id}", str((await world.make_job())["id"]))
    return re.sub(r"\{\w+\}", "999999", path)


def was_refused(answer: httpx.Response) -> bool:
    """Tell whether somebody was turned away for who they are."""
    leads_out = answer.headers.get("location", "").startswith("/sign-in")
    return answer.status_code in {401, 403} or leads_out


def test_each_page_is_there_once_and_belongs_to_a_workspace_if_it_says_so() -> None:
    rows = [(page.method, page.path) for page in PAGES]
    assert len(set(rows)) == len(rows)
    assert {page.method for page in PAGES} == {"GET", "POST"}
    for page in PAGES:
        assert isinstance(page.needs, Action) == page.path.startswith("/w/{workspace_id}"), page


def test_whoever_is_not_signed_in_finds_only_what_is_meant_for_them() -> None:
    found = {page.path for page in PAGES if page.needs in {Needs.ANYONE, Needs.FIXED}}
    assert found == OPEN


async def test_each_page_is_open_from_its_least_role_on(world: World) -> None:
    people = {role: await signed_in(world, role) for role in RANKS}
    for page in IN_WORKSPACES:
        assert isinstance(page.needs, Action)
        least = RANKS.index(least_role(page.needs))
        for rank, role in enumerate(RANKS):
            answer = await people[role].request(page.method, await path_of(page, world))
            assert answer.status_code < 500, (page, role)
            if rank >= least:
                assert not was_refused(answer), (page, role, answer.status_code)
            else:
                assert answer.status_code == 403, (page, role)


async def test_for_strangers_a_workspace_is_not_there(world: World) -> None:
    stranger = await signed_in(world, None)
    nowhere = await stranger.get("/nowhere")
    for page in IN_WORKSPACES:
        answer = await stranger.request(page.method, await path_of(page, world))
        assert (answer.status_code, answer.text) == (404, nowhere.text), page


async def test_nobody_is_asked_to_sign_in(world: World) -> None:
    for page in PAGES:
        if page.needs in {Needs.FIXED, Needs.ANYONE}:
            continue
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        answer = await world.http.request(page.method, await path_of(page, world), headers=headers)
        if page.method == "GET":
            assert answer.status_code == 303, page
            assert answer.headers["Location"].startswith("/sign-in?next="), page
        else:
            assert answer.status_code == 401, page


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_form_is_taken_from_elsewhere(world: World, headers: dict[str, str]) -> None:
    owner = await signed_in(world, Role.OWNER)
    del owner.headers["Sec-Fetch-Site"]
    for page in FORMS:
        answer = await owner.post(await path_of(page, world), headers=headers)
        assert answer.status_code == 403, page
        assert "This form did not come from here" in answer.text, page
