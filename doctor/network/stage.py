"""The three answers that a stage of a path may give, as judgements."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from doctor.network.area import Area
from doctor.network.ends import Flow
from doctor.network.result import Blocker, Hop, Judgement

Part = TypeVar("Part")


def passes(flow: Flow, component: str, rule: str = "") -> Judgement:
    """Everything goes on."""
    return Judgement(open=flow.whole, hops=(Hop(component=component, rule=rule, verdict="passes"),))


def answers(flow: Flow, component: str, rule: str = "") -> Judgement:
    """Every answer comes back."""
    return Judgement(open=flow.whole, returning=(Hop(component=component, rule=rule, verdict="passes"),))


def stops(flow: Flow, check: str, component: str, detail: str, commands: tuple[str, ...] = ()) -> Judgement:
    """Nothing goes on."""
    blocker = Blocker(check=check, component=component, direction="forward", detail=detail, commands=commands)
    hop = Hop(component=component, rule=detail, verdict="blocks")
    return Judgement(open=Area(), shut=flow.whole, hops=(hop,), blockers=(blocker,))


def undecided(component: str, *reasons: str) -> Judgement:
    """Nobody can tell whether it goes on."""
    hop = Hop(component=component, rule="; ".join(reasons), verdict="unknown")
    return Judgement(open=Area(), hops=(hop,), unknowns=reasons)


def undecided_answer(component: str, *reasons: str) -> Judgement:
    """Nobody can tell whether the answer comes back."""
    hop = Hop(component=component, rule="; ".join(reasons), verdict="unknown")
    return Judgement(open=Area(), returning=(hop,), unknowns=reasons)


def assumed(flow: Flow, assumption: str) -> Judgement:
    """Everything goes on, if the assumption holds."""
    return Judgement(open=flow.whole, assumed=(assumption,))


def placed(judged: Judgement, place: str) -> Judgement:
    """The same, whose hops tell where they are."""
    return replace(judged, hops=tuple(replace(hop, place=place) for hop in judged.hops))


def all_of(flow: Flow, *stages: Judgement) -> Judgement:
    """One stage after the other."""
    judged = Judgement(open=flow.whole)
    for stage in stages:
        judged = judged.then(stage)
    return judged


def carried(flow: Flow, inner: Sequence[tuple[Flow, Judgement]]) -> Judgement:
    """What connections of other ends (a NAT gateway's, one for each of its addresses) mean for those of this flow.

    Which of the inner connections one of ours becomes is nobody's choice: shares turn into odds.
    """
    passing = sum(judged.open.size / other.whole.size * judged.odds for other, judged in inner) / len(inner)
    stopped = sum(judged.shut.size / other.whole.size for other, judged in inner) / len(inner)
    decided = all(judged.open.size + judged.shut.size == other.whole.size for other, judged in inner)
    if decided:
        open_, shut, odds = (flow.whole, Area(), passing) if passing else (Area(), flow.whole, 1.0)
    elif stopped == 1:
        open_, shut, odds = Area(), flow.whole, 1.0
    else:
        open_, shut, odds = Area(), Area(), (1 - stopped) * max(judged.odds for _, judged in inner)
    return Judgement(
        open=open_,
        shut=shut,
        odds=odds,
        hops=_each_once(judged.hops for _, judged in inner),
        returning=_each_once(judged.returning for _, judged in inner),
        blockers=_each_once(judged.blockers for _, judged in inner),
        unknowns=_each_once(judged.unknowns for _, judged in inner),
        suspects=_each_once(judged.suspects for _, judged in inner),
        assumed=_each_once(judged.assumed for _, judged in inner),
        notes=_each_once(judged.notes for _, judged in inner),
    )


def united(flow: Flow, parts: Sequence[Judgement]) -> Judgement:
    """One judgement of parts that speak of different connections each."""
    opened = Area.of(each for part in parts for each in part.open.parts)
    share = round(opened.size / flow.whole.size, 6)
    return Judgement(
        open=opened,
        shut=Area.of(each for part in parts for each in part.shut.parts),
        hops=_each_once(part.hops for part in parts),
        returning=_each_once(part.returning for part in parts),
        blockers=tuple(replace(each, share=share) for each in _each_once(part.blockers for part in parts)),
        unknowns=_each_once(part.unknowns for part in parts),
    )


def _each_once(parts: Iterable[tuple[Part, ...]]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))
