"""The verdict of a doctor that cannot import its own libraries. Standard library only.

A wheel for the wrong Python is one of the faults that this doctor exists for, and may befall the doctor itself. The
ordinary checks of the area `package` judge the ordinary evidence, in this process and without pydantic.
"""

import time
from collections.abc import Mapping
from dataclasses import replace

from doctor import registry
from doctor.diagnosis import diagnose
from doctor.evidence.imports import Imports
from doctor.judge import once, stamp
from doctor.redact import Redactor, brief
from doctor.runtime import runtime
from doctor.verdict import FailOn, Status, Timings, Verdict

_CHECKS = ("package.wrong-abi", "package.wrong-architecture", "package.import-fails")


def verdict(broken: BaseException, environ: Mapping[str, str], started: float) -> Verdict:
    """Name the fault behind an import of the engine that failed with `broken`."""
    checks = {check_id: registry.load(check_id) for check_id in _CHECKS}
    imports = Imports.look()
    judged = [
        stamp(check, observation, sources=(Imports.source,))
        for check in checks.values()
        for observation in check(imports=imports)
    ]
    reasoning = diagnose.reason(once(judged), checks, (), (), diagnose.Commands(lambda _: ""))
    status = diagnose.status(reasoning.findings, FailOn.BREAKS)
    headline = reasoning.diagnoses[0].headline if reasoning.diagnoses else _unexplained(broken)
    spent = round(time.monotonic() - started, 3)
    areas = sorted({check_id.partition(".")[0] + ".*" for check_id in registry.built_in()} - {"package.*"})
    mask = Redactor(environ).text  # what an import raised may quote a secret
    return Verdict(
        status=status if reasoning.diagnoses else Status.INCONCLUSIVE,
        headline=mask(headline),
        diagnoses=tuple(replace(each, headline=mask(each.headline)) for each in reasoning.diagnoses),
        findings=tuple(replace(each, message=mask(each.message)) for each in reasoning.findings),
        not_asked=tuple(areas),
        timings=Timings(budget=spent, reserve=0.0, total=spent),
        runtime=runtime(environ),
    )


def _unexplained(broken: BaseException) -> str:
    return f"The doctor itself could not start: {brief(broken)}"
