from collections.abc import Iterator
from datetime import date

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.sandbox import Sandbox
from doctor.runtimes import DEPRECATED


@check(
    "function.runtime-deprecated",
    severity=Severity.HINTS,
    remedy=Remedy(
        "Move to a supported runtime before AWS blocks updates; build every wheel again for it, since extension modules are "
        "made for one Python.",
        commands=("aws lambda update-function-configuration --function-name FUNCTION --runtime python3.13",),
    ),
)
def runtime_deprecated(sandbox: Sandbox) -> Iterator[Observation]:
    """AWS still supports this runtime.

    After its deprecation a runtime gets no patches, and some months later functions on it can no longer be updated:

        InvalidParameterValueException: The runtime parameter of python3.9 is no longer supported
    """
    deprecated = DEPRECATED.get(sandbox.runtime)
    if not sandbox.in_function or not sandbox.runtime.startswith("python"):  # an image names itself, not a runtime
        yield not_applicable("the runtime", "no managed runtime is named here")
    elif deprecated is None:
        yield unknown("the runtime", f"this doctor does not know the runtime {sandbox.runtime}")
    elif date.fromisoformat(sandbox.today) >= date.fromisoformat(deprecated):
        yield problem("the runtime", f"{sandbox.runtime} is deprecated since {deprecated}")
    else:
        yield ok("the runtime", f"{sandbox.runtime} is supported until {deprecated}")
