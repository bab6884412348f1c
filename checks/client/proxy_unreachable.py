from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.proxy import ConfiguredProxy, Proxy


@check(
    "client.proxy-unreachable",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Correct HTTPS_PROXY, open the path to the proxy, or remove the variable. Where only some hosts need the proxy, name "
        "the others in NO_PROXY.",
        commands=("env | grep -i _proxy", 'curl -sv --proxy "$HTTPS_PROXY" https://sts.amazonaws.com -o /dev/null'),
    ),
)
def proxy_unreachable(proxy: Proxy) -> Iterator[Observation]:
    """The proxy that the environment configures accepts connections.

    botocore and urllib3 read HTTPS_PROXY and send every call there:

        ProxyConnectionError: Failed to connect to proxy URL: "http://proxy.internal:3128"

    whatever is wrong with it: closed, dropped, unknown name. Measured by a TCP connect and nothing more. A proxy through
    which no target of this run goes, by its scheme or by NO_PROXY, stops nothing.
    """
    if not proxy.proxies:
        yield not_applicable("HTTPS_PROXY", "no proxy is configured")
    for place in dict.fromkeys(configured.place for configured in proxy.proxies):
        yield _judge(place, [configured for configured in proxy.proxies if configured.place == place], proxy.targets)


def _judge(place: str, same: list[ConfiguredProxy], targets: int) -> Observation:
    """One proxy, which may serve both kinds of URL."""
    failed = [configured for configured in same if configured.error]
    if not failed:
        return ok(place, f"the proxy {place} accepts connections", targets=("*",))
    schemes = " and ".join(configured.serves for configured in failed)
    words = f"the proxy {place}, through which {schemes} calls go, does not answer: {failed[0].error}"
    if any(configured.carries or (configured.serves == "https" and not targets) for configured in failed):
        return problem(place, words, targets=("*",))
    return problem(place, f"{words}; no target of this run goes through it", targets=("*",), severity=Severity.HINTS)
