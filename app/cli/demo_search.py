"""The three searches of the demo: one is ambiguous, one is refused, one is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.cli.demo_case import BY, DemoCase
from sync.case import acts
from sync.case.delays import SPEED_OF_SOUND_M_S
from sync.correlate.recordings import correlate_recordings
from sync.progress import Progress
from sync.timebase import Duration, MediaTime, TimeRange
from sync.traces.picture import Region
from sync.traces.trace import TraceKind
from sync.uncertainty import Distribution

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, SearchResult

SEED = 20
SURROGATES = 999
STROBE: Region = (210, 62, 35, 35)
"""Where the alarm's strobe lights the wall in camera 1, as ``analyst.json`` looks for it."""
SIREN_WAY_M = 30.0
"""The siren drives about: its ways to the two microphones differ by no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One search: which recordings, which call of dispatch (``None``: all of it), and where."""

    a: str
    b: str
    call: int | None = None
    region: Region | None = None
    """Of the picture of A, in pixels."""
    kinds: tuple[TraceKind, TraceKind] | None = None
    """What is compared, where a person would know; else every sensible pair of signals."""
    why: str


PLANS = (
    Plan(
        a="cam1",
        b="dispatch",
        call=3,
        region=STROBE,
        kinds=("motion", "envelope"),
        why="strobe and alarm, which repeat every 4 s",
    ),
    Plan(a="cam4", b="dispatch", why="the hall on another day"),
    Plan(a="phone", b="dispatch", call=9, why="siren and radio in both"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What came of one search, and what was done about it."""

    plan: Plan
    result: SearchResult
    decision: Literal["accepted", "undecided", "refused"]
    detail: str


def run_searches(demo: DemoCase, progress: Progress) -> list[Searched]:
    """Search, count every search in the case, and accept the one match that a person would."""
    found = []
    for number, plan in enumerate(PLANS):
        a, b = demo.source(plan.a), demo.source(plan.b)
        part = progress.part(
            number / len(PLANS), (number + 1) / len(PLANS), f"searching {a.name} × {b.name}"
        )
        result = correlate_recordings(
            demo.file(plan.a),
            a.facts,
            demo.file(plan.b),
            b.facts,
            surrogates=SURROGATES,
            seed=SEED,
            span_b=_span(demo, plan),
            roi_a=plan.region,
            kind_a=None if plan.kinds is None else plan.kinds[0],
            kind_b=None if plan.kinds is None else plan.kinds[1],
            cache=demo.cache,
            progress=part,
        )
        demo.case = acts.record_search(demo.case, result, a.id, b.id, by=BY)
        found.append(_decide(demo, plan, result))
    return found


def _span(demo: DemoCase, plan: Plan) -> TimeRange[MediaTime] | None:
    """The part of B that is searched."""
    if plan.call is None:
        return None
    return TimeRange(*demo.source(plan.b).stretches[plan.call - 1])


def _decide(demo: DemoCase, plan: Plan, result: SearchResult) -> Searched:
    if result.status != "significant" or not result.candidates:
        refused = result.status in ("no-match", "not-testable", "edge")
        return Searched(
            plan=plan,
            result=result,
            decision="refused" if refused else "undecided",
            detail=" ".join(result.reasons),
        )
    _accept(demo, plan, result, result.candidates[0])
    return Searched(
        plan=plan, result=result, decision="accepted", detail="accepted as a match, with its delays"
    )


def _accept(demo: DemoCase, plan: Plan, result: SearchResult, candidate: Candidate) -> None:
    """The siren that both hear: the phone directly, dispatch over the radio chain."""
    a, b = demo.source(plan.a), demo.source(plan.b)
    demo.case = acts.ensure_delay(
        demo.case,
        "travel-siren",
        "difference of the siren's ways to the two microphones",
        Duration(0),
        Distribution.rectangular(SIREN_WAY_M / SPEED_OF_SOUND_M_S),
        by=BY,
    )
    demo.case, _ = acts.accept_candidate(
        demo.case,
        result,
        candidate,
        source_a=a.id,
        stream_a="sound",
        source_b=b.id,
        stream_b="sound",
        at_b=MediaTime.from_s(candidate.epoch_s),
        delays_a=("phone-sound", "travel-siren"),
        delays_b=("radio-chain",),
        by=BY,
        note="the siren, heard by the phone directly",
    )
