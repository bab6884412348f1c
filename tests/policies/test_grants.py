"""The sentences about what a kind of policy lets a function call: which calls are named, and why."""

from doctor.areas.permission.observations import observed, polling
from doctor.areas.permission.rulings import by_identity
from doctor.declare import Observation
from doctor.evidence.permissions import Permissions
from doctor.policies.usual import BY_LAMBDA, Use, Way
from doctor.verdict import Outcome, Remedy
from tests.evidence.permission import POLL, QUEUE, SEND, feeding, permissions, policy, used

REMEDY = Remedy("Mend it.")


def said(facts: Permissions, use: Use) -> Observation:
    return observed(by_identity(facts, use, Way()), use, subject="jobs", who="the role jobs", remedy=REMEDY)


def test_calls_that_are_not_allowed_beside_others_that_are_get_named() -> None:
    found = said(permissions(policy(SEND)), used())
    assert found.outcome is Outcome.OK
    assert found.message == (
        "the role jobs allows sqs:SendMessage on sqs orders; "
        "but not sqs:ReceiveMessage (no statement of inline policy queues allows it)"
    )
    receiving = policy({**SEND, "Action": "sqs:ReceiveMessage"})
    assert said(permissions(receiving), used()).message == (
        "the role jobs allows sqs:ReceiveMessage on sqs orders; "
        "but not sqs:SendMessage (no statement of inline policy queues allows it)"
    )


def test_a_call_of_which_nobody_knows_is_named_as_that() -> None:
    tagged = {**SEND, "Action": "sqs:ReceiveMessage", "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}
    found = said(permissions(policy(SEND, tagged)), used())
    assert found.outcome is Outcome.OK
    assert "allows sqs:SendMessage on sqs orders; whether sqs:ReceiveMessage was not decided (" in found.message


def test_where_all_is_allowed_nothing_else_is_said() -> None:
    both = policy({**SEND, "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"]})
    assert said(permissions(both), used()).message == (
        "the role jobs allows sqs:SendMessage, sqs:ReceiveMessage on sqs orders"
    )


def test_what_is_not_allowed_is_a_sentence_whatever_the_number_of_calls() -> None:
    why = "no statement of inline policy queues allows it"
    nothing = permissions(policy({**SEND, "Action": "sqs:ListQueues"}))
    one, two, many = used("secretsmanager", "database"), used(), used("s3", "mine")
    assert said(nothing, one).message == (
        f"the role jobs does not allow secretsmanager:GetSecretValue on secretsmanager database: {why}"
    )
    assert said(nothing, two).message == (
        f"the role jobs allows neither sqs:SendMessage nor sqs:ReceiveMessage on sqs orders: {why}"
    )
    assert said(nothing, many).message == (
        f"the role jobs allows none of s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on s3 mine: {why}"
    )


def test_what_lambda_needs_to_poll_is_named_where_it_is_not_allowed() -> None:
    (use,) = feeding()

    def polled(facts: Permissions) -> Observation:
        rulings = by_identity(facts, use, BY_LAMBDA)
        return polling(rulings, use, subject="jobs", who="the role jobs", remedy=REMEDY)

    assert (
        polled(permissions(policy(POLL))).message
        == f"the role jobs allows all that Lambda's polling of sqs {QUEUE} needs"
    )
    short = policy({**POLL, "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"]})
    assert polled(permissions(short)).message == (
        f"the role jobs does not allow sqs:GetQueueAttributes, which Lambda's polling of sqs {QUEUE} needs: "
        "no statement of inline policy queues allows it"
    )
