"""The domains that only AWS answers for, in every partition."""

# Public, China, European, and the isolated ones (botocore's partitions.json: `dnsSuffix` and `dualStackDnsSuffix`).
SUFFIXES = (
    *(".amazonaws.com", ".api.aws", ".amazonaws.com.cn", ".api.amazonwebservices.com.cn"),
    *(".amazonaws.eu", ".api.amazonwebservices.eu", ".c2s.ic.gov", ".api.aws.ic.gov", ".sc2s.sgov.gov"),
    *(".api.aws.scloud", ".cloud.adc-e.uk", ".api.cloud-aws.adc-e.uk", ".csp.hci.ic.gov", ".api.aws.hci.ic.gov"),
)


def is_aws(host: str) -> bool:
    """Whether the name lies in a domain that only AWS answers for."""
    return f".{host.lower().rstrip('.')}".endswith(SUFFIXES)
