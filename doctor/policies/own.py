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
_BY_ENDPOINT = ("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip")


def call(caller: Caller, wanted: Wanted, *, region: str, way: Way, time: str = "") -> Call:
    """The call. `time` is ISO 8601 in UTC; without it `aws:CurrentTime` is a value that is not known."""
    context = {
        "aws:principalarn": (caller.role,),
        "aws:principalaccount": (caller.account,),
        "aws:principaltype": ("AssumedRole",),
        "aws:securetransport": ("true",),
        "aws:requestedregion": (region,),
        "aws:principalisawsservice": ("false",),
        "aws:viaawsservice": ("false",),
    }
    context |= {"aws:resourceaccount": (wanted.owner,)} if wanted.owner else {}
    context |= {"aws:currenttime": (time,)} if time else {}
    absent, present = (
        set(_NEVER),
        {"aws:tokenissuetime", "aws:currenttime", "aws:epochtime", "aws:userid", "aws:useragent"},
    )
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
        principal=_principal(caller),
        action=wanted.action,
        resource=wanted.arn,
        open=wanted.open,
        owner=wanted.owner,
        context=context,
        absent=frozenset(absent),
        present=frozenset(present),
    )


def _principal(caller: Caller) -> Principal:
    session = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.name}/{caller.function}"
    return Principal(account=caller.account, arn=session, role=caller.role, id=caller.role_id)
