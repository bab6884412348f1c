"""Sound functions, each built in another way: nobody may find a problem."""

from changes import EPHEMERAL, database, dual_stack, egress, host, isolated, names_off, own_resolver, peered
from scene import Row, Scene
from vpc_cloud import CREDENTIALS_URI, PROXY_PORT

_PROXY = "10.0.3.60"


def _isolated(scene: Scene) -> None:
    isolated(scene)
    scene.endpoint("sns")


def _names_by_nat(scene: Scene) -> None:
    names_off(scene)


def _no_gateway(scene: Scene) -> None:
    scene.without(scene.account.s3)


def _public_with_endpoint(scene: Scene) -> None:
    scene.account.subnets = [scene.account.public]


def _endpoint_without_egress(scene: Scene) -> None:
    scene.account.shut_out(scene.account.endpoint_group)


def _strict_groups(scene: Scene) -> None:
    egress(scene, group=scene.account.endpoint_group)


def _listed(scene: Scene) -> None:
    lists = scene.account.ec2.describe_managed_prefix_lists()["PrefixLists"]
    named = next(item["PrefixListId"] for item in lists if item["PrefixListName"].endswith(".s3"))
    isolated(scene)
    egress(scene, prefixes=named)


def _strict_acls(scene: Scene) -> None:
    account = scene.account
    account.acl(
        [account.first, account.second],
        (100, "out", "allow", "10.0.3.0/24", (443, 443)),
        (110, "in", "allow", "10.0.3.0/24", EPHEMERAL),
    )
    account.acl(
        [account.endpoints],
        (100, "in", "allow", "10.0.0.0/16", (443, 443)),
        (110, "out", "allow", "10.0.0.0/16", EPHEMERAL),
    )


def _other_zone(scene: Scene) -> None:
    account = scene.account
    scene.without(account.sqs)
    scene.endpoint("sqs", subnets=[account.subnet("10.0.4.0/24", "b")])


def _two_zones(scene: Scene) -> None:
    account = scene.account
    scene.without(account.sqs)
    scene.endpoint("sqs", subnets=[account.endpoints, account.subnet("10.0.4.0/24", "b")])


def _forwarding_resolver(scene: Scene) -> None:
    """Its answers are those of the VPC's own resolver: it forwards AWS's names."""
    own_resolver(scene)


def _proxy(scene: Scene) -> None:
    """Isolated, and a proxy that is allowed out."""
    isolated(scene)
    host(scene, _PROXY, PROXY_PORT)
    scene.variables = {
        "HTTPS_PROXY": f"http://{_PROXY}:{PROXY_PORT}",
        "NO_PROXY": "169.254.169.254,localhost,127.0.0.1",
    }


def _snapstart(scene: Scene) -> None:
    """Credentials come from the container provider, and the three variables are not there (the emulator sets them blank).

    AWS_LAMBDA_INITIALIZATION_TYPE is left out: the runtime would wait for a restore that the emulator does not know.
    """
    scene.variables = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": CREDENTIALS_URI,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "lab",
    }
    scene.interpreter = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"


def _row(name: str, *targets: object, build: object = lambda scene: None, **more: object) -> Row:
    return Row(**{"name": name, "breaks": build, "expect": (), "targets": targets, **more})  # type: ignore[arg-type]


ROWS = (
    _row("as built: interface and gateway endpoints, NAT", "sqs", "s3", "dynamodb", "sns"),
    _row("NAT alone", "sns", "kms", "sts"),
    _row("somebody on the internet by NAT", "partner"),
    _row("isolated, endpoints for all, none for STS", "sqs", "s3", "dynamodb", "sns", build=_isolated),
    _row("private names off, with NAT", "sqs", build=_names_by_nat),
    _row("no gateway endpoint, with NAT", "s3", build=_no_gateway),
    _row("public subnet, interface endpoint only", "sqs", build=_public_with_endpoint),
    _row("endpoint's group lets nothing out", "sqs", build=_endpoint_without_egress),
    _row("function's group lets nothing in, and egress to the endpoint's group alone", "sqs", build=_strict_groups),
    _row("egress to the service's list alone", "s3", build=_listed),
    _row("ACLs with the ephemeral range", "sqs", build=_strict_acls),
    _row("endpoint in another zone", "sqs", build=_other_zone),
    _row("endpoint in two zones", "sqs", build=_two_zones),
    _row("a database that lets the VPC in", "database", build=lambda s: database(s, open_to="10.0.0.0/16")),
    _row("a database over a peering connection", "far", build=lambda s: peered(s, accepted=True)),
    # From outside nobody can tell what the operator's own resolver answers, and a risk is what it is.
    _row("own resolver that forwards", "sqs", build=_forwarding_resolver, outside=("dns.custom-resolver",)),
    # From outside the proxy's tunnel is not judged: the way of the call itself is closed.
    _row("isolated behind a proxy", "sqs", "sns", build=_proxy),
    _row("dual stack", "dual", "sqs", build=lambda s: dual_stack(s, routed=True)),
    _row("SnapStart's credentials", "sqs", build=_snapstart),
)
