"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes without it.

The app's codes are what all apps know: six digits, SHA-1, a new one every 30 seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import pyotp

RECOVERY_CODES = 10
"""Recovery codes that somebody gets at a time; each works once."""

_ISSUER = "CronBeats"
_STEP_SECONDS = 30
_CODE_LENGTH = 6
# A phone's clock may be off by so many steps.
_SKEW = 1
# No letters that look like digits: people copy these from paper.
_RECOVERY_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_RECOVERY_GROUPS, _RECOVERY_GROUP = 4, 4


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The secret that a person's app has, too; it counts once it is confirmed with a code.

    `last_step` is the time step of the code that was used last, None if none was.
    """

    secret: str = field(repr=False)
    is_confirmed: bool
    last_step: int | None = None


def new_secret() -> str:
    """Return a random secret: 160 bits, in Base32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str) -> str:
    """Return what an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def is_app_code(text: str) -> bool:
    """Tell whether a text has the shape of an app's code."""
    code = _compact(text)
    return len(code) == _CODE_LENGTH and code.isascii() and code.isdigit()


def step_of(factor: SecondFactor, code: str, now: datetime) -> int | None:
    """Return the time step of a code that is right at `now`, None if it is wrong or was used.

    A step that was used before rules out all up to it, unless a clock was set back since: then
    that step is in the future, and would keep its person out until it comes.
    """
    totp, current = pyotp.TOTP(factor.secret), int(now.timestamp()) // _STEP_SECONDS
    used = factor.last_step
    if used is None or used > current + _SKEW:
        used = -1
    found = None
    for step in range(current - _SKEW, current + _SKEW + 1):
        right = totp.at(step * _STEP_SECONDS)
        if hmac.compare_digest(right.encode(), _compact(code).encode()) and step > used:
            found = step
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Return random codes to print: 80 bits each, as in ABCD-EFGH-2345-6789."""
    return tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))


def hash_recovery_code(text: str) -> str:
    """Return the SHA-256 of a recovery code in hex, however it was typed.

    A plain hash suffices: a code is random, so there is nothing to guess from a dictionary.
    """
    code = _compact(text).upper()
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _new_recovery_code() -> str:
    groups = (
        "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_GROUP))
        for _ in range(_RECOVERY_GROUPS)
    )
    return "-".join(groups)


def _compact(text: str) -> str:
    return "".join(text.replace("-", " ").split())
