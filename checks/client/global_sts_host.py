from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller
from doctor.evidence.experiments import GLOBAL_STS, Change, Experiments

_ANSWERED = (Answer.ACCEPTED, Answer.REJECTED, Answer.REFUSED)


@check(
    "client.global-sts-host",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Set AWS_STS_REGIONAL_ENDPOINTS=regional in the function's variables, or update botocore to 1.41 or newer.",
        # `update-function-configuration --environment` would replace all variables: it is no command to paste.
        commands=("aws lambda get-function-configuration --function-name FUNCTION --query Environment.Variables",),
        template="Environment:\n  Variables:\n    AWS_STS_REGIONAL_ENDPOINTS: regional",
    ),
)
def global_sts_host(caller: Caller, experiments: Experiments | None) -> Iterator[Observation]:
    """STS calls stay in the region, at its regional host.

    Before 1.41 botocore called `sts.amazonaws.com`, in North Virginia, whatever the region; the private DNS of an STS
    endpoint covers the regional name only, so from an isolated subnet

        Connect timeout on endpoint URL: "https://sts.amazonaws.com/"

    AWS_STS_REGIONAL_ENDPOINTS=legacy does the same with today's versions (measured). Where the global host answers, it is
    only a detour. Where it is silent, the region's own host is asked as well: an answer proves that the host is the reason,
    and silence that it is not.
    """
    identity = caller.identity
    host = identity.host if identity.instrument == "sts" else identity.silent_sts
    if not host:
        yield unknown("sts", "no call to STS was prepared, so its host is not known", severity=Severity.HINTS)
    elif host != GLOBAL_STS:
        yield ok("sts", f"STS is called at {host}")
    elif identity.instrument != "sts" or identity.answer is Answer.UNREACHABLE:
        # A target that is stopped by silence is stopped by this; for other failures it need not be the reason.
        silent = identity.instrument != "sts" or identity.error in ("ConnectTimeoutError", "")
        regional = experiments.came_of(Change.REGIONAL_HOST) if experiments else None
        breaks = caller.sts_declared and silent and regional is not Answer.UNREACHABLE
        proof = ", while the region's own does" if regional in _ANSWERED else ""
        proof = ", and neither does the region's own" if regional is Answer.UNREACHABLE else proof
        words = f"STS is called at its global host, {GLOBAL_STS}, which does not answer from here{proof}"
        severity = Severity.BREAKS if breaks else Severity.HINTS
        yield problem("sts", words, severity=severity, targets=(f"{GLOBAL_STS}:443",))
    else:
        words = f"STS is called at its global host, {GLOBAL_STS}: a detour that a private subnet cannot take"
        yield problem("sts", words, severity=Severity.HINTS, targets=(f"{GLOBAL_STS}:443",))
