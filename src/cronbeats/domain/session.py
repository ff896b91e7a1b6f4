"""Sessions: that a browser has signed in, for how long, and in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SESSION_LASTS = timedelta(days=30)
"""A session ends so long after it began, however much it is used."""

PENDING_LASTS = timedelta(minutes=10)
"""How long a right password waits for the code of the second factor."""

SEEN_IS_NEWS_AFTER = timedelta(minutes=1)
"""When a session was last seen is written down at most this often."""

MOST_SESSIONS = 50
"""Sessions of a person at a time; the one that was seen longest ago ends."""

DEVICE_IS_KNOWN_FOR = timedelta(days=365)
"""So long after it last signed in, a device is no stranger to the account."""

MOST_DEVICES = 20
"""Devices that an account knows at a time; the one that signed in longest ago goes."""

_LONGEST_ADDRESS = 45
_LONGEST_USER_AGENT = 255
# The first that is found counts: most of them call themselves what the later ones are, too.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Client:
    """Where somebody is: the address, and what the browser says of itself, as far as is known."""

    address: str | None = None
    user_agent: str | None = None

    @classmethod
    def seen(cls, address: str | None, user_agent: str | None) -> Client:
        """Return a client in the length, and with the characters, in which it can be kept."""
        return cls(
            _kept(address, _LONGEST_ADDRESS),
            _kept(user_agent, _LONGEST_USER_AGENT),
        )


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that has signed in; while a code is awaited, it may do nothing yet."""

    id: int
    user_id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    client: Client
    is_pending_code: bool

    def is_over(self, now: datetime) -> bool:
        """Tell whether it ended by itself."""
        return self.expires_at <= now

    def is_seen_news(self, now: datetime) -> bool:
        """Tell whether it is to be written down that it is seen now; clocks may be set back."""
        return abs(now - self.last_seen_at) >= SEEN_IS_NEWS_AFTER


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in, with the tokens that the browser is to keep.

    If `needs_code`, the session only waits for a code of the second factor, and the device is not
    known yet.
    """

    user_id: int
    session: str = field(repr=False)
    device: str | None = field(default=None, repr=False)
    needs_code: bool = False


def describe_browser(user_agent: str | None) -> str:
    """Return what a browser says of itself as people know it, as in "Firefox on Linux"."""
    text = user_agent or ""
    browser = _first(_BROWSERS, text)
    system = _first(_SYSTEMS, text)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown browser"


def _first(names: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for sign, name in names if sign in text), None)


def _kept(text: str | None, longest: int) -> str | None:
    return "".join(each for each in text if each.isprintable())[:longest] if text else None
