"""What the analyser says of one path: hops, every component that stops it, and what could not be decided."""

from dataclasses import dataclass, field

from doctor.network.area import Area


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One component on the way. `verdict` is passes, blocks, partly or unknown; `rule` is what decided.

    `place` tells a reader which subnet's edge or table it is: `leaving subnet-1`, `entering subnet-2`, `of subnet-1`.
    """

    component: str
    rule: str = ""
    verdict: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A component that stops all or a part of the connections; `check` is the id of the fault.

    `direction` is forward or return. `commands` would open it (AWS CLI, real ids); `share` is the part that it lets by.
    `place` is that of its hop, where the same component may stand in several.
    """

    check: str
    component: str
    direction: str
    detail: str
    commands: tuple[str, ...] = ()
    share: float = 0.0
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One stage's answer about the connections of a path: those that surely pass, and those that surely do not.

    What is in neither is undecided, and `unknowns` say why; `suspects` are components that may stop it. `assumed` names
    what nothing told of and was taken for granted, `notes` what else a reader wants to know. Stages are joined by `then`.
    """

    open: Area
    shut: Area = field(default_factory=Area)
    hops: tuple[Hop, ...] = ()
    returning: tuple[Hop, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    unknowns: tuple[str, ...] = ()
    suspects: tuple[Blocker, ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    odds: float = 1.0

    def then(self, later: "Judgement") -> "Judgement":
        """Both stages one after the other: open where both are, shut where either is.

        `odds` are of what neither end chooses, such as the port that a NAT gateway picks; they multiply.
        """
        return Judgement(
            open=self.open & later.open,
            shut=self.shut | later.shut,
            hops=self.hops + later.hops,
            returning=later.returning + self.returning,
            blockers=self.blockers + later.blockers,
            unknowns=_joined(self.unknowns, later.unknowns),
            suspects=self.suspects + later.suspects,
            assumed=_joined(self.assumed, later.assumed),
            notes=_joined(self.notes, later.notes),
            odds=self.odds * later.odds,
        )


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Each once."""
    return tuple(dict.fromkeys(first + second)) if first and second else first or second


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The verdict on one path. `share` is the fraction of (source address x source port) that passes; None undecided.

    `reachable` is true only at a share of 1, false below, None where what was not read could change that. `suspects` are
    components on the way whose rules nobody can read from here: they may stop it, and are no blockers. `assumed` is what
    was not read either, and what the verdict rests on, since few replies tell it.
    """

    reachable: bool | None
    share: float | None
    forward: tuple[Hop, ...] = ()
    back: tuple[Hop, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    unknowns: tuple[str, ...] = ()
    suspects: tuple[Blocker, ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, judged: Judgement, whole: Area) -> "Path":
        """The last word on a chain of stages over all the connections that were asked about."""
        decided = judged.open.size + judged.shut.size == whole.size
        stopped = bool(judged.shut) or judged.odds < 1
        return cls(
            reachable=False if stopped else True if decided else None,
            share=round(judged.open.size / whole.size * judged.odds, 6) if decided else None,
            forward=judged.hops,
            back=judged.returning,
            blockers=judged.blockers,
            unknowns=() if decided and not judged.open else judged.unknowns,
            suspects=judged.suspects,
            assumed=judged.assumed,
            notes=judged.notes,
        )
