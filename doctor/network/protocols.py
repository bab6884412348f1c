"""Protocols as rules spell them: in words, as IANA numbers, or -1 for all."""

from functools import lru_cache

_SPELLINGS = {"all": "all", "-1": "all", "tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp"}
_OTHERS = {"icmp": "icmp", "icmpv6": "icmpv6"}
UNKNOWN = ""


@lru_cache(256)
def protocol(word: str) -> str:
    """`all`, `tcp`, `udp`, or something that carries neither; UNKNOWN where nobody can tell what it carries."""
    found = _SPELLINGS.get(word) or _OTHERS.get(word)
    if found:
        return found
    return word if word.isascii() and word.isdigit() and int(word) <= 255 else UNKNOWN


def ports(protocol: str, first: int, last: int) -> str:
    """`tcp 443`, `udp 1024-65535`, `tcp on every port`, `all`."""
    if protocol == "all":
        return "all"
    if (first, last) == (0, 65535):
        return f"{protocol} on every port"
    return f"{protocol} {first}" if first == last else f"{protocol} {first}-{last}"
