"""Cases of the area `client`."""

from tests.evidence.build import AWS, LOCALSTACK, NO_FACTORY, Cases, application, environment, override

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
}
