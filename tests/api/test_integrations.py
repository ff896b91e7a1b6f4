"""Integrations: one of each kind, set up field by field."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from cronbeats.storage.schema import integrations
from tests.api.answers import data_of, errors_of, problem_of
from tests.support.world import Json, World

URL = "https://receiver.test/hooks/0123456789abcdefghij"
NO_MAIL_SERVER = (
    "This server cannot send e-mail yet: whoever runs it must set CRONBEATS_SMTP_HOST and "
    "CRONBEATS_SMTP_FROM."
)
NO_APPRISE = (
    "This server does not use Apprise: whoever runs it must set CRONBEATS_ALLOW_APPRISE=true."
)
NOTHING = {
    "is_enabled": False,
    "is_configured": False,
    "unavailable": None,
    "last_delivery": None,
    "last_success_at": None,
    "last_failure_at": None,
    "last_failure_reason": None,
    "broken": None,
}


async def webhook(world: World) -> Json:
    [seen] = data_of(await world.api("GET", "/integrations"))["integrations"]
    integration: Json = seen
    return integration


async def put(world: World, body: Any) -> Json:
    """Set the webhook up, and return it as it was answered."""
    saved: Json = data_of(await world.api("PUT", "/integrations/webhook", body))
    assert await webhook(world) == saved
    return saved


async def forget_the_webhook(world: World) -> None:
    async with world.db.write() as tx:
        await tx.execute(integrations.delete())


async def test_every_kind_is_listed_whether_it_is_set_up_or_not(telling_world: World) -> None:
    await forget_the_webhook(telling_world)
    listed = data_of(await telling_world.api("GET", "/integrations"))
    assert listed == {
        "integrations": [
            {"type": "slack", "webhook_url": None, **NOTHING},
            {"type": "discord", "webhook_url": None, **NOTHING},
            {"type": "telegram", "bot_token": None, "chat_id": None, **NOTHING},
            {"type": "webhook", "url": None, "secret": None, **NOTHING},
            {"type": "email", "addresses": [], **NOTHING, "unavailable": NO_MAIL_SERVER},
            {"type": "apprise", "urls": [], **NOTHING, "unavailable": NO_APPRISE},
        ],
        "pagination": {"page": 1, "per_page": 50, "total": 6, "total_pages": 1},
    }


async def test_the_kinds_come_in_pages_like_every_list(telling_world: World) -> None:
    for page, kinds in (
        (1, ["slack", "discord", "telegram"]),
        (2, ["webhook", "email", "apprise"]),
        (3, []),
    ):
        listed = data_of(await telling_world.api("GET", f"/integrations?page={page}&per_page=3"))
        assert [each["type"] for each in listed["integrations"]] == kinds, page
        pagination = {"page": page, "per_page": 3, "total": 6, "total_pages": 2}
        assert listed["pagination"] == pagination, page


async def test_what_the_published_document_sends_sets_an_integration_up(
    telling_world: World,
) -> None:
    published = {
        "slack": {"webhook_url": "https://hooks.slack.com/services/T0/B0/x"},
        "discord": {"webhook_url": "https://discord.com/api/webhooks/1/x"},
        "telegram": {"bot_token": "123456:ABC-def", "chat_id": "123456789"},
        "webhook": {"url": "https://your-server.com/alerts", "secret": "your-secret"},
    }
    for kind, values in published.items():
        body = {**values, "is_enabled": True}
        saved = data_of(await telling_world.api("PUT", f"/integrations/{kind}", body))
        assert saved["type"] == kind
        assert (saved["is_enabled"], saved["is_configured"]) == (True, True), kind
        assert saved.keys() == {*NOTHING, "type", *values}, kind


async def test_what_is_left_out_stays(world: World) -> None:
    await put(world, {"url": URL, "secret": "first-secret-first-secret", "is_enabled": False})
    saved = await put(world, {"secret": "other-secret-other-secret"})
    assert (saved["is_enabled"], saved["is_configured"]) == (False, True)
    assert saved["url"].startswith("https://receiver.test/hooks/")
    assert await put(world, {}) == saved
    saved = await put(world, {"is_enabled": True})
    assert (saved["is_enabled"], saved["is_configured"]) == (True, True)

    await world.api("POST", "/integrations/webhook/test")
    assert world.sender.configs == [{"url": URL, "secret": "other-secret-other-secret"}]


async def test_an_empty_text_clears(world: World) -> None:
    await put(world, {"url": URL, "secret": "first-secret-first-secret"})
    saved = await put(world, {"secret": ""})
    assert (saved["secret"], saved["is_configured"]) == (None, True)
    saved = await put(world, {"url": ""})
    assert (saved["url"], saved["is_configured"], saved["is_enabled"]) == (None, False, True)


async def test_a_new_integration_is_on_unless_it_is_told_otherwise(world: World) -> None:
    await forget_the_webhook(world)
    assert (await put(world, {"url": URL}))["is_enabled"] is True
    await forget_the_webhook(world)
    assert (await put(world, {"url": URL, "is_enabled": False}))["is_enabled"] is False


async def test_an_integration_that_is_off_is_told_nothing(world: World) -> None:
    job = await world.make_job()
    await put(world, {"is_enabled": False})
    await world.ping(job, "/end/fail")
    await world.deliver_all()
    assert world.sender.attempts == []


async def test_an_integration_lacks_what_it_needs_until_all_is_there(telling_world: World) -> None:
    parts = [{"bot_token": "123456:ABC-def"}, {"chat_id": "-100123"}]
    saved = [
        data_of(await telling_world.api("PUT", "/integrations/telegram", part)) for part in parts
    ]
    assert [each["is_configured"] for each in saved] == [False, True]
    assert [each["chat_id"] for each in saved] == [None, "-100123"]


async def test_a_value_that_breaks_a_rule_is_told_by_field(telling_world: World) -> None:
    cases: list[tuple[str, Json, list[str]]] = [
        ("slack", {"webhook_url": "ftp://x.test"}, ["webhook_url"]),
        ("slack", {"webhook_url": None}, ["webhook_url"]),
        ("slack", {"webhook_url": 5}, ["webhook_url"]),
        ("slack", {"webhook_url": "https://x.test/\ud83d"}, ["webhook_url"]),
        ("slack", {"webhook_url": "https://x.test/\0"}, ["webhook_url"]),
        ("slack", {"webhook_url": "https://x.test/" + "x" * 2000}, ["webhook_url"]),
        ("slack", {"webhook_url": "http://169.254.169.254/latest"}, ["webhook_url"]),
        ("slack", {"url": "https://x.test"}, ["url"]),
        ("discord", {"webhook_url": "no", "is_enabled": "yes"}, ["webhook_url", "is_enabled"]),
        ("telegram", {"bot_token": "nonsense", "chat_id": "!"}, ["bot_token", "chat_id"]),
        ("telegram", {"chat_id": 123456789}, ["chat_id"]),
        ("webhook", {"secret": "x" * 65}, ["secret"]),
        ("webhook", {"secret": "a\nb"}, ["secret"]),
        ("webhook", {"is_enabled": 1}, ["is_enabled"]),
        ("webhook", {"is_enabled": None}, ["is_enabled"]),
        ("webhook", {"is_configured": True, "type": "x"}, ["is_configured", "type"]),
    ]
    before = data_of(await telling_world.api("GET", "/integrations"))
    for kind, values, fields in cases:
        answer = await telling_world.api(
            "PUT",
            f"/integrations/{kind}",
            content=json.dumps(values).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert list(errors_of(answer)) == fields, values
    assert data_of(await telling_world.api("GET", "/integrations")) == before


async def test_a_kind_that_there_is_not_is_not_found(telling_world: World) -> None:
    for kind in ("mail", "Slack", "slack ", "pager", "%00"):
        for method, path in (("PUT", ""), ("POST", "/test")):
            answer = await telling_world.api(method, f"/integrations/{kind}{path}", {})
            problem_of(answer, 404, "not_found")


async def test_the_last_delivery_is_shown(world: World) -> None:
    at = world.clock() - timedelta(seconds=60)
    for status, error in (("sent", None), ("failed", "The webhook answered 410")):
        values = {"last_delivery_status": status, "last_delivery_error": error}
        async with world.db.write() as tx:
            await tx.execute(update(integrations).values(last_delivery_at=at, **values))
        shown = (await webhook(world))["last_delivery"]
        assert shown == {"status": status, "at": "2026-03-02T11:59:00Z", "error": error}


async def test_an_alert_that_left_is_the_last_delivery(world: World) -> None:
    await world.ping(await world.make_job(), "/end/fail")
    await world.deliver_all()
    shown = (await webhook(world))["last_delivery"]
    assert shown == {"status": "sent", "at": "2026-03-02T12:00:00Z", "error": None}
