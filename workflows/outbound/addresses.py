"""Which network addresses a call may go to. Everything that is not the public internet needs an explicit word."""

import ipaddress
from collections.abc import Collection
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address behind a translator
_UNICAST: Final = ipaddress.ip_network("2000::/3")
# Beyond what the standard library of each Python calls private: protocol assignments, relays and tunnels, which carry
# an address that nobody has looked at, and what the host of a cloud answers with secrets of the machine.
_SPECIAL: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
_WIDEST: Final = {4: 8, 6: 32}  # bits that a network of ours must fix, or it would be half the internet


def parse_address(text: str) -> Address | None:
    """The address that packets would really go to: IPv4 inside of IPv6 is IPv4. None when the text is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def parse_network(text: str) -> Network | None:
    """A network that a connection may name: written exactly, and not so wide that it allows everything."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        return None
    return network if network.prefixlen >= _WIDEST[network.version] else None


def is_permitted(address: Address, networks: Collection[Network]) -> bool:
    """Whether a call may go there: into the named networks, or to the public internet."""
    return is_within(address, networks) or _is_public(address)


def is_within(address: Address, networks: Collection[Network]) -> bool:
    """Whether the address is in one of the networks."""
    return any(address.version == network.version and address in network for network in networks)


def _is_public(address: Address) -> bool:
    if address.is_multicast or address.is_reserved or not address.is_global or is_within(address, _SPECIAL):
        return False
    return isinstance(address, ipaddress.IPv4Address) or address in _UNICAST
