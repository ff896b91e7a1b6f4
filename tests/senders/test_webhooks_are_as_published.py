"""What a webhook is sent is what the OpenAPI document tells."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from cronbeats.domain.alert import AlertKind
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import alert, config_of, sender_of
from tests.senders.receiver import Receiver
from tests.support.published import published
from tests.support.recording_sender import RecordingSender

KIND = IntegrationKind.WEBHOOK
PUBLISHED = published({KIND: RecordingSender()})


@pytest.mark.parametrize("kind", list(AlertKind))
async def test_each_kind_of_alert_has_its_published_body_and_headers(
    kind: AlertKind, receiver: Receiver, http: HttpClient
) -> None:
    sender = sender_of(KIND, http, receiver.origin)
    told = replace(alert(kind), id=str(uuid4()))
    if kind is AlertKind.TEST:
        told = replace(told, job=None, incident=None)
    await sender.send(config_of(KIND, receiver.origin), told)
    [request] = receiver.received
    call = PUBLISHED.document["webhooks"][kind.value]["post"]
    schema = call["requestBody"]["content"]["application/json"]["schema"]
    PUBLISHED.check_schema(schema, json.loads(request.body), f"The webhook {kind}")
    named = {parameter["name"].lower() for parameter in call["parameters"]}
    assert {name for name in request.headers if "webhook" in name} == named


def test_every_kind_of_alert_is_published() -> None:
    assert set(PUBLISHED.document["webhooks"]) == {kind.value for kind in AlertKind}
