"""Score the calculation on made networks: how often the stated 95 % range holds the truth.

tiepoint calibrate
tiepoint calibrate --cases 10000 --seed 1
tiepoint calibrate --cases 2000 --only S3 net-10 limits-3

Every network is solved as "tiepoint solve --network" would, with its search for mistakes. A line of
the table is one question of one scenario, with exact binomial 95 % limits. Where what is asked is
missed, the remark says so. "false-alarms" among --only is the search on unrelated traces
(at most 300 searches a process; python -m benchmarks.false_alarms takes more). The same seed prints
the same bytes.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome
from app.cli.printing import table
from app.cli.session import Session
from app.cli.verbs.simulate import check_counts, chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.progress import Progress
    from sync.validation.coverage import Line, Share
    from sync.validation.false_alarms import FalseAlarms

ALARMS = "false-alarms"
MOST_SEARCHES = 300


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument(
        "--cases", type=int, default=200, metavar="N", help="networks a scenario (default 200)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="SCENARIO",
        help=f"some of them: S3, S3-n5, {ALARMS} …",
    )


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Measure and print."""
    from sync.validation.coverage import measure
    from sync.validation.scenarios import SCENARIOS

    check_counts(arguments.cases, arguments.seed)
    names = arguments.only or [*SCENARIOS, ALARMS]
    scenarios = chosen([name for name in names if name != ALARMS])
    parts = len(scenarios) + (ALARMS in names)
    found: list[Line] = []
    for number, scenario in enumerate(scenarios):
        part = session.progress.part(number / parts, (number + 1) / parts)
        found += measure(scenario, arguments.cases, arguments.seed, part)
    alarms = []
    if ALARMS in names:
        part = session.progress.part(len(scenarios) / parts, 1.0)
        alarms = _search(min(arguments.cases, MOST_SEARCHES), arguments.seed, part)
    document = {
        "cases": arguments.cases,
        "seed": arguments.seed,
        "table": [line_entry(line) for line in found],
        "false_alarms": [asdict(alarm) for alarm in alarms],
    }
    return Outcome(document=document, lines=[*_coverage_lines(found), *_alarm_lines(alarms)])


def _search(searches: int, seed: int, progress: Progress) -> list[FalseAlarms]:
    from sync.validation.false_alarms import PROCESSES, false_alarms

    return [
        false_alarms(
            process,
            searches,
            seed,
            progress.part(number / len(PROCESSES), (number + 1) / len(PROCESSES)),
        )
        for number, process in enumerate(PROCESSES)
    ]


def line_entry(line: Line) -> dict[str, Any]:
    """One line of the table for ``--json``; ``n`` and what follows are of the results ``of``."""
    entry = {
        "scenario": line.scenario.name,
        "question": line.question,
        "text": line.scenario.text,
        "cases": line.cases,
        "statuses": dict(line.statuses),
        "of": "ok" if line.ok.n else "stated",
        **_share_entry(line.counted),
        "asked": {
            "least_coverage": line.scenario.least,
            "most_coverage": line.scenario.most,
            "most_conflict": line.scenario.most_conflict,
            "largest_ratio": line.scenario.largest_ratio,
        },
        "remarks": list(line.remarks),
    }
    parts = {"ok": line.ok, "stated": line.stated, "conflict": line.conflict}
    return entry | {name: _share_entry(share) for name, share in parts.items()}


def _share_entry(share: Share) -> dict[str, Any]:
    return {**asdict(share), "ratio": share.ratio}


# -- for people -----------------------------------------------------------------------------------


def _coverage_lines(found: Sequence[Line]) -> list[str]:
    if not found:
        return []
    header = [
        "scenario", "cases", "ok", "flagged", "disagree", "other", "held, ok",
        "held, ok or flagged", "held, disagree", "half s", "best s", "ratio", "remark",
    ]  # fmt: skip
    rows = []
    for line in found:
        one = len(line.scenario.questions) == 1
        name = line.scenario.name if one else f"{line.scenario.name}, {line.question}"
        flagged = line.stated.n - line.ok.n
        other = line.cases - line.stated.n - line.conflict.n
        rows.append(
            [
                name,
                str(line.cases),
                *(
                    f"{count / line.cases:.1%}" if count else ""
                    for count in (line.ok.n, flagged, line.conflict.n, other)
                ),
                *(_covered(share) for share in (line.ok, line.stated, line.conflict)),
                _digits(line.counted.median_half_width_s),
                _digits(line.counted.best_half_width_s),
                f"{line.counted.ratio:.2f}" if math.isfinite(line.counted.ratio) else "",
                "; ".join(line.remarks),
            ]
        )
    return [
        *table(header, rows, right=".rrrrrrrrrrr"),
        "",
        "flagged: unchecked, held by limits only, or with a limit against it. held: how many of",
        "the stated 95 % ranges hold the truth, with exact binomial 95 % limits; disagree: of the",
        "mixture's range. half: median half-width of ok, or of flagged where none is ok; best:",
        "what least squares states that knows the true covariance and every mistake.",
    ]


def _covered(share: Share) -> str:
    if not share.n:
        return ""
    return f"{share.coverage:.1%} ({share.low:.1%}–{share.high:.1%})"


def _digits(value_s: float) -> str:
    return f"{value_s:.3g}" if math.isfinite(value_s) else ""


def _alarm_lines(alarms: Sequence[FalseAlarms]) -> list[str]:
    if not alarms:
        return []
    rows = [
        [
            alarm.process,
            str(alarm.searches),
            f"{alarm.share_at_1_percent:.2%}",
            f"{alarm.low:.2%}–{alarm.high:.2%}",
            f"{alarm.share_at_5_percent:.2%}",
        ]
        for alarm in alarms
    ]
    header = ["unrelated traces", "searches", "p <= 0.01", "95 % limits", "p <= 0.05"]
    return ["", *table(header, rows, right=".rrrr")]
