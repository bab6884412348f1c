from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.sandbox import Sandbox

_LITTLE = 1024 * 1024  # bytes
_MEGABYTE = 1024 * 1024
_MOST = 10240  # MB (Lambda quotas)


def _remedy(size: int) -> Remedy:
    more = f"aws lambda update-function-configuration --function-name FUNCTION --ephemeral-storage Size={size}"
    return Remedy(
        "Delete what invocations leave behind, since a sandbox is used again, or give the function more: EphemeralStorage, "
        "512 MB to 10 GB.",
        commands=("du -xh /tmp | sort -h | tail", more),
    )


@check("function.temporary-space-full", severity=Severity.BREAKS, remedy=_remedy(2048))
def temporary_space_full(sandbox: Sandbox) -> Iterator[Observation]:
    """The temporary folder can be written to.

        OSError: [Errno 28] No space left on device; [Errno 30] Read-only file system

    /tmp is the only folder that a function can write to, and it keeps its content from one invocation to the next. Judged by
    writing a block, not by counting.
    """
    remedy = _remedy(min(_MOST, max(1024, 2 * sandbox.temporary_total // _MEGABYTE)))
    if sandbox.temporary_error:
        words = f"{sandbox.temporary_path} cannot be written ({sandbox.temporary_error})"
        yield problem(sandbox.temporary_path, f"{words}: {sandbox.temporary_free // 1024} kB are free", remedy=remedy)
    elif sandbox.in_function and sandbox.temporary_total and sandbox.temporary_free < _LITTLE:
        words = f"{sandbox.temporary_path} has {sandbox.temporary_free // 1024} kB left"
        yield problem(
            sandbox.temporary_path, f"{words}: the next file may not fit", severity=Severity.RISKS, remedy=remedy
        )
    else:
        yield ok(
            sandbox.temporary_path, f"{sandbox.temporary_path} has {sandbox.temporary_free // 1024 // 1024} MB left"
        )
