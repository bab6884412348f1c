"""What the doctor sends no packet to. It is not a scanner.

Loopback, link-local (which holds the metadata services), multicast, unspecified and reserved addresses are
refused in every spelling, also when they hide in an IPv4-mapped, 6to4, Teredo or NAT64 address. The caller
resolves a name once, asks here about each address, and connects to that very address, so a name that is
rebound between question and connection gains nothing.
"""

import ipaddress

from doctor.hosts import Address, as_address

# IPv4 in the last 32 bits: NAT64 (RFC 6052, RFC 8215) and IPv4-translated addresses (RFC 2765)
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")))
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the third 32 bits of such an address
_METADATA_IPV6 = ipaddress.IPv6Network("fd00:ec2::/32")  # EC2's instance services over IPv6


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
