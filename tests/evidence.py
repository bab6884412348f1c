"""For each check, evidence on which it must fail and evidence on which it must pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from doctor.evidence import Evidence, Facts, Vantage
from doctor.evidence.application import Application, Built
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.credentials import Credentials, KeyClass, Keys
from doctor.evidence.environment import Environment, Override, Profile
from doctor.evidence.imports import Extension, Import, Imports
from doctor.evidence.names import Lookup, Names, Reply, SystemAnswer
from doctor.evidence.reach import Certificate, Http, Probe, Reach, Tcp, Tls

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


def credentials(found: Keys | None) -> Credentials:
    return Credentials(keys=found)


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

CASES: dict[str, Cases] = {
    "client.endpoint-override": Cases(
        failing=[
            (environment(overrides=(LOCALSTACK,)),),
            (environment(overrides=(LOCALSTACK,), local_allowed=False), NO_FACTORY),
            (environment(overrides=(override("minio.internal"),), local_allowed=True),),
            (environment(), application(endpoint=LOCALSTACK)),
        ],
        passing=[
            (environment(), NO_FACTORY),
            (environment(overrides=(AWS,)), application()),
            (environment(overrides=(LOCALSTACK,), local_allowed=True),),
            (environment(overrides=(LOCALSTACK,), overrides_ignored=True),),
        ],
    ),
    "credentials.application-client-differs": Cases(
        failing=[
            (application(who=REJECTED), caller()),
            (application(who=identity(Answer.UNSIGNED)), caller()),
            (application(who=identity(principal="user/ci")), caller()),
        ],
        passing=[(application(), caller()), (application(who=REJECTED), caller(REJECTED))],
    ),
    "credentials.blank-explicit-keys": Cases(
        failing=[
            (SOUND, application(keys(KeyClass.BLANK, token=False, provider="explicit"))),
            (credentials(keys(KeyClass.BLANK, token=False, provider="explicit")), NO_FACTORY),
        ],
        passing=[(SOUND, NO_FACTORY), (SOUND, application()), (SOUND,)],
    ),
    "credentials.missing-session-token": Cases(
        failing=[
            (credentials(keys(token=False)), NO_FACTORY),
            (SOUND, application(keys(token=False, provider="explicit"))),
        ],
        passing=[(SOUND, NO_FACTORY), (credentials(keys(KeyClass.LONG_TERM, token=False)),), (credentials(None),)],
    ),
    "credentials.profile-selected": Cases(
        failing=[
            (environment(profile=Profile(variable="AWS_PROFILE", name="dev", exists=False)),),
            (environment(profile=Profile(variable="AWS_DEFAULT_PROFILE", name="", exists=False)),),
            (environment(profile=Profile(variable="AWS_PROFILE", name="dev", exists=True)),),
        ],
        passing=[(environment(),)],
    ),
    "credentials.rejected": Cases(failing=[(caller(REJECTED),)], passing=[(caller(),)]),
    "dns.name-not-found": Cases(
        failing=[(names(Reply.NOT_FOUND, Reply.NOT_FOUND),), (names(Reply.TRY_AGAIN, Reply.NOT_FOUND),)],
        passing=[(names(Reply.RESOLVED, Reply.RESOLVED),), (names(Reply.NO_ADDRESS, Reply.NO_ADDRESS),)],
    ),
    "dns.resolver-silent": Cases(
        failing=[(names(Reply.TRY_AGAIN, Reply.SILENT),), (names(Reply.RESOLVED, Reply.SILENT, Reply.RESOLVED),)],
        passing=[(names(Reply.RESOLVED, Reply.RESOLVED),), (names(Reply.NOT_FOUND, Reply.NOT_FOUND),)],
    ),
    "package.import-fails": Cases(
        failing=[(imports(Import(module="boto3", error="ImportError", message="No module", missing="boto3")),)],
        passing=[(IMPORTS,)],
    ),
    "package.wrong-abi": Cases(
        failing=[(imports(broken("cpython-311", "x86_64")),)],
        passing=[(IMPORTS,), (imports(broken("cpython-313", "arm64")),)],
    ),
    "package.wrong-architecture": Cases(
        failing=[(imports(broken("cpython-313", "arm64")),), (imports(broken("abi3", "Mach-O")),)],
        passing=[(IMPORTS,), (imports(broken("cpython-311", "arm64")),)],
    ),
    "reach.certificate-untrusted": Cases(
        failing=[(reach(probe(tls=Tls.UNTRUSTED, http=None, certificate=PROXIED, request_id=False)),)],
        passing=[(CONNECTS,)],
    ),
    "reach.connect-timeout": Cases(
        failing=[(reach(SILENT),), (reach(SILENT_OUTSIDE),), (reach(probe(address="10.0.0.2"), SILENT),)],
        passing=[(CONNECTS,), (reach(probe(tls=Tls.UNTRUSTED, http=None)),)],
    ),
    "reach.connection-refused": Cases(
        failing=[(reach(probe(tcp=Tcp.REFUSED, tls=None, http=None)),)], passing=[(CONNECTS,)]
    ),
    "reach.no-response": Cases(failing=[(reach(probe(http=Http.SILENT, request_id=False)),)], passing=[(CONNECTS,)]),
}
