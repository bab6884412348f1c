"""`make lab`: every row played and judged three ways, as a confusion matrix for each side, with what falls short."""

import sys
import time
from collections import Counter
from collections.abc import Sequence

from laboratory import missing
from tables import FAULTS, SOUND
from vpc import LABORATORIES, SIDES, Played, play


def share(part: int, whole: int) -> str:
    """As people read it."""
    return f"{part} of {whole} ({100 * part / max(whole, 1):.1f} %)"


def confusion(played: Sequence[Played], side: str) -> list[str]:
    """Expected against diagnosed: one line for each pair that occurred, those that differ marked."""
    pairs = Counter((next(iter(each.expected(side)), "-"), each.first(side), each.right(side)) for each in played)
    width = max(len(expected) for expected, _, _ in pairs)
    return [
        f"  {expected:<{width}}  {told if told != expected else '=':<{width}}  {count:>3}{'' if right else '  WRONG'}"
        for (expected, told, right), count in sorted(pairs.items())
    ]


def of_outside(played: Sequence[Played]) -> list[str]:
    """How often the configuration alone names a fault: of those that stand in it, and of all.

    A row whose fault no configuration shows is right above where nothing is named: silence, and no find.
    """
    faults = [each for each in played if each.row.expect]
    shown = [each for each in faults if each.expected("outside")]
    named = sum(each.right("outside") for each in shown)
    silent = len(faults) - len(shown)
    return [
        f"  of the faults that stand in the configuration, named: {share(named, len(shown))}",
        f"  of all faults, named: {share(named, len(faults))}; of {silent} no configuration tells: right there is silence",
    ]


def report(played: Sequence[Played], took: float) -> list[str]:
    """The matrices, the figures, and every row that was judged wrongly."""
    faults = [each for each in played if each.row.expect]
    lines = []
    for side in SIDES:
        right = sum(each.right(side) for each in played)
        lines += [f"{side}: right {share(right, len(played))}; expected, first diagnosis (= as expected), rows"]
        lines += of_outside(played) if side == "outside" else []
        lines += [*confusion(played, side), ""]
    hidden = [each for each in faults if each.row.inside is None]
    lines.append(f"inside, the true cause among the first three: {share(sum(e.few() for e in hidden), len(hidden))}")
    lines.append(f"within budget and {100} ms: {share(sum(not e.late() for e in played), len(played))}")
    lines.append(
        f"{len(played)} rows in {took:.0f} s: {60 * len(played) / took:.1f} a minute (goal 20), three judgements each"
    )
    lines += [f"played again by itself: {each.row.name!r}" for each in played if each.again]
    for each in played:
        for side in SIDES:
            if not each.right(side):
                lines.append(
                    f"WRONG {side:<7} {each.row.name!r}: expected {_words(each.expected(side))}, {_said(each, side)}"
                )
        for side, (spent, timings) in each.late().items():
            lines.append(f"LATE  {side:<7} {each.row.name!r}: {spent:.2f} s, and it tells {timings}")
    return lines


def _words(ids: Sequence[str]) -> str:
    return ", ".join(ids) or "nothing"


def _said(played: Played, side: str) -> str:
    if played.failure:
        return f"could not be played: {played.failure[:300]}"
    verdict = played.verdicts[side]
    told = [
        f"{each['check']} ({each['severity']}; or {', '.join(each['could_also_be']) or '-'})"
        for each in verdict["diagnoses"]
    ]
    open_ = [
        each["id"] for each in verdict["findings"] if each["outcome"] == "unknown" and each["severity"] == "breaks"
    ]
    undecided = f" (undecided: {', '.join(open_[:4])})" if verdict["status"] == "inconclusive" else ""
    return f"{verdict['status']}: {'; '.join(told) or 'nothing'}{undecided}"


def main(*names: str) -> int:
    """Play the rows whose names hold one of these words; all of them where there is none."""
    if reason := missing():
        print(f"no laboratory: {reason}")
        return 2
    rows = [row for row in (*FAULTS, *SOUND) if not names or any(name in row.name for name in names)]
    if not rows:
        print(f"no row's name holds {' or '.join(map(repr, names))}")
        return 2
    started = time.monotonic()
    played = []
    for each in play(rows, min(LABORATORIES, len(rows))):
        played.append(each)
        marks = "".join("." if each.right(side) else side[0].upper() for side in SIDES)
        print(f"{len(played):>4} {marks} {each.row.name}", file=sys.stderr, flush=True)
    order = {row.name: number for number, row in enumerate(rows)}
    played.sort(key=lambda each: order[each.row.name])
    print("\n".join(report(played, time.monotonic() - started)))
    return 0 if all(each.well() for each in played) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
