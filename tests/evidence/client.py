"""Cases of the area `client`."""

from dataclasses import replace

from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Identity
from doctor.evidence.calls.resource_state import State
from doctor.evidence.clients import Call
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.experiments import Change, Experiment, Experiments
from doctor.evidence.front import Front
from doctor.evidence.names import Reply
from doctor.evidence.reach import Probe, Reach, Tcp
from tests.evidence.build import (
    AWS,
    CONNECTS,
    HOST,
    LOCALSTACK,
    NO_FACTORY,
    SILENT,
    TARGET,
    Cases,
    application,
    built,
    bundle,
    caller,
    clients,
    configured,
    endpoint,
    environment,
    looked,
    names,
    override,
    probe,
    proxy,
    reach,
    sandbox,
    sdk,
    system,
    trust,
)
from tests.evidence.resource import inside, resource

GLOBAL = "sts.amazonaws.com"
FIPS = "sqs-fips.us-east-1.amazonaws.com"
OUTSIDE = sandbox(in_function=False, remaining=None)
REFUSING = probe(
    address="the proxy", tcp=Tcp.PROXY_REFUSED, tls=None, http=None, request_id=False, detail="the proxy answered: 403"
)
CARRYING = probe(address="the proxy")
SLOW_CALL = Call(answer=Answer.ACCEPTED, took=20.0, dns=5.0, connect=5.0, tls=5.0, first_byte=5.0)


def sts(host: str, answer: Answer = Answer.ACCEPTED, error: str = "") -> Identity:
    return Identity(instrument="sts", answer=answer, host=host, error=error)


SILENT_STS = sts(GLOBAL, Answer.UNREACHABLE, "ConnectTimeoutError")


def regional(answer: Answer) -> Experiments:
    return Experiments(tried=(Experiment(change=Change.REGIONAL_HOST, identity=sts("", answer)),))


def at(host: str, *probes: Probe, **changed: object) -> tuple[Endpoint, Reach]:
    """A service at another host than its usual one."""
    return endpoint(host=host, **changed), replace(reach(*probes), host=host)


def made(**changed: object) -> Application:
    return Application(factory="app:client", built=replace(built(), **changed), took=0.4)  # type: ignore[arg-type]


REST = Front(kind_of_front="a REST API")


