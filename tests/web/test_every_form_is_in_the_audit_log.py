"""Every form that changes something leaves exactly its entries, from whoever sent it.

The forms are those of the table of pages: a new one is sent here, or it is said why it leaves none.
"""

import re
from dataclasses import dataclass, field

import httpx
import pyotp
import pytest
from sqlalchemy import select
from starlette.routing import compile_path

from cronbeats.domain.access import Role
from cronbeats.services.recover_accounts import make_reset_link
from cronbeats.services.run_first import offer_first_run
from cronbeats.storage.database import Database
from cronbeats.storage.schema import audit_log
from cronbeats.web.job_forms import fresh
from cronbeats.web.routes import PAGES
from tests.support.people import EMAIL, PASSWORD
from tests.support.world import World
from tests.web.people import browser

FORMS = {page.path: compile_path(page.path)[0] for page in PAGES if page.method == "POST"}
LEAVE_NOTHING = {
    "/forgot": "anybody may ask for a letter, as often as they like; what it leads to is told",
    "/account/link": "leads to the provider; who comes back from there is told to be linked",
    "/account/unlink": "needs a provider; its entry is told of where there is one",
    "/w/{workspace_id}/jobs/outlook": "shows what a form would mean, and keeps nothing",
}
CODE = re.compile(r"\b[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}\b")
BOB = "bob@example.com"


@dataclass
class Walk:
    """Somebody who sends one form after the other, in the browser `http`."""

    world: World
    http: httpx.AsyncClient
    email: str = EMAIL
    sent: set[str] = field(default_factory=set)

    async def post(self, path: str, *leaves: str, **form: str) -> httpx.Response:
        """Send a form, and look at what it has left."""
        known = await self._count()
        answer = await self.http.post(path, data=form)
        assert answer.is_success or answer.is_redirect, (path, answer.status_code, answer.text)
        async with self.world.db.read() as tx:
            query = select(audit_log).where(audit_log.c.id > known).order_by(audit_log.c.id)
            left = (await tx.execute(query)).all()
        assert [row.action for row in left] == list(leaves), path
        for row in left:
            assert (row.actor_kind, row.actor_name) == ("person", self.email), path
            assert row.address == "127.0.0.1", path
            is_personal = row.action.startswith("user.") or row.action == "workspace.deleted"
            assert (row.workspace_id is None) == is_personal, path
        if leaves:
            self.sent.add(min((each for each in FORMS if FORMS[each].match(path)), key=len))
        return answer

    async def find(self, path: str, pattern: str) -> str:
        """Return what a page shows last of a kind."""
        found = re.findall(pattern, (await self.http.get(path)).text)
        assert found, (path, pattern)
        return str(found[-1])

    async def _count(self) -> int:
        async with self.world.db.read() as tx:
            query = select(audit_log.c.id).order_by(audit_log.c.id.desc()).limit(1)
            return await tx.scalar(query) or 0


async def come_in(walk: Walk) -> None:
    token = await offer_first_run(walk.world.db, walk.world.clock())
    signed_up = ("user.signed_up", "workspace.created")
    form = {"workspace": "Home", "email": EMAIL, "password": PASSWORD}
    await walk.post(f"/first-run/{token}", *signed_up, **form)
    await walk.post("/sign-out", "user.signed_out")
    await walk.post("/sign-out")
    reset = await make_reset_link(walk.world.db, EMAIL, walk.world.clock())
    await walk.post(f"/reset/{reset}", "user.password_reset", password=PASSWORD)
    await walk.post("/sign-in", "user.signed_in", email=EMAIL, password=PASSWORD)


async def change_the_account(walk: Walk) -> None:
    for leaves in (["user.profile_changed"], []):
        await walk.post("/account/profile", *leaves, name="Ada", timezone="Europe/Berlin")
    new = {"old": PASSWORD, "new": "battery staple of a horse"}
    await walk.post("/account/password", "user.password_changed", **new)
    again = {"old": new["new"], "new": PASSWORD}
    await walk.post("/account/password", "user.password_changed", **again)
    other = Walk(walk.world, browser(walk.world))
    for end in (r"/account/sessions/\d+/end", "/account/sessions/end-others"):
        await other.post("/sign-in", "user.signed_in", email=EMAIL, password=PASSWORD)
        path = await walk.find("/account", f'action="({end})"')
        await walk.post(path, "user.session_ended")
    await walk.post("/account/sessions/end-others")


async def use_a_second_factor(walk: Walk) -> None:
    path = "/account/second-factor"
    app = pyotp.TOTP(await walk.find(path, r">([A-Z2-7]{32})<"))
    code = str(app.at(walk.world.clock()))
    shown = await walk.post(path, "user.second_factor_added", code=code, password=PASSWORD)
    renewed = await walk.post(f"{path}/codes", "user.recovery_codes_renewed", password=PASSWORD)
    assert shown.text != renewed.text
    await walk.post("/sign-in", email=EMAIL, password=PASSWORD)
    await walk.post("/sign-in/code", "user.signed_in", code=CODE.findall(renewed.text)[0])
    await walk.post(f"{path}/remove", "user.second_factor_removed", password=PASSWORD)


