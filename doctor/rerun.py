"""How a run is asked for once more, as the command line spells it."""

import json
import shlex
from collections.abc import Callable, Iterable, Sequence

from doctor import encode
from doctor.evidence import Evidence, Known
from doctor.request import AnyTarget, HostTarget
from doctor.verdict import Source


def targets(named: Iterable[AnyTarget]) -> list[str]:
    """The options that name these targets."""
    return [word for target in named for word in ("--target", _spelled(target))]


def _spelled(target: AnyTarget) -> str:
    """As short as `doctor.request.target_spelled` reads it: a service's name, `HOST:PORT`, else JSON."""
    if isinstance(target, HostTarget) and target.reachable and target.tls == (target.port == 443):
        host = f"[{target.host}]" if ":" in target.host else target.host
        return f"{host}:{target.port}"
    if not isinstance(target, HostTarget) and target.reachable and not target.resource:
        return target.service
    return json.dumps({name: value for name, value in encode.plain(target).items() if value is not None})


def via(known: Known, examined: str) -> list[str]:
    """The options that look at a function in the same way: from outside or also from inside, by itself or a doctor beside it."""
    seen_by = (item.vantage.function for item in known if isinstance(item, Evidence) and item.source is Source.INSIDE)
    looker = next(filter(None, seen_by), "")
    if not looker:
        return ["--via", "outside"]
    from doctor.evidence.function import name_of

    itself = name_of(looker) == name_of(examined)
    return ["--via", "deployed", *(() if itself else ("--doctor-function", looker))]


def both_sides(function: str, named: Iterable[AnyTarget]) -> Callable[[Sequence[str]], str]:
    """How to ask a function's configuration and the function itself about some checks."""
    words = ["doctor", "examine", function, "--via", "deployed", *targets(named)]

    def look(checks: Sequence[str]) -> str:
        return shlex.join([*words, *(word for check in checks for word in ("--only", check))])

    return look
