from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.front import Front


@check(
    "front.path-prefix",
    severity=Severity.BREAKS,
    remedy=Remedy(
        'Tell the framework about the prefix, Mangum(app, api_gateway_base_path="/v1") for one, or use the default stage, '
        "whose name does not appear in the path.",
        commands=("aws apigatewayv2 get-stages --api-id API", "aws apigatewayv2 get-api-mappings --domain-name DOMAIN"),
    ),
)
def path_prefix(front: Front) -> Iterator[Observation]:
    """Paths arrive at the function as they were asked for.

    An HTTP API puts the name of a named stage in front of the path, and a custom domain its base path; a framework that
    does not expect it answers

        404 on every route

    Seen from the event of a run that came through the front.
    """
    if not front.kind_of_front:
        yield not_applicable("the path", "this run did not come through an HTTP front")
    elif front.prefix:
        words = f"{front.kind_of_front} puts {front.prefix} in front of every path that the function receives"
        yield problem("the path", words, severity=Severity.RISKS)
    else:
        yield ok("the path", f"{front.kind_of_front} hands the path on without a prefix")
