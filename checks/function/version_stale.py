from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.calls.function_parts import Alias
from doctor.evidence.function import Function


@check(
    "function.version-stale",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Publish the code that was deployed, and point the alias to it.",
        commands=(
            "aws lambda publish-version --function-name FUNCTION",
            "aws lambda update-alias --function-name FUNCTION --name ALIAS --function-version VERSION",
        ),
    ),
)
def version_stale(function: Function) -> Iterator[Observation]:
    """The alias that callers use points to the code that was deployed last.

        it works in the console's test, and callers still get the old error

    A deployment changes $LATEST alone; callers of an alias or a version get what was published before. Where another
    alias has the newest code, an older one may be a stage that waits for its turn, so that it is only a hint.
    """
    name, aliases = function.name, _asked_for(function)
    if not function.exists:
        yield not_applicable(name, f"there is no function {name}")
    elif lost := function.why_unread("aliases"):
        yield unknown(name, f"the aliases of {name} were not read ({lost.detail}){lost.allow}")
    elif not aliases:
        yield not_applicable(name, f"{name} has no alias: its callers name a version, or get what was deployed last")
    for alias in aliases:
        subject = f"{name}:{alias.name}"
        if alias.current is None:
            yield unknown(subject, f"which code the alias {alias.name} leads to was not read")
        elif alias.current:
            yield ok(subject, f"the alias {alias.name} points to version {alias.version}, which has the newest code")
        else:
            words = (
                f"the alias {alias.name} points to version {alias.version}, whose code is not what was deployed last"
            )
            staged = any(other.current for other in function.aliases)
            yield problem(subject, words, severity=Severity.HINTS if staged else None, remedy=_remedy(name, alias))


def _asked_for(function: Function) -> tuple[Alias, ...]:
    """The alias that was named, else all."""
    named = tuple(alias for alias in function.aliases if alias.name == function.qualifier)
    return named or function.aliases


def _remedy(name: str, alias: Alias) -> Remedy:
    publish = f"aws lambda publish-version --function-name {name} --query Version --output text"
    return Remedy(
        f"Publish the code that was deployed, and point the alias {alias.name} to it.",
        commands=(
            f'aws lambda update-alias --function-name {name} --name {alias.name} --function-version "$({publish})"',
        ),
    )
