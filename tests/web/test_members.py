"""Members and invitations on pages, without scripts."""

import re

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.throttle import BY_INVITATION
from cronbeats.services.manage_members import browse_members
from cronbeats.storage import members as stored
from cronbeats.storage import users
from tests.support.people import add_person, signed_in
from tests.support.world import World
from tests.web.pages import Page

HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"
FORM = {"email": "", "role": "member", "days": "7"}


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/members"


def link_in(answer: httpx.Response) -> str:
    """Return the path of the invitation's link that a page shows."""
    found = re.search(r"http://127\.0\.0\.1:8000(/invite/[\w-]{43})", answer.text)
    assert found, answer.text
    return found[1]


def visitor(world: World) -> httpx.AsyncClient:
    """Return the browser of somebody who is not signed in."""
    http = world.client_of(world.app)
    http.headers.update({"Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
    return http


async def role_of(world: World, email: str) -> Role | None:
    found = await browse_members(world.db, world.workspace_id)
    return next((each.role for each in found if each.email == email), None)


async def add_member(world: World, email: str, role: Role, name: str | None = None) -> int:
    user_id = await add_person(world.db, email, None)
    async with world.db.write() as tx:
        await users.set_profile(tx, user_id, name, None)
        await stored.add(tx, world.workspace_id, user_id, role, world.clock())
    return user_id


async def test_somebody_is_invited_and_joins(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    made = await owner.post(f"{path}/invite", data={**FORM, "email": " Bob@example.com"})
    assert made.status_code == 201
    link = link_in(made)
    assert Page(made.text).slips == []
    assert link not in (await owner.get(path)).text
    bob = visitor(world)
    seen = await bob.get(link)
    assert "bob@example.com" in seen.text
    assert Page(seen.text).slips == []
    wrong = await bob.post(link, data={"name": "Bob", "password": "short"})
    assert wrong.status_code == 422
    assert "Must be 10 to 256 characters long." in wrong.text
    assert "short" not in wrong.text
    joined = await bob.post(link, data={"name": "Bob", "password": "correct horse battery"})
    assert joined.headers["Location"] == f"/w/{world.workspace_id}"
    assert await role_of(world, "bob@example.com") is Role.MEMBER
    assert "Bob" in (await bob.get(path)).text
    assert (await visitor(world).get(link)).status_code == 410


async def test_somebody_who_is_signed_in_joins_with_one_button(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    link = link_in(await owner.post(f"{path}/invite", data={**FORM, "role": "viewer"}))
    guest = await signed_in(world, None)
    assert (await guest.get(path)).status_code == 404
    assert "You are signed in as" in (await guest.get(link)).text
    assert (await guest.post(link)).headers["Location"] == f"/w/{world.workspace_id}"
    assert (await guest.get(path)).status_code == 200


async def test_an_invitation_for_another_address_says_so(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    link = link_in(await owner.post(f"{path}/invite", data={**FORM, "email": "bob@example.com"}))
    guest = await signed_in(world, None)
    refused = await guest.post(link)
    assert refused.status_code == 403
    assert "This invitation is for bob@example.com" in refused.text
    assert (await guest.get(path)).status_code == 404


async def test_what_cannot_be_is_told_beside_its_field(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    for field, text in (("email", "nobody"), ("role", "king"), ("days", "31"), ("days", "x")):
        answer = await owner.post(f"{path}/invite", data={**FORM, field: text})
        assert answer.status_code == 422, field
        assert f'id="invite-{field}-error"' in answer.text, (field, text)
        assert Page(answer.text).slips == []


async def test_an_invitation_is_withdrawn(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    link = link_in(await owner.post(f"{path}/invite", data=FORM))
    action = re.search(r'action="(/w/\d+/invitations/\d+/withdraw)"', (await owner.get(path)).text)
    assert action
    assert (await owner.post(action[1])).status_code == 303
    assert (await visitor(world).get(link)).status_code == 410
    assert (await owner.post(action[1])).status_code == 404


async def test_roles_are_changed_and_people_removed_at_once(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    bob_id = await add_member(world, "bob@example.com", Role.VIEWER)
    changed = await owner.post(f"{path}/{bob_id}/role", data={"role": "admin"})
    assert changed.status_code == 303
    assert await role_of(world, "bob@example.com") is Role.ADMIN
    assert "bob@example.com is now an admin." in (await owner.get(path)).text
    assert (await owner.post(f"{path}/{bob_id}/role", data={"role": "x"})).status_code == 422
    assert Page((await owner.get(f"{path}/{bob_id}/remove")).text).slips == []
    assert (await owner.post(f"{path}/{bob_id}/remove")).status_code == 303
    assert await role_of(world, "bob@example.com") is None
    for end in (f"{bob_id}/remove", "999999/remove"):
        assert (await owner.get(f"{path}/{end}")).status_code == 404


async def test_whoever_is_removed_finds_nothing_with_the_next_request(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    guest = await signed_in(world, Role.ADMIN)
    [guest_id] = [
        each.user_id
        for each in await browse_members(world.db, world.workspace_id)
        if each.role is Role.ADMIN
    ]
    assert (await guest.get(path)).status_code == 200
    await owner.post(f"{path}/{guest_id}/remove")
    for page in (path, f"/w/{world.workspace_id}/jobs", f"/w/{world.workspace_id}/settings"):
        assert (await guest.get(page)).status_code == 404, page


async def test_admins_are_offered_only_what_they_may(world: World, path: str) -> None:
    admin = await signed_in(world, Role.ADMIN)
    bob_id = await add_member(world, "bob@example.com", Role.MEMBER)
    page = Page((await admin.get(path)).text)
    assert {each.attributes["value"] for each in page.all("option")} == {"viewer", "member"}
    assert [each.attributes["action"] for each in page.all("form") if "role" in str(each)] == [
        f"{path}/{bob_id}/role"
    ]
    refused = await admin.post(f"{path}/{bob_id}/role", data={"role": "owner"})
    assert refused.status_code == 403
    assert (await admin.post(f"{path}/1/remove")).status_code == 403


async def test_the_last_owner_stays_and_is_told_why(world: World, path: str) -> None:
    ada = await signed_in(world, Role.OWNER)
    await ada.post(f"{path}/1/remove")
    [last] = [each.user_id for each in await browse_members(world.db, world.workspace_id)]
    for end, form in (
        ("leave", {"sure": "yes"}),
        (f"{last}/role", {"role": "viewer"}),
        (f"{last}/remove", {}),
    ):
        answer = await ada.post(f"{path}/{end}", data=form)
        assert answer.status_code == 409, end
        assert "A workspace keeps at least one owner" in answer.text


async def test_nobody_leaves_without_having_said_so(world: World, path: str) -> None:
    guest = await signed_in(world, Role.VIEWER)
    assert (await guest.post(f"{path}/leave")).headers["Location"] == f"{path}/leave"
    assert 'name="sure"' in (await guest.get(f"{path}/leave")).text
    assert (await guest.post(f"{path}/leave", data={"sure": "yes"})).status_code == 303
    assert (await guest.get(path)).status_code == 404


async def test_viewers_see_who_is_there_and_no_buttons(world: World, path: str) -> None:
    viewer = await signed_in(world, Role.VIEWER)
    page = Page((await viewer.get(path)).text)
    assert "ada@example.com" in page.html
    assert page.all("select") == []
    assert f"{path}/invite" not in page.html


async def test_names_are_shown_as_they_are_however_hostile(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    bob_id = await add_member(world, "bob@example.com", Role.VIEWER, HOSTILE)
    for page in (path, f"{path}/{bob_id}/remove"):
        html = (await owner.get(page)).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html
        assert Page(html).slips == []


async def test_whoever_tries_too_often_to_join_is_told_how_long_to_wait(
    world: World, owner: httpx.AsyncClient, path: str
) -> None:
    await add_person(world.db, "bob@example.com")
    link = link_in(await owner.post(f"{path}/invite", data=FORM))
    eve = visitor(world)
    form = {"email": "bob@example.com", "name": "Eve", "password": "correct horse battery"}
    for _ in range(BY_INVITATION.burst):
        assert (await eve.post(link, data=form)).status_code == 422
    answer = await eve.post(link, data=form)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    page = Page(answer.text)
    assert page.slips == []
    assert "Too many tries. Please wait a minute, then try again." in page.html
    assert page.all("input", name="email", value="bob@example.com")
    assert form["password"] not in page.html
