from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.environment import Environment


@check(
    "credentials.secret-in-environment",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Keep the secret in Secrets Manager or Parameter Store and its name or ARN in the variable; fetch it once at start. "
        "Rotate what has been there: everybody with lambda:GetFunctionConfiguration could read it.",
        commands=("aws secretsmanager create-secret --name NAME --secret-string file://secret.txt",),
    ),
)
def secret_in_environment(environment: Environment) -> Iterator[Observation]:
    """No variable of the function carries a secret in plain text.

    Judged by names (PASSWORD, TOKEN, API_KEY …) and by shapes (private keys, tokens, URLs with a password); values are
    never shown. Variables are visible in the console, in every configuration read and in many crash reports:

        Security Hub: Lambda function environment variables should not contain secrets
    """
    if not environment.in_function:
        yield not_applicable("the environment", "outside a function the environment is the operator's")
        return
    for suspect in environment.suspects:
        yield problem(suspect.name, f"{suspect.name} seems to hold a secret: {suspect.reason}")
    if not environment.suspects:
        yield ok("the environment", "no variable seems to hold a secret")
