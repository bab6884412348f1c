"""The wires of a VPC: a network namespace for each party, and links that all meet in a router.

The function, the endpoints' interfaces, the NAT gateway and the internet stand apart, as they do in AWS, and every packet
between them passes the router, where `vpc_packets` puts the VPC's rules. Namespaces are held open by this process alone,
so that they end with it.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET, clone(2)
_LIBC = ctypes.CDLL(None, use_errno=True)

# The router's end of each link has .1, the other end .2. Two links lead to the internet: the gateway endpoints' packets
# keep their private source, those that pass the internet gateway do not.
LINKS = {"function": 1, "endpoints": 2, "nat": 3, "igw": 4, "gateways": 5}
_HOLDER = {"igw": "internet", "gateways": "internet"}  # where a link is not named after the namespace that it leads to

# What the function's interface is called in each subnet that it may stand in.
FUNCTION_ADDRESSES = ("10.0.1.77", "10.0.2.77", "10.0.9.77")
NAT_ADDRESS = "10.0.9.10"
ELASTIC_ADDRESS = "198.51.100.10"
FAR_VPC = "10.1.0.0/16"
# Which routing table of the router holds a subnet's routes.
TABLES = {"10.0.1.0/24": 101, "10.0.2.0/24": 102, "10.0.3.0/24": 103, "10.0.4.0/24": 104, "10.0.9.0/24": 109}
LOCAL_TABLE, FAR_TABLE = 60, 90
SANDBOX_RESOLVER = "169.254.78.1"  # what resolv.conf holds in a sandbox; it asks whom the VPC's DHCP options name
RESOLVERS = (SANDBOX_RESOLVER, "10.0.0.2", "169.254.169.253")


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _in_thread(work: Callable[[], Result]) -> Result:
    """A thread's namespace is its own, and is gone with it."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


class Namespace:
    """A network of its own. What `do` opens in it stays in it: sockets, and processes."""

    def __init__(self) -> None:
        self._file = _in_thread(_made)
        self.shell("ip", "link", "set", "lo", "up")

    @property
    def path(self) -> str:
        """Its name for other processes of this machine."""
        return f"/proc/{os.getpid()}/fd/{self._file}"

    def do(self, work: Callable[[], Result]) -> Result:
        def within() -> Result:
            _checked(_LIBC.setns(self._file, _NEW_NETWORK))
            return work()

        return _in_thread(within)

    def shell(self, *command: str, text: str | None = None) -> None:
        """Run a command in it, which must succeed."""
        self.do(lambda: subprocess.run(command, input=text, text=True, check=True, capture_output=True))

    def ip(self, lines: Sequence[str]) -> None:
        """Commands of ip(8)."""
        self.shell("ip", "-batch", "-", text="".join(f"{line}\n" for line in lines))

    def set(self, **values: int) -> None:
        """Settings under net.ipv4, with a double underscore for each slash."""

        def write() -> None:
            for name, value in values.items():
                Path("/proc/sys/net/ipv4", *name.split("__")).write_text(f"{value}\n")

        self.do(write)


def _made() -> int:
    _checked(_LIBC.unshare(_NEW_NETWORK))
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def near(link: str) -> str:
    """The router's address on a link."""
    return f"100.64.{LINKS[link]}.1"


def far(link: str) -> str:
    """The other end's address on a link."""
    return f"100.64.{LINKS[link]}.2"


def near_6(link: str) -> str:
    """The router's IPv6 address on a link."""
    return f"fd00:{LINKS[link]}::1"


def far_6(link: str) -> str:
    """The other end's IPv6 address on a link."""
    return f"fd00:{LINKS[link]}::2"


def lay() -> dict[str, Namespace]:
    """The namespaces, joined; nothing is forwarded yet but what `vpc_packets` then allows."""
    names = ("router", "function", "endpoints", "nat", "internet")
    all_ = {name: Namespace() for name in names}
    router = all_["router"]
    for link in LINKS:
        _join(router, link, all_[_HOLDER.get(link, link)])
    for namespace in all_.values():
        namespace.set(conf__all__rp_filter=0, conf__default__rp_filter=0)
    router.set(ip_forward=1)
    router.do(lambda: Path("/proc/sys/net/ipv6/conf/all/forwarding").write_text("1\n"))
    all_["nat"].set(ip_forward=1, conf__all__send_redirects=0)
    router.ip(
        [
            *(f"address add {address}/32 dev lo" for address in RESOLVERS),
            f"rule add priority 50 from {FAR_VPC} lookup {FAR_TABLE}",
            f"rule add priority 60 lookup {LOCAL_TABLE}",
            # A table cannot be flushed before it holds something.
            *(f"route add blackhole default table {table}" for table in (LOCAL_TABLE, FAR_TABLE, *TABLES.values())),
            *(f"rule add priority {table} from {block} lookup {table}" for block, table in TABLES.items()),
        ]
    )
    _furnish(all_)
    _let_the_operator_in(all_["internet"])
    return all_


def _join(router: Namespace, link: str, there: Namespace) -> None:
    router.ip([f"link add {link} type veth peer name {link} netns {there.path}"])
    for end, address, address_6 in ((router, near(link), near_6(link)), (there, far(link), far_6(link))):
        four, six = f"address add {address}/30 dev {link}", f"address add {address_6}/64 dev {link} nodad"
        end.ip([four, six, f"link set {link} up"])


def _furnish(all_: dict[str, Namespace]) -> None:
    """Who has which addresses. Where nobody listens, an address that is somebody's says so; the router drops the others."""
    all_["function"].ip([f"address add {address}/32 dev function" for address in FUNCTION_ADDRESSES])
    all_["endpoints"].ip(
        [
            "route add local 10.0.0.0/8 dev lo table main",
            *(f"route add {address}/32 via {near('endpoints')}" for address in (*FUNCTION_ADDRESSES, NAT_ADDRESS)),
        ]
    )
    all_["nat"].ip([f"address add {NAT_ADDRESS}/32 dev nat", f"route add default via {near('nat')}"])
    translate = f'add rule ip nat out oifname "nat" snat to {NAT_ADDRESS}'
    hook = "add chain ip nat out { type nat hook postrouting priority 100; }"
    all_["nat"].shell("nft", "-f", "-", text=f"add table ip nat\n{hook}\n{translate}\n")
    all_["internet"].ip(
        [
            "route add local 0.0.0.0/0 dev lo table main",
            "route add local 2000::/3 dev lo table main",
            f"route add 198.51.100.0/24 via {near('igw')}",
            f"route add 10.0.0.0/8 via {near('gateways')}",
        ]
    )


def _let_the_operator_in(internet: Namespace) -> None:
    """This process's own namespace is the operator's laptop: it reaches the internet, and nothing else."""
    batch = [
        "link set lo up",
        f"link add operator type veth peer name operator netns {internet.path}",
        "address add 100.64.9.1/30 dev operator",
        "link set operator up",
    ]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(batch), text=True, check=True)
    internet.ip(["address add 100.64.9.2/30 dev operator", "link set operator up"])
    subprocess.run(["ip", "route", "add", "default", "via", "100.64.9.2"], check=True)
