"""The doctor is no scanner: what no packet may be sent to, in every spelling that names it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor import hosts
from doctor.probe import forbidden


def words(text: str) -> list[str]:
    return text.split()


FORBIDDEN = words("""
127.0.0.1 127.0.0.2 127.255.255.254 ::1 0:0:0:0:0:0:0:1 ::ffff:127.0.0.1 ::ffff:7f00:1
0:0:0:0:0:ffff:7f00:0001 ::127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2002:7f00:0001:0:0:0:0:1
169.254.169.254 169.254.169.253 169.254.170.2 169.254.170.23 169.254.0.1 169.254.100.1 169.254.129.1
169.254.255.255 ::ffff:169.254.169.254 ::ffff:a9fe:a9fe ::169.254.169.254 64:ff9b::a9fe:a9fe
64:ff9b::169.254.170.2 2002:a9fe:a9fe:: fd00:ec2::254 fd00:ec2::253 fd00:ec2::23 fd00:0ec2:0:0:0:0:0:254
fe80::1 fe80::a9fe:a9fe febf::1 fe80::1%eth0 fe80::1%1 0.0.0.0 0.1.2.3 0.255.255.255 :: ::ffff:0.0.0.0
64:ff9b:: 2002:: 224.0.0.1 239.255.255.255 ff02::1 ff05::2 ::ffff:224.0.0.1 64:ff9b::e000:1 2002:e000:1::
240.0.0.1 255.255.255.255 ::ffff:255.255.255.255 64:ff9b::ffff:ffff 2002:ffff:ffff:: 2001:0:a9fe:a9fe:0:0:0:0
2001:0:4136:e378:8000:63bf:5601:5601 2001:0:7f00:1::
""")

OPEN = words("""
10.0.0.1 172.16.5.4 192.168.1.1 100.64.0.1 52.94.133.131 8.8.8.8 1.1.1.1 169.253.255.255 169.255.0.1 128.0.0.1
126.255.255.255 2600:1f18::1 fd12:3456::1 fc00::1 64:ff9b::a00:1 64:ff9b::808:808 ::ffff:10.0.0.1
2002:808:808::
""")

NO_ADDRESS = [
    "",
    "localhost",
    "sqs.us-east-1.amazonaws.com",
    "0177.0.0.1",
    "0x7f000001",
    "2130706433",
    "127.1",
    "[::1]",
    "1.2.3.4 ",
]


def test_there_are_enough_of_them() -> None:
    assert len(set(FORBIDDEN)) >= 50


@pytest.mark.parametrize("address", FORBIDDEN)
def test_is_refused_with_a_reason(address: str) -> None:
    reason = forbidden.refusal(address, allow_loopback=False)
    assert reason
    assert reason.endswith(("never probed", "lifts that)"))


@pytest.mark.parametrize("address", OPEN)
def test_is_allowed(address: str) -> None:
    assert forbidden.refusal(address, allow_loopback=False) is None


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert forbidden.refusal(text, allow_loopback=True) == "not an address"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
)
def test_loopback_can_be_lifted(address: str) -> None:
    assert forbidden.refusal(address, allow_loopback=True) is None


@pytest.mark.parametrize("address", FORBIDDEN)
def test_nothing_else_can(address: str) -> None:
    if forbidden.refusal(address, allow_loopback=True) is None:
        parsed = ipaddress.ip_address(address)
        assert any(candidate.is_loopback for candidate in (parsed, *forbidden._embedded(parsed)))


@given(st.ip_addresses(v=4))
def test_hiding_an_address_in_ipv6_changes_nothing(address: ipaddress.IPv4Address) -> None:
    plain = forbidden.refusal(str(address), allow_loopback=False) is None
    number = int(address)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    six_to_four = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    for hidden in (mapped, nat64, six_to_four):
        assert (forbidden.refusal(str(hidden), allow_loopback=False) is None) is plain


@given(st.text(max_size=60) | st.text("0123456789abcdefx.:%[]", max_size=40))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    if hosts.as_address(text) is None:
        assert forbidden.refusal(text, allow_loopback=True) == "not an address"
    else:
        assert hosts.spelled_as_host(text)
