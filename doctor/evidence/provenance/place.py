"""Whose inside it is: what somebody saw from elsewhere counts for a function only as far as both share a place."""

from dataclasses import replace

from doctor import arn
from doctor.evidence import Evidence, Known, Missing, Shared, Vantage, revive
from doctor.evidence.caller import Answer, Caller
from doctor.evidence.function import Function, name_of
from doctor.evidence.platform import CREDENTIALS, Platform
from doctor.verdict import Source


def shared_with(vantage: Vantage, examined: str, function: Function | None) -> Shared:
    """What a vantage shares with the function that is examined; `function` is its configuration, where that is known.

    The function itself shares everything; one of its name in another region or account is another function. Another one
    shares the network where it stands in the function's subnets, or some of them, with the very same security groups; a
    laptop shares nothing.
    """
    if is_called(vantage, examined):
        return Shared.NOTHING if abroad(vantage, examined, function) else Shared.FUNCTION
    if function is None or not vantage.function or not vantage.subnets or not function.subnets:
        return Shared.NOTHING
    beside = set(vantage.subnets) <= set(function.subnets) and set(vantage.groups) == set(function.groups)
    return Shared.NETWORK if beside else Shared.NOTHING


def is_called(vantage: Vantage, examined: str) -> bool:
    """Whether it has the name of the function that is examined."""
    return bool(vantage.function) and name_of(vantage.function or "") == name_of(examined) != ""


def abroad(vantage: Vantage, examined: str, function: Function | None) -> str:
    """Where another function of the same name stands, in words; "" where nothing tells that it is another.

    Of accounts the last four digits are compared, which is all that evidence keeps of them.
    """
    role = function.role if function else None
    theirs, ours = _home(vantage.function or ""), _home(examined)
    region = ours[0] or (function.region if function else "")
    account = ours[1] or (role.account if role else "")
    if region and region != (other := vantage.region or theirs[0] or region):
        return f"in {other}"
    if account and account != (other := vantage.account or theirs[1] or account):
        return f"in the account {other}"
    return ""


def _home(function: str) -> tuple[str, str]:
    """Region and account in a function's ARN; empty where it is a name."""
    named = arn.parse(function)
    return named.region, _cut(named.account)


def _cut(account: str) -> str:
    """As `Identity` and `Role` tell it."""
    return f"…{account[-4:]}" if account else ""


def at_home(known: Known, region: str) -> Known:
    """The same evidence; who looked from inside has this region, and the account that its own credentials are of."""
    accounts = {item.vantage.function: _account(item, known) for item in known if item.kind == Caller.kind}

    def vantage(item: Evidence | Missing) -> Vantage:
        return replace(item.vantage, region=region, account=accounts.get(item.vantage.function, ""))

    return tuple(replace(item, vantage=vantage(item)) if item.source is Source.INSIDE else item for item in known)


def _account(told: Evidence | Missing, known: Known) -> str:
    """The account of a function, by the role that it signs as; "" where the code may have put another's in its place."""
    if isinstance(told, Missing):
        return ""
    identity = revive(Caller, told).identity
    own = identity.answer is Answer.ACCEPTED and identity.principal.startswith("assumed-role/")
    beside = [item for item in known if isinstance(item, Evidence) and item.kind == Platform.kind]
    platforms = [revive(Platform, item) for item in beside if item.vantage.function == told.vantage.function]
    touched = any({*each.changed, *each.added, *each.removed} & set(CREDENTIALS) for each in platforms)
    return identity.account if own and not touched else ""


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
