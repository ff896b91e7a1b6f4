import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.alert import Alert, AlertKind, Digest
from cronbeats.domain.delivery import Refused
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient
from cronbeats.senders.slack import SlackSender
from tests.senders.examples import (
    HOOK_PATH,
    HOSTILE,
    PAGES,
    HostileAlert,
    HostileDigest,
    alert,
    config_of,
    hostile_alerts,
    hostile_digests,
    is_valid_json,
    length,
    sender_of,
    strings_in,
)
from tests.senders.receiver import Receiver, answering
from tests.support.stand_ins import slack


def compose(told: Alert | Digest, pages: str = "") -> dict[str, Any]:
    return SlackSender(HttpClient(), pages=pages).compose(told)


LINK = f"<{PAGES}/jobs{{}}|Look at it in CronBeats>"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def markdown(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def test_a_job_that_is_down_is_told_in_red_with_its_last_output() -> None:
    message = compose(alert(AlertKind.DOWN))

    assert message["text"] == (
        "Daily backup is down: a run reported failure at 2026-02-25 02:30 CET."
    )
    assert message["attachments"] == [
        {
            "color": "#d92d20",
            "fallback": "Down: Daily backup",
            "blocks": [
                {"type": "header", "text": plain("Down: Daily backup")},
                {
                    "type": "section",
                    "fields": [
                        markdown("*Reason*\nA run failed"),
                        markdown("*Down since*\n2026-02-25 02:30 CET"),
                        markdown("*Missed runs*\n2"),
                        markdown("*Last success*\n2026-02-24 02:31 CET"),
                    ],
                },
                {"type": "section", "text": markdown("```\nrsync: connection closed\n```")},
                {"type": "context", "elements": [plain("Home")]},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("kind", "colour", "title", "labels"),
    [
        (
            AlertKind.RECOVERED,
            "#12a150",
            "Recovered: Daily backup",
            ["Reason", "Down since", "Down for", "Missed runs", "Next expected"],
        ),
        (AlertKind.LATE, "#f5a524", "Late: Daily backup", ["Expected", "Last success"]),
        (
            AlertKind.REMINDER,
            "#d92d20",
            "Still down: Daily backup",
            ["Reason", "Down since", "Down for", "Missed runs", "Last success"],
        ),
        (AlertKind.TEST, "#2f6feb", "CronBeats test", []),
    ],
)
def test_every_kind_has_its_colour_title_and_facts(
    kind: AlertKind, colour: str, title: str, labels: list[str]
) -> None:
    (attachment,) = compose(alert(kind))["attachments"]
    sections = [block for block in attachment["blocks"] if "fields" in block]

    assert attachment["color"] == colour
    assert attachment["blocks"][0]["text"]["text"] == title
    assert [
        re.findall(r"^\*(.*)\*$", field["text"], re.MULTILINE)[0]
        for section in sections
        for field in section["fields"]
    ] == labels


def test_an_incident_that_is_over_lasted_from_its_start_to_its_end() -> None:
    assert "*Down for*\n2 h 14 m" in json.dumps(compose(alert(AlertKind.RECOVERED))).replace(
        "\\n", "\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str) -> None:
    assert_well_made(compose(alert(name=text, text=text, workspace=text, output=text)))


@settings(deadline=None)
@given(st.one_of(hostile_alerts(), hostile_digests()))
def test_any_text_makes_a_message_that_slack_takes_and_nobody_is_mentioned(
    hostile: HostileAlert | HostileDigest,
) -> None:
    assert_well_made(compose(hostile.build(), PAGES))


def assert_well_made(message: dict[str, Any]) -> None:
    assert is_valid_json(message)
    assert slack.fault_of(message) is None
    assert slack.mentions_in(message) == []
    assert (message["mrkdwn"], message["parse"], message["link_names"]) == (False, "none", False)
    assert 0 < length(message["text"]) <= 3000
    for text in strings_in(message):
        if text != LINK.format(text.partition("|")[0].rpartition("/jobs")[2]):
            assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", text)
    (attachment,) = message["attachments"]
    assert len(attachment["blocks"]) <= 50
    for block in attachment["blocks"]:
        assert_within_limits(block)


def assert_within_limits(block: dict[str, Any]) -> None:
    text = block.get("text", {}).get("text", "")
    if block["type"] == "header":
        assert 0 < length(block["text"]["text"]) <= 150
    if block["type"] == "section":
        fields = block.get("fields", [])
        assert len(fields) <= 10
        assert all(0 < length(field["text"]) <= 2000 for field in fields)
    if "text" in block and block["type"] == "section":
        assert length(text) <= 3000
    if block.get("text", {}).get("type") == "mrkdwn":
        assert text.startswith("```\n")
        assert text.endswith("\n```")
        assert "``" not in text[4:-4]


async def test_it_calls_the_hook(receiver: Receiver, http: HttpClient) -> None:
    kind = IntegrationKind.SLACK

    await sender_of(kind, http, receiver.origin).send(config_of(kind, receiver.origin), alert())

    (request,) = receiver.received
    assert request.path == HOOK_PATH
    assert json.loads(request.body) == compose(alert())


async def test_slacks_word_for_what_is_wrong_is_shown(receiver: Receiver, http: HttpClient) -> None:
    receiver.respond = answering(410, "channel_is_archived")
    kind = IntegrationKind.SLACK

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert delivery == Refused("Slack answered 410 Gone: channel_is_archived", 410, is_broken=True)
