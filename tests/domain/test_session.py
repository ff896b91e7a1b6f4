"""A session ends by itself, and its browser is told in words."""

from datetime import timedelta

import pytest

from cronbeats.domain.session import Client, Session, describe_browser
from cronbeats.domain.token import hash_token, new_token
from tests.support.turnable_clock import START

BROWSERS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36": "Chrome on Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15": "Safari on macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36": "Chrome on Android",
    "curl/8.14.1": "curl",
    "Mozilla/5.0 (X11; Linux x86_64)": "Linux",
    "something else": "Unknown browser",
    "": "Unknown browser",
}


@pytest.mark.parametrize("user_agent", BROWSERS)
def test_a_browser_is_told_as_people_know_it(user_agent: str) -> None:
    assert describe_browser(user_agent) == BROWSERS[user_agent]


def test_a_browser_that_says_nothing_is_unknown() -> None:
    assert describe_browser(None) == "Unknown browser"


def test_a_client_is_cut_to_what_can_be_kept() -> None:
    client = Client.seen("2001:db8::1" * 9, "Fire\0fox\n" + "x" * 300)
    assert client.address == ("2001:db8::1" * 9)[:45]
    assert client.user_agent == "Firefox" + "x" * 248
    assert Client.seen(None, "") == Client(None, None)


def test_a_session_is_over_from_the_moment_at_which_it_ends() -> None:
    session = Session(1, 1, START, START, START + timedelta(days=30), Client(), False)
    assert not session.is_over(START + timedelta(days=30, microseconds=-1))
    assert session.is_over(START + timedelta(days=30))


@pytest.mark.parametrize("seconds", [60, -60, 3600, -3600])
def test_that_a_session_is_seen_is_news_after_a_minute_of_any_clock(seconds: int) -> None:
    session = Session(1, 1, START, START, START + timedelta(days=30), Client(), False)
    assert session.is_seen_news(START + timedelta(seconds=seconds))
    assert not session.is_seen_news(START + timedelta(seconds=59 if seconds > 0 else -59))


def test_a_token_has_256_bits_and_shows_them_to_nobody() -> None:
    token, other = new_token(), new_token()
    assert len(token.secret) == 43
    assert token.secret != other.secret
    assert token.hashed == hash_token(token.secret)
    assert len(token.hashed) == 64
    assert token.secret not in repr(token)