CASES: dict[str, Cases] = {
    "client.ca-bundle-unusable": Cases(
        failing=[
            (trust(bundle(error="FileNotFoundError: No such file or directory")),),
            (trust(bundle(error="it is blank")),),
            (trust(bundle("REQUESTS_CA_BUNDLE", "SSLError: no certificate found")),),
            (trust(bundle(), bundle("REQUESTS_CA_BUNDLE", "FileNotFoundError: No such file or directory")),),
            (trust(bundle("SSL_CERT_FILE", "FileNotFoundError: No such file or directory")),),
        ],
        passing=[(trust(),), (trust(bundle()),), (trust(bundle(), bundle("SSL_CERT_FILE")),)],
    ),
    "client.endpoint-override": Cases(
        failing=[
            (environment(overrides=(LOCALSTACK,)),),
            (environment(overrides=(LOCALSTACK,), local_allowed=False), NO_FACTORY),
            (environment(overrides=(override("minio.internal"),), local_allowed=True),),
            (environment(overrides=(override("minio.internal", service="s3"),)),),
            (environment(), application(endpoint=LOCALSTACK)),
        ],
        passing=[
            (environment(), NO_FACTORY),
            (environment(overrides=(AWS,)), application()),
            (environment(overrides=(LOCALSTACK,), local_allowed=True),),
            (environment(overrides=(LOCALSTACK,), overrides_ignored=True),),
        ],
    ),
    "client.global-sts-host": Cases(
        failing=[
            (replace(caller(SILENT_STS), sts_declared=True),),
            (caller(sts(GLOBAL, Answer.UNREACHABLE, "EndpointConnectionError")),),
            (caller(sts(GLOBAL)),),
            (caller(Identity(instrument="sqs", answer=Answer.ACCEPTED, host=HOST, silent_sts=GLOBAL)),),
            (replace(caller(SILENT_STS), sts_declared=True), regional(Answer.ACCEPTED)),
            (replace(caller(SILENT_STS), sts_declared=True), regional(Answer.UNREACHABLE)),
        ],
        passing=[
            (caller(sts("sts.us-east-1.amazonaws.com")),),
            (caller(sts("sts.us-east-1.amazonaws.com", Answer.UNREACHABLE)),),
        ],
    ),
    "client.legacy-host": Cases(
        failing=[
            at(FIPS, SILENT),
            at("us-east-2.queue.amazonaws.com", SILENT),
            at("queue.amazonaws.com", SILENT),
            at("sqs.us-east-1.api.aws", SILENT),
            at("123456789012.ddb.us-east-1.amazonaws.com", SILENT),
        ],
        passing=[at(HOST, SILENT), at(FIPS, probe()), at(FIPS, SILENT, probe(address="10.0.0.2"))],
    ),
    "client.proxy-captures-endpoint": Cases(
        failing=[
            (proxy(configured(), captured="169.254.170.2"), endpoint(), CONNECTS),
            (proxy(configured()), *at("10.0.0.1", CARRYING, proxied=True)),
        ],
        passing=[
            (proxy(configured()), endpoint(), CONNECTS),
            (proxy(configured()), endpoint(proxied=True), reach(CARRYING)),
        ],
    ),
    "client.proxy-unreachable": Cases(
        failing=[
            (proxy(configured("https", "ConnectionRefusedError: Connection refused", TARGET)),),
            (proxy(configured("https", "gaierror: Name or service not known"), targets=0),),
            (proxy(configured("http", "TimeoutError: timed out")),),
            (proxy(configured("https", "TimeoutError: timed out")),),
        ],
        passing=[(proxy(configured("https", "", TARGET)),), (proxy(configured(), configured("http")),)],
    ),
    "client.region-differs": Cases(
        failing=[
            (environment(), endpoint(resource_region="eu-west-1"), NO_FACTORY),
            (environment(region="eu-west-1"), endpoint(), application()),
            (environment(), endpoint(), inside(resource("queue", State.OTHER_REGION, region="eu-west-1"))),
        ],
        passing=[
            (environment(), endpoint(), application()),
            (environment(), endpoint(), inside(resource("queue", region="us-east-1"), resource("queue", name="jobs"))),
            (environment(), endpoint(), inside(resource("table", State.OTHER_REGION, region="eu-west-1"))),
            (environment(), endpoint(service="s3"), inside(resource("bucket", State.OTHER_REGION, region="eu-west-1"))),
            (environment(), endpoint(resource_region="us-east-1"), NO_FACTORY),
            (environment(), endpoint(region="aws-global", resource_region="us-east-1")),
            (environment(), endpoint(), made(region="aws-cn-global")),
        ],
    ),
    "client.region-missing": Cases(
        failing=[(sdk(region=None, region_listed=None), environment()), (sdk(region=None), environment(region=None))],
        passing=[(sdk(), environment())],
    ),
    "client.region-unknown": Cases(
        failing=[
            (sdk(region="us-est-1", region_listed=False), endpoint(region="us-est-1"), names(Reply.NOT_FOUND)),
            (sdk(region="us-east-1 ", region_listed=False), endpoint(), names(Reply.NOT_FOUND)),
            (sdk(region="US-EAST-1", region_listed=False), endpoint(), names(Reply.RESOLVED)),
            (sdk(), endpoint(offered=False), names(Reply.NOT_FOUND)),
        ],
        passing=[
            (sdk(),),
            (sdk(), endpoint(), names(Reply.NOT_FOUND)),
            (sdk(), endpoint(offered=True), names(Reply.RESOLVED)),
            (sdk(), endpoint(offered=False), names(Reply.RESOLVED)),
            (sdk(region="us-west-9", region_listed=False), endpoint(region="us-west-9"), names(Reply.RESOLVED)),
        ],
    ),
    "client.retries-disabled": Cases(failing=[(made(attempts=1),)], passing=[(made(attempts=2),), (application(),)]),
    "client.shadowed-sdk": Cases(
        failing=[
            (sdk(folder="/var/task"),),
            (sdk(botocore="1.40.0"),),
            (sdk(boto3="1.44.5", botocore="1.44.4", requires="botocore<1.45.0,>=1.44.5"),),
            (sdk(boto3="1.44.5", botocore="1.45.0", requires="botocore<1.45.0,>=1.44.5"),),
        ],
        passing=[
            (sdk(),),
            (sdk(boto3="1.26.90", botocore="1.29.165"),),
            (sdk(boto3="1.42.0", botocore="1.41.6"),),
            (sdk(boto3="1.42.0", botocore="1.41.6", requires="botocore<1.42.0,>=1.41.6"),),
            (sdk(botocore="1.44.9", requires="botocore<1.45.0,>=1.44.5"),),
            (sdk(boto3="1.44.5.dev1", botocore="2.0.0rc1"),),
        ],
    ),
    "client.slow-connect": Cases(
        failing=[
            (reach(probe(tcp_took=0.4)), sandbox(remaining=3.0)),
            (reach(probe(tcp_took=0.4)), sandbox(remaining=3.0), clients()),
        ],
        passing=[
            (CONNECTS, sandbox(remaining=3.0)),
            (CONNECTS, sandbox(remaining=3.0), clients(first=SLOW_CALL)),
            (reach(probe(tcp_took=0.4)), sandbox()),
            (reach(probe(tcp_took=0.4), probe(address="10.0.0.2")), sandbox(remaining=3.0)),
        ],
    ),
    "client.slow-creation": Cases(
        failing=[
            (made(), sandbox(remaining=3.0)),
            (made(), sandbox(remaining=3.0), clients()),
            (NO_FACTORY, sandbox(remaining=3.0), clients(creation=0.4)),
        ],
        passing=[
            (made(), sandbox()),
            (made(), sandbox(), clients(creation=9.0)),
            (NO_FACTORY, sandbox(remaining=3.0), clients()),
        ],
    ),
    "client.slow-dns": Cases(
        failing=[
            (looked(HOST, system(Reply.RESOLVED, "10.0.0.1", took=5.0)), sandbox()),
            (looked(HOST, system(Reply.RESOLVED, "10.0.0.1", took=5.0)), sandbox(), clients(first=SLOW_CALL)),
        ],
        passing=[
            (names(Reply.RESOLVED, Reply.RESOLVED), sandbox()),
            (names(Reply.RESOLVED, Reply.RESOLVED), sandbox(), clients(first=SLOW_CALL)),
        ],
    ),
    "client.slow-handshake": Cases(
        failing=[
            (reach(probe(tls_took=0.9)), sandbox(remaining=3.0)),
            (reach(probe(tls_took=0.9)), sandbox(remaining=3.0), clients(first=None, failure="no credentials")),
        ],
        passing=[
            (reach(probe(tls_took=0.05)), sandbox(remaining=3.0)),
            (reach(probe(tls_took=0.05)), sandbox(remaining=3.0), clients(first=SLOW_CALL)),
        ],
    ),
    "client.slow-service": Cases(
        failing=[
            (reach(probe(http_took=0.9)), sandbox(remaining=3.0)),
            (reach(probe(http_took=0.9)), sandbox(remaining=3.0), clients(first=None, failure="no credentials")),
        ],
        passing=[
            (reach(probe(http_took=0.05)), sandbox(remaining=3.0)),
            (reach(probe(http_took=0.05)), sandbox(remaining=3.0), clients(first=SLOW_CALL)),
        ],
    ),
    "client.unbounded-timeouts": Cases(
        failing=[
            (application(), sandbox()),
            (application(), OUTSIDE),
            (made(connect_timeout=2, attempts=2, addresses=3), sandbox(remaining=10.0)),
            (made(connect_timeout=1, read_timeout=60, attempts=2), sandbox(remaining=15.0)),
            (made(connect_timeout=5, read_timeout=10, attempts=2, addresses=3), sandbox(remaining=60.0), REST),
            (made(connect_timeout=60, read_timeout=60, attempts=3), sandbox(remaining=3.0)),
        ],
        passing=[
            (made(connect_timeout=2, read_timeout=5, attempts=2, addresses=3), sandbox(remaining=15.0)),
            (made(connect_timeout=2, read_timeout=5, attempts=2), sandbox(remaining=60.0), REST),
        ],
    ),
}
