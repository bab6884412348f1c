from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.areas.resource import called_region, ceiling, elsewhere, existing, quoted
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources


def _remedy(queue: str, region: str) -> Remedy:
    fifo = " --attributes FifoQueue=true" if queue.endswith(".fifo") else ""
    where = f" --region {region}" if region else ""
    return Remedy(
        "Correct the queue's URL in the function's configuration, or create the queue. A URL holds region and account: one "
        "that was copied from another stage leads to that stage's queue.",
        commands=(
            f"aws sqs list-queues{where}",
            f"aws sqs create-queue --queue-name {queue}{fifo}{where}",
        ),
    )


@check(
    "resource.queue-missing",
    severity=Severity.BREAKS,
    follows=("client.region-differs", "client.endpoint-override"),
    remedy=_remedy("QUEUE", ""),
)
def queue_missing(resources: Resources | None, outside: ResourcesOutside | None) -> Iterator[Observation]:
    """Every queue that the function means exists, in the region that its clients call.

        AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist or you do not have access to it
        QueueDoesNotExist; QueueDeletedRecently

    The client's region decides where SQS looks, whatever the queue's URL says: a queue of another region does not exist here.
    """
    region = called_region(resources, outside)

    def judge(each: Resource) -> Observation:
        remedy = _remedy(quoted(each, "QUEUE"), region)
        if each.state is State.OTHER_REGION:
            words = elsewhere(each, region)
            return problem(each.subject, words, targets=each.at, severity=Severity.RISKS, remedy=remedy)
        if each.state is State.MISSING:
            of = f"; its name tells account …{each.account}, which is not the caller's" if each.account else ""
            words = f"{each.words} does not exist in {region or 'this region'} ({each.detail}){of}"
            return problem(each.subject, words, targets=each.at, severity=ceiling(each), remedy=remedy)
        return ok(each.subject, f"{each.words} exists", targets=each.at)

    yield from existing(("queue",), "queues", resources, outside, judge)
