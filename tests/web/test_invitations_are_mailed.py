"""An invitation for an address is mailed there, and the page says whether it is."""

import re

import httpx
from structlog.testing import capture_logs

from cronbeats.app import App
from cronbeats.domain.access import Role
from cronbeats.domain.delivery import Delivery, Unreachable
from cronbeats.domain.throttle import LETTERS
from cronbeats.senders.protocol import Letter, Postman
from cronbeats.senders.registry import MailPostman
from cronbeats.settings import Settings
from tests.senders.mail import BOB, server_at
from tests.support.people import HASHES, signed_in
from tests.support.recording_postman import RecordingPostman
from tests.support.stand_ins.mail import mail_stand_in
from tests.support.world import World
from tests.web.pages import Page

LINK = re.compile(r"http://127\.0\.0\.1:8000(/invite/([\w-]{43}))(?![\w-])")
NEW_PASSWORD = "correct horse battery"


class EchoingPostman(RecordingPostman):
    """Fails with a complaint that repeats the link it was given."""

    async def post(self, letter: Letter) -> Delivery:
        await super().post(letter)
        return Unreachable(f"451 cannot take {link_in(letter.text)[0]}")


def link_in(text: str) -> re.Match[str]:
    found = LINK.search(text)
    assert found, text
    return found


async def owner_of(world: World, postman: Postman) -> httpx.AsyncClient:
    """Return the owner's browser before a server that has this postman."""
    world.app = App(
        Settings(), world.db, world.clock, world.senders, hashes=HASHES, postman=postman
    )
    return await signed_in(world, Role.OWNER)


async def invite(world: World, owner: httpx.AsyncClient, email: str) -> httpx.Response:
    form = {"email": email, "role": "viewer", "days": "7"}
    made = await owner.post(f"/w/{world.workspace_id}/members/invite", data=form)
    assert made.status_code == 201
    assert Page(made.text).slips == []
    return made


async def finish_errands(world: World) -> None:
    async with world.app.running():
        pass


async def test_the_mail_says_all_that_somebody_needs_to_join(world: World) -> None:
    async with mail_stand_in() as server:
        owner = await owner_of(world, MailPostman(server_at(server.port), world.clock))
        with capture_logs() as logs:
            shown = await invite(world, owner, " Bob@example.com")
            for_anybody = await invite(world, owner, "")
            await finish_errands(world)
    [mail] = server.mails
    text = mail.part("plain")
    assert mail.to == BOB
    assert mail.message["Subject"] == "Join Home on CronBeats"
    for said in ("@example.com invites you", "Workspace: Home\n", "role: viewer\n", "for bob@"):
        assert said in text
    assert "2026-03-09 12:00 UTC" in text
    link = link_in(text)
    assert link[0] == link_in(shown.text)[0]
    assert f"It is being mailed to {BOB}." in shown.text
    assert "It is being mailed" not in for_anybody.text
    for path in (link[2], link_in(for_anybody.text)[2]):
        assert path not in str(logs)
    bob = world.client_of(world.app)
    bob.headers["Sec-Fetch-Site"] = "same-origin"
    joined = await bob.post(link[1], data={"name": "Bob", "password": NEW_PASSWORD})
    assert joined.headers["Location"] == f"/w/{world.workspace_id}"


async def test_a_mail_that_fails_is_told_in_the_log_without_its_secret(world: World) -> None:
    postman = EchoingPostman()
    owner = await owner_of(world, postman)
    with capture_logs() as logs:
        shown = await invite(world, owner, BOB)
        await finish_errands(world)
    [failed] = [each for each in logs if each["event"] == "invitation_not_sent"]
    assert failed["error"] == "451 cannot take http://127.0.0.1:8000/invite/…"
    assert link_in(shown.text)[2] not in str(logs)
    assert BOB not in str(logs)


async def test_the_page_tells_whether_each_letter_was_taken(world: World) -> None:
    for postman, email in (
        (RecordingPostman(), BOB),
        (EchoingPostman(), "eve@example.com"),
        (MailPostman(None, world.clock), "max@example.com"),
    ):
        owner = await owner_of(world, postman)
        await invite(world, owner, email)
        await finish_errands(world)
    owner = await owner_of(world, RecordingPostman())
    await invite(world, owner, "")
    shown = (await owner.get(f"/w/{world.workspace_id}/members")).text
    assert re.findall(r"<b>([^<]+)</b><small>([\w ]*[Mm]ailed)</small>", shown) == [
        (BOB, "Mailed"),
        ("eve@example.com", "Could not be mailed"),
        ("max@example.com", "Not mailed"),
    ]


async def test_a_server_that_cannot_send_mail_says_so(world: World) -> None:
    owner = await owner_of(world, MailPostman(None, world.clock))
    shown = await invite(world, owner, BOB)
    link_in(shown.text)
    assert f"This server cannot send mail: pass this link on to {BOB} yourself." in shown.text
    assert "being mailed" not in shown.text
    assert "<small>Not mailed</small>" in shown.text


async def test_nobody_is_flooded_with_invitations(world: World) -> None:
    postman = RecordingPostman()
    owner = await owner_of(world, postman)
    for _ in range(LETTERS.burst):
        assert "It is being mailed" in (await invite(world, owner, BOB)).text
    beyond = await invite(world, owner, BOB)
    link_in(beyond.text)
    assert "It was not mailed, as too many were lately" in beyond.text
    await invite(world, owner, "eve@example.com")
    await finish_errands(world)
    assert [each.to for each in postman.letters] == [BOB] * LETTERS.burst + ["eve@example.com"]
    world.clock.turn(LETTERS.interval.total_seconds())
    assert "It is being mailed" in (await invite(world, owner, BOB)).text
