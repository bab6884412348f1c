"""Python's search for garbage, which a short run can do without."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage alone: a short run makes little, and looking for it takes a fifth of the time of an import.

    Where a hundred thousand rules are read, looking for garbage among them doubles the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
