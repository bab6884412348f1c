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
WRONG_NAME = "10.0.2.31"  # a certificate of the trusted root, for another name
EXPIRED = "10.0.2.32"  # one for the right name, that ended yesterday
NEVER_ANSWERS = "10.0.2.40"  # accepts, shakes hands, takes the request, stays silent
NEVER_SHAKES_HANDS = "10.0.2.41"  # accepts TCP and stays silent
RESETS = "10.0.2.42"  # cuts the connection when the handshake begins
CLOSES = "10.0.2.43"  # shakes hands, takes the request, closes
PLAIN = "10.0.2.50"  # speaks HTTP without TLS
BLOCKS = "10.0.2.51"  # answers 403 with a page of HTML
REDIRECTS = "10.0.2.52"  # answers 302 to a portal's login page
UNSTEADY = "10.0.2.60"  # has a listener for one connection at a time only
DROPS = "10.0.66.10"  # nobody holds the address: packets vanish
DROPS_TOO = "10.0.66.11"
NO_ROUTE = "10.7.0.10"
NO_ROUTE_IPV6 = "2600:1f18::10"

# Proxies, each with what happens on port 3128.
PROXY = "10.0.3.10"  # tunnels everything to AWS
REFUSING_PROXY = "10.0.3.11"  # answers 403
ASKING_PROXY = "10.0.3.12"  # answers 407 to those who do not name `user` with the password `word-of-passage`
CLOSED_PROXY = "10.0.3.13"
PROXY_PORT = 3128

# What a resolver says instead of addresses.
SERVER_FAILURE = "SERVFAIL"
REFUSED = "REFUSED"

HERE = (
    *(RESOLVER, SECOND_RESOLVER, CLOSED_RESOLVER, AWS, AWS_TOO, REFUSES, UNTRUSTED, WRONG_NAME, EXPIRED),
    *(NEVER_ANSWERS, NEVER_SHAKES_HANDS, RESETS, CLOSES, PLAIN, BLOCKS, REDIRECTS, UNSTEADY),
    *(PROXY, REFUSING_PROXY, ASKING_PROXY, CLOSED_PROXY),
)
NOWHERE = (SILENT_RESOLVER, DROPS, DROPS_TOO)
NOWHERE_NETWORK = "10.0.66.0/24"

SERVICES = ("sqs", "sts", "dynamodb", "sns", "kms", "secretsmanager")


def host(service: str) -> str:
    """The host name that boto3 really calls in us-east-1, for each of SERVICES."""
    return f"{service}.us-east-1.amazonaws.com"


def target(service: str) -> str:
    """The same as verdicts write it."""
    return f"{host(service)}:443"


def proxy(address: str, user: str = "") -> str:
    """A proxy's URL."""
    return f"http://{user}{address}:{PROXY_PORT}"
