import re
from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.reach import Reach, Tcp

# Hosts that no interface endpoint's private DNS covers, and what makes botocore use them.
_HOSTS = (
    (re.compile(r"^([a-z0-9-]+\.)?queue\.amazonaws\.com"), "an old botocore (before 1.29) calls SQS at this host"),
    (re.compile(r"fips"), "AWS_USE_FIPS_ENDPOINT asks for this host"),
    (re.compile(r"\.api\.aws$"), "AWS_USE_DUALSTACK_ENDPOINT asks for this host"),
    (re.compile(r"^\d{12}\.ddb\."), "this botocore calls DynamoDB at a host of the account's own"),
)


@check(
    "client.legacy-host",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Update botocore, or turn off what asks for the special host: AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT, "
        "account_id_endpoint_mode=disabled.",
        commands=("python -c 'import botocore; print(botocore.__version__, botocore.__file__)'",),
    ),
)
def legacy_host(endpoint: Endpoint, reach: Reach) -> Iterator[Observation]:
    """botocore calls the host that private DNS answers for.

    Captured from a request that botocore built, never formatted: `us-east-2.queue.amazonaws.com` on old SDKs, FIPS and
    dual-stack hosts, account-id hosts of DynamoDB. Each needs a route of its own; a private subnet has none:

        Connect timeout on endpoint URL: "https://us-west-2.queue.amazonaws.com/"

    Where the special host answers it is no fault, and where it fails otherwise than by silence the fault is another.
    """
    reason = next((words for host, words in _HOSTS if host.search(endpoint.host)), "")
    if endpoint.service is None or endpoint.overridden or not endpoint.expected:
        yield not_applicable(endpoint.concerns, f"{endpoint.host} is not botocore's choice, or not to be reached")
    elif not reason:
        yield ok(endpoint.concerns, f"botocore calls {endpoint.host}")
    elif any(probe.carries for probe in reach.probes):
        yield ok(endpoint.concerns, f"{reason}: {endpoint.host}, and it answers")
    elif not any(probe.tcp is Tcp.TIMEOUT for probe in reach.probes):
        yield unknown(
            endpoint.concerns,
            f"{reason}: {endpoint.host}, which fails otherwise than by silence",
            severity=Severity.HINTS,
        )
    else:
        usual = f"{endpoint.service}.{endpoint.region}.amazonaws.com"
        yield problem(
            endpoint.concerns,
            f"{reason}: {endpoint.host}, which does not answer and which a private endpoint's usual name does not cover",
            candidates=("network.no-route", "network.public-subnet", "network.egress-blocked"),
            separate=(
                Separation(
                    f"getent ahosts {usual}",
                    "private addresses: an endpoint serves the usual name and not this one; public ones: no path leads out",
                ),
            ),
        )
