"""An answer tells of one message, or of the integration as a whole."""

import json

import pytest
from aiohttp import web

from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import KINDS, alert, config_of, sender_of
from tests.senders.receiver import Receiver, Respond, answering

SLACK, DISCORD = IntegrationKind.SLACK, IntegrationKind.DISCORD
TELEGRAM, WEBHOOK = IntegrationKind.TELEGRAM, IntegrationKind.WEBHOOK


def saying(status: int, **body: object) -> Respond:
    return answering(status, json.dumps(body))


async def send(receiver: Receiver, http: HttpClient, kind: IntegrationKind) -> Delivery:
    config = config_of(kind, receiver.origin)
    return await sender_of(kind, http, receiver.origin).send(config, alert())


BROKEN: list[tuple[IntegrationKind, Respond]] = [
    (SLACK, answering(400, "user_not_found")),
    (SLACK, answering(403, "invalid_token")),
    (SLACK, answering(403, "action_prohibited")),
    (SLACK, answering(404, "no_service")),
    (SLACK, answering(404, "no_team")),
    (SLACK, answering(410, "channel_is_archived")),
    (DISCORD, saying(401, message="Invalid Webhook Token", code=50027)),
    (DISCORD, saying(404, message="Unknown Webhook", code=10015)),
    (DISCORD, saying(400, message="Unknown Webhook", code=10015)),
    (DISCORD, saying(400, message="Thread is archived", code=50083)),
    (DISCORD, answering(403)),
    (TELEGRAM, saying(400, ok=False, description="Bad Request: chat not found")),
    (TELEGRAM, saying(400, ok=False, description="Bad Request: TOPIC_CLOSED")),
    (TELEGRAM, saying(400, ok=False, description="Bad Request: not enough rights to send")),
    (TELEGRAM, saying(401, ok=False, description="Unauthorized")),
    (TELEGRAM, saying(403, ok=False, description="Forbidden: bot was blocked by the user")),
    (TELEGRAM, saying(404, ok=False, description="Not Found")),
    (WEBHOOK, answering(410, "gone")),
]
ONE_MESSAGE: list[tuple[IntegrationKind, Respond]] = [
    (SLACK, answering(400, "invalid_payload")),
    (SLACK, answering(400, "invalid_blocks")),
    (SLACK, answering(413)),
    (DISCORD, saying(400, message="Invalid Form Body", code=50035)),
    (DISCORD, saying(400, message="Cannot send an empty message", code=50006)),
    (TELEGRAM, saying(400, ok=False, description="Bad Request: message is too long")),
    (TELEGRAM, saying(400, ok=False, description="Bad Request: can't parse entities")),
    (WEBHOOK, answering(400, "no_service")),
    (WEBHOOK, answering(422)),
    (WEBHOOK, answering(413)),
]


@pytest.mark.parametrize(("kind", "respond"), BROKEN)
async def test_an_integration_that_takes_nothing_any_more_is_broken(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, respond: Respond
) -> None:
    receiver.respond = respond

    delivery = await send(receiver, http, kind)

    assert isinstance(delivery, Refused)
    assert delivery.is_broken


@pytest.mark.parametrize(("kind", "respond"), ONE_MESSAGE)
async def test_a_message_that_does_not_please_breaks_nothing(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, respond: Respond
) -> None:
    receiver.respond = respond

    delivery = await send(receiver, http, kind)

    assert isinstance(delivery, Refused)
    assert not delivery.is_broken


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("respond", "wait"),
    [
        (answering(429, Retry_After="30"), (True, 30)),
        (answering(429), (True, None)),
        (answering(503, Retry_After="30"), (True, 30)),
        (answering(503), (False, None)),
    ],
)
async def test_a_wait_holds_for_the_whole_integration(
    receiver: Receiver,
    http: HttpClient,
    kind: IntegrationKind,
    respond: Respond,
    wait: tuple[bool, float | None],
) -> None:
    receiver.respond = respond

    delivery = await send(receiver, http, kind)

    assert isinstance(delivery, Unreachable)
    assert (delivery.is_throttled, delivery.retry_after_seconds) == wait


@pytest.mark.parametrize(
    ("remaining", "reset_after", "seconds"),
    [
        ("0", "1.25", 1.25),
        ("0", "2", 2),
        ("1", "1.25", None),
        ("0", "soon", None),
        ("0", "-1", None),
        ("0", "", None),
        ("", "1.25", None),
    ],
)
async def test_discord_tells_with_its_last_yes_how_long_to_wait(
    receiver: Receiver, http: HttpClient, remaining: str, reset_after: str, seconds: float | None
) -> None:
    async def take(_: web.Request) -> web.StreamResponse:
        headers = {"x-ratelimit-remaining": remaining, "x-ratelimit-reset-after": reset_after}
        return web.json_response({"id": "1"}, headers=headers)

    receiver.respond = take

    delivery = await send(receiver, http, DISCORD)

    assert isinstance(delivery, Delivered)
    assert delivery.throttled_seconds == seconds
