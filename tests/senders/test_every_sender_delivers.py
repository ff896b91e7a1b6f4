"""The contract that every sender keeps, whoever it tells."""

import json

import pytest
from aiohttp import web

import cronbeats
from cronbeats.domain.alert import AlertKind, digest_of
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.protocol import DigestSender
from cronbeats.senders.registry import HttpClient, build_senders
from tests.senders.examples import KINDS, NOW, alert, config_of, sender_of
from tests.senders.receiver import Receiver, answering, closed_port, hang

pytestmark = pytest.mark.parametrize("kind", KINDS)


async def test_there_is_one_for_the_kind(http: HttpClient, kind: IntegrationKind) -> None:
    assert build_senders(http, lambda: NOW)[kind].kind is kind


@pytest.mark.parametrize("about", list(AlertKind))
async def test_it_posts_json_and_says_that_it_was_delivered(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, about: AlertKind
) -> None:
    sender = sender_of(kind, http, receiver.origin)

    delivery = await sender.send(config_of(kind, receiver.origin), alert(about))

    assert isinstance(delivery, Delivered)
    assert delivery.status_code == 200
    assert 0 <= delivery.duration_ms < 5000
    (request,) = receiver.received
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == f"CronBeats/{cronbeats.__version__}"
    assert "cookie" not in request.headers
    assert isinstance(json.loads(request.body), dict)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
async def test_it_is_told_to_try_again_when_the_other_side_is_in_trouble(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, status: int
) -> None:
    receiver.respond = answering(status, "out of order")

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Unreachable)
    assert delivery.status_code == status
    assert delivery.error.endswith(": out of order")


async def test_it_passes_on_how_long_to_wait(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    receiver.respond = answering(429, Retry_After="17")

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Unreachable)
    assert delivery.retry_after_seconds == 17


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_it_gives_up_where_a_secret_is_worth_nothing_any_more(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, status: int
) -> None:
    receiver.respond = answering(status, "no_service")

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    # A webhook's address is a program's own, which may only be starting anew.
    assert isinstance(delivery, Unreachable if kind is IntegrationKind.WEBHOOK else Refused)
    assert delivery.status_code == status
    assert delivery.error.endswith(": no_service")


@pytest.mark.parametrize("status", [400, 410, 422])
async def test_it_gives_up_when_the_other_side_refuses(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, status: int
) -> None:
    receiver.respond = answering(status, "no_service")

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Refused)
    assert delivery.status_code == status
    assert delivery.error.endswith(": no_service")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_it_follows_no_redirect(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, status: int
) -> None:
    receiver.respond = answering(status, Location=f"{receiver.origin}/elsewhere")

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Refused)
    assert "answered with a redirect" in delivery.error
    assert "elsewhere" not in delivery.error
    assert len(receiver.received) == 1


async def test_it_keeps_no_cookies(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    receiver.respond = answering(200, Set_Cookie="a=b; Path=/")
    sender, config = sender_of(kind, http, receiver.origin), config_of(kind, receiver.origin)

    await sender.send(config, alert())
    await sender.send(config, alert())

    assert [request.headers.get("cookie") for request in receiver.received] == [None, None]


async def test_it_does_not_wait_for_ever(
    receiver: Receiver, impatient_http: HttpClient, kind: IntegrationKind
) -> None:
    receiver.respond = hang

    delivery = await sender_of(kind, impatient_http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert delivery == Unreachable("No answer within 0.2 s.")


async def test_it_tells_that_nobody_listens(http: HttpClient, kind: IntegrationKind) -> None:
    origin = f"http://127.0.0.1:{closed_port()}"

    delivery = await sender_of(kind, http, origin).send(config_of(kind, origin), alert())

    assert delivery == Unreachable("No connection: connection refused.", never_left=True)


async def test_it_tells_that_the_connection_broke(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    receiver.respond = hang_up

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert delivery == Unreachable("The connection was closed before an answer came.")


async def test_it_tells_that_the_other_side_speaks_no_tls(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    origin = receiver.origin.replace("http:", "https:")

    delivery = await sender_of(kind, http, origin).send(config_of(kind, origin), alert())

    assert delivery == Unreachable("The TLS connection failed.", never_left=True)


async def test_it_sends_nothing_without_its_values(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    receiver.respond = answering(404)

    delivery = await sender_of(kind, http, receiver.origin).send({}, alert())

    assert isinstance(delivery, Refused)


async def test_it_can_be_used_again_after_the_client_was_closed(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    sender, config = sender_of(kind, http, receiver.origin), config_of(kind, receiver.origin)
    await sender.send(config, alert())

    await http.close()

    assert isinstance(await sender.send(config, alert()), Delivered)


async def test_many_alerts_are_told_in_one_message_to_people_and_one_by_one_to_programs(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    sender = sender_of(kind, http, receiver.origin)
    digest = digest_of("dg_1", [alert(name=name) for name in ("Backup", "Invoices")])

    assert isinstance(sender, DigestSender) is (kind is not IntegrationKind.WEBHOOK)
    if isinstance(sender, DigestSender):
        delivery = await sender.send_digest(config_of(kind, receiver.origin), digest)

        assert isinstance(delivery, Delivered)
        (request,) = receiver.received
        assert b"2 jobs are down. All have the tag disk." in request.body
