"""Whose address counts: the connection's, or what a trusted proxy says."""

from ipaddress import ip_network

import pytest

from cronbeats.edge.client_address import client_address

PROXY, OTHER_PROXY = "10.0.0.1", "10.0.0.2"
CLIENT, LIAR = "198.51.100.9", "203.0.113.66"
TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def address(peer: str | None, *forwarded: str, trusted: bool = True) -> str | None:
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    return client_address(peer, [(b"host", b"x"), *headers], TRUSTED if trusted else [])


def test_without_a_trusted_proxy_the_connection_counts() -> None:
    assert address(CLIENT) == CLIENT
    assert address(CLIENT, LIAR) == CLIENT
    assert address(PROXY, LIAR, trusted=False) == PROXY
    assert address("2001:db8::1", LIAR) == "2001:db8::1"


def test_a_connection_without_an_address_has_none() -> None:
    assert address(None) is None
    assert address(None, LIAR) is None


@pytest.mark.parametrize(
    "forwarded",
    [
        [CLIENT],
        [f"  {CLIENT}  "],
        [f"{LIAR}, {CLIENT}"],
        [LIAR, CLIENT],
        [f"{LIAR},{CLIENT},{OTHER_PROXY}"],
        [LIAR, f"{CLIENT}, {OTHER_PROXY}", PROXY],
        [f"nonsense, {CLIENT}"],
    ],
)
def test_a_trusted_proxy_names_the_client(forwarded: list[str]) -> None:
    assert address(PROXY, *forwarded) == CLIENT


def test_a_client_of_ip_version_6_is_named_too() -> None:
    assert address("fd00::1", "2001:db8::9") == "2001:db8::9"


def test_a_proxy_is_known_by_its_address_in_the_other_version() -> None:
    """A socket for both versions shows the addresses of version 4 so."""
    assert address("::ffff:10.0.0.1", CLIENT) == CLIENT
    assert address("::ffff:198.51.100.1", CLIENT) == "::ffff:198.51.100.1"


@pytest.mark.parametrize(
    "forwarded",
    [[], [""], ["nonsense"], ["unknown"], [f"{CLIENT}, nonsense"], [f"{CLIENT}:4711"], ["\xff"]],
)
def test_a_proxy_that_names_nobody_is_itself_the_client(forwarded: list[str]) -> None:
    assert address(PROXY, *forwarded) == PROXY


def test_nobody_but_proxies_on_the_way_means_the_farthest_of_them() -> None:
    assert address(PROXY, f"{OTHER_PROXY}, {PROXY}") == OTHER_PROXY


def test_an_address_is_never_longer_than_what_is_kept() -> None:
    long = "fe80::1%" + "x" * 100
    found = address(PROXY, long)
    assert found is not None
    assert len(found) <= 45
