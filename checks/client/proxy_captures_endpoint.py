import ipaddress
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.proxy import Proxy
from doctor.evidence.reach import Reach, Tcp


@check(
    "client.proxy-captures-endpoint",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Name what must not go through the proxy in NO_PROXY: .amazonaws.com where endpoints exist, 169.254.169.254, "
        "169.254.170.2 and localhost always. botocore honours names and suffixes there, not address ranges.",
        commands=("export NO_PROXY=.amazonaws.com,169.254.169.254,169.254.170.2,localhost,127.0.0.1",),
    ),
)
def proxy_captures_endpoint(proxy: Proxy, endpoint: Endpoint, reach: Reach) -> Iterator[Observation]:
    """What must not go through the proxy is exempt from it.

    A proxy that takes calls meant for a VPC endpoint refuses them, or brings them to AWS from the wrong address:

        ProxyConnectionError: Failed to connect to proxy URL (Tunnel connection failed: 403 Forbidden)
        AccessDenied: explicit deny in a resource-based policy (aws:SourceVpce)

    and one that takes link-local calls cuts off container credentials: CredentialRetrievalError.
    """
    if not proxy.proxies:
        yield not_applicable("NO_PROXY", "no proxy is configured")
        return
    if proxy.credentials_captured:
        words = f"the credentials address {proxy.credentials_captured} would be asked through the proxy"
        yield problem("NO_PROXY", words, targets=("*",))
    target = endpoint.concerns
    if not endpoint.proxied:
        yield ok(target, f"calls to {target} go past the proxy")
    elif _is_private(endpoint.host):
        yield problem(target, f"calls to the private address {endpoint.host} go through the proxy")
    elif any(probe.carries for probe in reach.probes):
        yield ok(target, f"calls to {target} go through the proxy, which carries them")
    else:
        # Whether the proxy should carry them or NO_PROXY name them is not to be seen from here.
        refusing = [probe.detail for probe in reach.probes if probe.tcp is Tcp.PROXY_REFUSED]
        words = refusing[0] if refusing else "it does not carry them"
        yield unknown(target, f"calls to {target} go to the proxy, and {words}", severity=Severity.HINTS)


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
