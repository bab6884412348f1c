from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function

_MOST = 4096  # bytes, names and values together (Lambda developer guide, "Lambda quotas")
_NEAR = 0.9


def _remedy(function: str) -> Remedy:
    return Remedy(
        "Move long values to a parameter, a secret or a file of the package, and keep their names in variables.",
        commands=(
            f"aws lambda get-function-configuration --function-name {function} --query 'keys(Environment.Variables)'",
        ),
    )


@check(
    "function.environment-too-large",
    severity=Severity.BREAKS,
    remedy=_remedy("FUNCTION"),
)
def environment_too_large(function: Function) -> Iterator[Observation]:
    """The function's variables fit into the 4 KB that Lambda allows.

        InvalidParameterValueException: Lambda was unable to configure your environment variables because the environment
        variables you have provided exceeded the 4KB limit. String measured: {…}

    Names and values count together, written as JSON. The update that goes beyond is refused, so that what runs is older
    than what was deployed; near the limit, the next variable is one too many.
    """
    name, size = function.name, function.variables_size
    longest = sorted(function.variables, key=lambda variable: (-variable.length, variable.name))[:3]
    words = f"the variables of {name} take {size} of {_MOST} bytes"
    if not function.exists:
        yield not_applicable(name, f"there is no function {name}")
    elif function.environment_error:
        yield unknown(name, f"Lambda did not give the variables out ({function.environment_error})")
    elif size > _NEAR * _MOST:
        listed = ", ".join(f"{variable.name} ({variable.length})" for variable in longest)
        severity = None if size > _MOST else Severity.RISKS
        yield problem(name, f"{words}; the longest are {listed}", severity=severity, remedy=_remedy(name))
    else:
        yield ok(name, words)
