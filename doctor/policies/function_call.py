"""A call of a function as policies see it: its role's session as the principal, and what the request is known to carry.

Source: IAM user guide, "AWS global condition context keys" (availability of each); Lambda developer guide, "Using source
function ARN to control function access behavior".
"""

from doctor.policies.call import Call, Principal
from doctor.policies.usual import Caller, Wanted, Way

# Only requests that a service makes, sessions of a person, or a federated provider carry these.
_NEVER = (
    *("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:principalservicename"),
    *("aws:principalservicenameslist", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:username"),
    *("aws:federatedprovider", "aws:sourceidentity", "ec2:sourceinstancearn"),
)
_ALWAYS = (
    *("aws:tokenissuetime", "aws:currenttime", "aws:epochtime", "aws:userid", "aws:useragent", "aws:requestedregion"),
)
_BY_ENDPOINT = ("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip")


def call(  # noqa: PLR0913 - what one call is made of
    caller: Caller, wanted: Wanted, *, region: str, way: Way, time: str = "", bounded: bool | None = None
) -> Call:
    """The call. `region` is where it is made, `time` ISO 8601 in UTC; each is "" for a value that is not known.

    `bounded` tells whether the role has a permissions boundary, None where nobody knows.
    """
    context = {
        "aws:principalarn": (caller.role,),
        "aws:principalaccount": (caller.account,),
        "aws:principaltype": ("AssumedRole",),
        "aws:securetransport": ("true",),
        "aws:principalisawsservice": ("false",),
        "aws:viaawsservice": ("false",),
    }
    context |= {"aws:resourceaccount": (wanted.owner,)} if wanted.owner else {}
    context |= {"aws:currenttime": (time,)} if time else {}
    context |= {"aws:requestedregion": (region,)} if region else {}
    absent, present = set(_NEVER), set(_ALWAYS)
    if way.by_lambda:  # whose session has another name than the function's
        absent.add("lambda:sourcefunctionarn")
    else:
        context["lambda:sourcefunctionarn"] = (caller.arn,)
        context |= {"aws:userid": (f"{caller.role_id}:{caller.function}",)} if caller.role_id else {}
    if way.known and way.endpoint:
        context |= {"aws:sourcevpce": (way.endpoint,)} | ({"aws:sourcevpc": (way.vpc,)} if way.vpc else {})
        absent.add("aws:sourceip")
        present |= {"aws:vpcsourceip", "aws:sourcevpc"}
    elif way.known:
        absent |= set(_BY_ENDPOINT)
        present.add("aws:sourceip")
    return Call(
        principal=_principal(caller, bounded),
        action=wanted.action,
        resource=wanted.arn,
        open=wanted.open,
        context=context,
        absent=frozenset(absent),
        present=frozenset(present),
    )


def _principal(caller: Caller, bounded: bool | None) -> Principal:
    session = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.name}/{caller.function}"
    return Principal(account=caller.account, session=session, role=caller.role, id=caller.role_id, bounded=bounded)
