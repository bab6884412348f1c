from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.areas.resource import called_region, ceiling, elsewhere, existing, quoted
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources

# A table can be read and written in these states (DynamoDB API reference, TableStatus).
_WORKING = ("ACTIVE", "UPDATING", "")
_KEY_LOST = ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED")


def _remedy(table: str, region: str) -> Remedy:
    where = f" --region {region}" if region else ""
    return Remedy(
        "Correct the table's name in the function's configuration and in its role's policy, or create the table; KEY stands for "
        "its partition key.",
        commands=(
            f"aws dynamodb list-tables{where}",
            f"aws dynamodb create-table --table-name {table} --attribute-definitions AttributeName=KEY,AttributeType=S "
            f"--key-schema AttributeName=KEY,KeyType=HASH --billing-mode PAY_PER_REQUEST{where}",
        ),
    )


def _mended(table: str, status: str, region: str) -> Remedy:
    where = f" --region {region}" if region else ""
    if status in _KEY_LOST:
        return Remedy(
            "Give DynamoDB its KMS key back: enable it, cancel its deletion, or mend its policy. After seven days without the "
            "key DynamoDB archives the table, which is then restored from its backup.",
            commands=(
                f"aws dynamodb describe-table --table-name {table} --query Table.SSEDescription{where}",
                f"aws dynamodb list-backups --table-name {table}{where}",
            ),
        )
    return Remedy(
        "Wait until the table is active; where it is being deleted, create it anew or name another.",
        commands=(f"aws dynamodb wait table-exists --table-name {table}{where}",),
    )


@check(
    "resource.table-missing",
    severity=Severity.BREAKS,
    follows=("client.region-differs", "client.endpoint-override"),
    remedy=_remedy("TABLE", ""),
)
def table_missing(resources: Resources | None, outside: ResourcesOutside | None) -> Iterator[Observation]:
    """Every table that the function means exists, in the region that its clients call, and is active.

        ResourceNotFoundException: Requested resource not found
        ResourceNotFoundException: Cannot do operations on a non-existent table

    DynamoDB says the same of a table that is still being created. A table whose KMS key is out of reach
    (INACCESSIBLE_ENCRYPTION_CREDENTIALS) exists, and its calls fail.

    A table that a variable's name alone points to may be one of an SQL database; it is then no more than a risk.
    """
    region = called_region(resources, outside)

    def judge(each: Resource) -> Observation:
        remedy = _remedy(quoted(each, "TABLE"), region)
        if each.state is State.OTHER_REGION:
            words = elsewhere(each, region)
            return problem(each.subject, words, targets=each.at, severity=Severity.RISKS, remedy=remedy)
        if each.state is State.MISSING:
            words = f"{each.words} does not exist in {region or 'this region'} ({each.detail})"
            return problem(each.subject, words, targets=each.at, severity=ceiling(each), remedy=remedy)
        if each.status not in _WORKING:
            remedy = _mended(quoted(each, "TABLE"), each.status, region)
            words = f"{each.words} is {each.status}, not ACTIVE"
            return problem(each.subject, words, targets=each.at, severity=ceiling(each), remedy=remedy)
        return ok(each.subject, f"{each.words} exists and is {each.status or 'there'}", targets=each.at)

    yield from existing(("table",), "tables", resources, outside, judge)
