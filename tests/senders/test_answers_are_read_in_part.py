import pytest
from aiohttp import web

from cronbeats.domain.delivery import Delivered, Refused
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import KINDS, alert, config_of, sender_of
from tests.senders.receiver import Receiver, answering

MEGABYTE = b"x" * 2**20
# More than the buffers between two sockets of one machine can swallow.
MANY = 64


@pytest.mark.parametrize("kind", KINDS)
async def test_a_huge_answer_is_not_read_to_its_end(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    written = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse()
        await response.prepare(request)
        while written < MANY:
            await response.write(MEGABYTE)
            written += 1
        return response

    receiver.respond = flood

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Delivered)
    assert written < MANY


async def test_a_message_taken_counts_even_if_its_answer_never_ends(
    receiver: Receiver, impatient_http: HttpClient
) -> None:
    async def dawdle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "10"})
        await response.prepare(request)
        await response.write(b"o")
        await request.read()
        assert request.transport is not None
        request.transport.close()
        return response

    receiver.respond = dawdle
    kind = IntegrationKind.WEBHOOK

    delivery = await sender_of(kind, impatient_http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert isinstance(delivery, Delivered)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "The webhook answered 400 Bad Request."),
        ("<html><body>Not here</body></html>", "The webhook answered 400 Bad Request."),
        (" not\r\nhere\x07 ", "The webhook answered 400 Bad Request: not here"),
        ("n" * 5000, f"The webhook answered 400 Bad Request: {'n' * 199}…"),
        ("[" * 5000, f"The webhook answered 400 Bad Request: {'[' * 199}…"),
        ("\u202eereh", "The webhook answered 400 Bad Request: ereh"),
    ],
)
async def test_the_reason_is_told_in_one_short_line(
    receiver: Receiver, http: HttpClient, text: str, error: str
) -> None:
    receiver.respond = answering(400, text)
    kind = IntegrationKind.WEBHOOK

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert delivery == Refused(error, 400)


async def test_a_compressed_answer_is_not_unpacked(receiver: Receiver, http: HttpClient) -> None:
    async def compress(_: web.Request) -> web.StreamResponse:
        response = web.Response(status=400, text="n" * 1000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    receiver.respond = compress
    kind = IntegrationKind.WEBHOOK

    delivery = await sender_of(kind, http, receiver.origin).send(
        config_of(kind, receiver.origin), alert()
    )

    assert delivery == Refused("The webhook answered 400 Bad Request.", 400)
