"""Areas are sets: every law that holds for sets of (address, port) pairs holds for them."""

from hypothesis import given
from hypothesis import strategies as st

from doctor.network.area import Area, Rectangle

Pairs = set[tuple[int, int]]
SMALL = st.integers(0, 6)
RECTANGLES = st.builds(
    lambda a, b, p, q: Rectangle(min(a, b), max(a, b), min(p, q), max(p, q)), SMALL, SMALL, SMALL, SMALL
)
AREAS = st.lists(RECTANGLES, max_size=5).map(Area.of)


def pairs(area: Area) -> Pairs:
    found = [
        (address, port)
        for part in area.parts
        for address in range(part.first_address, part.last_address + 1)
        for port in range(part.first_port, part.last_port + 1)
    ]
    assert len(found) == len(set(found)), "the parts overlap"
    return set(found)


@given(st.lists(RECTANGLES, max_size=6))
def test_of_is_the_union(parts):
    assert pairs(Area.of(parts)) == set().union(*(pairs(Area((part,))) for part in parts))


@given(AREAS, AREAS)
def test_intersection(one, other):
    assert pairs(one & other) == pairs(one) & pairs(other)


@given(AREAS, AREAS)
def test_union(one, other):
    assert pairs(one | other) == pairs(one) | pairs(other)


@given(AREAS, AREAS)
def test_difference(one, other):
    assert pairs(one - other) == pairs(one) - pairs(other)


@given(AREAS)
def test_size_is_the_number_of_pairs_and_nothing_is_false(area):
    assert area.size == len(pairs(area))
    assert bool(area) == bool(pairs(area))


@given(AREAS, AREAS)
def test_equal_when_they_hold_the_same(one, other):
    assert (one == other) == (pairs(one) == pairs(other))
    if one == other:
        assert hash(one) == hash(other)


@given(AREAS, AREAS, AREAS)
def test_laws_of_sets(one, two, three):
    assert one & (two | three) == (one & two) | (one & three)
    assert one - (two & three) == (one - two) | (one - three)
    assert (one - two) | (one & two) == one
    assert not (one - two) & two


def test_is_no_other_thing():
    assert Area() != ()
    assert Area() != 0
