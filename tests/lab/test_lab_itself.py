"""The laboratory does what the other tests take for granted, and leaves nothing behind."""

import contextlib
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import places
import pytest
from laboratory import CHECKOUT, Deployed, Laboratory

KNOCK = """
import json, socket, time
def icmp():
    names, values = [line.split()[1:] for line in open("/proc/net/snmp") if line.startswith("Icmp:")]
    return int(dict(zip(names, values))["InMsgs"])
def sent():
    line = next(line for line in open("/proc/net/dev") if line.strip().startswith("nowhere:"))
    return int(line.split()[10])
def knock(kind):
    with socket.socket(socket.AF_INET, kind) as knocker:
        knocker.settimeout(0.2)
        try:
            knocker.connect(({address!r}, {port}))
            knocker.send(b"anyone?")
            knocker.recv(1)
        except OSError as error:
            return type(error).__name__
before = icmp(), sent()
ended = [knock(socket.SOCK_STREAM), knock(socket.SOCK_DGRAM)]
print(json.dumps([ended, icmp() - before[0], sent() - before[1]]))
"""


def knock(lab: Laboratory, address: str, port: int) -> tuple[list[str], int, int]:
    ended, icmp, sent = lab.run(KNOCK.format(address=address, port=port))
    return ended, icmp, sent


@pytest.mark.parametrize("address", places.NOWHERE)
def test_dropped_is_truly_silent(lab: Laboratory, address: str) -> None:
    """Both packets left, perhaps one of them twice, and neither an answer nor an ICMP message came back."""
    ended, icmp, sent = knock(lab, address, 53)
    assert (ended, icmp) == (["TimeoutError", "TimeoutError"], 0)
    assert sent >= 2


def test_closed_is_told(lab: Laboratory) -> None:
    """The measure above can tell: where a host is, a closed port is answered at once, for UDP by ICMP."""
    ended, icmp, sent = knock(lab, places.CLOSED_RESOLVER, 53)
    assert (ended, sent) == (["ConnectionRefusedError", "ConnectionRefusedError"], 0)
    assert icmp > 0


def test_network_is_its_own(lab: Laboratory) -> None:
    ours = Path("/proc/self/ns/net").readlink()
    interfaces, theirs, routes = lab.run(
        "import json, os, socket; interfaces = [name for _, name in socket.if_nameindex()];"
        "routes = [line.split()[1] for line in open('/proc/net/route')][1:];"
        "print(json.dumps([interfaces, os.readlink('/proc/self/ns/net'), routes]))"
    )
    assert {"lo", "nowhere", "beyond"} <= set(interfaces)
    assert theirs != str(ours)
    assert len(routes) == 1, "the swallowing network is the only one that is routed: there is no way out"


def test_function_has_no_capabilities(doctor: Deployed) -> None:
    """As in Lambda, also where the tests run as root."""
    doctor.examine("sqs")
    masks = doctor.laboratory.run(
        "import glob, json; print(json.dumps([line.split()[1] for path in glob.glob('/proc/[0-9]*/status') "
        "if b'awslambdaric' in open(path.replace('status', 'cmdline'), 'rb').read().split(b'\\0') "
        "for line in open(path) if line.startswith(('CapEff', 'CapBnd'))]))"
    )
    assert masks
    assert set(masks) == {"0" * 16}


def processes(marker: str) -> list[int]:
    """File descriptors of the processes, in all namespaces, whose command line holds the marker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if marker.encode() in (folder / "cmdline").read_bytes():
                found.append(os.pidfd_open(int(folder.name)))
    return found


def ended(processes: list[int], within: float) -> bool:
    """Whether all these processes end in time. A process's descriptor becomes readable when it does."""
    until = time.monotonic() + within
    try:
        return all(select.select([one], [], [], max(0.0, until - time.monotonic()))[0] for one in processes)
    finally:
        for one in processes:
            os.close(one)


def machine() -> tuple[list[str], bytes]:
    """What a careless laboratory would change outside: interfaces, and the resolver's file."""
    return sorted(name for _, name in socket.if_nameindex()), Path("/etc/resolv.conf").read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("fails", [False, True])
def test_nothing_remains(means: None, fails: bool) -> None:
    before = machine()
    with contextlib.suppress(ZeroDivisionError), Laboratory() as lab:
        lab.doctor().examine("sqs")
        running = processes(str(lab.folder))
        assert len(running) >= 2, "unshare and the process inside name the folder on their command lines"
        if fails:
            raise ZeroDivisionError
    assert ended(running, within=0), "the laboratory is gone when its block is left, not some time later"
    assert not lab.folder.exists()
    assert machine() == before


HOLDER = """
import sys, laboratory
with laboratory.Laboratory() as lab:
    doctor = lab.doctor()
    doctor.examine("sqs")
    print(lab.folder, flush=True)
    doctor.examine("sqs", names={"sqs.us-east-1.amazonaws.com": ["10.0.66.10"]}, budget_seconds=60)
"""


@pytest.mark.long
def test_nothing_outlives_a_killed_test_run(means: None) -> None:
    """Also in the middle of an invocation."""
    nothing_outlives(HOLDER)


def nothing_outlives(program: str) -> None:
    """Kill a program that holds a laboratory, once it has printed where."""
    before = machine()
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHECKOUT), *filter(None, sys.path)])}
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environ)
    with holder:
        assert holder.stdout
        folder = holder.stdout.readline().strip()
        running = processes(folder)
        holder.kill()
    assert len(running) >= 2
    assert ended(running, within=5)
    assert machine() == before
    shutil.rmtree(folder)
