"""Whose inside it is: what somebody saw from elsewhere counts for a function only as far as both share a place."""

from dataclasses import replace

from doctor.evidence import Evidence, Missing, Shared, Vantage, revive
from doctor.evidence.function import Function, name_of
from doctor.verdict import Source

Known = tuple[Evidence | Missing, ...]


def standing(vantage: Vantage, examined: str, function: Function | None) -> Shared:
    """What a vantage shares with the function that is examined; `function` is its configuration, where that is known.

    The function itself shares everything. Another one shares the network where it stands in the function's subnets, or some
    of them, with the very same security groups; a laptop shares nothing.
    """
    if vantage.function and name_of(vantage.function) == name_of(examined) != "":
        return Shared.FUNCTION
    if function is None or not vantage.function or not vantage.subnets or not function.subnets:
        return Shared.NOTHING
    beside = set(vantage.subnets) <= set(function.subnets) and set(vantage.groups) == set(function.groups)
    return Shared.NETWORK if beside else Shared.NOTHING


def placed(known: Known) -> Known:
    """The same evidence; what was seen inside a function stands where the control plane said that this function does."""
    told = [item for item in known if isinstance(item, Evidence) and item.kind == Function.kind]
    places = {function.name: function for function in (revive(Function, item) for item in told)}

    def vantage(item: Evidence | Missing) -> Vantage:
        own = places.get(name_of(item.vantage.function or ""))
        return located(item.vantage, own.subnets, own.groups) if own and not item.vantage.subnets else item.vantage

    return tuple(replace(item, vantage=vantage(item)) if item.source is Source.INSIDE else item for item in known)


def located(vantage: Vantage, subnets: tuple[str, ...], groups: tuple[str, ...]) -> Vantage:
    """The vantage with its place in the network: in one of these subnets and, where there is only one, in that."""
    return replace(vantage, subnets=subnets, groups=groups, subnet=subnets[0] if len(subnets) == 1 else None)
