"""What a provider publishes of itself: its addresses and its keys, kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cronbeats.senders._id_token import PublicKeys
from cronbeats.senders._json_http import JsonAnswer, JsonClient, NoAnswerError

_WELL_KNOWN = "/.well-known/openid-configuration"
# After that, it is asked whether anything has changed.
_KEPT_FOR = timedelta(hours=1)
# A token with a key that nobody knows makes us ask for the keys, but not all the time.
_KEYS_ARE_NEWS_AFTER = timedelta(seconds=30)


class BadProviderError(Exception):
    """The provider does not publish what it must; the text says what."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider does what, and how it wants to be shown the client's secret."""

    issuer: str
    authorization: str
    token: str
    keys: str
    user_info: str | None
    takes_basic: bool


class ProviderDocuments:
    """Fetches what a provider publishes, once for everybody who waits for it."""

    def __init__(self, http: JsonClient, issuer: str) -> None:
        self._http = http
        self._issuer = issuer
        self._lock = asyncio.Lock()
        self._endpoints: Endpoints | None = None
        self._endpoints_at: datetime | None = None
        self._keys: PublicKeys | None = None
        self._keys_at: datetime | None = None

    async def endpoints(self, now: datetime) -> Endpoints:
        """Return the addresses of the provider. Raises BadProviderError and NoAnswerError."""
        async with self._lock:
            if self._endpoints is None or _is_older(self._endpoints_at, _KEPT_FOR, now):
                try:
                    self._endpoints = await self._fetch_endpoints()
                except (NoAnswerError, BadProviderError):
                    # What was true an hour ago most likely still is.
                    if self._endpoints is None:
                        raise
                self._endpoints_at = now
            return self._endpoints

    async def keys(self, now: datetime, *, newer: bool = False) -> PublicKeys:
        """Return the keys of the provider; `newer` ones than those that were given before.

        Raises BadProviderError and NoAnswerError.
        """
        endpoints = await self.endpoints(now)
        async with self._lock:
            age = _KEYS_ARE_NEWS_AFTER if newer else _KEPT_FOR
            if self._keys is None or _is_older(self._keys_at, age, now):
                answer = await self._http.get(endpoints.keys)
                _require_ok(answer, "its keys")
                self._keys, self._keys_at = PublicKeys(answer.values), now
            return self._keys

    async def _fetch_endpoints(self) -> Endpoints:
        answer = await self._http.get(self._issuer.rstrip("/") + _WELL_KNOWN)
        _require_ok(answer, "its configuration")
        published = answer.values.get("issuer")
        # A slash at the end is what people get wrong; a token must bear what is published.
        if not isinstance(published, str) or published.rstrip("/") != self._issuer.rstrip("/"):
            raise BadProviderError(
                "its configuration is another issuer's than CRONBEATS_OIDC_ISSUER"
            )
        return Endpoints(
            issuer=published,
            authorization=self._address(answer.values, "authorization_endpoint"),
            token=self._address(answer.values, "token_endpoint"),
            keys=self._address(answer.values, "jwks_uri"),
            user_info=self._address(answer.values, "userinfo_endpoint")
            if "userinfo_endpoint" in answer.values
            else None,
            takes_basic=_takes_basic(answer.values),
        )

    def _address(self, values: Mapping[str, object], name: str) -> str:
        """Return an address of the configuration, as well protected as the issuer's own."""
        value = values.get(name)
        scheme = urlsplit(value).scheme if isinstance(value, str) else ""
        if isinstance(value, str) and scheme in {"https", urlsplit(self._issuer).scheme}:
            return value
        raise BadProviderError(f"its configuration lacks a usable {name}")


def _is_older(at: datetime | None, age: timedelta, now: datetime) -> bool:
    # Clocks may be set back.
    return at is None or abs(now - at) >= age


def _require_ok(answer: JsonAnswer, what: str) -> None:
    if not answer.is_ok:
        raise BadProviderError(f"it answered {answer.status} when asked for {what}")


def _takes_basic(values: Mapping[str, object]) -> bool:
    """Tell whether the secret travels in a header; where nothing is published, that is the rule."""
    methods = values.get("token_endpoint_auth_methods_supported")
    return not isinstance(methods, list) or "client_secret_basic" in methods
