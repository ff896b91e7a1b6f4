"""No answer shows what somebody could send messages with."""

import json

from aiohttp import web

from cronbeats.domain.access import Role
from cronbeats.domain.integration import IntegrationKind
from tests.api.answers import data_of, problem_of
from tests.senders.examples import KINDS, SECRETS, config_of
from tests.senders.receiver import Receiver, answering, closed_port
from tests.support.world import World


async def assert_test_fails_discreetly(world: World, kind: IntegrationKind) -> None:
    answer = await world.api("POST", f"/integrations/{kind}/test")
    problem_of(answer, 400, "delivery_failed", more=frozenset({"attempt"}))
    assert_no_secret_in(answer.text, kind)


def assert_no_secret_in(text: str, about: object) -> None:
    assert [each for each in SECRETS if each.lower() in text.lower()] == [], about


async def test_secrets_are_shown_masked_wherever_they_are_shown(
    telling_world: World, far_side: Receiver
) -> None:
    for kind in KINDS:
        answer = await telling_world.api(
            "PUT", f"/integrations/{kind}", config_of(kind, far_side.origin)
        )
        assert data_of(answer)["is_configured"], kind
        assert_no_secret_in(answer.text, kind)
    viewer = await telling_world.key_with(Role.VIEWER)
    for key in (telling_world.api_key, viewer):
        answer = await telling_world.api("GET", "/integrations", key=key)
        slack, discord, telegram, webhook, *_ = data_of(answer)["integrations"]
        assert slack["webhook_url"] == discord["webhook_url"] == webhook["url"]
        assert webhook["url"] == f"{far_side.origin}/services/T0…/…ab3f"
        assert telegram["bot_token"] == "1234…OOpp"
        assert telegram["chat_id"] == "-100123"
        assert webhook["secret"] == "corr…aple"
        assert_no_secret_in(answer.text, "list")


async def test_a_failed_test_shows_no_secret_however_the_other_side_repeats_it(
    telling_world: World, far_side: Receiver
) -> None:
    async def repeat(request: web.Request) -> web.StreamResponse:
        body = {"description": request.raw_path, "message": str(request.url), "ok": False}
        return web.Response(status=404, text=json.dumps(body), headers={"X-Path": request.path})

    for kind in KINDS:
        config = config_of(kind, far_side.origin)
        await telling_world.api("PUT", f"/integrations/{kind}", config)
        for respond in (repeat, answering(500, " ".join(config.values()))):
            far_side.respond = respond
            await assert_test_fails_discreetly(telling_world, kind)
    assert len(far_side.received) == 2 * len(KINDS)


async def test_a_test_that_reaches_nobody_shows_no_secret(telling_world: World) -> None:
    nobody = f"http://127.0.0.1:{closed_port()}"
    for kind in (IntegrationKind.SLACK, IntegrationKind.DISCORD, IntegrationKind.WEBHOOK):
        await telling_world.api("PUT", f"/integrations/{kind}", config_of(kind, nobody))
        await assert_test_fails_discreetly(telling_world, kind)


async def test_a_value_that_is_refused_is_not_repeated(telling_world: World) -> None:
    wrong = {
        "slack": {"webhook_url": "https://user:hunter2hunter2@x.test/hunter2hunter2#hunter2"},
        "telegram": {"bot_token": "hunter2hunter2", "chat_id": "hunter2 hunter2"},
        "webhook": {"secret": "hunter2" * 20, "url": "hunter2"},
    }
    for kind, values in wrong.items():
        answer = await telling_world.api("PUT", f"/integrations/{kind}", values)
        assert answer.status_code == 422, kind
        assert "hunter2" not in answer.text, kind
