"""The words of the evaluation: kinds of policies, and what comes of a call. Apart, since every run imports them."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of policy, in the words of AWS's error messages (IAM user guide, "Troubleshoot access denied error messages")."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    ENDPOINT = "VPC endpoint policy"


class Decision(StrEnum):
    """What comes of a call."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"
