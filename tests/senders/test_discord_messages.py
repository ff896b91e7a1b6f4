import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.alert import Alert, AlertKind, Digest
from cronbeats.domain.delivery import Refused
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.discord import DiscordSender
from cronbeats.senders.registry import HttpClient
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
)
from tests.senders.receiver import Receiver, answering
from tests.support.stand_ins import discord


def compose(told: Alert | Digest, pages: str = "") -> dict[str, Any]:
    return DiscordSender(HttpClient(), pages=pages).compose(told)


def test_a_job_that_is_down_is_told_in_red_with_its_last_output() -> None:
    assert compose(alert(AlertKind.DOWN)) == {
        "embeds": [
            {
                "title": "Down: Daily backup",
                "description": (
                    "Daily backup is down: a run reported failure at 2026-02-25 02:30 CET.\n"
                    "```\nrsync: connection closed\n```"
                ),
                "color": 0xD92D20,
                "fields": [
                    {"name": "Reason", "value": "A run failed", "inline": True},
                    {"name": "Down since", "value": "2026-02-25 02:30 CET", "inline": True},
                    {"name": "Missed runs", "value": "2", "inline": True},
                    {"name": "Last success", "value": "2026-02-24 02:31 CET", "inline": True},
                ],
                "timestamp": "2026-02-25T04:00:00+00:00",
                "footer": {"text": "Home"},
            }
        ],
        "allowed_mentions": {"parse": []},
    }


@pytest.mark.parametrize(
    ("kind", "colour", "title"),
    [
        (AlertKind.RECOVERED, 0x12A150, "Recovered: Daily backup"),
        (AlertKind.LATE, 0xF5A524, "Late: Daily backup"),
        (AlertKind.REMINDER, 0xD92D20, "Still down: Daily backup"),
        (AlertKind.TEST, 0x2F6FEB, "CronBeats test"),
    ],
)
def test_every_kind_has_its_colour_and_title(kind: AlertKind, colour: int, title: str) -> None:
    (embed,) = compose(alert(kind))["embeds"]

    assert (embed["color"], embed["title"]) == (colour, title)


def test_markdown_in_a_name_is_shown_as_it_is() -> None:
    (embed,) = compose(alert(name="a*b*_c_ [x](y) <@1> @everyone"))["embeds"]

    assert embed["title"] == r"Down: a\*b\*\_c\_ \[x\]\(y\) \<\@1\> \@everyone"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str) -> None:
    assert_well_made(compose(alert(name=text, text=text, workspace=text, output=text)))


@settings(deadline=None)
@given(st.one_of(hostile_alerts(), hostile_digests()))
def test_any_text_makes_a_message_that_discord_takes_and_nobody_is_mentioned(
    hostile: HostileAlert | HostileDigest,
) -> None:
    assert_well_made(compose(hostile.build(), PAGES))


def assert_well_made(message: dict[str, Any]) -> None:
    assert is_valid_json(message)
    assert discord.faults_of(message) == {}
    assert discord.mentions_in(message) == []
    assert set(message) == {"embeds", "allowed_mentions"}
    assert message["allowed_mentions"] == {"parse": []}
    (embed,) = message["embeds"]
    assert 0 < length(embed["title"]) <= 256
    assert 0 < length(embed["description"]) <= 4096
    assert length(embed.get("footer", {}).get("text", "")) <= 2048
    fields = embed["fields"]
    assert len(fields) <= 25
    assert all(0 < length(field["value"]) <= 1024 for field in fields)
    parts = [embed["title"], embed["description"], embed.get("footer", {}).get("text", "")]
    parts += [part for field in fields for part in (field["name"], field["value"])]
    assert sum(length(part) for part in parts) <= 6000
    description = embed["description"].removesuffix(
        f"\n[Look at it in CronBeats](<{PAGES}/jobs/7>)"
    )
    description = description.removesuffix(f"\n[Look at it in CronBeats](<{PAGES}/jobs>)")
    sentence, fence, output = description.partition("\n```\n")
    for text in (embed["title"], sentence):
        assert not re.search(r"[*_~`|<>\[\]()#@]", re.sub(r"\\[^0-9A-Za-z\s]", "", text))
    if fence:
        assert output.endswith("\n```")
        assert "``" not in output[:-4]


async def test_it_asks_discord_to_look_at_the_message_before_it_answers(
    receiver: Receiver, http: HttpClient
) -> None:
    kind = IntegrationKind.DISCORD
    sender, hook = sender_of(kind, http, receiver.origin), receiver.origin + HOOK_PATH

    await sender.send({"webhook_url": hook}, alert())
    await sender.send({"webhook_url": f"{hook}?thread_id=5"}, alert())

    assert [request.path for request in receiver.received] == [
        f"{HOOK_PATH}?wait=true",
        f"{HOOK_PATH}?thread_id=5&wait=true",
    ]
    assert json.loads(receiver.received[0].body) == compose(alert())


async def test_discords_message_is_shown(receiver: Receiver, http: HttpClient) -> None:
    receiver.respond = answering(404, '{"message": "Unknown Webhook", "code": 10015}')
    kind = IntegrationKind.DISCORD

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert delivery == Refused(
        "Discord answered 404 Not Found: Unknown Webhook", 404, is_broken=True
    )
