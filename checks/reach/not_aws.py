from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.environment import is_aws
from doctor.evidence.reach import Http, Reach


@check(
    "reach.not-aws",
    severity=Severity.BREAKS,
    follows=("client.endpoint-override", "client.proxy-captures-endpoint"),
    remedy=Remedy(
        "Somebody else answers under AWS's name: a proxy's block page, a captive portal, a server that a private zone or a "
        "hosts entry leads to. Look at the status, the server header and the certificate's issuer.",
        commands=("curl -sv https://HOST/ -o /dev/null", "getent ahosts HOST"),
    ),
)
def not_aws(reach: Reach) -> Iterator[Observation]:
    """It is AWS that answers under AWS's name.

        An error occurred (403) when calling the PutItem operation: <html>…

    AWS's services put a request id into every answer. An error page in HTML, or a bare status without one, comes from
    something in between.
    """
    target = reach.concerns
    answers = [probe for probe in reach.probes if probe.http is Http.ANSWERED]
    foreign = [probe for probe in answers if not probe.request_id]
    if reach.service is None or reach.overridden or not is_aws(reach.host):
        yield not_applicable(target, f"{target} is not an endpoint of AWS")
    elif not answers:
        yield unknown(target, f"not reached: {target} gave no answer to judge")
    elif foreign and len(foreign) == len(answers):
        first = foreign[0]
        words = f"{target} answered {first.status} without an AWS request id"
        by = f" (server: {first.server})" if first.server else ""
        # A bare 2xx or a redirect may be a service's front page; an error without a request id is not AWS's.
        if (first.status or 0) >= 400:
            yield problem(target, words + by, addresses=tuple(probe.address for probe in foreign))
        else:
            yield unknown(target, words + by, severity=Severity.HINTS)
    else:
        yield ok(target, f"{target} answers with an AWS request id")
