"""AWS as the operator of the command line sees it: whose credentials these are, and the network as it is now."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from doctor import shared_configuration
from doctor.console.snapshot import Snapshot
from doctor.evidence import Known, Missing, Reason
from doctor.evidence.calls.control import Reading, Refusal
from doctor.evidence.calls.network.read import kept_from, read
from doctor.login import UnansweredError, refused
from doctor.request import Request
from doctor.verdict import InvalidRequest
from doctor.world import World

_PATIENCE = 60.0  # seconds for all reading; a network of 1,000 interfaces takes five
_ONE_CALL = 8.0  # seconds
_NO_REGION = (
    "no region is configured: write --region and one, such as eu-west-1, or type: aws configure set region REGION"
)
# How AWS is asked for the VPC of what a path starts from: operation, parameter, key of the reply.
_WHERE = {
    "subnet": ("DescribeSubnets", "SubnetIds", "Subnets"),
    "eni": ("DescribeNetworkInterfaces", "NetworkInterfaceIds", "NetworkInterfaces"),
}


@contextlib.contextmanager
def exported(environ: Mapping[str, str]) -> Iterator[None]:
    """Make these variables this process's own: boto3 reads no others. Afterwards all is as it was."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def asking(environ: dict[str, str]) -> Iterator[World]:
    """The world of somebody who asks AWS with these variables, and is known to it.

    Raises:
        UnansweredError: the operator's credentials are missing or expired.
        InvalidRequest: there is no such profile, or no region.
    """
    with exported(environ):
        world = World(request=Request(), until=time.monotonic() + _PATIENCE, environ=environ)
        account(world)
        if not world.session().region_name:  # STS has a host without one
            raise InvalidRequest("--region", _NO_REGION)
        yield world


def account(world: World) -> str:
    """The account that is asked, its number cut to the last four digits; "" where STS cannot tell.

    Raises:
        UnansweredError, InvalidRequest: as `asking`.
    """
    said = _ask(world, "sts", "GetCallerIdentity")
    return "" if isinstance(said, Refusal) else f"…{str(said.get('Account', ''))[-4:]}"


def vpc_of_source(world: World, source: str) -> str:
    """The VPC in which a path starts; "" where AWS does not tell.

    Raises:
        InvalidRequest: there is no such subnet, interface or instance.
    """
    first = source.partition("+")[0]
    if first.startswith("i-"):
        filters = [{"Name": "attachment.instance-id", "Values": [first]}]
        said = _ask(world, "ec2", "DescribeNetworkInterfaces", Filters=filters)
        key = "NetworkInterfaces"
    elif how := _WHERE.get(first.partition("-")[0]):
        operation, parameter, key = how
        said = _ask(world, "ec2", operation, **{parameter: [first]})
    else:
        return ""  # in none of the three forms, which `doctor.network.sources` will say
    if isinstance(said, Refusal):
        if "NotFound" in said.code or "Malformed" in said.code:
            raise InvalidRequest("--from", f"{first} does not exist {here(world)}")
        return ""
    if not said.get(key):
        raise InvalidRequest("--from", f"{first} does not exist {here(world)}, or has no network interface")
    return str(said[key][0].get("VpcId") or "")


def vpc_of_function(world: World, function: str) -> str:
    """The VPC of a function.

    Raises:
        InvalidRequest: there is no such function, or it is in no VPC.
        UnansweredError: AWS does not tell.
    """
    said = _ask(world, "lambda", "GetFunctionConfiguration", FunctionName=function)
    if isinstance(said, Refusal):
        if said.code == "ResourceNotFoundException":
            raise InvalidRequest("--function", f"{function} does not exist {here(world)}")
        raise UnansweredError(f"the configuration of {function} was not read: {said.detail}")
    vpc = str((said.get("VpcConfig") or {}).get("VpcId") or "")
    if not vpc:
        raise InvalidRequest("--function", f"{function} is in no VPC, so that there is no network to save")
    return vpc


def network(world: World, vpcs: Sequence[str]) -> Snapshot:
    """The replies about these VPCs, or about all there are where none is named.

    Raises:
        InvalidRequest: a VPC that is named does not exist, or no region is configured.
    """
    session = world.session()
    replies, unread = read(session, vpcs, until=world.until, kept_from=kept_from(world))
    found = {vpc.get("VpcId") for vpc in replies.get("Vpcs", ())}
    if "Vpcs" in replies and (strange := [vpc for vpc in vpcs if vpc not in found]):
        raise InvalidRequest("--vpc", f"{strange[0]} does not exist {here(world)}")
    return Snapshot(replies=replies, unread=unread, region=session.region_name or "")


def require_seen(known: Known, world: World) -> None:
    """See that AWS spoke of the function that was named, before a verdict is made of its silence.

    Raises:
        UnansweredError: the operator's credentials are missing or expired.
        InvalidRequest: there is no such function, no such profile, or no region.
    """
    about = next((item for item in known if item.kind == "function"), None)
    name = world.request.function
    if isinstance(about, Missing):
        require_asked(about, world)
        if about.reason is Reason.NOT_ASKED:
            raise InvalidRequest("FUNCTION", about.detail)
    elif about and not about.facts["exists"]:
        with exported(world.environ):
            place = here(world, str(about.facts["region"]))
        raise InvalidRequest("FUNCTION", f"{name} does not exist {place}")


def require_asked(unread: Missing | Refusal, world: World) -> None:
    """See that AWS was asked, and knew who asks: it is the operator's own fault where it was not.

    Raises:
        UnansweredError, InvalidRequest: as `asking`.
    """
    if "ProfileNotFound" in unread.detail:
        variable, name = shared_configuration.selected(world.environ) or ("AWS_PROFILE", "default")
        blank = f"is empty, and botocore takes that for a profile's name; type: unset {variable}"
        raise InvalidRequest(variable, shared_configuration.absent(name) if name else blank)
    if "InvalidRegionError" in unread.detail:
        raise InvalidRequest("--region", f"{world.region!r} is not written as regions are, such as eu-west-1")
    if "NoRegionError" in unread.detail:
        raise InvalidRequest("--region", _NO_REGION)
    if "MissingDependencyException" in unread.detail:
        raise UnansweredError(unread.detail)
    if unread.reason is Reason.DENIED and not unread.action:  # a permission that is denied has its action
        raise refused(unread.detail, world.environ)


def _ask(world: World, service: str, operation: str, **arguments: Any) -> dict[str, Any] | Refusal:
    from botocore import xform_name

    action = f"{service}:{operation}"
    said = Reading(world).ask(service, xform_name(operation), action, most=_ONE_CALL, **arguments)
    if isinstance(said, Refusal):
        require_asked(said, world)
    return said


def here(world: World, region: str = "") -> str:
    """Words for where AWS was asked: the region, and the account as far as STS tells."""
    where = f"in {region or world.session().region_name}"
    asked = account(world)
    return f"{where}, account {asked}" if asked else where
