"""Integrations on pages: set up, tried, switched off and removed, without scripts."""

import re
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from cronbeats.domain.access import Role
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.throttle import TEST_MESSAGES
from cronbeats.senders.protocol import ConfigField
from cronbeats.storage import integrations
from cronbeats.storage.schema import integrations as integrations_table
from tests.support.audit import told
from tests.support.people import signed_in
from tests.support.recording_sender import RecordingSender
from tests.support.world import World
from tests.web.pages import Page

HOOK = "https://receiver.test/services/T0AA1122/B0CC3344/hook-s3cr3t-0123456789"
SECRET = "whsec_a-secret-that-nobody-may-see-again"
HOSTILE = "</title><script>alert(1)</script><b x=\"'{{ 7 * 7 }}"


class Mail(RecordingSender):
    """Tells addresses, of which none may be bad."""

    fields = (ConfigField("addresses", "Who", is_secret=False, is_personal=True, max_items=20),)

    @staticmethod
    def explain_bad(config: Mapping[str, str]) -> dict[str, list[str]]:
        return {"addresses": ["Item 2: bad."]} if "bad" in config.get("addresses", "") else {}


@pytest.fixture
def path(world: World) -> str:
    return f"/w/{world.workspace_id}/integrations"


async def stored(world: World) -> dict[str, str]:
    async with world.db.read() as tx:
        found = await integrations.get(tx, world.workspace_id, IntegrationKind.WEBHOOK)
    assert found is not None
    return dict(found.config)


async def states(http: httpx.AsyncClient, path: str) -> list[str]:
    """Return how the integrations stand, in words."""
    page = Page((await http.get(path)).text)
    assert page.slips == []
    assert len(set(page.ids)) == len(page.ids)
    return re.findall(r"</svg>([A-Z][a-z ]+)</span>", page.html)


async def test_a_kind_that_is_not_set_up_can_be(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    slack = RecordingSender(IntegrationKind.SLACK)
    world.senders[IntegrationKind.SLACK] = slack
    assert await states(admin, path) == ["Enabled", "Not set up"]
    form = Page((await admin.get(f"{path}/slack")).text)
    assert form.slips == []
    assert form.all("a", rel="noreferrer"), "there is help, which leads to the service's own words"
    answer = await admin.post(f"{path}/slack", data={"url": f" {HOOK} ", "secret_way": "none"})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    shown = await admin.get(path)
    assert "Slack is set up." in shown.text
    assert "https://receiver.test/services/T0…/…6789" in shown.text
    assert await states(admin, path) == ["Enabled", "Enabled"]
    await admin.post(f"{path}/slack/test")
    assert slack.configs == [{"url": HOOK}]


async def test_a_secret_made_here_is_shown_once(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    form = {"url": HOOK, "secret_way": "new"}
    made = await admin.post(f"{path}/webhook", data=form)
    assert made.status_code == 201
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/]{43}=", made.text)
    assert await stored(world) == {"url": HOOK, "secret": secret}
    for page in (path, f"{path}/webhook"):
        assert secret not in (await admin.get(page)).text
    again = await admin.post(f"{path}/webhook", data={"secret_way": "new"})
    assert secret not in again.text
    assert (await stored(world))["secret"] in again.text


CHANGES: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"secret_way": "own", "secret": SECRET}, {"secret": SECRET}),
    ({"url": "", "secret_way": "keep", "secret": "unheeded"}, {"secret": SECRET}),
    ({"secret_way": "own", "secret": " mine "}, {"secret": "mine"}),
    ({"url": "https://b.test/x", "secret_way": "none"}, {"url": "https://b.test/x"}),
]


