"""Whether a statement of a resource's or a VPC endpoint's policy is about the principal of a call.

Source: IAM user guide, "AWS JSON policy elements: Principal" and "NotPrincipal", "Permissions boundaries for IAM entities",
"How a resource-based policy works within one account"; PrivateLink guide, "Principals for gateway endpoints".
"""

import re
from enum import Enum

from doctor.policies.call import Principal
from doctor.policies.document import EVERYBODY, Principals, Statement
from doctor.policies.truth import FALSE, Truth, all_of, any_of, known, unknown

_ACCOUNT = re.compile(r"(?:arn:(?P<partition>[a-z0-9-]+):iam::)?(?P<account>[0-9]{12})(?::root)?")
_UNIQUE = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{12,}")
_NEVER = ("Service", "Federated")  # a role's session is neither a service nor the provider that it came from


class _By(Enum):
    """By what a principal is named."""

    ITSELF = "its session, or everybody"
    ROLE = "its role"
    ACCOUNT = "its account"


def concerns(statement: Statement, who: Principal) -> Truth:
    """Whether the statement names the principal, by whatever; NotPrincipal, which names nobody, counts as naming everybody."""
    principals = statement.principals
    if principals is None:
        return unknown("it names no principal")
    if principals.inverted:
        return _excepted(statement, principals, who).negated()
    return any_of(_named(principals, who).values())


def admits(statement: Statement, who: Principal) -> Truth:
    """Whether the statement is about the principal itself; one that names the account hands the choice over to that."""
    principals = statement.principals
    if principals is None or principals.inverted:
        return concerns(statement, who)
    named = _named(principals, who)
    return any_of((named[_By.ITSELF], named[_By.ROLE]))


def at_gateway(statement: Statement, who: Principal) -> Truth:
    """Whether a statement of a gateway endpoint's policy is about the principal: only `*` is for certain.

    An account that is allowed is its root user alone there. What is made of any other name of the caller is not said.
    """
    principals = statement.principals
    if principals is None or principals.inverted:
        return unknown("a gateway endpoint's policy has no Principal, which must be *")
    named = _named(principals, who)
    everybody = ("AWS", EVERYBODY) in principals.named
    if everybody or any_of(named.values()).holds is False:
        return known(everybody)
    if statement.allows and any_of((named[_By.ITSELF], named[_By.ROLE])).holds is False:
        return FALSE
    return unknown("a gateway endpoint's policy names the caller, and takes no Principal but *")


def _named(principals: Principals, who: Principal) -> dict[_By, Truth]:
    """Whether the element names the principal, in each way of naming one."""
    return {by: any_of(_is(type_, value, who, by) for type_, value in principals.named) for by in _By}


def _excepted(statement: Statement, principals: Principals, who: Principal) -> Truth:
    """Whether NotPrincipal leaves the principal out: from a denial never, where the role has a boundary."""
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
    ways = _named(principals, who).values()
    if any_of(ways).holds is False:
        return FALSE
    named = all_of(ways)
    return (
        named if named.holds else unknown("NotPrincipal names the caller in part, and what AWS does then is not said")
    )


def _is(type_: str, value: str, who: Principal, by: _By) -> Truth:
    if type_ != "AWS":
        never = type_ in _NEVER or (
            type_ == "CanonicalUser" and by is not _By.ACCOUNT
        )  # a canonical id is an account's
        return FALSE if never else unknown(f"whether a principal of the type {type_} is the caller is not known")
    if value == EVERYBODY:
        return known(by is _By.ITSELF)
    if account := _ACCOUNT.fullmatch(value):
        same = account["account"] == who.account and account["partition"] in (None, who.partition)
        return known(by is _By.ACCOUNT and same)
    if _UNIQUE.fullmatch(value):
        return _by_id(value, who, by)
    if not value.startswith("arn:") or {"*", "?"} & set(value):
        return unknown(f"{value[:100]!r} is no principal that is known")  # a wildcard is not allowed within one
    return known((by, value) in ((_By.ITSELF, who.session), (_By.ROLE, who.role)))


def _by_id(value: str, who: Principal, by: _By) -> Truth:
    """A unique id, which a role's ARN becomes once it is deleted; the one that was made anew has another."""
    if by is not _By.ROLE:
        return FALSE
    return known(value == who.id) if who.id else unknown(f"whether {value} is the caller is not known")
