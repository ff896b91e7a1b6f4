"""Job keys, API keys, signing secrets: how they look, how they are made, masked and hashed."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field

_BASE62 = string.digits + string.ascii_letters
_JOB_KEY = re.compile(r"[0-9A-Za-z]{8}", re.ASCII)
_JOB_KEY_LENGTH = 8
_API_KEY_LENGTH = 40
_SHOWN_PREFIX_LENGTH = 8
_SIGNING_BYTES = 32
# A job with this key could not tell its pings from its progress reports.
_NEVER_A_JOB_KEY = frozenset({"progress"})


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A fresh API key: `secret` is shown once, only `prefix` and `hashed` are kept."""

    secret: str = field(repr=False)
    prefix: str
    hashed: str


def new_job_key(choose: Callable[[str], str] = secrets.choice) -> str:
    """Return a random job key: 8 Base62 characters, never a word of the ping protocol."""
    while True:
        key = _random_base62(_JOB_KEY_LENGTH, choose)
        if key not in _NEVER_A_JOB_KEY:
            return key


def is_job_key(text: str) -> bool:
    """Tell whether `text` has the shape of a job key (whether it exists is another question)."""
    return _JOB_KEY.fullmatch(text) is not None


def new_api_key() -> NewApiKey:
    """Return a random API key: `cb_` and 40 Base62 characters (238 bits)."""
    secret = "cb_" + _random_base62(_API_KEY_LENGTH)
    return NewApiKey(secret, secret[:_SHOWN_PREFIX_LENGTH], hash_api_key(secret))


def hash_api_key(secret: str) -> str:
    """Return the SHA-256 of an API key in hex.

    A plain hash suffices: the key is random, so there is nothing to guess from a dictionary, and
    looking the hash up in an index compares no part of the secret itself.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_signing_secret() -> str:
    """Return a random secret to sign with, as Standard Webhooks writes it: 256 bits."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SIGNING_BYTES)).decode()}"


def _random_base62(length: int, choose: Callable[[str], str] = secrets.choice) -> str:
    return "".join(choose(_BASE62) for _ in range(length))
