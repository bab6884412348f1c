"""A network namespace whose firewall counts every packet, in which the doctor is tempted with forbidden addresses.

Started by `test_forbidden` as the first process of its namespaces; what it prints at its end is its report, as JSON.
"""

import ipaddress
import itertools
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doctor import answer, hosts
from doctor.request import HostTarget, InvalidRequest, parse
from tests.robust import spellings
from tests.robust.dns_messages import AAAA, A, Question, record

RESOLVER, PUBLIC = "10.0.0.2", "203.0.113.10"
LISTENING = ("127.0.0.1", "127.0.0.2", "::1", "169.254.169.254", "fd00:ec2::254", PUBLIC)
PORTS = (80, 443, 5432, 9001)
RUNTIME = "127.0.0.1:9001"
AT_ONCE = 60  # targets of a run
REBINDINGS = ("turn-public", "turn-forbidden", "mixed-public", "mixed-forbidden")

# Forbidden is what no function's packet may ever go to; `other` is whatever else is not a named exception.
RULES = f"""
table inet wall {{
  counter forbidden {{ }}
  counter other {{ }}
  counter names {{ }}
  counter declared {{ }}
  set four {{ type ipv4_addr; flags interval; elements = {{
    0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, 240.0.0.0/4 }} }}
  set six {{ type ipv6_addr; flags interval; elements = {{
    ::/96, ::ffff:0:0/96, ::ffff:0:0:0/96, 64:ff9b::/96, 64:ff9b:1::/48, 2001::/32, 2002::/16, fe80::/10, fec0::/10,
    ff00::/8, fd00:ec2::/32 }} }}
  chain out {{
    type filter hook output priority 0;
    meta l4proto {{ ipv6-icmp, igmp }} accept comment "the kernel's own: neighbours, groups"
    ip daddr @four counter name forbidden accept
    ip6 daddr @six counter name forbidden accept
    ip daddr {RESOLVER} meta l4proto {{ tcp, udp }} th dport 53 counter name names accept
    ip saddr {RESOLVER} meta l4proto {{ tcp, udp }} th sport 53 accept
    ip daddr {PUBLIC} tcp dport {{ 443, 5432 }} counter name declared accept
    ip saddr {PUBLIC} accept
    counter name other
  }}
}}
"""
ENVIRON = {
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "ASIA3Q7JWF5KX2MB6TZD",
    "AWS_SECRET_ACCESS_KEY": "q0Vb7Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6N",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2lu" + "d1" * 40,
    "AWS_LAMBDA_FUNCTION_NAME": "jobs",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3538",
}


def lay(folder: Path) -> None:
    """Links, addresses, routes that lead everywhere, the resolver's files, and the wall."""
    links = [
        "link set lo up",
        "link add name out type veth peer name beyond",
        "link set out up",
        "link set beyond up",
        *(f"address add {address}/32 dev lo" for address in (RESOLVER, PUBLIC, "169.254.169.254")),
        "address add 10.0.1.10/24 dev out",
        "route add default dev out",
    ]
    six = ["address add fd00:ec2::254/128 dev lo", "address add fd12::10/64 dev out", "route add default dev out"]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(links), text=True, check=True)
    if Path("/proc/net/if_inet6").exists():
        subprocess.run(["ip", "-6", "-batch", "-"], input="\n".join(six), text=True, check=True)
    files = {
        "/etc/resolv.conf": f"nameserver {RESOLVER}\noptions timeout:1 attempts:1\n",
        "/etc/hosts": "127.0.0.1 localhost localhost.localdomain\n::1 ip6-localhost ip6-loopback\n"
        "255.255.255.255 broadcasthost\n169.254.169.254 instance-data\n",
    }
    for place, text in files.items():
        ours = folder / Path(place).name
        ours.write_text(text)
        subprocess.run(["mount", "--bind", ours, Path(place).resolve()], check=True)
    subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=True)


