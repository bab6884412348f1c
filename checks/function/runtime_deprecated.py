from collections.abc import Iterator
from datetime import date

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function
from doctor.evidence.sandbox import Sandbox

# When AWS ends the support of each Python runtime: cfn-lint's data, which is kept up to date. A test holds this to it.
_DEPRECATED = {
    "python2.7": "2021-07-15",
    "python3.6": "2022-07-18",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "python3.10": "2026-10-31",
    "python3.11": "2027-06-30",
    "python3.12": "2028-10-31",
    "python3.13": "2029-06-30",
    "python3.14": "2029-06-30",
}


@check(
    "function.runtime-deprecated",
    severity=Severity.HINTS,
    remedy=Remedy(
        "Move to a supported runtime before AWS blocks updates; build every wheel again for it, since extension modules are "
        "made for one Python.",
        commands=("aws lambda update-function-configuration --function-name FUNCTION --runtime python3.13",),
    ),
)
def runtime_deprecated(sandbox: Sandbox | None, function: Function | None) -> Iterator[Observation]:
    """AWS still supports this runtime.

    After its deprecation a runtime gets no patches, and some months later functions on it can no longer be updated:

        InvalidParameterValueException: The runtime parameter of python3.9 is no longer supported
    """
    named = _named(sandbox, function)
    if named is None:
        yield unknown("the runtime", "neither the sandbox nor the function's configuration was read")
        return
    runtime, today = named
    deprecated = _DEPRECATED.get(runtime)
    if not runtime.startswith("python"):  # an image names itself, not a runtime
        yield not_applicable("the runtime", "no managed Python runtime is named here")
    elif deprecated is None:
        yield unknown("the runtime", f"this doctor does not know the runtime {runtime}")
    elif date.fromisoformat(today) >= date.fromisoformat(deprecated):
        yield problem("the runtime", f"{runtime} is deprecated since {deprecated}")
    else:
        yield ok("the runtime", f"{runtime} is supported until {deprecated}")


def _named(sandbox: Sandbox | None, function: Function | None) -> tuple[str, str] | None:
    """The runtime and the date. What is configured goes before what a sandbox, which may be older, says of itself."""
    if function:
        return function.runtime, function.today
    if sandbox:
        return sandbox.runtime if sandbox.in_function else "", sandbox.today
    return None
