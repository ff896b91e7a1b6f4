"""The client through which every message leaves: with time limits, and only to public addresses."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver

from cronbeats.domain.delivery import Refused, Unreachable
from cronbeats.senders._addresses import AddressGuard
from cronbeats.senders._answers import Answer, retry_after
from cronbeats.senders._failures import CHECK_URL, failure_of
from cronbeats.senders._poster import Poster, Reply
from cronbeats.senders._scrub import scrub, secrets_in
from cronbeats.senders._session import HEADERS
from cronbeats.senders._urls import explain_bad_url

_HEADERS = {**HEADERS, "Content-Type": "application/json"}
_BLOCKED = (
    "The address is private or reserved, so it is not called. "
    "Whoever runs this server can allow it with CRONBEATS_ALLOW_PRIVATE_TARGETS."
)
_MOST_URLS = 1024
# What the guard said of each address that the request of this task tried.
_verdicts: ContextVar[set[bool]] = ContextVar("verdicts")


class HttpClient:
    """Sends POST requests, with one pool of connections for all integrations.

    Redirects, cookies and the environment's proxies are ignored. Only public addresses are called,
    and those in `allowed_networks` (such as `10.0.0.0/8`; ValueError if one is not a network).
    The guard sees each address after its name is resolved, so no name server can get around it.
    Names are looked up as this machine does, unless a `resolver` is given.
    """

    def __init__(
        self,
        *,
        allowed_networks: Iterable[str] = (),
        allow_http: bool = False,
        connect_timeout_seconds: float = 3,
        total_timeout_seconds: float = 10,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._guard = AddressGuard(allowed_networks)
        self._allow_http = allow_http
        self._connect_timeout = connect_timeout_seconds
        self._total_timeout = total_timeout_seconds
        self._resolver = resolver
        self._poster: Poster | None = None
        # The same addresses are called again and again.
        self._reasons = lru_cache(_MOST_URLS)(self._look_for_reasons)

    def explain_bad_url(self, url: str) -> list[str]:
        """Return the reasons why `url` may not be called; where a name leads is not looked up."""
        return list(self._reasons(url))

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
    ) -> Answer | Unreachable | Refused:
        """Send `body`, which is JSON, and return the answer, or why there is none.

        Neither the URL nor the `secrets` appear in what is returned.
        """
        reasons = self.explain_bad_url(url)
        if reasons:
            return Refused(f"{CHECK_URL} {' '.join(reasons)}")
        started, verdicts = time.perf_counter(), set[bool]()
        token = _verdicts.set(verdicts)
        try:
            return await self._exchange(url, body, headers or {}, secrets)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # An address that may be called was tried as well: it may answer next time.
            failure = (
                Refused(_BLOCKED) if verdicts == {False} else failure_of(error, self._total_timeout)
            )
            return replace(failure, duration_ms=_since(started))
        finally:
            _verdicts.reset(token)

    async def close(self) -> None:
        """Close all connections; the client can be used again afterwards."""
        if self._poster is not None:
            await self._poster.close()
            self._poster = None

    def _look_for_reasons(self, url: str) -> tuple[str, ...]:
        reasons = explain_bad_url(url, allow_http=self._allow_http)
        if not reasons and not self._allows_literal(urlsplit(url).hostname or ""):
            reasons = [_BLOCKED]
        return tuple(reasons)

    def _allows_literal(self, host: str) -> bool:
        try:
            ip_address(host)
        except ValueError:
            return True
        return self._guard.allows(host)

    async def _exchange(
        self, url: str, body: bytes, headers: Mapping[str, str], secrets: Iterable[str]
    ) -> Answer:
        started = time.perf_counter()
        reply = await self._open_poster().post(url, body, headers)
        duration_ms = _since(started)
        start = _decoded(reply)
        if start:
            start = scrub(start, (*secrets, *secrets_in(url)), is_cut=reply.is_cut)
        return Answer(
            status_code=reply.status_code,
            duration_ms=duration_ms,
            text=start,
            retry_after_seconds=retry_after(reply.headers),
            headers=reply.headers,
        )

    def _open_poster(self) -> Poster:
        if self._poster is None:
            # How many messages leave at once is the caller's to say.
            connector = aiohttp.TCPConnector(
                limit=0, socket_factory=self._guarded_socket, resolver=self._resolver
            )
            self._poster = Poster(
                connector,
                _HEADERS,
                connect_timeout_seconds=self._connect_timeout,
                total_timeout_seconds=self._total_timeout,
            )
        return self._poster

    def _guarded_socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (host, *_) = address
        is_allowed = self._guard.allows(host)
        _verdicts.get().add(is_allowed)
        if not is_allowed:
            raise OSError("not a public address")
        return socket.socket(family, kind, protocol)


def _since(started: float) -> int:
    """Return the milliseconds since a moment of the stopwatch."""
    return round((time.perf_counter() - started) * 1000)


def _decoded(reply: Reply) -> str:
    if not reply.start or reply.headers.get("Content-Encoding", "identity") != "identity":
        return ""
    return reply.start.decode("utf-8", "replace")
