from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.areas.resource import quoted, undecided_of
from doctor.evidence.calls.resource_state import Resource
from doctor.evidence.function import Function
from doctor.evidence.resource_outside import ResourcesOutside

_ADVISED = 6  # times the function's timeout (SQS developer guide, "Configuring a queue to trigger a Lambda function")


def _remedy(queue: str, seconds: int) -> Remedy:
    return Remedy(
        "Let the queue hide a message for longer than the function may take: six times its timeout, by AWS's advice.",
        commands=(
            f'aws sqs set-queue-attributes --queue-url "$(aws sqs get-queue-url --queue-name {queue} --query QueueUrl '
            f'--output text)" --attributes VisibilityTimeout={seconds}',
        ),
    )


@check(
    "resource.queue-visibility-short",
    severity=Severity.RISKS,
    remedy=_remedy("QUEUE", 180),
)
def queue_visibility_short(outside: ResourcesOutside, function: Function) -> Iterator[Observation]:
    """Every queue that feeds the function hides a message for as long as the function may work on it.

        InvalidParameterValueException: Queue visibility timeout: 30 seconds is less than Function timeout: 300 seconds

    Lambda refuses that when the event source is made, and not when either is changed later. A message that comes back into
    sight while it is worked on is worked on twice.
    """
    queues = [each for each in outside.resources if each.kind == "queue" and each.consumed]
    for part in ("configuration", "event sources"):
        if lost := outside.why_unread(part):
            yield unknown(part, lost)
            return
    if not queues:
        yield not_applicable("queues", f"no queue is an event source of {function.name}")
    for each in queues:
        yield _judged(each, function)


def _judged(each: Resource, function: Function) -> Observation:
    timeout = function.timeout
    if timeout is None:
        return unknown(each.subject, f"{each.words}: the timeout of {function.name} was not read", targets=each.at)
    if not each.decided:
        return undecided_of(each)
    if each.visibility is None:
        words = f"{each.words}: nobody told its visibility timeout ({each.state})"
        return not_applicable(each.subject, words, targets=each.at)
    hides = f"{each.words} hides a message for {each.visibility} s, and {function.name} may take {timeout} s"
    if each.visibility < timeout:
        remedy = _remedy(quoted(each, "QUEUE"), _ADVISED * timeout)
        return problem(each.subject, hides, targets=each.at, remedy=remedy)
    less = f"; AWS advises {_ADVISED * timeout} s" if each.visibility < _ADVISED * timeout else ""
    return ok(each.subject, hides + less, targets=each.at)
