from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function
from doctor.evidence.sandbox import Sandbox
from doctor.world import MB_OF_ONE_CPU

_INIT = 10.0  # seconds that Lambda gives to init (developer guide, "Lambda execution environment lifecycle")
_WORK = 0.4  # seconds of a whole CPU for importing boto3 and creating a client (measured)


@check(
    "function.memory-small",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Give the function more memory: CPU grows with it, one vCPU at 1,769 MB, and a faster run often costs the same.",
        commands=("aws lambda update-function-configuration --function-name FUNCTION --memory-size 512",),
    ),
)
def memory_small(sandbox: Sandbox | None, function: Function | None) -> Iterator[Observation]:
    """The sandbox gets enough CPU to load its libraries well inside init's ten seconds.

    128 MB bring a fourteenth of a CPU: importing boto3 and creating a client, 0.4 s at full speed, takes seconds.

        INIT_REPORT Init Duration: 9999.99 ms Phase: init Status: timeout
        Task timed out after 3.00 seconds

    Judged by the share of a CPU that a busy process gets here, else by what its memory brings, and by what that makes
    of the ten seconds of init.
    """
    inside = sandbox if sandbox and sandbox.in_function else None
    memory = inside.memory if inside else function.memory if function else None
    if inside is None and (function is None or memory is None):
        if sandbox and function is None:
            yield not_applicable("memory", "outside a function memory does not decide about CPU")
        else:
            yield unknown("memory", "neither a sandbox nor the function's configuration tells its memory")
        return
    # Our own children, all at once, may depress what was measured.
    share = max(inside.cpu_share if inside else 0.0, min(1.0, (memory or 0) / MB_OF_ONE_CPU), 0.001)
    took = _WORK / share
    words = f"with {memory or 'an unknown number of'} MB the function gets {share:.0%} of a CPU"
    if took > _INIT / 2:
        yield problem("memory", f"{words}, so that loading boto3 takes about {took:.1f} s, of init's ten")
    else:
        yield ok("memory", f"{words}: loading boto3 takes about {took:.1f} s")
