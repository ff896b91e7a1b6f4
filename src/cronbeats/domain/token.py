"""Tokens: random texts that let in whoever shows them; only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewToken:
    """A fresh token: `secret` is given away once, only `hashed` is kept."""

    secret: str = field(repr=False)
    hashed: str


def new_token() -> NewToken:
    """Return a random token: 256 bits, as 43 characters that are safe in a URL and in a cookie."""
    secret = secrets.token_urlsafe(_TOKEN_BYTES)
    return NewToken(secret, hash_token(secret))


def hash_token(secret: str) -> str:
    """Return the SHA-256 of a token in hex.

    A plain hash suffices: a token is random, so there is nothing to guess from a dictionary, and
    looking the hash up in an index compares no part of the token itself.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
