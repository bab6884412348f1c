"""Whether a statement of a resource-based policy is about the principal of a call, and by what name.

Source: IAM user guide, "AWS JSON policy elements: Principal" and "NotPrincipal", "Permissions boundaries for IAM entities";
PrivateLink guide, "Principals for gateway endpoints".
"""

import re
from enum import Enum

from doctor.policies.call import Principal
from doctor.policies.document import EVERYBODY, Principals, Statement
from doctor.policies.truth import FALSE, TRUE, Truth, all_of, any_of, known, unknown

_ACCOUNT = re.compile(r"(?:arn:(?P<partition>[a-z0-9-]+):iam::)?(?P<account>[0-9]{12})(?::root)?")
_UNIQUE = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{12,}")
_NEVER = ("Service", "Federated")  # a role's session is neither a service nor the provider that it came from


class Named(Enum):
    """By what a principal is named; it decides which other policies limit what is granted."""

    DIRECTLY = "directly"  # a user, a session, everybody
    BY_ROLE = "by its role"
    BY_ACCOUNT = "by its account"


def concerns(statement: Statement, who: Principal, how: Named) -> Truth:
    """Whether the statement names the principal in this way; NotPrincipal, which names nobody, counts as naming everybody."""
    principals = statement.principals
    if principals is None:
        return unknown("it names no principal")
    if principals.inverted:
        return _excepted(statement, principals, who).negated() if how is Named.DIRECTLY else FALSE
    return any_of(_is(type_, value, who, how) for type_, value in principals.named)


def at_gateway(statement: Statement, who: Principal) -> Truth:
    """Whether a statement of a gateway endpoint's policy is about the principal: only `*` is for certain.

    An account that is allowed is its root user alone there. What is made of any other name of the caller is not said.
    """
    principals = statement.principals
    if principals is None or principals.inverted:
        return unknown("a gateway endpoint's policy has no Principal, which must be *")
    ways = [any_of(_is(type_, value, who, how) for type_, value in principals.named) for how in Named]
    everybody = ("AWS", EVERYBODY) in principals.named
    by_itself = any_of(way for way, how in zip(ways, Named, strict=True) if how is not Named.BY_ACCOUNT)
    if everybody or any_of(ways).holds is False:
        return known(everybody)
    if statement.allows and who.role and by_itself.holds is False:
        return FALSE
    return unknown("a gateway endpoint's policy names the caller, and takes no Principal but *")


def _excepted(statement: Statement, principals: Principals, who: Principal) -> Truth:
    """Whether NotPrincipal leaves the principal out: from a denial never, where the user or role has a boundary."""
    spared = _spared(principals, who)
    if statement.allows or who.bounded is False or spared.holds is False:
        return spared
    return (
        FALSE if who.bounded else unknown("NotPrincipal names the caller, who is denied all the same with a boundary")
    )


def _spared(principals: Principals, who: Principal) -> Truth:
    """Whether NotPrincipal names the principal.

    It must name session, role and account to do so for certain: the guide says that AWS may otherwise look at the account or
    the role alone.
    """
    ways = [
        any_of(_is(type_, value, who, how) for type_, value in principals.named)
        for how in (Named.DIRECTLY, Named.BY_ROLE, Named.BY_ACCOUNT)
        if who.role or how is not Named.BY_ROLE
    ]
    if any_of(ways).holds is False:
        return FALSE
    named = all_of(ways)
    return (
        named if named.holds else unknown("NotPrincipal names the caller in part, and what AWS does then is not said")
    )


def _is(type_: str, value: str, who: Principal, how: Named) -> Truth:
    if type_ != "AWS":
        return FALSE if type_ in _NEVER else unknown(f"a principal of the type {type_} is not known")
    if value == EVERYBODY:
        return known(how is Named.DIRECTLY)
    if account := _ACCOUNT.fullmatch(value):
        same = account["account"] == who.account and account["partition"] in (None, who.partition)
        return known(how is Named.BY_ACCOUNT and same)
    if _UNIQUE.fullmatch(value):
        return _by_id(value, who, how)
    return _by_arn(value, who, how)


def _by_arn(value: str, who: Principal, how: Named) -> Truth:
    if not value.startswith("arn:") or {"*", "?"} & set(value):
        return unknown(f"{value[:100]!r} is no principal that is known")  # a wildcard is not allowed within one
    if how is Named.BY_ROLE:
        return known(bool(who.role) and value == who.role)
    if how is Named.DIRECTLY and not who.arn:
        return unknown("the name of the session is not known") if ":assumed-role/" in value else FALSE
    return known(how is Named.DIRECTLY and value == who.arn)


def _by_id(value: str, who: Principal, how: Named) -> Truth:
    """A unique id, which a role's or user's ARN becomes once it is deleted; the one that was made anew has another."""
    if how is not (Named.BY_ROLE if who.role else Named.DIRECTLY):
        return FALSE
    if not who.id:
        return unknown(f"whether {value} is the caller is not known")
    return TRUE if value == who.id else FALSE
