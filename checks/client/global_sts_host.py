from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller


@check(
    "client.global-sts-host",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Set AWS_STS_REGIONAL_ENDPOINTS=regional in the function's variables, or update botocore to 1.41 or newer.",
        commands=(
            "aws lambda update-function-configuration --function-name FUNCTION --environment "
            "'Variables={AWS_STS_REGIONAL_ENDPOINTS=regional}'",
        ),
    ),
)
def global_sts_host(caller: Caller) -> Iterator[Observation]:
    """STS calls stay in the region, at its regional host.

    Before 1.41 botocore called `sts.amazonaws.com`, in North Virginia, whatever the region; the private DNS of an STS
    endpoint covers the regional name only, so from an isolated subnet

        Connect timeout on endpoint URL: "https://sts.amazonaws.com/"

    AWS_STS_REGIONAL_ENDPOINTS=legacy does the same with today's versions (measured). Where the global host answers, it is
    only a detour.
    """
    identity = caller.identity
    if identity.instrument != "sts" or not identity.host:
        yield unknown("sts", "no call to STS was prepared, so its host is not known", severity=Severity.HINTS)
    elif identity.host != "sts.amazonaws.com":
        yield ok("sts", f"STS is called at {identity.host}")
    elif identity.answer is Answer.UNREACHABLE:
        severity = Severity.BREAKS if caller.sts_declared else Severity.HINTS
        words = "STS is called at its global host, sts.amazonaws.com, which does not answer from here"
        yield problem("sts", words, severity=severity, targets=("sts.amazonaws.com:443",))
    else:
        words = "STS is called at its global host, sts.amazonaws.com: a detour that a private subnet cannot take"
        yield problem("sts", words, severity=Severity.HINTS, targets=("sts.amazonaws.com:443",))
