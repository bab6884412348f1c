from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.sandbox import Sandbox

_NEAR = 0.9  # one process of the sandbox: extensions and children count towards the limit as well
_MOST = 10240  # MB (Lambda quotas)


def _remedy(memory: int) -> Remedy:
    more = f"aws lambda update-function-configuration --function-name FUNCTION --memory-size {memory}"
    return Remedy(
        "Give the function more memory, or read in pieces what is read whole. The REPORT line's Max Memory Used tells how much "
        "an invocation needed.",
        commands=(more,),
    )


@check("function.out-of-memory", severity=Severity.BREAKS, remedy=_remedy(1024))
def out_of_memory(sandbox: Sandbox) -> Iterator[Observation]:
    """The process has never needed all the memory that it is given.

        Runtime exited with error: signal: killed Runtime.ExitError

    The kernel keeps the largest size that the application's process has had since it started; a run beside the
    application sees how near that came to what is configured.
    """
    if not sandbox.in_function or sandbox.memory is None:
        yield not_applicable("memory", "no memory size is configured")
    elif sandbox.peak is None:
        yield unknown("memory", "the kernel did not tell the peak", severity=Severity.HINTS)
    elif sandbox.peak >= _NEAR * sandbox.memory:
        words = f"the process has had {sandbox.peak} MB, and {sandbox.memory} MB are configured"
        severity = Severity.RISKS if sandbox.peak < sandbox.memory else None
        yield problem("memory", words, severity=severity, remedy=_remedy(min(_MOST, 2 * sandbox.memory)))
    else:
        yield ok("memory", f"the process has had {sandbox.peak} MB at the most, of {sandbox.memory} MB")