def counted() -> dict[str, int]:
    """Packets so far, by counter."""
    told = subprocess.run(["nft", "-j", "list", "counters"], capture_output=True, text=True, check=True).stdout
    found = [item["counter"] for item in json.loads(told)["nftables"] if "counter" in item]
    return {one["name"]: one["packets"] for one in found}


class Resolver(socketserver.BaseRequestHandler):
    """Answers by name: `a<number>` for the table's addresses, `turn-…` another each time, `mixed-…` both at once."""

    asked: dict[tuple[str, int], Iterator[int]] = {}  # noqa: RUF012 - one nameserver, whatever handles a packet
    everything = ""  # what every other name is answered with

    def handle(self) -> None:
        wire, listener = self.request
        question = Question.read(wire)
        four = [text for text in self._answer(question) if (":" in text) is (question.type_ == AAAA)]
        packed = [ipaddress.ip_address(text).packed for text in four if question.type_ in (A, AAAA)]
        listener.sendto(question.reply(*(record(one, question.type_, ttl=0) for one in packed)), self.client_address)

    def _answer(self, question: Question) -> list[str]:
        own = question.key.partition("-")[0] in ("address", "turn", "mixed")
        named = question.key if own else self.everything
        kind, _, rest = named.partition("-")
        if kind == "address":
            return [spellings.ANSWERS[int(rest)]]
        turn, _, number = rest.partition("-")
        if kind in ("turn", "mixed"):
            forbidden = spellings.ANSWERS[int(number)]
            if kind == "mixed":
                return [PUBLIC, forbidden] if turn == "public" else [forbidden, PUBLIC]
            times = self.asked.setdefault((f"{question.key} {named}", question.type_), itertools.count())
            first, then = (PUBLIC, forbidden) if turn == "public" else (forbidden, PUBLIC)
            return [then if next(times) % 2 else first]
        return [named] if named else ["127.0.0.1", "::1"]


def serve() -> None:
    """The nameserver, and listeners at the forbidden addresses: a packet that came there would be answered."""
    names = socketserver.ThreadingUDPServer((RESOLVER, 53), Resolver)
    threading.Thread(target=names.serve_forever, daemon=True).start()
    for address, port in itertools.product(LISTENING, PORTS):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            held.append(socket.create_server((address, port), family=family))
        except OSError:  # no IPv6 here
            continue


held: list[socket.socket] = []


def examined(targets: list[dict[str, Any]] | list[str], *only: str, **changed: str) -> dict[str, Any]:
    """A run as the deployed doctor's, with these targets declared; its status, and what it says of each address."""
    environ = ENVIRON | {"DOCTOR_TARGETS": json.dumps(targets)} | changed
    event = {"doctor": {"budget_seconds": 4, "include_casefile": True, **({"only": only} if only else {})}}
    verdict = answer.answer(event, None, time.monotonic(), environ)
    file: Any = verdict.casefile
    told = [item for item in (file or {}).get("evidence", ()) if item.get("kind") == "reach" and "facts" in item]
    probes = [probe["tcp"] for item in told for probe in item["facts"]["probes"]]
    reached = [
        f"{item['facts']['host']} {probe['address']} {probe['tcp']}"
        for item in told
        for probe in item["facts"]["probes"]
        if probe["tcp"] != "forbidden"
    ]
    return {"status": verdict.status.value, "forbidden": probes.count("forbidden"), "reached": reached}


def accepted(text: str) -> list[dict[str, Any]]:
    """The targets that a spelling makes, as an event's or a deployer's host and as the command line's word."""
    found = []
    for spelled in ({"host": text, "port": 80, "tls": False}, {"host": text, "port": 443}):
        try:
            parse({"targets": [spelled]}, where="request")
            found.append(spelled)
        except InvalidRequest:
            continue
    bare = () if hosts.as_address(text) else (text,)  # an IPv6 address without brackets ends in what may be a port
    for word in (*bare, f"[{text}]:5432" if ":" in text else f"{text}:5432", f"[{text}]:443"):
        try:
            (target,) = parse({"targets": [word]}, where="request").targets
        except InvalidRequest:
            continue
        if isinstance(target, HostTarget):
            found.append({"host": target.host, "port": target.port, "tls": target.tls})
    return found


