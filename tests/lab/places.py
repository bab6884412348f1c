"""Where things are in the laboratory's network. The addresses are those of a VPC's subnets; none leaves the namespace."""

FUNCTION = "10.0.1.10"

# Resolvers: AWS's is the VPC's base address plus two.
RESOLVER = "10.0.0.2"
SECOND_RESOLVER = "10.0.0.3"
CLOSED_RESOLVER = "10.0.0.4"  # the host is there, port 53 is closed
SILENT_RESOLVER = "10.0.66.53"

# Endpoints, each with what happens on port 443.
AWS = "10.0.2.10"  # moto behind a certificate of the laboratory's trusted root
AWS_TOO = "10.0.2.11"  # the same in another zone
REFUSES = "10.0.2.20"  # nothing listens
UNTRUSTED = "10.0.2.30"  # a certificate for the right name, of a root that nobody trusts
NEVER_ANSWERS = "10.0.2.40"  # accepts, shakes hands, takes the request, stays silent
NEVER_SHAKES_HANDS = "10.0.2.41"  # accepts TCP and stays silent
DROPS = "10.0.66.10"  # nobody holds the address: packets vanish
DROPS_TOO = "10.0.66.11"

HERE = (RESOLVER, SECOND_RESOLVER, CLOSED_RESOLVER, AWS, AWS_TOO, REFUSES, UNTRUSTED, NEVER_ANSWERS, NEVER_SHAKES_HANDS)
NOWHERE = (SILENT_RESOLVER, DROPS, DROPS_TOO)
NOWHERE_NETWORK = "10.0.66.0/24"

SERVICES = ("sqs", "sts", "dynamodb", "sns", "kms", "secretsmanager")


def host(service: str) -> str:
    """The host name that boto3 really calls in us-east-1, for each of SERVICES."""
    return f"{service}.us-east-1.amazonaws.com"


def target(service: str) -> str:
    """The same as verdicts write it."""
    return f"{host(service)}:443"
