"""What counts as public, and what an explicit network allows: exactly itself."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.outbound.addresses import is_permitted, parse_address, parse_network


def permitted(text: str, *networks: str) -> bool:
    address = parse_address(text)
    assert address is not None
    return is_permitted(address, [ipaddress.ip_network(one) for one in networks])


INSIDE = [
    "0.0.0.0", "10.0.0.1",  # noqa: S104 - nothing is bound
    "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.88.99.1", "192.0.2.1",
    "192.168.1.1", "198.18.0.1",
    "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "100::1", "3fff::1", "4000::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:808:808::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_nothing_inside_is_public(text: str) -> None:
    assert not permitted(text)


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_is_public(text: str) -> None:
    assert permitted(text)


@given(address=st.ip_addresses(v=4))
def test_wrapping_an_address_changes_nothing(address: ipaddress.IPv4Address) -> None:
    wrapped = [f"::ffff:{address}", str(ipaddress.IPv6Address((0x64_FF9B << 96) + int(address)))]

    assert {permitted(text) for text in wrapped} == {permitted(str(address))}


def test_a_named_network_allows_itself_and_nothing_else() -> None:
    assert permitted("10.2.0.7", "10.2.0.0/24")
    assert permitted("::ffff:10.2.0.7", "10.2.0.0/24")
    assert permitted("fd00::7", "fd00::/64")
    assert not permitted("10.2.1.7", "10.2.0.0/24")
    assert not permitted("127.0.0.1", "10.2.0.0/24")
    assert not permitted("fd00::7", "10.2.0.0/24")


@pytest.mark.parametrize("text", ["0.0.0.0/0", "10.0.0.0/7", "::/0", "fc00::/7", "10.2.0.7/24", "lan", ""])
def test_a_network_is_written_exactly_and_not_too_wide(text: str) -> None:
    assert parse_network(text) is None


@pytest.mark.parametrize("text", ["127.1", "2130706433", "0x7f.0.0.1", "017700000001", "1.2.3.4.5", "localhost", ""])
def test_what_is_no_plain_address_is_none(text: str) -> None:
    assert parse_address(text) is None
