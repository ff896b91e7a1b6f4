"""Every sender, with a service that is as strict as the real one, and in every kind of trouble."""

from dataclasses import replace

import pytest

from cronbeats.domain.alert import AlertKind, digest_of
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.protocol import DigestSender
from tests.senders.examples import HOSTILE, alert
from tests.senders.rigs import Rig, rig_of
from tests.support.stand_ins import discord, slack, telegram
from tests.support.stand_ins.script import THROTTLED_SECONDS, Script, always, at_times

# Apprise tells of no reasons, so that it has tests of its own.
KINDS = [kind for kind in IntegrationKind if kind is not IntegrationKind.APPRISE]
pytestmark = pytest.mark.parametrize("kind", KINDS)

# E-mail has no way to say how long to wait.
WAIT_SECONDS: dict[IntegrationKind, int | None] = dict.fromkeys(KINDS, THROTTLED_SECONDS)
WAIT_SECONDS[IntegrationKind.EMAIL] = None
MENTIONS = {
    IntegrationKind.SLACK: slack.mentions_in,
    IntegrationKind.DISCORD: discord.mentions_in,
    IntegrationKind.TELEGRAM: telegram.mentions_in,
}


def receivers(kind: IntegrationKind) -> int:
    return 2 if kind is IntegrationKind.EMAIL else 1


@pytest.mark.parametrize("about", list(AlertKind))
async def test_what_it_sends_is_taken(kind: IntegrationKind, about: AlertKind) -> None:
    async with rig_of(kind) as rig:
        delivery = await rig.sender.send(rig.config, alert(about))

    assert isinstance(delivery, Delivered), delivery
    assert len(rig.stand_in.taken) == receivers(kind)


async def test_hostile_words_are_taken_and_call_nobody(kind: IntegrationKind) -> None:
    async with rig_of(kind) as rig:
        for number, text in enumerate(HOSTILE):
            told = alert(name=text, text=text, workspace=text, output=text)
            delivery = await rig.sender.send(rig.config, replace(told, id=f"al_{number}"))
            assert isinstance(delivery, Delivered), (text, delivery)

    assert len(rig.stand_in.taken) == len(HOSTILE) * receivers(kind)
    if kind in MENTIONS:
        assert [who for each in rig.stand_in.taken for who in MENTIONS[kind](each)] == []


async def test_a_digest_of_hostile_words_is_taken_too(kind: IntegrationKind) -> None:
    alerts = [alert(name=text, text=text, workspace=text) for text in HOSTILE * 20]
    async with rig_of(kind) as rig:
        if isinstance(rig.sender, DigestSender):
            delivery = await rig.sender.send_digest(rig.config, digest_of("dg_1", alerts))
            assert isinstance(delivery, Delivered), delivery
        else:
            assert kind is IntegrationKind.WEBHOOK


@pytest.mark.parametrize("script", [Script.ERROR, Script.HANG, Script.RESET, Script.DRIP])
async def test_trouble_that_may_pass_is_tried_again(kind: IntegrationKind, script: Script) -> None:
    async with rig_of(kind) as rig:
        rig.stand_in.behave(always(script))
        delivery = await rig.sender.send(rig.config, alert())
        assert isinstance(delivery, Unreachable), delivery
        assert not delivery.is_throttled
        assert rig.stand_in.taken == []

        rig.stand_in.behave(always(Script.CALM))
        assert isinstance(await rig.sender.send(rig.config, alert()), Delivered)


async def test_a_service_that_wants_to_be_left_alone_is(kind: IntegrationKind) -> None:
    async with rig_of(kind) as rig:
        rig.stand_in.behave(always(Script.THROTTLE))
        delivery = await rig.sender.send(rig.config, alert())

    assert isinstance(delivery, Unreachable), delivery
    assert delivery.is_throttled
    assert delivery.retry_after_seconds == WAIT_SECONDS[kind]


async def test_a_service_that_will_take_nothing_any_more_breaks_the_integration(
    kind: IntegrationKind,
) -> None:
    async with rig_of(kind) as rig:
        rig.stand_in.behave(always(Script.GONE))
        delivery = await rig.sender.send(rig.config, alert())

    assert isinstance(delivery, Refused), delivery
    assert delivery.is_broken


async def test_a_message_that_is_refused_breaks_nothing(kind: IntegrationKind) -> None:
    async with rig_of(kind) as rig:
        rig.stand_in.behave(always(Script.REFUSE))
        delivery = await rig.sender.send(rig.config, alert())

    assert isinstance(delivery, Refused), delivery
    assert not delivery.is_broken


async def test_an_answer_without_end_is_not_waited_for(kind: IntegrationKind) -> None:
    async with rig_of(kind) as rig:
        rig.stand_in.behave(always(Script.FLOOD))
        delivery = await rig.sender.send(rig.config, alert())

    # HTTP tells by its first line that the message was taken, SMTP by its last.
    taken = Unreachable if kind is IntegrationKind.EMAIL else Delivered
    assert isinstance(delivery, taken), delivery


@pytest.mark.parametrize("seed", range(3))
async def test_whoever_tries_again_gets_every_alert_through(
    kind: IntegrationKind, seed: int
) -> None:
    async with rig_of(kind) as rig:
        rig.stand_in.behave(at_times(percent=40, seed=seed))
        failures = [await attempts_for(rig, f"al_{number}") for number in range(15)]

    assert sum(failures) > 0
    assert len(rig.stand_in.taken) == 15 * receivers(kind)


async def attempts_for(rig: Rig, alert_id: str) -> int:
    """Send one alert until it is there; return how often it was not."""
    failures = 0
    while True:
        delivery = await rig.sender.send(rig.config, replace(alert(), id=alert_id))
        if isinstance(delivery, Delivered):
            return failures
        assert isinstance(delivery, Unreachable), delivery
        failures += 1
