"""No page shows what somebody could send messages with: not when it is stored, tried or wrong."""

import httpx

from cronbeats.app import App
from cronbeats.domain.access import Role
from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.settings import Settings
from tests.senders.examples import KINDS, SECRETS, config_of
from tests.senders.receiver import closed_port
from tests.support.people import signed_in
from tests.support.world import World


async def test_no_page_shows_a_secret(world: World) -> None:
    nobody = f"http://127.0.0.1:{closed_port()}"
    client = HttpClient(allowed_networks=["127.0.0.0/8"], allow_http=True)
    senders = build_senders(client, world.clock, telegram_api_base=nobody)
    world.app = App(Settings(ping_rate_per_second=0), world.db, world.clock, senders)
    admin, viewer = await signed_in(world, Role.ADMIN), await signed_in(world, Role.VIEWER)
    base = f"/w/{world.workspace_id}"
    for kind in KINDS:
        one, values = (
            f"{base}/integrations/{kind}",
            {**config_of(kind, nobody), "secret_way": "own"},
        )
        wrong = await admin.post(one, data={**values, **_one_wrong(values)})
        assert wrong.status_code == 422, kind
        check(wrong)
        assert (await admin.post(one, data=values)).status_code == 303, kind
        tried = await admin.post(f"{one}/test")
        assert "The test message was not delivered." in tried.text
        for answer in (tried, await admin.get(one), await admin.get(f"{one}/remove")):
            check(answer)
    for http in (admin, viewer):
        for page in ("integrations", "alert-rules", "deliveries", "fire-drill", "audit-log"):
            check(await http.get(f"{base}/{page}"))
        assert "/services/T0…/…ab3f" in (await http.get(f"{base}/integrations")).text
    await client.close()


def check(answer: httpx.Response) -> None:
    text = answer.text.lower()
    assert [each for each in SECRETS if each.lower() in text] == [], answer.request.url


def _one_wrong(values: dict[str, str]) -> dict[str, str]:
    """Return the first value, spoiled: with all of the secret still in it."""
    name, value = next(iter(values.items()))
    return {name: f"{value} \x07"}
