"""A fire drill cannot be taken for the real thing, whatever reads it."""

import json
from dataclasses import replace

import pytest

from cronbeats.domain.alert import AlertKind
from cronbeats.senders._message import message_of
from cronbeats.senders.registry import HttpClient
from cronbeats.senders.webhook import WebhookSender
from tests.senders.examples import NOW, alert

BOTH = (AlertKind.DOWN, AlertKind.RECOVERED)


@pytest.mark.parametrize("kind", BOTH)
def test_people_read_it_in_the_title_and_get_no_link_to_a_job(kind: AlertKind) -> None:
    real = message_of(alert(kind), "https://beats.example.com")
    drill = message_of(replace(alert(kind), is_drill=True), "https://beats.example.com")
    assert drill.title == f"[Drill] {real.title}"
    assert real.link
    assert drill.link == ""


@pytest.mark.parametrize("kind", BOTH)
def test_programs_find_it_in_the_body_which_is_otherwise_the_same(kind: AlertKind) -> None:
    sender = WebhookSender(HttpClient(), lambda: NOW)
    real = json.loads(sender.compose(alert(kind)))
    assert "drill" not in real
    drill = json.loads(sender.compose(replace(alert(kind), is_drill=True)))
    assert drill == {**real, "drill": True}