async def work_on_jobs(walk: Walk) -> None:
    made = await walk.post("/w/1/jobs/new", "job.created", **(fresh("UTC") | {"name": "Backup"}))
    path = made.headers["Location"].partition("?")[0]
    edited = fresh("UTC") | {"name": "Backup", "description": "Nightly"}
    for left in (["job.updated"], []):
        edited["revision"] = await walk.find(f"{path}/edit", 'name="revision" value="([^"]+)"')
        await walk.post(f"{path}/edit", *left, **edited)
    await walk.post(f"{path}/ping", "job.pinged")
    await walk.post(f"{path}/mute", "job.muted", span="3600")
    for what, leaves in (("unmute", "unmuted"), ("pause", "paused"), ("resume", "resumed")):
        await walk.post(f"{path}/{what}", f"job.{leaves}")
        await walk.post(f"{path}/{what}")
    await walk.post(f"{path}/delete", "job.deleted", name="Backup")


async def work_on_many_jobs(walk: Walk) -> None:
    both = {}
    for name in ("One", "Two"):
        form = fresh("UTC") | {"name": name}
        made = await walk.post("/w/1/jobs/new", "job.created", **form)
        [job_id] = re.findall(r"/jobs/(\d+)", made.headers["Location"])
        both[f"job-{job_id}"] = "on"
    for what, leaves in (("pause", "paused"), ("resume", "resumed"), ("delete", "deleted")):
        await walk.post(f"/w/1/jobs/{what}", *[f"job.{leaves}"] * 2, **both)
        await walk.post(f"/w/1/jobs/{what}", **both)


async def work_on_integrations(walk: Walk) -> None:
    path, updated = "/w/1/integrations/webhook", "integration.updated"
    await walk.post(path, updated, url="https://receiver.test/hook", secret_way="none")
    await walk.post(f"{path}/test", "integration.tested")
    await walk.post("/w/1/fire-drill", "drill.started")
    for left in (["alert_rules.updated"], []):
        await walk.post("/w/1/alert-rules", *left, alert_on_late="yes")
    for what in ("disable", "enable", "remove"):
        await walk.post(f"{path}/{what}", updated)
        await walk.post(f"{path}/{what}")


async def work_on_people(walk: Walk) -> None:
    path, form = "/w/1/members", {"email": "", "role": "member", "days": "7"}
    await walk.post(f"{path}/invite", "member.invited", **form)
    withdraw = await walk.find(path, r'action="(/w/1/invitations/\d+/withdraw)"')
    await walk.post(withdraw, "invitation.withdrawn")
    for leaves_again in (False, True):
        invited = await walk.post(f"{path}/invite", "member.invited", **form)
        [link] = set(re.findall(r"/invite/[\w-]{43}", invited.text))
        bob = Walk(walk.world, browser(walk.world), BOB)
        if leaves_again:
            await bob.post("/sign-in", "user.signed_in", email=BOB, password=PASSWORD)
            await bob.post(link, "member.joined")
            await bob.post(f"{path}/leave", "member.left", sure="yes")
        else:
            signed_up = ("user.signed_up", "member.joined")
            await bob.post(link, *signed_up, email=BOB, password=PASSWORD, name="Bob")
            role = await walk.find(path, rf'action="({path}/(?!1/)\d+/role)"')
            await walk.post(role, "member.role_changed", role=Role.ADMIN)
            await walk.post(role.replace("/role", "/remove"), "member.removed")
        walk.sent |= bob.sent


async def work_on_workspaces(walk: Walk) -> None:
    key = {"name": "k", "role": "member", "expires": "90"}
    await walk.post("/w/1/api-keys", "api_key.created", **key)
    revoke = await walk.find("/w/1/api-keys", r'(/w/1/api-keys/\d+/revoke)"')
    await walk.post(revoke, "api_key.revoked")
    await walk.post("/workspaces/new", "workspace.created", name="Office")
    for leaves in (["workspace.renamed"], []):
        await walk.post("/w/2/settings", *leaves, name="Bureau")
    await walk.post("/w/2/settings/delete", "workspace.deleted", name="Bureau")
    invited = await walk.post(
        "/w/1/members/invite", "member.invited", email=BOB, role="admin", days="7"
    )
    [link] = set(re.findall(r"/invite/[\w-]{43}", invited.text))
    bob = Walk(walk.world, browser(walk.world), BOB)
    await bob.post("/sign-in", "user.signed_in", email=BOB, password=PASSWORD)
    await bob.post(link, "member.joined")
    heir = await walk.find("/w/1/settings", r'<option value="(\d+)"')
    path, handed_over = "/w/1/settings/transfer", "workspace.ownership_transferred"
    await walk.post(path, handed_over, user_id=heir)


@pytest.fixture
async def empty_world(db: Database) -> World:
    return World(db)


# A browser's cookies and the pages are the same on each database.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_form_leaves_exactly_its_entries(empty_world: World) -> None:
    walk = Walk(empty_world, browser(empty_world))
    for steps in (
        come_in,
        change_the_account,
        use_a_second_factor,
        work_on_jobs,
        work_on_many_jobs,
        work_on_integrations,
        work_on_people,
        work_on_workspaces,
    ):
        await steps(walk)
    assert walk.sent == FORMS.keys() - LEAVE_NOTHING.keys()
