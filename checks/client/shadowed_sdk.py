from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.sdk import Part, Sdk


@check(
    "client.shadowed-sdk",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Package boto3, botocore, s3transfer and urllib3 together at versions that one installer resolved, or package none of "
        "them and use the runtime's.",
        commands=(
            "python -c 'import boto3, botocore, urllib3; print(boto3.__file__, botocore.__file__, urllib3.__file__)'",
        ),
    ),
)
def shadowed_sdk(sdk: Sdk) -> Iterator[Observation]:
    """boto3 and botocore are of one release and come from one folder.

    A layer, the package and the runtime may each bring a part; whichever comes first on the path wins, part by part:

        ImportError: cannot import name 'DEFAULT_CIPHERS' from 'urllib3.util.ssl_'
        UnknownServiceError; ParamValidationError: Unknown parameter in input

    boto3 needs a botocore of its own release or a later patch of it (their packages' requirements).
    """
    parts = {part.name: part for part in sdk.parts}
    boto3, botocore = parts["boto3"], parts["botocore"]
    if boto3.folder != botocore.folder:
        yield problem(
            "botocore",
            f"boto3 {boto3.version} comes from {boto3.folder}, botocore {botocore.version} from {botocore.folder}",
        )
    elif not _fit(boto3, botocore):
        yield problem("botocore", f"boto3 {boto3.version} does not fit botocore {botocore.version}")
    else:
        yield ok("botocore", f"boto3 {boto3.version} and botocore {botocore.version} come from {boto3.folder}")


def _fit(boto3: Part, botocore: Part) -> bool:
    """boto3 1.44.5 requires botocore >=1.44.5,<1.45; before 1.35 botocore's minor was three higher than boto3's."""
    ours, theirs = _numbers(boto3.version), _numbers(botocore.version)
    if len(ours) < 3 or len(theirs) < 3 or ours < (1, 35):
        return True
    return ours[:2] == theirs[:2] and ours <= theirs


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()
