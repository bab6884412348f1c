"""The laboratory's inner process: the first one in its namespaces, and with it everything in them ends.

It lays the network, starts the servers, and then obeys: one JSON object a line on standard input, one on standard
output. When standard input ends, because whoever started it ended in whatever way, so does this.
"""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import places
import servers
from orders import serve

from doctor.demo.emulator import Function

_RESOLV_CONF = Path("/etc/resolv.conf")

# A function has no capabilities in Lambda either. Both names of the sets: what a program may gain, what it inherits.
_POWERLESS = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--")


def lay_network() -> None:
    """Addresses that answer, and a network that swallows.

    The swallowing needs no firewall: a frame to a hardware address that the other end of the pair does not have is
    dropped there as somebody else's, without a word; the fixed neighbour entries keep ARP from noticing.
    """
    lines = [
        "link set lo up",
        *(f"address add {address}/32 dev lo" for address in places.HERE),
        "link add name nowhere address 02:00:00:00:00:01 type veth peer name beyond address 02:00:00:00:00:02",
        "link set nowhere up",
        "link set beyond up",
        f"address add {places.FUNCTION}/32 dev nowhere",
        f"route add {places.NOWHERE_NETWORK} dev nowhere src {places.FUNCTION}",
        *(f"neighbour add {address} lladdr 02:00:00:00:00:99 dev nowhere nud permanent" for address in places.NOWHERE),
    ]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


class Inside:
    """The commands, each a method."""

    def __init__(self, folder: Path) -> None:
        self._zone = servers.Zone()
        self._listed = folder / "resolv.conf"
        self._functions: dict[str, Function] = {}
        self.standing = contextlib.ExitStack()
        self._start(folder)

    def _start(self, folder: Path) -> None:
        lay_network()
        self._listed.touch()
        subprocess.run(["mount", "--bind", self._listed, _RESOLV_CONF.resolve()], check=True)
        contexts = servers.certificates(folder)
        for address in (places.RESOLVER, places.SECOND_RESOLVER):
            servers.resolve(self._zone, address)
        servers.amazon(contexts.trusted, places.AWS, places.AWS_TOO)
        servers.faulty(contexts)
        servers.proxies()

    def function(self, folder: str, handler: str, environ: dict[str, str]) -> str:
        """A function in the emulator, started once for each such set of arguments; its name."""
        name = json.dumps([folder, handler, environ], sort_keys=True)
        if name not in self._functions:
            function = Function(Path(folder), handler, environ, timeout=60, prefix=_POWERLESS)
            self._functions[name] = self.standing.enter_context(function)
        return name

    def invoke(self, function: str, event: object, names: dict[str, list[str]], resolvers: list[str]) -> dict[str, Any]:
        """Set the faults, then invoke: the reply, the seconds that it took, and all that the function wrote so far."""
        self._zone.names = names
        self._listed.write_text("".join(f"nameserver {resolver}\n" for resolver in resolvers))
        started = time.monotonic()
        reply = self._functions[function].invoke(event)
        return {"reply": reply, "took": time.monotonic() - started, "log": self._functions[function].log()}

    def run(self, code: str) -> object:
        """What a Python program of the tests' own prints in these namespaces, as JSON."""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


def main() -> None:
    """Serve one laboratory."""
    serve(lambda: Inside(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
