from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.proxy import Proxy


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

    whatever is wrong with it: closed, dropped, unknown name. Measured by a TCP connect and nothing more.
    """
    if not proxy.proxies:
        yield not_applicable("HTTPS_PROXY", "no proxy is configured")
    for configured in proxy.proxies:
        place = f"{configured.host}:{configured.port}"
        if configured.error:
            words = (
                f"the proxy {place}, through which {configured.serves} calls go, does not answer: {configured.error}"
            )
            yield problem(place, words, targets=("*",))
        else:
            yield ok(place, f"the proxy {place} accepts connections", targets=("*",))
