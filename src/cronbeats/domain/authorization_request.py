"""Authorization requests: that somebody is on the way to the provider, and will come back.

Two random texts belong to one: the state, which travels through the provider and back in the open,
and the browser's token, which stays in its cookie. Nonce and PKCE verifier are made of both, so
that neither a database nor an address is enough to answer in somebody else's place.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta

from cronbeats.domain.token import hash_token, new_token

REQUEST_LASTS = timedelta(minutes=10)
"""How long somebody may take to sign in at the provider."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One way to the provider and back, of one browser."""

    state: str = field(repr=False)
    browser: str = field(repr=False)

    @property
    def token_hash(self) -> str:
        """By which the request is kept."""
        return hash_token(self._derived("kept"))

    @property
    def nonce(self) -> str:
        """What the provider repeats in the ID token, so that it fits this request alone."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider that the code is redeemed by whoever asked (RFC 7636)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier beforehand: its SHA-256 (S256)."""
        return _encoded(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, purpose: str) -> str:
        key, text = (_bytes(self.browser), _bytes(f"{purpose}\0{self.state}"))
        return _encoded(hmac.digest(key, text, "sha256"))


def new_authorization_request(browser: str | None) -> AuthorizationRequest:
    """Return a new request; a browser keeps the token it has, so that its tabs do not collide."""
    return AuthorizationRequest(new_token().secret, browser or new_token().secret)


def _encoded(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
