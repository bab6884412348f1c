from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.aws_domains import is_aws
from doctor.evidence.reach import Http, Probe, Reach


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
    The certificate counts as well: one that Amazon issued is not a middlebox's.
    """
    target = reach.concerns
    answers = [probe for probe in reach.probes if probe.http in (Http.ANSWERED, Http.MALFORMED)]
    foreign = [probe for probe in answers if not _is_aws(probe)]
    if reach.service is None or not reach.expected or not is_aws(reach.host):
        yield not_applicable(target, f"{target} is not an endpoint of AWS that is to be reached")
    elif not answers:
        yield _unanswered(reach)
    elif not foreign:
        yield ok(target, f"{target} answers with an AWS request id, or under Amazon's own certificate")
    elif any((probe.status or 999) >= 400 for probe in foreign):
        yield problem(
            target,
            f"{target} is answered by somebody else than AWS ({_words(foreign[0])})",
            severity=Severity.RISKS if len(foreign) < len(answers) else Severity.BREAKS,
            addresses=tuple(probe.address for probe in foreign),
        )
    else:
        # A page or a redirect may come from a service's own front, and from a portal as well.
        yield unknown(target, f"{target} answers without an AWS request id ({_words(foreign[0])})")


def _is_aws(probe: Probe) -> bool:
    issuer = probe.certificate.issuer if probe.certificate else ""
    return probe.http is Http.ANSWERED and (probe.request_id or issuer.partition(",")[0] == "Amazon")


def _unanswered(reach: Reach) -> Observation:
    if all(probe.carries for probe in reach.probes) and reach.probes:
        return not_applicable(reach.concerns, f"{reach.concerns} was not asked over HTTP")
    return unknown(reach.concerns, f"not reached: {reach.concerns} gave no answer to judge")


def _words(probe: Probe) -> str:
    if probe.http is Http.MALFORMED:
        return probe.detail
    issuer = probe.certificate.issuer if probe.certificate else ""
    told = (f"status {probe.status}", probe.server and f"server {probe.server}", issuer and f"certificate by {issuer}")
    return ", ".join(filter(None, told))
