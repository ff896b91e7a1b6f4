"""How long ago something was: roughly, and never too much."""

from datetime import timedelta

import pytest

from cronbeats.domain.words import how_long_ago
from tests.support.turnable_clock import START


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-9, "just now"),
        (0, "just now"),
        (9.9, "just now"),
        (10, "10 s ago"),
        (59, "50 s ago"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (2 * 86_400 - 1, "47 h ago"),
        (2 * 86_400, "2 d ago"),
        (-10, "in 10 s"),
        (-119, "in 1 min"),
        (-400 * 86_400, "in 400 d"),
    ],
)
def test_it_is_told_with_one_number(seconds: float, words: str) -> None:
    assert how_long_ago(START, START + timedelta(seconds=seconds)) == words
