import re
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
    elif not _fit(boto3, botocore, sdk.requires):
        yield problem("botocore", f"boto3 {boto3.version} does not fit botocore {botocore.version}")
    else:
        yield ok("botocore", f"boto3 {boto3.version} and botocore {botocore.version} come from {boto3.folder}")


def _fit(boto3: Part, botocore: Part, requires: str) -> bool:
    """By boto3's own requirement, such as `botocore<1.45.0,>=1.44.5`; without it, what is more than a release apart.

    Releases are numbered alike since 1.34; before, and at a few turns since, botocore's minor differs.
    """
    ours, theirs = _numbers(boto3.version), _numbers(botocore.version)
    if not ours or not theirs:
        return True
    bounds = re.findall(r"(<|>=)\s*([0-9.]+)", requires)
    if bounds:
        return all(theirs < _numbers(bound) if sign == "<" else theirs >= _numbers(bound) for sign, bound in bounds)
    return ours < (1, 35) or (ours[0] == theirs[0] and abs(ours[1] - theirs[1]) <= 1)


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(map(int, parts)) if len(parts) > 1 and all(part.isdecimal() for part in parts) else ()
