"""How one value of a request compares with one that a policy wants, by condition operator.

Source: IAM user guide, "IAM JSON policy elements: Condition operators". BinaryEquals is left out: no key that is known here
is binary. What cannot be parsed, or can be read in two ways, is None.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from doctor.policies.patterns import Pattern, like, sections, spelled

Comparison = Callable[[str, Pattern], bool | None]
_COMPONENTS = 6
# The W3C's profile of ISO 8601 with a time (date alone, and years that might be seconds, are not compared).
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})")
_EPOCH = re.compile(r"\d{9,11}")
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?")


class Operator(NamedTuple):
    """One operator; a `negated` one holds where the comparison holds with no value. `variables`: `${…}` is replaced."""

    compares: Comparison
    negated: bool = False
    variables: bool = False


def _equal(value: str, wanted: Pattern) -> bool:
    return value == spelled(wanted)


def _equal_ignoring_case(value: str, wanted: Pattern) -> bool:
    return value.lower() == spelled(wanted).lower()


def _like(value: str, wanted: Pattern) -> bool:
    return like(wanted, value)


def _arn(value: str, wanted: Pattern) -> bool | None:
    """Each of the six components by itself; what has fewer is not said, unless no reading of it can match."""
    parts, has = sections(wanted, ":", _COMPONENTS), value.split(":", _COMPONENTS - 1)
    if len(parts) < _COMPONENTS or len(has) < _COMPONENTS:
        return None if like(wanted, value) else False
    return all(like(part, text) for part, text in zip(parts, has, strict=True))


def _bool(value: str, wanted: Pattern) -> bool | None:
    has, wants = value.lower(), spelled(wanted).lower()
    return has == wants if {has, wants} <= {"true", "false"} else None


def _address(value: str, wanted: Pattern) -> bool | None:
    try:
        address, network = ipaddress.ip_address(value), ipaddress.ip_network(spelled(wanted), strict=False)
    except ValueError:
        return None
    return address.version == network.version and address in network


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def _moment(text: str) -> Decimal | None:
    """Seconds since 1970."""
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    try:
        found = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        return None
    return None if found is None else Decimal(str(found.astimezone(UTC).timestamp()))


def _ordered(reads: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool]) -> Comparison:
    def compares(value: str, wanted: Pattern) -> bool | None:
        has, wants = reads(value), reads(spelled(wanted))
        return None if has is None or wants is None else holds(has, wants)

    return compares


def _family(name: str, reads: Callable[[str], Decimal | None]) -> dict[str, Operator]:
    equal = _ordered(reads, lambda has, wants: has == wants)
    return {
        f"{name}Equals": Operator(equal),
        f"{name}NotEquals": Operator(equal, negated=True),
        f"{name}LessThan": Operator(_ordered(reads, lambda has, wants: has < wants)),
        f"{name}LessThanEquals": Operator(_ordered(reads, lambda has, wants: has <= wants)),
        f"{name}GreaterThan": Operator(_ordered(reads, lambda has, wants: has > wants)),
        f"{name}GreaterThanEquals": Operator(_ordered(reads, lambda has, wants: has >= wants)),
    }


OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_equal, variables=True),
    "StringNotEquals": Operator(_equal, negated=True, variables=True),
    "StringEqualsIgnoreCase": Operator(_equal_ignoring_case, variables=True),
    "StringNotEqualsIgnoreCase": Operator(_equal_ignoring_case, negated=True, variables=True),
    "StringLike": Operator(_like, variables=True),
    "StringNotLike": Operator(_like, negated=True, variables=True),
    "ArnEquals": Operator(_arn, variables=True),
    "ArnLike": Operator(_arn, variables=True),
    "ArnNotEquals": Operator(_arn, negated=True, variables=True),
    "ArnNotLike": Operator(_arn, negated=True, variables=True),
    "Bool": Operator(_bool),
    "IpAddress": Operator(_address),
    "NotIpAddress": Operator(_address, negated=True),
    **_family("Numeric", _number),
    **_family("Date", _moment),
}
