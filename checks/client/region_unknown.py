import re
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.names import Names, Reply
from doctor.evidence.sdk import Sdk

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # capitals resolve, and AWS refuses the signature's scope


@check(
    "client.region-unknown",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Correct the region's name. If it is right and new, update boto3; if the service is not offered there, call it in a "
        "region that offers it.",
        commands=("aws ec2 describe-regions --all-regions --query 'Regions[].RegionName'",),
    ),
)
def region_unknown(sdk: Sdk, endpoint: Endpoint | None, names: Names | None) -> Iterator[Observation]:
    """The region that is configured is one that AWS has.

    botocore takes any word for a region (`us-est-1`) and makes a host name of it, which then nobody knows:

        EndpointConnectionError: Could not connect to the endpoint URL: "https://sqs.us-est-1.amazonaws.com/"
        ValueError: Invalid endpoint: https://dynamodb..amazonaws.com

    A word that cannot be part of a host name it refuses: InvalidRegionError. A region, or a service in a region, that
    botocore does not list, whose host name exists all the same, is merely newer than this botocore.
    """
    region = sdk.region
    if region and not sdk.region_listed and not _LABEL.fullmatch(region):
        words = f"the region {region!r} is not written as regions are: small letters, digits and hyphens"
        yield problem("the region", words, targets=("*",))
    elif endpoint is None and region is None:
        yield not_applicable("the region", "none is configured, which client.region-missing tells")
    elif endpoint is None and sdk.region_listed:
        yield ok("the region", f"botocore lists the region {region}")
    elif endpoint is None:
        yield unknown(
            "the region", f"botocore does not list the region {region}, and no target tells whether it exists"
        )
    elif endpoint.service is None or endpoint.overridden:
        yield not_applicable(endpoint.concerns, f"{endpoint.host} is no AWS service of a region")
    elif sdk.region_listed is not False and endpoint.offered is not False:
        yield ok(endpoint.concerns, f"botocore lists the region {endpoint.region}")
    elif names is None:
        yield unknown(endpoint.concerns, f"{endpoint.host} was not resolved", severity=Severity.HINTS)
    else:
        yield _by_name(sdk, endpoint, names)


def _by_name(sdk: Sdk, endpoint: Endpoint, names: Names) -> Observation:
    unlisted = f"the region {sdk.region}" if sdk.region_listed is False else f"{endpoint.service} in {endpoint.region}"
    if names.proxied:
        words = f"botocore does not list {unlisted}, and the proxy resolves {endpoint.host}"
        return unknown(endpoint.concerns, words, severity=Severity.HINTS)
    if names.addresses:
        return ok(endpoint.concerns, f"{unlisted} is newer than this botocore, and {endpoint.host} exists")
    if names.system.reply is not Reply.NOT_FOUND:
        return unknown(endpoint.concerns, f"botocore does not list {unlisted}, and {endpoint.host} was not resolved")
    if sdk.region_listed is False:
        words = f"no region is called {sdk.region}: botocore does not list it, and {endpoint.host} does not exist"
        return problem(str(sdk.region), words)
    words = f"{endpoint.service} is not offered in {endpoint.region}: botocore does not list it there, and its host"
    return problem(endpoint.concerns, f"{words} {endpoint.host} does not exist")
