"""Which addresses a message may be sent to.

People who may set an integration up must not reach our own network with it: a server that calls
any address it is given is a way in (server-side request forgery).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

# Python's `is_global` has called some of these public, depending on its version.
_NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # shared by the customers of one carrier (RFC 6598)
        "168.63.129.16/32",  # Azure's metadata, at an address that looks public
        "192.0.0.0/24",  # protocol assignments (RFC 6890); Oracle's metadata is here
        "192.88.99.0/24",  # relays from 6to4 (RFC 7526)
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
# All the global unicast addresses that are in use (RFC 4291).
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressGuard:
    """Tells which addresses may be called: public ones, and those in networks that are allowed.

    `allowed` holds networks such as `10.0.0.0/8`; ValueError if one is not.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = tuple(ip_network(network, strict=False) for network in allowed)

    def allows(self, text: str) -> bool:
        """Whether an address as resolved, `fe80::1%eth0` included, may be called."""
        address = ip_address(text)
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return is_public(address) or any(address in network for network in self._allowed)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to one host of the public internet.

    An IPv6 address that stands for an IPv4 address (mapped, NAT64, 6to4) is judged as that one.
    """
    if isinstance(address, IPv6Address):
        stands_for = _embedded(address)
        if stands_for is not None:
            return is_public(stands_for)
        if address not in _GLOBAL_UNICAST:
            return False
    if address.is_multicast or any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
