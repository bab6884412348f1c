"""What the resolver of this machine says of public names: the addresses that the internet sees."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterable, Mapping

from doctor.network.blocks import Block, block


def looked_up(hosts: Iterable[str], seconds: float) -> Mapping[str, tuple[Block, ...]]:
    """The global addresses of each host, all asked at once; a host that had no answer in time is not among them.

    Each question has a thread of its own that dies with this process, for nothing bounds getaddrinfo.
    """
    found: dict[str, tuple[Block, ...]] = {}

    def look_up(host: str) -> None:
        found[host] = _global(host)

    threads = [threading.Thread(target=look_up, args=(host,), daemon=True) for host in hosts]
    until = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return dict(found)


def _global(host: str) -> tuple[Block, ...]:
    """A private address would be this machine's network's, and says nothing of the VPC."""
    try:
        said = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    texts = {str(entry[4][0]) for entry in said}
    return tuple(sorted(block(text) for text in texts if ipaddress.ip_address(text).is_global))
