"""Amazon Resource Names: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE` (IAM user guide, "Identify AWS resources with ARNs")."""

from typing import NamedTuple


class Arn(NamedTuple):
    """The parts of a name; each is "" where the name has none, as a bucket's has no region and no account."""

    partition: str = ""
    service: str = ""
    region: str = ""
    account: str = ""
    resource: str = ""


def parse(text: str) -> Arn:
    """The parts of an ARN, or of as much as is known of one; all "" where the text is none, such as a bare name."""
    prefix, *parts = text.split(":", len(Arn._fields))
    return Arn(*parts) if prefix == "arn" else Arn()
