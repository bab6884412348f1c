"""Addresses as numbers, against the standard library's slower reading."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.network import blocks
from doctor.network.blocks import Block, block

NETWORKS = st.one_of(
    st.builds(lambda number, length: (4, number, length), st.integers(0, 2**32 - 1), st.integers(0, 32)),
    st.builds(lambda number, length: (6, number, length), st.integers(0, 2**128 - 1), st.integers(0, 128)),
)


def known(family: int, number: int, length: int) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    kind = ipaddress.IPv4Network if family == 4 else ipaddress.IPv6Network
    return kind((number, length), strict=False)


@given(NETWORKS)
def test_reads_every_cidr_as_ipaddress_does(network):
    address = (ipaddress.IPv4Address if network[0] == 4 else ipaddress.IPv6Address)(network[1])
    expected = known(*network)
    found = block(f"{address}/{network[2]}")
    assert found == (expected.version, int(expected.network_address), int(expected.broadcast_address))
    assert found.size == expected.num_addresses
    assert found.length == expected.prefixlen
    assert block(str(found)) == found


@given(NETWORKS, NETWORKS)
def test_covers_and_meets_as_ipaddress_does(one, other):
    mine, theirs = block(str(known(*one))), block(str(known(*other)))
    if one[0] == other[0]:
        assert mine.covers(theirs) == known(*other).subnet_of(known(*one))  # type: ignore[arg-type]
        assert mine.meets(theirs) == known(*one).overlaps(known(*other))
    else:
        assert not mine.covers(theirs)
        assert not mine.meets(theirs)


@given(NETWORKS)
def test_one_text_is_read_alike_every_time(network):
    text = str(known(*network))
    assert block(text) == block(text)
    assert type(block(text)) is Block


@given(st.text(alphabet="0123456789abcdef:./ xé\0", max_size=24))
def test_refuses_what_ipaddress_refuses(text):
    try:
        expected = ipaddress.ip_network(text, strict=False)
    except ValueError:
        with pytest.raises(ValueError, match=r"is no address|has no prefix length"):
            block(text)
        return
    if "." in text.partition("/")[2] or (text.partition("/")[2].startswith("0") and not text.endswith("/0")):
        with pytest.raises(ValueError, match="has no prefix length"):  # netmasks and 010 are no prefix lengths of AWS
            block(text)
    else:
        assert block(text).first == int(expected.network_address)


@pytest.mark.parametrize("text", ["10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8"])
def test_names_the_prefix_length_that_it_cannot_read(text):
    with pytest.raises(ValueError, match=r"has no prefix length from 0 to (32|128)"):
        block(text)


def test_host_bits_are_cut_off():
    assert str(block("10.0.0.77/24")) == "10.0.0.0/24"


def test_what_was_read_is_forgotten_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(blocks, "_MOST_REMEMBERED", 100)
    monkeypatch.setattr(blocks, "REMEMBERED", kept := {})
    for number in range(1000):
        assert block(f"10.0.{number // 256}.{number % 256}") == (4, (10 << 24) + number, (10 << 24) + number)
    assert len(kept) <= 100


def test_a_range_that_is_no_cidr_is_written_with_both_ends():
    assert str(Block(4, 1, 5)) == "0.0.0.1-0.0.0.5"
