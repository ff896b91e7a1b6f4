import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.delivery import Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders._answers import retry_after, seconds_in
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import alert, config_of, sender_of
from tests.senders.receiver import Receiver, answering


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 1.5 ", 1.5),
        ("Wed, 25 Feb 2026 04:00:30 GMT", 30),
        ("Wed, 25 Feb 2026 03:00:00 GMT", 0),
        ("-5", None),
        ("1e9", None),
        ("9" * 400, None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_wait_is_read_in_seconds_or_as_a_date(asked: str, seconds: float | None) -> None:
    headers = {"Retry-After": asked, "Date": "Wed, 25 Feb 2026 04:00:00 GMT"}

    assert retry_after(headers) == seconds


def test_a_date_without_the_other_sides_clock_is_ignored() -> None:
    assert retry_after({"Retry-After": "Wed, 25 Feb 2026 04:00:30 GMT"}) is None


@given(st.text(), st.text())
def test_no_header_breaks_it(asked: str, date: str) -> None:
    seconds = retry_after({"Retry-After": asked, "Date": date})

    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), 10**400, True, "5", None, []])
def test_what_is_no_wait_is_ignored(value: object) -> None:
    assert seconds_in(value) is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (IntegrationKind.DISCORD, {"message": "You are being rate limited.", "retry_after": 1.25}),
        (
            IntegrationKind.TELEGRAM,
            {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 1.25}},
        ),
    ],
)
async def test_a_wait_in_the_answer_itself_goes_before_the_header(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind, body: dict[str, object]
) -> None:
    receiver.respond = answering(429, json.dumps(body), Retry_After="2")

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Unreachable)
    assert delivery.retry_after_seconds == 1.25
