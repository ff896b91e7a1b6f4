from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest

from cronbeats.domain.delivery import Delivered, Refused
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders._addresses import AddressGuard, is_public
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import KINDS, alert, config_of, sender_of
from tests.senders.receiver import Receiver

PRIVATE = [
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff0e::1",
]
ODD_SPELLINGS = [
    "0",
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7F.1",
    "0x7f000001",
    "017700000001",
    "2130706433",
    "127.0.0.1.",
    "127.0.0.1\u3002",
    "127\u30020\u30020\u30021",
    "127\uff0e0\uff610.1",
    "\uff11\uff12\uff17.0.0.1",
    "\u2460\u2461\u2466.0.0.1",
    "\uff10\uff58\uff17\uff46.1",
]
THIS_MACHINE = [
    *ODD_SPELLINGS,
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - called, not listened on
    "localhost",
    "LOCALHOST",
    "\u24dbocalhost",
    "[::]",
    "[::1]",
    "[::1%25lo]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:FFFF:127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "104.16.1.1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not AddressGuard().allows(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))
    assert AddressGuard().allows(address)


def test_an_allowed_network_may_be_called_and_no_other() -> None:
    guard = AddressGuard(["10.0.0.0/8", "fd00::1/64"])

    assert guard.allows("10.255.0.1")
    assert guard.allows("::ffff:10.255.0.1")
    assert guard.allows("fd00::2")
    assert not guard.allows("192.168.0.1")
    assert not guard.allows("fd01::2")


def test_what_is_no_network_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match="office"):
        AddressGuard(["office"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "host",
    THIS_MACHINE,
)
async def test_this_machine_is_not_called_whatever_its_name(
    receiver: Receiver, guarded_http: HttpClient, kind: IntegrationKind, host: str
) -> None:
    origin = f"http://{host}:{urlsplit(receiver.origin).port}"

    delivery = await sender_of(kind, guarded_http, origin).send(config_of(kind, origin), alert())

    assert isinstance(delivery, Refused)
    is_odd = "Must spell an IP address as four plain numbers" in delivery.error
    assert is_odd or "CRONBEATS_ALLOW_PRIVATE_TARGETS" in delivery.error
    assert is_odd == (host in ODD_SPELLINGS)
    assert f"{host}:" not in delivery.error
    assert receiver.received == []


@pytest.mark.parametrize("kind", KINDS)
async def test_this_machine_is_called_by_name_if_its_network_is_allowed(
    receiver: Receiver, http: HttpClient, kind: IntegrationKind
) -> None:
    origin = receiver.origin.replace("127.0.0.1", "localhost")

    delivery = await sender_of(kind, http, origin).send(config_of(kind, origin), alert())

    assert isinstance(delivery, Delivered)


@pytest.mark.parametrize("host", ["1.1", "134744072", "8.8.8.8.", "0x08080808", "\uff18.8.8.8"])
def test_an_address_is_spelled_in_the_usual_way_even_if_it_is_public(
    guarded_http: HttpClient, host: str
) -> None:
    (reason,) = guarded_http.explain_bad_url(f"http://{host}/hook")

    assert reason == "Must spell an IP address as four plain numbers, such as 192.0.2.1."


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "1e100.net", "0x.example", "10.example.com", "b\u00fccher.de"]
)
def test_a_name_with_digits_is_a_name(guarded_http: HttpClient, host: str) -> None:
    assert guarded_http.explain_bad_url(f"http://{host}/hook") == []


def test_a_private_address_is_told_when_it_is_entered(guarded_http: HttpClient) -> None:
    (reason,) = guarded_http.explain_bad_url("http://[::ffff:10.0.0.1]/hook")

    assert "CRONBEATS_ALLOW_PRIVATE_TARGETS" in reason
    assert guarded_http.explain_bad_url("http://[2606:4700:4700::1111]/hook") == []
