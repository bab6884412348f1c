from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application
from doctor.evidence.platform import Platform


@check(
    "credentials.other-account-key",
    severity=Severity.RISKS,
    remedy=Remedy(
        "If the other account is meant, assume a role there instead of carrying its key; if not, take the key out of the "
        "application's settings.",
        commands=("aws sts get-access-key-info --access-key-id KEY",),
    ),
)
def other_account_key(application: Application, platform: Platform | None) -> Iterator[Observation]:
    """The application's key is of the same account as the role.

    A key id tells its account, without a call to AWS (not documented, and not for keys from before 2019, so a hint only).
    A key of another account finds other buckets, queues and tables behind the same names:

        ResourceNotFoundException; AccessDenied; AWS.SimpleQueueService.NonExistentQueue
    """
    default = "the key that the process put into its environment"
    if platform and platform.same_account is not None:
        yield (
            ok("the environment", f"{default} is of the platform's own account")
            if platform.same_account
            else problem("the environment", f"{default} belongs to another account than the platform's")
        )
    subject = f"the application's client ({application.factory})"
    if not application.factory:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory")
    elif application.built is None:
        yield unknown(subject, application.unbuilt)
    elif application.built.same_account is None:
        yield not_applicable(subject, "these key ids do not tell their accounts")
    elif application.built.same_account:
        yield ok(subject, f"the key of {subject} is of the default chain's own account")
    else:
        yield problem(subject, f"the key of {subject} belongs to another account than the default chain's")
