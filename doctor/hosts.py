"""How a host is spelled: as a DNS name, as an address, or as something else that people take for one."""

import ipaddress
import re

from doctor import arn

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")

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


def as_address(host: str) -> Address | None:
    """The address that the text spells, or None where it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def without_zone(text: str) -> Address | None:
    """The address in what a socket or a resolver's file tells, where IPv6 may have a zone: `fe80::1%eth0`; None of a name."""
    return as_address(text.partition("%")[0])


def _with_brackets(spelled: str) -> str:
    """What to write where an IPv6 address ends in what may as well be a port: a silent guess would judge another host."""
    host, _, port = spelled.rpartition(":")
    if port.isdecimal() and ":" in host and as_address(spelled) and as_address(host):
        return f"may end in a port or not: write [{host}]:{port}, or [{spelled}]:443"
    return ""


def written_instead(spelled: str) -> str:
    """What to write instead of a URL or an ARN, which is no host, or of an address that may end in a port; else "".

    Of a URL nothing but host and port is said again: the rest may hold a password.
    """
    if spelled.startswith("arn:"):
        service = arn.parse(spelled).service
        example = f" such as {service}" if _LABEL.fullmatch(service) else ""
        return f'is an ARN: write the name of a boto3 client{example}, or {{"service": …, "resource": …}}'
    scheme, mark, rest = spelled.partition("://")
    if not mark:
        return _with_brackets(spelled)
    host, colon, port = re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")
    if scheme.lower() == "s3" and _LABEL.fullmatch(host.replace(".", "-")):
        return f'is an address of S3: write s3, or {{"service": "s3", "resource": "{host}"}}'
    port = port if colon and port.isdecimal() else {"https": "443", "http": "80"}.get(scheme.lower(), "PORT")
    return f"is a URL: write host and port alone, {host if spelled_as_host(host) else 'HOST'}:{port}"