def tempt(every: int) -> Iterator[tuple[str, Any]]:
    """Each temptation with what came of it; of those that take a run, each `every`-th."""
    made = {text: accepted(text) for text in spellings.SPELLINGS}
    yield "spellings", {"all": len(made), "refused": [text for text, targets in made.items() if not targets]}
    places = {(target["host"].lower(), target["port"]): target for targets in made.values() for target in targets}
    hosts = list(places.values())[::every]
    for start in range(0, len(hosts), AT_ONCE):
        yield f"spelled {start}", examined(hosts[start : start + AT_ONCE], "reach.*", "dns.*")
    numbers = range(0, len(spellings.ANSWERS), every)
    named = [{"host": f"address-{n}.example", "port": 5432, "tls": False} for n in numbers]
    for start in range(0, len(named), AT_ONCE):
        yield f"named {start}", examined(named[start : start + AT_ONCE], "reach.*", "dns.*")
    # Of IPv4, of IPv6, and of IPv4 in IPv6.
    turns = [f"{kind}-{n}" for n in numbers for kind in REBINDINGS]
    rebound = [{"host": f"{turn}.example", "port": 5432, "tls": False} for turn in turns]
    for start in range(0, len(rebound), AT_ONCE):
        yield f"rebound {start}", examined(rebound[start : start + AT_ONCE], "reach.*", "dns.*")
    addresses = ("169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254")
    rebindings = [f"{kind}-{spellings.ANSWERS.index(each)}" for kind in REBINDINGS for each in addresses]
    for rebinding in rebindings[::every]:
        Resolver.everything = rebinding
        yield f"rebound AWS's names {rebinding}", examined(["sqs", "dynamodb"], "reach.*", "dns.*")
    for address in ("127.0.0.1", "169.254.169.254", "0.0.0.0", "fd00:ec2::254", "::ffff:169.254.169.254")[::every]:
        Resolver.everything = address
        yield f"AWS's names at {address}", examined(["sqs", "dynamodb"])
    Resolver.everything = "127.0.0.1"
    no_keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "")
    yield "no credentials", examined(["sqs"], **no_keys)


def tempt_with_loopback_allowed() -> Iterator[tuple[str, Any]]:
    """The runtime's own port stays closed, in every spelling, also where the deployer allows loopback."""
    spelled = [
        "127.0.0.1",
        "localhost",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "127.0.0.2",
        "app.localhost",
        "64:ff9b::7f00:1",
        "::127.0.0.1",
    ]
    for api in (RUNTIME, "localhost:9001"):
        targets: list[dict[str, Any]] = [{"host": host, "port": 9001, "tls": False} for host in spelled]
        variables = {"DOCTOR_ALLOW_LOCAL": "1", "AWS_LAMBDA_RUNTIME_API": api}
        yield f"the runtime's API as {api}", examined(targets, "reach.*", **variables)


def control() -> None:
    """The wall can tell: one packet of each kind is counted."""
    for address in ("127.0.0.1", "169.254.169.254"):
        socket.create_connection((address, 80), timeout=2).close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        plug.sendto(b"x", ("198.51.100.1", 9))


def main() -> None:
    """Lay, tempt, count, and report."""
    folder = Path(sys.argv[1])
    lay(folder)
    serve()
    before = counted()
    runs = dict(tempt(int(sys.argv[2])))
    after = counted()
    local = dict(tempt_with_loopback_allowed())
    local_after = counted()
    control()
    checked = counted()
    print(json.dumps({"runs": runs, "local": local, "counts": [before, after, local_after, checked]}))


if __name__ == "__main__":
    main()
