"""Posts over kept connections, with as little around each as aiohttp allows.

A ClientSession does much for every request that none of ours needs: redirects, cookies, proxies,
credentials, tracing, a task for the body. When thousands of alerts leave at once, that is most of
what they cost. So this goes past it to what it is made of: the connector, which resolves, guards,
secures and keeps connections, the writer and the parser.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import aiohttp
from aiohttp import ClientRequest, ClientTimeout
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage, StreamWriter
from aiohttp.streams import StreamReader
from yarl import URL

from cronbeats.patience import Patience

# Enough for what Discord says of every field that it does not like.
ANSWER_BYTES = 65_536
_MOST_URLS = 1024
_SWITCHING_PROTOCOLS, _FIRST_FINAL_STATUS = 101, 200


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `start` is the beginning of the body, `is_cut` tells that there was more."""

    status_code: int
    headers: Mapping[str, str]
    start: bytes = field(repr=False)
    is_cut: bool


class Poster:
    """Sends requests that all bear `headers`, through a connector that is its own from then on.

    Redirects, cookies and the environment's proxies are ignored, and nothing is unpacked.
    """

    def __init__(
        self,
        connector: aiohttp.TCPConnector,
        headers: Mapping[str, str],
        *,
        connect_timeout_seconds: float,
        total_timeout_seconds: float,
    ) -> None:
        self._connector = connector
        self._timeout = ClientTimeout(sock_connect=connect_timeout_seconds)
        self._patience = Patience(total_timeout_seconds)
        self._headers = headers
        # The same addresses are called again and again.
        self._request_to = lru_cache(_MOST_URLS)(self._make_request)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send `body` and return the reply.

        Raises ValueError if the URL cannot be one, else what aiohttp raises, or OSError; once the
        status has come, nothing: a message taken is not sent twice.
        """
        request = self._request_to(url)
        began = request.loop.time()
        connection, message, payload = await self._patience.bear(
            self._exchange(request, headers, body)
        )
        try:
            start, is_cut = await _read_start(payload, began + self._patience.seconds)
            if not is_cut:
                connection.release()
        finally:
            # Unless it was released before.
            connection.close()
        return Reply(message.code, message.headers, start, is_cut)

    async def _exchange(
        self, request: ClientRequest, headers: Mapping[str, str], body: bytes
    ) -> tuple[Connection, RawResponseMessage, StreamReader]:
        """Send a request; return the head of its answer, and what it came and comes by."""
        connection = await self._connect(request)
        try:
            protocol = _protocol_of(connection)
            await _send(protocol, request, headers, body)
            return connection, *await _read_head(protocol, request)
        except BaseException:
            connection.close()
            raise

    async def close(self) -> None:
        """Close all connections."""
        await self._connector.close()

    def _make_request(self, url: str) -> ClientRequest:
        return ClientRequest("POST", URL(url), headers=self._headers)

    async def _connect(self, request: ClientRequest) -> Connection:
        try:
            return await self._connector.connect(request, traces=[], timeout=self._timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError from error


def _protocol_of(connection: Connection) -> ResponseHandler:
    protocol = connection.protocol
    if protocol is None:
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(read_until_eof=True, auto_decompress=False)
    return protocol


async def _send(
    protocol: ResponseHandler, request: ClientRequest, headers: Mapping[str, str], body: bytes
) -> None:
    fields = request.headers.copy()
    fields.update(headers)
    fields["Content-Length"] = str(len(body))
    writer = StreamWriter(protocol, request.loop)
    await writer.write_headers(f"POST {request.url.raw_path_qs} HTTP/1.1", fields)
    await writer.write_eof(body)


async def _read_head(
    protocol: ResponseHandler, request: ClientRequest
) -> tuple[RawResponseMessage, StreamReader]:
    """Return the answer's head, and what its body is read from; answers for now are passed over."""
    try:
        while True:
            message, payload = await protocol.read()
            if message.code >= _FIRST_FINAL_STATUS or message.code == _SWITCHING_PROTOCOLS:
                return message, payload
    except HttpProcessingError as error:
        raise aiohttp.ClientResponseError(request.request_info, ()) from error


async def _read_start(payload: StreamReader, until: float) -> tuple[bytes, bool]:
    """Return the beginning of the body, and whether there was more of it."""
    start = b""
    if payload.at_eof():
        return start, False
    try:
        async with asyncio.timeout_at(until):
            while len(start) < ANSWER_BYTES:
                chunk = await payload.read(ANSWER_BYTES - len(start))
                if not chunk:
                    return start, False
                start += chunk
    except (aiohttp.ClientError, OSError):
        # The status has arrived, and it is what counts.
        pass
    return start, True
