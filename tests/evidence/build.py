"""Evidence for cases: sound by default, with what a case changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from doctor.evidence import Evidence, Facts, Vantage
from doctor.evidence.application import Application, Built
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.calls.function_parts import Role, RoleTrust
from doctor.evidence.clients import Call, Clients
from doctor.evidence.credentials import Credentials, KeyClass, Keys
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.environment import Environment, Variable
from doctor.evidence.function import Function
from doctor.evidence.imports import Extension, Import, Imports
from doctor.evidence.names import Lookup, Names, Reply, SystemAnswer
from doctor.evidence.network import Network as NetworkFacts
from doctor.evidence.paths import Paths
from doctor.evidence.platform import Platform
from doctor.evidence.proxy import ConfiguredProxy, Proxy
from doctor.evidence.reach import Certificate, Http, Probe, Reach, Tcp, Tls
from doctor.evidence.sandbox import Sandbox
from doctor.evidence.sdk import Part, Sdk
from doctor.evidence.settings.endpoint_overrides import Override
from doctor.evidence.trust import Bundle, Trust
from doctor.network.beyond import DhcpOptions
from doctor.network.blocks import block
from doctor.network.model import Network
from doctor.network.zones import Naming
from tests.network import build as model

HOST = "sqs.us-east-1.amazonaws.com"
TARGET = f"{HOST}:443"


@dataclass(frozen=True)
class Cases:
    """What a check must call a problem, and what it must call ok. Each case is the facts of one run."""

    failing: Sequence[tuple[Facts, ...]]
    passing: Sequence[tuple[Facts, ...]]


def sealed(*facts: Facts) -> tuple[Evidence, ...]:
    """Facts as a run keeps them."""
    return tuple(
        Evidence.of(fact, vantage=Vantage(function="jobs"), at="2026-01-01T00:00:00.000+00:00", took=0.1)
        for fact in facts
    )


def environment(**changed: Any) -> Environment:
    usual: dict[str, Any] = {
        "in_function": True,
        "region": "us-east-1",
        "variables": (),
        "profile": None,
        "overrides": (),
        "overrides_ignored": False,
        "local_allowed": False,
    }
    return Environment(**(usual | changed))


def override(host: str, *, aws: bool = False, local: bool = False, service: str | None = None) -> Override:
    return Override(
        variable="AWS_ENDPOINT_URL", service=service, scheme="http", host=host, port=4566, local=local, aws=aws
    )


LOCALSTACK = override("localhost", local=True)
AWS = override(HOST, aws=True)


def keys(key: KeyClass = KeyClass.TEMPORARY, *, token: bool = True, provider: str = "env") -> Keys:
    return Keys(provider=provider, key=key, secret_length=40, token=token)


def credentials(found: Keys | None, **failed: str) -> Credentials:
    return Credentials(keys=found, **failed)


SOUND = credentials(keys())


def built(found: Keys | None = None, endpoint: Override = AWS) -> Built:
    return Built(
        service="sqs",
        region="us-east-1",
        endpoint=endpoint,
        keys=found or keys(provider="explicit"),
        same_keys=False,
        connect_timeout=60,
        read_timeout=60,
        attempts=5,
        retry_mode="legacy",
    )


def identity(answer: Answer = Answer.ACCEPTED, *, code: str = "", principal: str = "assumed-role/jobs") -> Identity:
    return Identity(instrument="sts", answer=answer, code=code, principal=principal, account="…9012", request_id=True)


REJECTED = identity(Answer.REJECTED, code="UnrecognizedClientException", principal="")


def application(found: Keys | None = None, endpoint: Override = AWS, who: Identity | None = None) -> Application:
    return Application(factory="app:client", built=built(found, endpoint), identity=who or identity())


NO_FACTORY = Application(factory="")


def caller(who: Identity | None = None) -> Caller:
    return Caller(identity=who or identity(), sts_declared=False)


def clients(**changed: Any) -> Clients:
    usual: dict[str, Any] = {
        "creation": 0.1,
        "host": "sts.us-east-1.amazonaws.com",
        "first": Call(answer=Answer.ACCEPTED, took=0.2, dns=0.002, connect=0.001, tls=0.05, first_byte=0.02),
        "second": Call(answer=Answer.ACCEPTED, took=0.02, first_byte=0.02),
        "lag": 0.0,
    }
    return Clients(**(usual | changed))


def names(system: Reply, *replies: Reply) -> Names:
    addresses = ("10.0.0.1",) if system is Reply.RESOLVED else ()
    lookups = tuple(
        Lookup(nameserver=f"10.0.0.{number + 2}", record="A", reply=reply, took=0.1)
        for number, reply in enumerate(replies)
    )
    return Names(host=HOST, port=443, system=SystemAnswer(reply=system, addresses=addresses, took=0.1), lookups=lookups)


def probe(**changed: Any) -> Probe:
    usual: dict[str, Any] = {
        "address": "10.0.0.1",
        "tcp": Tcp.CONNECTED,
        "tcp_took": 0.001,
        "tls": Tls.VERIFIED,
        "http": Http.ANSWERED,
        "status": 404,
        "request_id": True,
    }
    return Probe(**(usual | changed))


def reach(*probes: Probe) -> Reach:
    return Reach(host=HOST, port=443, service="sqs", probes=probes)


CONNECTS = reach(probe())
SILENT = probe(tcp=Tcp.TIMEOUT, tls=None, http=None, request_id=False)
SILENT_OUTSIDE = probe(address="52.94.133.131", tcp=Tcp.TIMEOUT, tls=None, http=None, request_id=False)
PROXIED = Certificate(subject="Example Corp, *.amazonaws.com", issuer="Example Corp, Inspection")


def imports(*attempts: Import) -> Imports:
    return Imports(abi="cpython-313", machine="x86_64", imports=attempts)


def broken(abi: str, machine: str) -> Import:
    file = Extension(file="pydantic_core/_pydantic_core.so", abi=abi, machine=machine)
    return Import(module="pydantic", error="ImportError", message="No module", missing="x", extensions=(file,))


IMPORTS = imports(Import(module="pydantic"), Import(module="boto3"))


PLATFORM = Platform()


def variable(name: str, length: int = 0) -> Variable:
    return Variable(name=name, length=length)


def refused(code: str, message: str = "") -> Identity:
    return replace(identity(Answer.REJECTED, code=code, principal=""), message=message)


def sandbox(**changed: Any) -> Sandbox:
    usual: dict[str, Any] = {
        "in_function": True,
        "today": "2026-01-01",
        "runtime": "python3.13",
        "memory": 512,
        "peak": 90,
        "remaining": 30.0,
        "temporary_total": 512 * 1024 * 1024,
        "temporary_free": 500 * 1024 * 1024,
    }
    return Sandbox(**(usual | changed))


HALF = credentials(None, error="PartialCredentialsError", message="Partial credentials found in env, missing: …")
FAILED = credentials(None, error="CredentialRetrievalError", message="Error when retrieving credentials: 403")


def endpoint(**changed: Any) -> Endpoint:
    usual: dict[str, Any] = {"host": HOST, "port": 443, "tls": True, "service": "sqs", "region": "us-east-1"}
    return Endpoint(**(usual | changed))


def sdk(*, boto3: str = "1.44.5", botocore: str = "1.44.5", folder: str = "/var/runtime", **changed: Any) -> Sdk:
    parts = (
        Part(name="boto3", version=boto3, folder="/var/runtime"),
        Part(name="botocore", version=botocore, folder=folder),
    )
    usual: dict[str, Any] = {"parts": parts, "region": "us-east-1", "region_listed": True}
    return Sdk(**(usual | changed))


def trust(*bundles: Bundle) -> Trust:
    return Trust(bundles=bundles)


def bundle(variable: str = "AWS_CA_BUNDLE", error: str = "") -> Bundle:
    return Bundle(variable=variable, path="/var/task/ca.pem", certificates=0 if error else 140, error=error)


def proxy(*proxies: ConfiguredProxy, targets: int = 1, captured: str = "") -> Proxy:
    return Proxy(proxies=proxies, targets=targets, credentials_captured=captured)


def configured(serves: str = "https", error: str = "", *carries: str) -> ConfiguredProxy:
    return ConfiguredProxy(serves=serves, host="proxy.internal", port=3128, error=error, carries=carries)


def looked(host: str, system: SystemAnswer, *lookups: Lookup, **changed: Any) -> Names:
    return Names(host=host, port=443, system=system, lookups=lookups, **changed)


def lookup(reply: Reply, *addresses: str, nameserver: str = "10.0.0.2", record: str = "A") -> Lookup:
    return Lookup(nameserver=nameserver, record=record, reply=reply, addresses=addresses, took=0.01)


def system(reply: Reply, *addresses: str, took: float = 0.01) -> SystemAnswer:
    return SystemAnswer(reply=reply, addresses=addresses, took=took)


def function(**changed: Any) -> Function:
    usual: dict[str, Any] = {
        "name": "jobs",
        "region": "us-east-1",
        "today": "2026-01-01",
        "version": "$LATEST",
        "package": "zip",
        "runtime": "python3.13",
        "architecture": "x86_64",
        "memory": 512,
        "timeout": 30,
        "state": "Active",
        "update": "Successful",
        "role": Role(name="jobs", exists=True, trust=RoleTrust.TRUSTS),
    }
    return Function(**(usual | changed))


PARTNER_HOST, OUTSIDE = "api.partner.example", "93.184.216.34"
S3_HOST = "s3.us-east-1.amazonaws.com"


def sound_vpc(**sections: Any) -> Network:
    """The sound VPC of `tests.network.build`, with what decides about names: nothing in the way."""
    usual: dict[str, Any] = {
        "vpcs": model.by_id(model.vpc(dhcp_options="dopt-1")),
        "dhcp_options": model.by_id(DhcpOptions(id="dopt-1", resolvers=("AmazonProvidedDNS",))),
        "naming": Naming(zones={"vpc-1": ()}, rules=(), firewalls=(), profiles=()),
    }
    return model.network(**(usual | sections))


def in_vpc(**changed: Any) -> Function:
    """The function in two subnets of the sound VPC, in two zones."""
    usual: dict[str, Any] = {"vpc": "vpc-1", "subnets": ("subnet-fa", "subnet-fb"), "groups": ("sg-f",)}
    return function(**(usual | changed))


def paths(
    network: Network | None = None,
    host: str = HOST,
    port: int = 443,
    *,
    public: tuple[str, ...] = (),
    seen: tuple[str, ...] = (),
    function: Function | None = None,
    **target: Any,
) -> Paths:
    """The ways to one target in a VPC, the sound one where none is given, as the path analyser walks them."""
    addressed = public or ((OUTSIDE,) if host == PARTNER_HOST else ())
    return Paths.walked(
        function or in_vpc(),
        network or sound_vpc(),
        endpoint(host=host, port=port, service=None, **target),
        public=tuple(map(block, addressed)),
        seen=seen,
    )


def replies(**changed: Any) -> NetworkFacts:
    """The replies about that VPC, as far as checks look at them without a model."""
    usual: dict[str, Any] = {
        "Subnets": [{"SubnetId": id, "AvailableIpAddressCount": 200} for id in ("subnet-fa", "subnet-fb")],
        "NetworkInterfaces": [
            lambda_interface(f"eni-{number}", id, "sg-f") for number, id in enumerate(("subnet-fa", "subnet-fb"))
        ],
    }
    return NetworkFacts(region="us-east-1", vpcs=("vpc-1",), replies=usual | changed, unread={})


def lambda_interface(id: str, subnet: str, *groups: str) -> dict[str, Any]:
    return {
        "NetworkInterfaceId": id,
        "SubnetId": subnet,
        "InterfaceType": "lambda",
        "Description": "AWS Lambda VPC ENI-jobs-5f0b7a4e-0000-4000-8000-000000000000",
        "Groups": [{"GroupId": group} for group in groups],
    }
