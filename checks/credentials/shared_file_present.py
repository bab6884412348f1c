from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.environment import Environment


@check(
    "credentials.shared-file-present",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Leave the file out of the package, and rotate what it held: everybody who can read the package can read it.",
        commands=("unzip -l package.zip | grep -E '\\.aws/|credentials|config$'",),
    ),
)
def shared_file_present(environment: Environment) -> Iterator[Observation]:
    """The package brings no credentials or config file of the AWS CLI along.

    boto3 reads ~/.aws and whatever AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name. The role's variables win over
    keys in them, but not over region, endpoints and a profile that is selected:

        ProfileNotFound; EndpointConnectionError; credentials of a person in a function's logs
    """
    if not environment.in_function:
        yield not_applicable("~/.aws", "outside a function these files are the operator's")
    for file in environment.shared_files if environment.in_function else ():
        yield problem(file, f"{file} lies in this sandbox, where boto3 reads it if HOME or a variable leads there")
    if environment.in_function and not environment.shared_files:
        yield ok("~/.aws", "no credentials or config file travels with the function")