async def test_a_secret_stays_unless_it_is_changed(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    await admin.post(f"{path}/webhook", data={"url": HOOK, "secret_way": "none"})
    for form, then in CHANGES:
        assert (await admin.post(f"{path}/webhook", data=form)).status_code == 303
        assert await stored(world) == {"url": HOOK, **then}, form


WRONG = [
    ({"url": "bad", "secret_way": "none"}, "url", "Must be a URL."),
    ({"url": HOOK, "secret_way": "own"}, "secret", "Must not be empty"),
    ({"url": HOOK, "secret_way": "magic"}, "secret", "Choose one."),
    ({"url": HOOK, "secret_way": "keep"}, "secret", "Choose one."),
    ({"url": " ", "secret_way": "none"}, "url", "Must not be empty."),
]


async def test_what_cannot_be_is_told_beside_its_field(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    await admin.post(f"{path}/webhook/remove")
    for form, field, words in WRONG:
        answer = await admin.post(f"{path}/webhook", data=form)
        page = Page(answer.text)
        assert answer.status_code == 422
        [wrong] = page.all("input", name=field)
        assert wrong.attributes["aria-invalid"] == "true"
        assert any(words in text for text in page.texts["p"]), form
        assert HOOK not in answer.text
        assert "type it once more" in answer.text
    assert await stored(world) == {}


async def test_lists_are_typed_an_item_a_line_and_nothing_typed_is_lost(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    mail = Mail(IntegrationKind.EMAIL)
    world.senders[IntegrationKind.EMAIL] = mail
    typed = "eve@example.com\r\n\r\n bad@example.com "
    wrong = await admin.post(f"{path}/email", data={"addresses": typed})
    assert wrong.status_code == 422
    assert "bad@example.com" in Page(wrong.text).texts["textarea"][0]
    await admin.post(
        f"{path}/email", data={"addresses": "eve@example.com\r\n bob@example.com \r\n"}
    )
    await admin.post(f"{path}/email/test")
    assert mail.configs == [{"addresses": "eve@example.com\nbob@example.com"}]
    viewer = await signed_in(world, Role.VIEWER)
    assert "bob@example.com" not in (await viewer.get(path)).text
    assert "b…@example.com" in (await viewer.get(path)).text


async def test_a_test_tells_what_came_back(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    world.sender.answers.append(Delivered(202, duration_ms=142, answer=HOSTILE))
    page = Page((await admin.post(f"{path}/webhook/test")).text)
    assert "The test message was delivered." in page.texts["b"]
    assert "Status 202 after 142 ms. The answer began:" in page.texts["p"]
    assert HOSTILE in page.texts["code"]
    assert "script" not in page.texts
    assert page.slips == []
    refused = Refused("The webhook answered 404 Not Found.", 404, duration_ms=7)
    world.sender.answers.append(refused)
    page = Page((await admin.post(f"{path}/webhook/test")).text)
    assert "The test message was not delivered." in page.texts["b"]
    assert any("404 Not Found" in text for text in page.texts["p"])
    assert "Check the path of the URL, and that the program is running." in page.texts["p"]
    world.sender.answers.append(Unreachable("No connection.", duration_ms=3))
    page = Page((await admin.post(f"{path}/webhook/test")).text)
    assert "Failed after 3 ms." in page.texts["p"]


async def test_tests_are_sent_now_and_then_only(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    for _ in range(TEST_MESSAGES.burst):
        assert (await admin.post(f"{path}/webhook/test")).status_code == 200
    refused = await admin.post(f"{path}/webhook/test")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    assert "Nothing was done. Wait a minute" in refused.text
    assert len(world.sender.attempts) == TEST_MESSAGES.burst


async def test_one_that_lacks_something_cannot_be_tried(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    await admin.post(f"{path}/webhook/remove")
    answer = await admin.post(f"{path}/webhook/test")
    assert answer.status_code == 409
    assert "The webhook integration is not configured yet." in answer.text
    assert world.sender.attempts == []


async def test_it_is_switched_off_and_on_and_removed_after_a_question(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    await admin.post(f"{path}/webhook/disable")
    assert await states(admin, path) == ["Switched off"]
    await admin.post(f"{path}/webhook/enable")
    assert await states(admin, path) == ["Enabled"]
    assert "Remove Webhook?" in (await admin.get(f"{path}/webhook/remove")).text
    assert await states(admin, path) == ["Enabled"]
    await admin.post(f"{path}/webhook/remove")
    assert await states(admin, path) == ["Not set up"]
    who = [line.split(" ", 1)[1] for line in await told(world.db) if "@example.com" in line]
    assert who == ["integration.updated webhook"] * 3


async def test_it_tells_what_is_broken_or_throttled_and_since_when(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    wait = Unreachable("Too many.", 429, retry_after_seconds=600, is_throttled=True)
    world.sender.answers.append(wait)
    await world.ping(job, "/end/fail")
    await world.deliver_all()
    assert await states(admin, path) == ["Throttled"]
    assert "12:10 UTC" in (await admin.get(path)).text
    world.clock.turn(601)
    world.sender.answers.append(Refused(HOSTILE, 404, is_broken=True))
    await world.deliver_all()
    world.clock.turn(300)
    page = Page((await admin.get(path)).text)
    assert await states(admin, path) == ["Broken"]
    assert "5 min ago" in page.texts["time"]
    assert "script" not in page.texts
    assert page.slips == []
    await admin.post(f"{path}/webhook/test")
    assert await states(admin, path) == ["Enabled"]


async def test_the_last_success_and_failure_are_told_in_the_readers_zone(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    job = await world.make_job()
    world.sender.answers.append(Refused("That one did not please.", 400))
    await world.ping(job, "/end/fail")
    await world.deliver_all()
    await world.ping(job)
    await world.deliver_all()
    world.clock.turn(timedelta(hours=2, minutes=14).total_seconds())
    page = Page((await admin.get(path)).text)
    assert "2 h ago" in page.texts["time"]
    assert page.all("time", datetime="2026-03-02T12:00:00Z")
    assert "That one did not please." in page.texts["small"]
    assert "The newest attempt did not get through" not in page.html
    world.sender.answers.append(Refused("Nor did this one.", 400))
    await world.ping(job, "/end/fail")
    await world.deliver_all()
    assert "The newest attempt did not get through" in (await admin.get(path)).text
    world.clock.turn(60)
    page = Page((await admin.post(f"{path}/webhook/test")).text)
    assert page.all("time", datetime="2026-03-02T14:15:00Z"), "the test was a success"
    assert "The newest attempt did not get through" not in page.html
    world.sender.answers.append(Refused("A test displeased.", 400))
    await admin.post(f"{path}/webhook/test")
    assert "A test displeased." in Page((await admin.get(path)).text).texts["small"]


async def test_what_the_operator_must_do_first_is_told(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    for kind in (IntegrationKind.EMAIL, IntegrationKind.APPRISE):
        sender = RecordingSender(kind)
        sender.unavailable = f"Whoever runs it must allow {kind}."
        world.senders[kind] = sender
    assert await states(admin, path) == ["Enabled", "Not available"]
    html = (await admin.get(path)).text
    assert "must allow email." in html
    assert "must allow apprise." in html
    assert 'href="/w/1/integrations/email"' not in html
    form = Page((await admin.get(f"{path}/email")).text)
    assert form.all("form", action=f"{path}/email") == []
    assert (await admin.post(f"{path}/email", data={"url": HOOK})).status_code == 422


async def test_values_that_cannot_be_read_are_set_up_anew(
    world: World, admin: httpx.AsyncClient, path: str
) -> None:
    async with world.db.write() as tx:
        await tx.execute(update(integrations_table).values(config="sealed by nobody"))
    assert await states(admin, path) == ["Cannot be read"]
    assert (await admin.post(f"{path}/webhook", data={"secret_way": "none"})).status_code == 422
    answer = await admin.post(f"{path}/webhook", data={"url": HOOK, "secret_way": "none"})
    assert answer.status_code == 303
    assert await states(admin, path) == ["Enabled"]


async def test_whoever_may_only_look_is_offered_nothing_else(world: World, path: str) -> None:
    for role in (Role.VIEWER, Role.MEMBER):
        http = await signed_in(world, role)
        page = Page((await http.get(path)).text)
        assert [each for each in page.all("form") if path in each.attributes["action"]] == []
        assert [each for each in page.all("a") if f"{path}/" in each.attributes["href"]] == []
        assert "Your role may look" in page.html


async def test_a_kind_that_there_is_not_is_not_there(admin: httpx.AsyncClient, path: str) -> None:
    for method, end in (("GET", ""), ("POST", ""), ("POST", "/test"), ("POST", "/remove")):
        answer = await admin.request(method, f"{path}/pigeon{end}")
        assert answer.status_code == 404, (method, end)
