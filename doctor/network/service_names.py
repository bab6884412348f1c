"""The host names of AWS services, from the names of their endpoint services."""

import fnmatch
import re

_SERVICE = re.compile(r"(?:(?:[a-z]{2}\.)?com\.amazonaws|aws\.sagemaker)\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.([a-z0-9.-]+)")
_SUFFIXES = {  # by the beginning of a region's name (botocore's partitions.json)
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "us-isof-": "csp.hci.ic.gov",
}
# Where the service's labels turned round are not the host's (PrivateLink guide, "AWS services that integrate with AWS
# PrivateLink", and the services' own guides).
_SPECIAL = {
    "s3": ("s3.{r}.{s}", "*.s3.{r}.{s}", "*.s3-accesspoint.{r}.{s}", "*.s3-control.{r}.{s}"),
    "ecr.dkr": ("*.dkr.ecr.{r}.{s}",),
    "execute-api": ("execute-api.{r}.{s}", "*.execute-api.{r}.{s}"),
    "kinesis-streams": ("kinesis.{r}.{s}",),
    "kinesis-firehose": ("firehose.{r}.{s}",),
    "notebook": ("*.notebook.{r}.sagemaker.aws",),
    "studio": ("*.studio.{r}.sagemaker.aws",),
}
# The names whose addresses a gateway's prefix list holds: those that clients build, a bucket's and an account's among
# them (S3 user guide, "Dual-stack endpoints", "Endpoints for directory buckets"; DynamoDB guide, "Account-based endpoints").
_GATEWAY = {
    "s3": (*_SPECIAL["s3"], "s3.dualstack.{r}.{s}", "*.s3.dualstack.{r}.{s}"),
    "s3express": ("s3express-*.{r}.{s}", "*.s3express-*.{r}.{s}"),
    "dynamodb": ("dynamodb.{r}.{s}", "*.ddb.{r}.{s}"),
}
# What us-east-1 serves under a global name as well (S3 user guide, "Virtual hosting", "Legacy global endpoint").
_GLOBAL = {("us-east-1", "s3"): ("s3.{s}", "*.s3.{s}")}


def private(service: str) -> tuple[str, ...]:
    """The names that private DNS of an interface endpoint for this service answers to; `*.` is one label or more.

    `com.amazonaws.us-east-1.ecr.api` is reached at `api.ecr.us-east-1.amazonaws.com`: the rule is the service's labels
    turned round. Empty for what is no AWS service.
    """
    region, name = _parts(service)
    return _written(_SPECIAL.get(name, (".".join(reversed(name.split("."))) + ".{r}.{s}",)), region) if name else ()


def gateway(service: str) -> tuple[str, ...]:
    """The names whose public addresses lie in the prefix list of a gateway endpoint's service."""
    region, name = _parts(service)
    return _written(_GATEWAY.get(name, ()) + _GLOBAL.get((region, name), ()), region)


def _parts(service: str) -> tuple[str, str]:
    found = _SERVICE.fullmatch(service)
    return (found[1], found[2]) if found else ("", "")


def _written(forms: tuple[str, ...], region: str) -> tuple[str, ...]:
    suffix = next((suffix for start, suffix in _SUFFIXES.items() if region.startswith(start)), "amazonaws.com")
    return tuple(form.format(r=region, s=suffix) for form in forms)


def matches(pattern: str, host: str) -> bool:
    """Whether the host is this name, where `*` stands for any labels."""
    return fnmatch.fnmatchcase(host, pattern)
