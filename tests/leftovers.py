"""That a test leaves no process behind: neither a child, nor a grandchild, nor a zombie."""

import os
import select
from collections.abc import Iterator

import pytest

from doctor.isolation.supervise import Children
from tests.emulated import children


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Every process that inherits the pipe, grandchildren too, is gone at its end of file. Nor may a zombie remain."""
    before = children()  # a laboratory of another module may still stand
    read, write = os.pipe()
    yield
    os.close(write)
    gone, _, _ = select.select([read], [], [], 1.0)
    os.close(read)
    assert gone, "a process outlived what started it"
    with Children():
        pass  # buries what was killed and took longer to die than the verdict could wait
    assert not children() - before, "a zombie remains"
