import shlex
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.application import Application
from doctor.evidence.environment import Environment
from doctor.evidence.function import Function
from doctor.evidence.settings import endpoint_overrides
from doctor.evidence.settings.endpoint_overrides import NO_HOST, Override

_GREP = "grep -rnE 'endpoint_url|AWS_ENDPOINT_URL|localstack|4566' ."
_FILE = '"${AWS_CONFIG_FILE:-$HOME/.aws/config}"'
_SHARED = Remedy(
    "Delete the line from the file, under the profile or its `services` section. Until then this shell can be told to leave "
    "all of them unread.",
    commands=(f"grep -n endpoint_url {_FILE}", "export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"),
)


@check(
    "client.endpoint-override",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Remove the variable from the function's configuration, endpoint_url from the profile in ~/.aws/config, or the "
        "argument from the code that runs in AWS. Where an emulator on this machine is meant, set DOCTOR_ALLOW_LOCAL=1 "
        "beside it, and the doctor takes it for intended.",
        commands=(_GREP,),
    ),
)
def endpoint_override(
    environment: Environment | None, application: Application | None, function: Function | None
) -> Iterator[Observation]:
    """AWS calls go to AWS, and no variable, profile or endpoint_url sends them elsewhere.

    Emulator leftovers (LocalStack, moto, MinIO) in a deployed configuration send every call to a host that does not
    exist there:

        EndpointConnectionError: Could not connect to the endpoint URL: "http://localhost:4566/"

    What is no URL fails where the client is made:

        ValueError: Invalid endpoint: localhost:4566

    The variable for one service, such as AWS_ENDPOINT_URL_SQS, wins over AWS_ENDPOINT_URL, and both win over
    `endpoint_url` in ~/.aws/config; an empty value is ignored, and AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true disables all.

    Source: AWS SDKs and Tools reference guide, "Service-specific endpoints"; measured with botocore 1.44.
    """
    told = environment or function
    if told is None:
        yield unknown("AWS_ENDPOINT_URL", "neither the sandbox's variables nor the function's configuration was read")
        return
    overrides = [] if told.overrides_ignored else list(told.overrides)
    for override in overrides:
        yield _judge(override.variable, override, told)
    built = application.built if application else None
    if application and built and not any(built.endpoint.address == override.address for override in overrides):
        yield _judge(f"the application's client ({application.factory})", built.endpoint, told)
    if not overrides:
        yield ok("AWS_ENDPOINT_URL", "no variable puts another endpoint in AWS's place")


def _judge(subject: str, override: Override, told: Environment | Function) -> Observation:
    # What concerns one service must not explain what is wrong with another.
    targets = (f"{override.host}:{override.port}",) if override.service else ()
    if override.aws:
        return ok(subject, f"{subject} stays with AWS: {override.address}", targets=targets)
    if override.local and told.local_allowed:
        words = f"{subject} points to {override.address}, which DOCTOR_ALLOW_LOCAL=1 declares as intended"
        return ok(subject, words, targets=targets)
    scope = f"calls to {override.service}" if override.service else "AWS calls"
    words = f"{subject} sends {scope} to {override.address}, which is not AWS"
    if override.host == NO_HOST:
        words = f"{subject} is meant for {scope} and is no URL: boto3 can make no client for them (ValueError)"
    return problem(subject, words, targets=targets, remedy=_remedy(override, told))


def _remedy(override: Override, told: Environment | Function) -> Remedy | None:
    """Where it is configured: a function's variables, this machine's, or its shared configuration."""
    here, variable = isinstance(told, Environment) and not told.in_function, override.variable
    if not variable.startswith("AWS_"):
        return _SHARED if here and variable.endswith(endpoint_overrides.SHARED) else None
    if not variable.isidentifier():  # such as no shell can set: not to be pasted into one
        return None
    if here:
        return Remedy(
            f"Unset {variable}, and take it out of what sets it.{_meant(override, '`export DOCTOR_ALLOW_LOCAL=1`')}",
            commands=(f"unset {variable}", f"grep -rn {variable} . ~/.profile ~/.bashrc ~/.zshrc"),
        )
    name = shlex.quote(told.name) if isinstance(told, Function) else "FUNCTION"
    look = f"aws lambda get-function-configuration --function-name {name} --query Environment.Variables.{variable}"
    return Remedy(
        f"Remove {variable} from the function's configuration, and from the template that deploys it; the other variables "
        "stay. Where the first command prints null, code or an .env file in the package sets it, which the last one "
        f"finds.{_meant(override, 'set the variable DOCTOR_ALLOW_LOCAL=1')}",
        commands=(look, _removal(name, variable), _GREP),
    )


def _meant(override: Override, allowed: str) -> str:
    """What makes the doctor accept it, where anything does."""
    if override.host == NO_HOST:
        return f" Where an endpoint is meant, it starts with its scheme: {override.variable}=http://HOST:PORT."
    if override.local:
        return f" Where an emulator is meant, {allowed} beside it, and the doctor takes it for intended."
    return ""


def _removal(name: str, variable: str) -> str:
    """All variables are written at once, so that the others go back as they are: through a pipe, where no list of processes
    shows them. What fails on the way leaves an empty text, which the AWS CLI refuses (measured with 1.46).
    """
    read = f"aws lambda get-function-configuration --function-name {name} --output json --query Environment.Variables"
    drop = f'del kept["{variable}"]; json.dump({{"Variables": kept}}, sys.stdout)'
    write = f"aws lambda update-function-configuration --function-name {name} --query LastUpdateStatus"
    return (
        f"{read} | python3 -c 'import json, sys; kept = json.load(sys.stdin); {drop}' | {write} "
        "--environment file:///dev/stdin"
    )
