"""What every child that judges needs, made once in their zygote: the validators that make facts of plain evidence.

They take longer to make than all checks together take to judge, and a zygote has the time while evidence is gathered.
"""

import contextlib

from pydantic import ValidationError

from doctor.evidence import Evidence, Facts, revive


def get_ready(kind: type[Facts]) -> None:
    """Make the validator of a kind and of those derived from it; it is made with the first reading, here of nothing."""
    if "kind" in vars(kind):
        with contextlib.suppress(ValidationError):
            revive(kind, Evidence(kind=kind.kind, source=kind.source, facts={}, at="", took=0.0))
    for derived in kind.__subclasses__():
        get_ready(derived)


get_ready(Facts)
