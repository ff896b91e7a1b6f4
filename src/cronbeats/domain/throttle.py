"""Throttling: how often somebody may try to sign in, so that nobody can guess, or be locked out.

What costs others is throttled alike: letters, test messages, pings by hand.

Of each subject (an address, an account, both, or an account and a device that it knows) it is kept
when all its tries are there again; this is the generic cell rate algorithm of ITU-T I.371, whose
one number needs no window that begins and ends.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

_IPV6_SITE = 64


@dataclass(frozen=True, slots=True)
class Throttle:
    """So many tries at once, and then one whenever `interval` has passed."""

    burst: int
    interval: timedelta

    @property
    def whole(self) -> timedelta:
        """How long it takes until all tries are there again when all are used up."""
        return self.burst * self.interval


BY_ADDRESS = Throttle(30, timedelta(seconds=20))
"""Of an address, whatever the account: a whole office may be behind it."""

BY_ADDRESS_AND_ACCOUNT = Throttle(10, timedelta(minutes=1))
"""Of an address, at one account."""

BY_ACCOUNT = Throttle(50, timedelta(minutes=3))
"""At one account, from all devices together that it does not know."""

BY_DEVICE = Throttle(10, timedelta(minutes=1))
"""Of a device that signed in to the account before, or that is signed in: nothing else counts."""

CODES = Throttle(10, timedelta(minutes=15))
"""Codes of a second factor, after the right password: of an account, or of a device it knows."""

LETTERS = Throttle(3, timedelta(minutes=20))
"""Letters with a link to one account, and invitations to one address."""

BY_INVITATION = Throttle(10, timedelta(minutes=1))
"""Of an invitation, behind which somebody new makes an account, whoever has its link."""

MAILED_INVITATIONS = Throttle(100, timedelta(minutes=10))
"""Invitations that one workspace sends by mail, and one person from all of theirs, to whomever."""

TEST_MESSAGES = Throttle(20, timedelta(seconds=30))
"""Test messages and fire drills that people of one workspace begin on pages."""

HAND_PINGS = Throttle(30, timedelta(seconds=10))
"""Pings by hand, in one workspace."""

Subjects = Mapping[str, Throttle]
"""What a try counts for, each under its hash."""


def subjects_of_try(email: str, address: str | None, device_id: int | None) -> Subjects:
    """Return what a password that is tried counts for.

    `device_id` is the device that the account knows, None for a stranger's.
    """
    if device_id is not None:
        return {_subject("device", email, str(device_id)): BY_DEVICE}
    site = _site(address)
    return {
        _subject("address", site): BY_ADDRESS,
        _subject("address and account", site, email): BY_ADDRESS_AND_ACCOUNT,
        _subject("account", email): BY_ACCOUNT,
    }


def subjects_of_code(user_id: int, device_id: int | None) -> Subjects:
    """Return what a code that is tried counts for."""
    device = "" if device_id is None else str(device_id)
    return {_subject("code", str(user_id), device): CODES}


def subjects_of_joining(invitation_id: int, address: str | None) -> Subjects:
    """Return what it counts for that somebody tries to make an account behind an invitation."""
    return {
        _subject("joining", _site(address)): BY_ADDRESS,
        _subject("invitation", str(invitation_id)): BY_INVITATION,
    }


def subjects_of_asking(address: str | None) -> Subjects:
    """Return what it counts for that somebody asks for a letter with a link."""
    return {_subject("asking", _site(address)): BY_ADDRESS}


def subjects_of_setting_out(address: str | None) -> Subjects:
    """Return what it counts for that somebody sets out to sign in at the provider."""
    return {_subject("setting out", _site(address)): BY_ADDRESS}


def subjects_of_letter(email: str) -> Subjects:
    """Return what such a letter counts for."""
    return {_subject("letter", email): LETTERS}


def subjects_of_mailed_invitation(workspace_id: int, user_id: int | None, email: str) -> Subjects:
    """Return what an invitation that is sent by mail counts for: `user_id` is who invites.

    Not for the letters of an account: who invites does not use up what its person asks for.
    """
    return {
        _subject("invitations of", str(workspace_id)): MAILED_INVITATIONS,
        _subject("invitations by", str(user_id)): MAILED_INVITATIONS,
        _subject("invitation to", email): LETTERS,
    }


def subjects_of_test_message(workspace_id: int) -> Subjects:
    """Return what it counts for that somebody lets a test message be sent."""
    return {_subject("test message", str(workspace_id)): TEST_MESSAGES}


def subjects_of_hand_ping(workspace_id: int) -> Subjects:
    """Return what it counts for that somebody pings a job by hand."""
    return {_subject("hand ping", str(workspace_id)): HAND_PINGS}


def subjects_of_proof(user_id: int) -> Subjects:
    """Return what it counts for that somebody who is signed in shows the password again."""
    return {_subject("proof", str(user_id)): BY_DEVICE}


def after_try(full_at: datetime | None, throttle: Throttle, now: datetime) -> datetime:
    """Return when all tries are there again after one more at `now`."""
    return _as_known(full_at, throttle, now) + throttle.interval


def seconds_until_room(full_at: datetime | None, throttle: Throttle, now: datetime) -> int:
    """Return the seconds until there is room for one more try, 0 if there is."""
    over = _as_known(full_at, throttle, now) + throttle.interval - now - throttle.whole
    return max(0, ceil(over.total_seconds()))


def _as_known(full_at: datetime | None, throttle: Throttle, now: datetime) -> datetime:
    """Return when all tries are there again, by a clock that may have been set back since.

    More than all tries cannot have been used up. If it looks so by more than servers' clocks
    differ, there is one try: it keeps nobody out, and helps nobody to guess.
    """
    if full_at is None or full_at < now:
        return now
    if full_at > now + throttle.whole + throttle.interval:
        return now + throttle.whole - throttle.interval
    return full_at


def _subject(*parts: str) -> str:
    """Return a hash, as what strangers typed for an address is nobody's business."""
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _site(address: str | None) -> str:
    """Return an address as one that somebody has: of IPv6, people have whole networks."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False))
