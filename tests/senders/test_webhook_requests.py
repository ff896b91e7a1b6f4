import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from cronbeats.clock import system_clock
from cronbeats.domain.alert import Alert, AlertKind
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.senders.webhook import WebhookSender, signed_headers
from tests.senders.examples import NOW, HostileAlert, alert, config_of, hostile_alerts, sender_of
from tests.senders.receiver import Receiver

KIND = IntegrationKind.WEBHOOK


def compose(alert: Alert) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(WebhookSender(HttpClient(), lambda: NOW).compose(alert))
    return body


def test_the_body_tells_all_about_the_job_and_its_incident() -> None:
    assert compose(alert(AlertKind.RECOVERED, text="Daily backup is healthy again.")) == {
        "id": "al_1",
        "type": "job.recovered",
        "timestamp": "2026-02-25T04:00:00Z",
        "workspace": {"id": 1, "name": "Home"},
        "job": {
            "id": 7,
            "name": "Daily backup",
            "description": "Copies the disk",
            "status": "healthy",
            "timezone": "Europe/Berlin",
            "tags": ["disk", "night"],
            "expected_interval_seconds": None,
            "cron_expression": "30 2 * * *",
            "last_success_at": "2026-02-24T01:31:00Z",
            "next_expected_at": "2026-02-26T01:30:00Z",
        },
        "incident": {
            "id": 3,
            "started_at": "2026-02-25T01:30:00Z",
            "ended_at": "2026-02-25T03:44:00Z",
            "reason": "failed",
            "missed_runs": 2,
            "last_output": "rsync: connection closed",
        },
        "text": "Daily backup is healthy again.",
    }


@pytest.mark.parametrize("kind", list(AlertKind))
def test_every_kind_has_the_same_fields(kind: AlertKind) -> None:
    body = compose(alert(kind))

    assert list(body) == ["id", "type", "timestamp", "workspace", "job", "incident", "text"]
    assert body["type"] == kind.value


def test_a_test_has_neither_a_job_nor_an_incident() -> None:
    body = compose(alert(AlertKind.TEST))

    assert (body["job"], body["incident"]) == (None, None)


def as_unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@given(hostile_alerts())
def test_any_text_reaches_the_program_unchanged(hostile: HostileAlert) -> None:
    alert = hostile.build()

    body = compose(alert)

    assert body["text"] == as_unicode(alert.text)
    assert alert.job is None or body["job"]["name"] == as_unicode(alert.job.name)


async def test_half_a_character_is_sent_as_a_question_mark(
    receiver: Receiver, http: HttpClient
) -> None:
    await sender_of(KIND, http, "").send(config_of(KIND, receiver.origin), alert(text="a\ud83d"))

    assert json.loads(receiver.received[0].body)["text"] == "a?"


async def test_a_secret_signs_the_body_that_was_sent(receiver: Receiver, http: HttpClient) -> None:
    config = {**config_of(KIND, receiver.origin), "secret": "s3cr3t"}

    await sender_of(KIND, http, "").send(config, alert())

    (request,) = receiver.received
    expected = hmac.new(b"s3cr3t", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-webhook-signature"] == f"sha256={expected}"
    signed = b"al_1." + str(int(NOW.timestamp())).encode() + b"." + request.body
    standard = base64.b64encode(hmac.new(b"s3cr3t", signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-id"] == "al_1"
    assert request.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert request.headers["webhook-signature"] == f"v1,{standard}"


async def test_without_a_secret_nothing_is_signed(receiver: Receiver, http: HttpClient) -> None:
    await sender_of(KIND, http, "").send({"url": receiver.origin}, alert())

    headers = receiver.received[0].headers
    assert headers["webhook-id"] == "al_1"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert "webhook-signature" not in headers
    assert "x-webhook-signature" not in headers


async def test_a_repeat_has_the_same_body_and_id_at_a_new_time(
    receiver: Receiver, http: HttpClient
) -> None:
    moments = iter([NOW, datetime(2026, 2, 25, 4, 5, tzinfo=UTC)])
    sender = build_senders(http, lambda: next(moments))[KIND]

    await sender.send(config_of(KIND, receiver.origin), alert())
    await sender.send(config_of(KIND, receiver.origin), alert())

    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["x-webhook-signature"] == second.headers["x-webhook-signature"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@pytest.mark.parametrize("kind", list(AlertKind))
async def test_a_library_of_the_standard_takes_what_is_sent(
    receiver: Receiver, http: HttpClient, kind: AlertKind
) -> None:
    secret = "whsec_" + base64.b64encode(b"24 bytes or more, as the standard asks").decode()
    # The library compares the time of the attempt with its own.
    sender = build_senders(http, system_clock)[KIND]
    await sender.send({"url": receiver.origin, "secret": secret}, alert(kind))

    (request,) = receiver.received
    told = Webhook(secret).verify(request.body, request.headers)
    assert told == compose(alert(kind))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body.replace(b"Home", b"Rome"), request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret[:-8]).verify(request.body, request.headers)


async def test_a_plain_secret_is_known_to_the_standards_libraries_as_bytes(
    receiver: Receiver, http: HttpClient
) -> None:
    sender = build_senders(http, system_clock)[KIND]
    await sender.send({"url": receiver.origin, "secret": "s3cr3t"}, alert())

    (request,) = receiver.received
    Webhook(b"s3cr3t").verify(request.body, request.headers)


def test_the_example_of_the_standard_is_signed_as_its_libraries_do() -> None:
    # From the test vectors of Standard Webhooks' reference libraries.
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["whsec_", "whsec_not base64", "whsec_abc"])
def test_a_secret_that_only_looks_like_the_standards_is_used_as_it_is(secret: str) -> None:
    headers = signed_headers("al_1", NOW, b"{}", secret)

    signed = f"al_1.{int(NOW.timestamp())}.{{}}".encode()
    expected = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest())
    assert headers["webhook-signature"] == f"v1,{expected.decode()}"
