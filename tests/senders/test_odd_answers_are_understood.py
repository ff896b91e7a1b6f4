"""What a receiver may write in return, byte by byte, and what is made of it and its connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import dataclass

import pytest

from cronbeats.domain.delivery import Refused, Unreachable
from cronbeats.senders._answers import Answer
from cronbeats.senders.registry import HttpClient

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
UNENDING = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"
TOO_LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"n" * 70_000
NOT_HTTP = b"220 mail.example.com ESMTP\r\n"


@dataclass
class Scripted:
    """A receiver that answers every request with the same bytes, and counts its connections."""

    url: str = ""
    answer: bytes = OK
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError), closing(writer):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(self.answer)


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    receiver = Scripted()
    begun: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.add(asyncio.create_task(receiver.serve(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1")
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield receiver
    server.close()
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)


@pytest.mark.parametrize(
    ("answer", "text", "connections"),
    [
        pytest.param(OK, "ok", 1, id="a connection is kept"),
        pytest.param(EARLY + EARLY + OK, "ok", 1, id="answers for now are passed over"),
        pytest.param(LAST, "ok", 2, id="a connection that ends is not kept"),
        pytest.param(UNENDING, "ok", 2, id="a message taken counts though its answer stalls"),
        pytest.param(TOO_LONG, "n" * 65_536, 2, id="what was not read to its end is not kept"),
    ],
)
async def test_an_answer_is_read_as_far_as_it_counts(
    scripted: Scripted, impatient_http: HttpClient, answer: bytes, text: str, connections: int
) -> None:
    scripted.answer = answer

    for _ in range(2):
        said = await impatient_http.post(scripted.url, b"{}")

        assert isinstance(said, Answer)
        # Of what was cut, the end is dropped: half a secret might be there.
        assert said.status_code == 200
        assert text.startswith(said.text)

    assert scripted.connections == connections


async def test_what_is_not_http_is_told(scripted: Scripted, http: HttpClient) -> None:
    scripted.answer = NOT_HTTP

    said = await http.post(scripted.url, b"{}")

    assert said == Unreachable("The answer was not valid HTTP.")


async def test_only_answers_for_now_are_no_answer(
    scripted: Scripted, impatient_http: HttpClient
) -> None:
    scripted.answer = EARLY

    said = await impatient_http.post(scripted.url, b"{}")

    assert said == Unreachable("No answer within 0.2 s.")


async def test_a_header_cannot_begin_another(scripted: Scripted, http: HttpClient) -> None:
    said = await http.post(scripted.url, b"{}", headers={"webhook-id": "a\r\nX-Evil: 1"})

    assert isinstance(said, Refused)
