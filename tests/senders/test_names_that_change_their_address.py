"""A name server can be anybody's: what it says is judged each time, and never trusted."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import KINDS, alert, config_of, sender_of
from tests.senders.receiver import Receiver, closed_port

pytestmark = pytest.mark.parametrize("kind", KINDS)


class NameServer(AbstractResolver):
    """Answers with `addresses`, whatever the name; without any there is no such name."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - a resolver is asked so
    ) -> list[ResolveResult]:
        if not self.addresses:
            raise OSError("no such name")
        return [self._answer(host, port, address) for address in self.addresses]

    async def close(self) -> None:
        pass

    def _answer(self, host: str, port: int, address: str) -> ResolveResult:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        flags = socket.AI_NUMERICHOST
        return ResolveResult(
            hostname=host, host=address, port=port, family=family, proto=0, flags=flags
        )


@asynccontextmanager
async def client(name_server: NameServer, *allowed: str) -> AsyncIterator[HttpClient]:
    http = HttpClient(allowed_networks=allowed, allow_http=True, resolver=name_server)
    yield http
    await http.close()


def named(port: int | None) -> str:
    return f"http://hooks.example:{port}"


async def send(kind: IntegrationKind, http: HttpClient, origin: str) -> object:
    return await sender_of(kind, http, origin).send(config_of(kind, origin), alert())


def port_of(receiver: Receiver) -> int | None:
    return urlsplit(receiver.origin).port


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "::1"])
async def test_a_public_name_of_a_private_address_is_refused(
    receiver: Receiver, kind: IntegrationKind, address: str
) -> None:
    async with client(NameServer(address)) as http:
        delivery = await send(kind, http, named(port_of(receiver)))

    assert isinstance(delivery, Refused)
    assert "CRONBEATS_ALLOW_PRIVATE_TARGETS" in delivery.error
    assert receiver.received == []


async def test_an_address_that_may_be_called_is_found_among_others(
    receiver: Receiver, kind: IntegrationKind
) -> None:
    async with client(NameServer("fd00::1", "10.0.0.1", "127.0.0.1"), "127.0.0.0/8") as http:
        assert isinstance(await send(kind, http, named(port_of(receiver))), Delivered)


@pytest.mark.parametrize("order", [sorted, lambda addresses: sorted(addresses, reverse=True)])
async def test_an_alert_is_not_given_up_while_one_of_the_addresses_may_be_called(
    kind: IntegrationKind, order: Callable[[tuple[str, ...]], list[str]]
) -> None:
    addresses = order(("fd00::1", "10.0.0.1", "127.0.0.1"))

    async with client(NameServer(*addresses), "127.0.0.0/8") as http:
        delivery = await send(kind, http, named(closed_port()))

    assert isinstance(delivery, Unreachable)
    assert delivery.error.startswith("No connection: ")


async def test_a_name_that_is_unknown_may_be_known_later(kind: IntegrationKind) -> None:
    async with client(NameServer()) as http:
        delivery = await send(kind, http, named(443))

    assert delivery == Unreachable("The host name could not be resolved.", never_left=True)
