from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.areas.resource import elsewhere
from doctor.evidence.application import Application
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.environment import Environment
from doctor.evidence.resources import Resources


@check(
    "client.region-differs",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Build the client for the resource's own region, boto3.client(name, region_name=…), or correct the name in the "
        "configuration. A private path to another region needs an endpoint there, or NAT.",
        commands=("grep -rnE 'region_name *=' --include='*.py' .",),
    ),
)
def region_differs(
    environment: Environment, endpoint: Endpoint, application: Application | None, resources: Resources | None
) -> Iterator[Observation]:
    """The client, the function and the resource are in one region.

        ResourceNotFoundException: Requested resource not found
        AWS.SimpleQueueService.NonExistentQueue; 301 PermanentRedirect

    The resource exists, elsewhere. ARNs and queue URLs tell their region, those in the function's variables as well, and so does
    the client. In which region a bucket is, only S3 tells: see resource.bucket-other-region.
    """
    one_region = endpoint.region and not endpoint.region.endswith("-global")
    if endpoint.resource_region and one_region and endpoint.resource_region != endpoint.region:
        yield problem(
            endpoint.concerns,
            f"the resource behind {endpoint.concerns} is in {endpoint.resource_region}, the client in {endpoint.region}",
        )
    else:
        yield ok(endpoint.concerns, f"{endpoint.concerns} and its resource share a region")
    named = resources.resources if resources else ()
    for each in (each for each in named if each.service == endpoint.service and each.kind != "bucket"):
        if not (each.declared and endpoint.resource_region):  # which is judged above
            yield from _of_resource(each, resources.region if resources else "")
    built = application.built if application else None
    if application and built and environment.region:
        subject = f"the application's client ({application.factory})"
        if built.region == environment.region or built.region.endswith("-global"):
            yield ok(subject, f"{subject} works in the function's region", targets=("*",))
        else:
            words = f"{subject} works in {built.region}, the function in {environment.region}"
            yield problem(subject, words, targets=("*",))


def _of_resource(each: Resource, region: str) -> Iterator[Observation]:
    """A resource whose name tells a region."""
    if each.state is State.OTHER_REGION:
        yield problem(each.subject, elsewhere(each, region), targets=each.at)
    elif each.region and each.region == region:
        yield ok(each.subject, f"{each.words} is in {region}, as clients here are", targets=each.at)
