"""What the doctor may send a packet to. It is not a scanner.

Loopback, link-local (which holds the metadata services), multicast, unspecified and reserved addresses are
refused in every spelling, also when they hide in an IPv4-mapped, 6to4, Teredo or NAT64 address. The caller
resolves a name once, asks here about each address, and connects to that very address, so a name that is
rebound between question and connection gains nothing.
"""

import ipaddress
import re

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
# IPv4 in the last 32 bits: NAT64 (RFC 6052, RFC 8215) and IPv4-translated addresses (RFC 2765)
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the third 32 bits of such an address
_METADATA_IPV6 = ipaddress.IPv6Network("fd00:ec2::/32")  # EC2's instance services over IPv6

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def spelled_as_host(host: str) -> bool:
    """Whether the text is a DNS name, or an address as `ipaddress` writes it.

    Octal, hexadecimal and shortened IPv4 (`0x7f.1`, `2130706433`) are refused: a name whose last label is
    numeric is not a DNS name (WHATWG URL standard, "ends in a number").
    """
    if as_address(host) is not None:
        return True
    labels = host.removesuffix(".").split(".")
    ends_in_number = labels[-1].isdigit() or labels[-1].lower().startswith("0x")
    return len(host) <= 253 and not ends_in_number and all(map(_LABEL.fullmatch, labels))


def place_of_other_address(spelled: str) -> str:
    """What to write instead of a URL or an ARN, which is no host; "" where the text is neither.

    Of a URL nothing but host and port is said again: the rest may hold a password.
    """
    if spelled.startswith("arn:"):
        service = spelled.split(":")[2] if spelled.count(":") >= 5 else ""
        example = f" such as {service}" if _LABEL.fullmatch(service) else ""
        return f'is an ARN: write the name of a boto3 client{example}, or {{"service": …, "resource": …}}'
    scheme, mark, rest = spelled.partition("://")
    if not mark:
        return ""
    host, colon, port = re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")
    if scheme.lower() == "s3" and _LABEL.fullmatch(host.replace(".", "-")):
        return f'is an address of S3: write s3, or {{"service": "s3", "resource": "{host}"}}'
    port = port if colon and port.isdecimal() else {"https": "443", "http": "80"}.get(scheme.lower(), "PORT")
    return f"is a URL: write host and port alone, {host if spelled_as_host(host) else 'HOST'}:{port}"


def as_address(host: str) -> Address | None:
    """The address that the text spells, or None where it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def refusal(address: str, *, allow_loopback: bool) -> str | None:
    """Why no packet may be sent to this address; None where one may."""
    parsed = as_address(address)
    if parsed is None:
        return "not an address"
    for candidate in (parsed, *_embedded(parsed)):
        if candidate.is_loopback:
            if not allow_loopback:
                return "loopback is never probed (DOCTOR_ALLOW_LOCAL=1 lifts that)"
        elif kind := _forbidden_kind(candidate):
            return f"{kind} addresses are never probed"
    return None


def _forbidden_kind(address: Address) -> str:
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    if address.is_link_local or site_local or address in _METADATA_IPV6:
        return "link-local and metadata"
    if address.is_multicast:
        return "multicast"
    if address.is_unspecified or (address.version == 4 and address.packed[0] == 0):
        return "unspecified"
    if address.version == 4 and address.is_reserved:
        return "reserved"
    return ""


def _embedded(address: Address) -> tuple[Address, ...]:
    """IPv4 addresses that an IPv6 address carries inside."""
    if not isinstance(address, ipaddress.IPv6Address):
        return ()
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    if isatap or int(address) >> 32 == 0 or any(address in network for network in _CARRIERS):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(inner for inner in found if inner is not None and not address.is_loopback)
