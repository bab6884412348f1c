"""Hosts and ports that a function's variables name: URLs of databases and services, and pairs such as DB_HOST and DB_PORT.

Of a value nothing but host and port is kept. What could be a part of a password is taken for one, and nothing is kept.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doctor import hosts, redact
from doctor.probe import forbidden

_MOST = 16
_LONGEST = 4096  # characters of a value that are looked at; Lambda allows no more in all variables together
# The ports that clients take where a URL names none (IANA's registry, and each product's manual).
_PORTS = {
    **dict.fromkeys(("postgres", "postgresql", "pg"), 5432),
    **dict.fromkeys(("mysql", "mariadb"), 3306),
    **{"sqlserver": 1433, "mssql": 1433, "oracle": 1521},
    **dict.fromkeys(("redis", "rediss", "valkey", "valkeys"), 6379),
    **{"amqp": 5672, "amqps": 5671, "mongodb": 27017, "kafka": 9092, "nats": 4222, "memcached": 11211},
    **{"cassandra": 9042, "bolt": 7687, "neo4j": 7687, "mqtt": 1883, "mqtts": 8883, "sftp": 22},
    **{"ldap": 389, "ldaps": 636, "smtp": 25, "smtps": 465, "http": 80, "https": 443, "ws": 80, "wss": 443},
}
_ENCRYPTED = frozenset({"https", "wss", "rediss", "valkeys", "amqps", "mqtts", "ldaps", "smtps"})
_URL = re.compile(r"(?:jdbc:)?(?P<scheme>[a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?:(?:thin:@)?//(?P<rest>\S+)", re.IGNORECASE)
_PAIRS = re.compile(r"[^\s,:/@]+:[0-9]{1,5}(?:,[^\s,:/@]+:[0-9]{1,5}){0,15}")
_HOST_NAMED = re.compile(r"(?P<what>[A-Z0-9_]*?)_?(?:HOST|HOSTNAME|ENDPOINT|ADDRESS|ADDR|SERVER)")
# Addresses that are shown to somebody else, or that only name a thing: nothing calls them from here.
_NOT_CALLED = re.compile(
    r"ORIGIN|CORS|REDIRECT|CALLBACK|FRONTEND|REFERR?ER|AUDIENCE|ISSUER|NAMESPACE|SCHEMA|COOKIE|PUBLIC|LOGO|DOCS|(?:^|_)(?:CDN|WEB)_"
)
_LOGIN = re.compile(r"://[^/?#\s]*@")  # what such a variable hides stands before the host
_SERVICES = re.compile(r"sqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")  # a queue's URL names the service itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A host and port, and the variable that names it."""

    host: str
    port: int
    tls: bool
    variable: str


def places(environ: Mapping[str, str]) -> tuple[Place, ...]:
    """What the variables name, each place once, in the order of their names."""
    found: dict[tuple[str, int], Place] = {}
    for name, value in sorted(environ.items()):
        if name.startswith(("AWS_", "DOCTOR_", "_")) or _NOT_CALLED.search(name.upper()):
            continue
        if redact.names_secret(name) and not _LOGIN.search(value):  # a password may look like a host and a port
            continue
        for host, port, tls in (*_in_value(value[:_LONGEST].strip()), *_beside(name, environ)):
            if _callable(host, port):
                found.setdefault((host.lower(), port), Place(host=host.lower(), port=port, tls=tls, variable=name))
    return tuple(found.values())[:_MOST]


def _in_value(value: str) -> Iterator[tuple[str, int, bool]]:
    url = _URL.fullmatch(value)
    if url:
        scheme = url["scheme"].lower()
        if "+srv:" not in value.lower():  # such a name has SRV records and no address
            yield from _in_url(url["rest"], _PORTS.get(scheme, 0), tls=scheme in _ENCRYPTED)
    elif _PAIRS.fullmatch(value):  # brokers, as Kafka's clients take them
        for each in value.split(","):
            host, _, port = each.rpartition(":")
            yield host, int(port), False


def _in_url(rest: str, usual: int, *, tls: bool) -> Iterator[tuple[str, int, bool]]:
    """Whoever writes `/`, `?` or `#` into a password without encoding it leaves an `@` behind what looks like the host."""
    authority = re.split(r"[/?#;]", rest, maxsplit=1)[0]
    if not usual or "@" in rest[len(authority) :]:
        return
    for each in authority.rpartition("@")[2].split(","):
        spelled = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?", each)
        if spelled:
            yield spelled[1] or spelled[2], int(spelled[3] or usual), tls


def _beside(name: str, environ: Mapping[str, str]) -> Iterator[tuple[str, int, bool]]:
    """A variable whose name ends in HOST or the like, with the port of its neighbour, else the one of what it is named by."""
    spelled = _HOST_NAMED.fullmatch(name.upper())
    host = environ[name].strip()
    if not spelled or ":" in host or "/" in host:
        return
    of = {other.upper(): value.strip() for other, value in environ.items()}
    what = spelled["what"]
    told = of.get(f"{what}_PORT") or of.get(f"{what}PORT") or ""
    usual = next((_PORTS[word.lower()] for word in what.split("_") if word.lower() in _PORTS), 0)
    port = int(told) if re.fullmatch("[0-9]{1,5}", told) else 0 if told else usual
    if port:
        yield host, port, port == 443


def _callable(host: str, port: int) -> bool:
    """An address, or a name of several labels, that a packet may be sent to; never what may be a secret, or a service's own."""
    address = hosts.as_address(host)
    if address is None and ("." not in host.strip(".") or host.endswith(".localhost")):
        return False
    known = hosts.spelled_as_host(host) and not _SERVICES.fullmatch(host.lower())
    probeable = address is None or forbidden.refusal(host, allow_loopback=False) is None
    return known and probeable and 0 < port < 65536 and not redact.looks_secret(host)
