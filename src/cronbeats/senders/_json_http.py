"""The client for what the operator named in the settings: it may be in any network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from aiohttp import ClientSession, ClientTimeout

from cronbeats.senders._failures import failure_of
from cronbeats.senders._session import new_session

_OK = 200
# Some providers publish a certificate with each key.
_LARGEST_ANSWER = 1_048_576


class NoAnswerError(Exception):
    """There is no answer that can be read; the text says why, without addresses and secrets."""


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """The status of an answer, and the JSON object that it holds."""

    status: int
    values: Mapping[str, object] = field(repr=False)

    @property
    def is_ok(self) -> bool:
        """Whether what was asked for was given."""
        return self.status == _OK


class JsonClient:
    """Asks for JSON objects; redirects, cookies and the environment's proxies are ignored."""

    def __init__(
        self, *, connect_timeout_seconds: float = 3, total_timeout_seconds: float = 10
    ) -> None:
        self._timeout = ClientTimeout(
            total=total_timeout_seconds, sock_connect=connect_timeout_seconds
        )
        self._session: ClientSession | None = None

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> JsonAnswer:
        """Return what is at an address. Raises NoAnswerError."""
        return await self._ask("GET", url, None, headers)

    async def post(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> JsonAnswer:
        """Send a form and return the answer. Raises NoAnswerError."""
        return await self._ask("POST", url, form, headers)

    async def close(self) -> None:
        """Close all connections; the client can be used again afterwards."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> JsonAnswer:
        request = self._open_session().request(
            method, url, data=form, headers=headers, allow_redirects=False
        )
        try:
            async with request as response:
                body = await response.content.read(_LARGEST_ANSWER)
                while not response.content.at_eof() and len(body) < _LARGEST_ANSWER:
                    body += await response.content.read(_LARGEST_ANSWER - len(body))
                return JsonAnswer(response.status, _object(response.status, body))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoAnswerError(failure_of(error, self._timeout.total).error) from None

    def _open_session(self) -> ClientSession:
        if self._session is None:
            self._session = new_session(self._timeout, {"Accept": "application/json"})
        return self._session


def _object(status: int, body: bytes) -> Mapping[str, object]:
    """Return the JSON object of an answer; one that is no success need not have any."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    if status == _OK:
        raise NoAnswerError("The answer is no JSON object.")
    return {}
