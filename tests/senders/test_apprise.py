"""Apprise tells many services, without a word about why one of them did not listen."""

import logging
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronbeats.domain.alert import AlertKind, digest_of
from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.senders.apprise import AppriseSender
from tests.senders.examples import (
    PAGES,
    HostileAlert,
    HostileDigest,
    alert,
    hostile_alerts,
    hostile_digests,
    is_valid_json,
)
from tests.support.stand_ins.anything import AnythingStandIn
from tests.support.stand_ins.http import listening, units
from tests.support.stand_ins.script import Script, always

SECRET = "xyzxyzxyz-s3cr3t"
UNHEARD = "JSON did not take the message; Apprise does not say why."


def sender(patience_seconds: float = 5) -> AppriseSender:
    return AppriseSender(is_allowed=True, pages=PAGES, patience_seconds=patience_seconds)


@pytest.fixture
async def anybody() -> AsyncIterator[AnythingStandIn]:
    async with listening(AnythingStandIn()) as stand_in:
        yield stand_in


@pytest.fixture
async def somebody() -> AsyncIterator[AnythingStandIn]:
    async with listening(AnythingStandIn()) as stand_in:
        yield stand_in


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        (AlertKind.DOWN, "failure"),
        (AlertKind.REMINDER, "failure"),
        (AlertKind.RECOVERED, "success"),
        (AlertKind.LATE, "warning"),
        (AlertKind.TEST, "info"),
    ],
)
async def test_it_tells_a_service_what_happened_and_how_bad_it_is(
    anybody: AnythingStandIn, kind: AlertKind, severity: str
) -> None:
    delivery = await sender().send(anybody.config, alert(kind, text="It happened."))

    assert isinstance(delivery, Delivered)
    assert (delivery.status_code, delivery.warning) == (None, None)
    [told] = anybody.taken
    assert told["type"] == severity
    assert told["title"].endswith("CronBeats test" if kind is AlertKind.TEST else ": Daily backup")
    assert told["message"].startswith("It happened.")


async def test_it_tells_many_alerts_in_one_message(anybody: AnythingStandIn) -> None:
    digest = digest_of("dg_1", [alert(name="Backup"), alert(name="Invoices")])

    assert isinstance(await sender().send_digest(anybody.config, digest), Delivered)
    [told] = anybody.taken
    assert told["title"] == "Down: 2 jobs"


@pytest.mark.parametrize(
    "script", [Script.ERROR, Script.REFUSE, Script.RESET, Script.THROTTLE, Script.GONE]
)
async def test_what_was_not_taken_is_tried_again(
    anybody: AnythingStandIn, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    # The stand-in itself logs what it is asked for, at a lower level.
    anybody.behave(always(script))

    delivery = await sender().send(anybody.config, alert())

    assert delivery == Unreachable(UNHEARD)
    assert anybody.attempts == 1
    assert SECRET not in caplog.text


@pytest.mark.parametrize("script", [Script.HANG, Script.DRIP])
async def test_it_does_not_wait_for_ever(anybody: AnythingStandIn, script: Script) -> None:
    anybody.behave(always(script))

    delivery = await sender(patience_seconds=0.3).send(anybody.config, alert())

    assert delivery == Unreachable("JSON did not answer in 0.3 s.")


async def test_a_repeat_goes_only_to_those_who_have_it_not_yet(
    anybody: AnythingStandIn, somebody: AnythingStandIn
) -> None:
    telling, config = sender(), {"urls": f"{anybody.url}\n{somebody.url}"}
    somebody.behave(always(Script.ERROR))
    first = await telling.send(config, alert())
    somebody.behave(always(Script.CALM))
    second = await telling.send(config, alert())

    assert first == Unreachable(UNHEARD)
    assert isinstance(second, Delivered)
    assert (len(anybody.taken), len(somebody.taken)) == (1, 1)


async def test_a_url_that_is_none_keeps_no_other_from_being_told(
    anybody: AnythingStandIn,
) -> None:
    delivery = await sender().send({"urls": f"{SECRET}://x\n{anybody.url}"}, alert())

    assert isinstance(delivery, Delivered)
    assert delivery.warning == (
        "Item 1: Must be a URL that Apprise knows, such as ntfys://ntfy.sh/topic."
    )


async def test_without_a_good_url_it_is_broken() -> None:
    for urls in ("", f"{SECRET}://x"):
        delivery = await sender().send({"urls": urls}, alert())
        assert isinstance(delivery, Refused)
        assert delivery.is_broken


def test_a_url_that_apprise_does_not_know_is_told_by_its_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    urls = f"ntfys://ntfy.sh/topic\n{SECRET}://x\njson://\n{'x' * 1001}"

    assert sender().explain_bad({"urls": urls}) == {
        "urls": [
            "Item 2: Must be a URL that Apprise knows, such as ntfys://ntfy.sh/topic.",
            "Item 3: Must be a URL that Apprise knows, such as ntfys://ntfy.sh/topic.",
            "Item 4: Must be at most 1000 characters long.",
        ]
    }
    assert SECRET not in caplog.text


async def test_it_does_nothing_unless_the_operator_allows_it(anybody: AnythingStandIn) -> None:
    forbidden = AppriseSender(is_allowed=False)

    delivery = await forbidden.send(anybody.config, alert())

    assert forbidden.unavailable is not None
    assert "CRONBEATS_ALLOW_APPRISE" in forbidden.unavailable
    assert delivery == Unreachable(forbidden.unavailable)
    assert anybody.attempts == 0
    assert sender().unavailable is None


@settings(deadline=None)
@given(st.one_of(hostile_alerts(), hostile_digests()))
def test_any_text_makes_a_notification_that_calls_nobody(
    hostile: HostileAlert | HostileDigest,
) -> None:
    notification = AppriseSender(is_allowed=False, pages=PAGES).compose(hostile.build())

    assert is_valid_json([notification.title, notification.body])
    assert notification.title
    assert units(notification.title) <= 400
    for text in (notification.title, notification.body):
        assert "<!" not in text
        assert "<#" not in text
        assert all(after[:1] == "\u200b" for after in text.split("@")[1:])
