"""A case seen from outside: source cards, the state line, the checklist. Values only."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from app.controllers.calculation import Results
from app.controllers.recordings import Recordings
from sync.adjustment.solution import ClockResult, ResultStatus
from sync.case.case import Case, Source
from sync.evidence import Reading
from sync.timebase import ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair, round_down, round_up
from widgets.shelf import own_time
from widgets.source_list import SourceCard
from widgets.theme import source_colour

_WORST: tuple[ResultStatus, ...] = ("conflict", "infeasible", "bounded", "one-sided", "unchecked")


def source_cards(case: Case, results: Results, recordings: Recordings) -> list[SourceCard]:
    """One card for each recording, in the case's order."""
    return [_card(n, case, s, results, recordings) for n, s in enumerate(case.sources)]


def _card(
    number: int, case: Case, source: Source, results: Results, recordings: Recordings
) -> SourceCard:
    solution = results.solution
    clocks = [c for c in (solution.clocks if solution is not None else ())
              if c.source == source.id]  # fmt: skip
    placed = [c for c in clocks if c.model is not None]
    between = [c for c in clocks if c.model is None and held_by_limits(c)]
    reference = any(c.is_reference for c in placed) or (
        case.datum is not None and case.datum == source.clock
    )
    halves = [c.U95_s for c in placed if c.U95_s]
    opened = recordings.get(source.id)
    hint, acts = _hint(case, source, clocks, placed, between, reference)
    if opened is not None and (opened.problem or opened.unread):
        hint, acts = (
            ("not used: " if opened.problem else "unreadable: ")
            + (opened.problem or opened.unread),
            True,
        )
    elif opened is not None and opened.stopped:
        hint, acts = "reading stopped: right-click to go on", True
    return SourceCard(
        source_id=source.id, name=source.name, line=line_of(source),
        status=_status(placed or between), colour=source_colour(number),
        is_reference=reference, stale=results.stale,
        half_text=f"± {format_pair(0.0, max(halves))[1]} s" if halves and not reference else "",
        hint=hint, hint_acts=acts,
    )  # fmt: skip


def held_by_limits(clock: ClockResult) -> bool:
    """True when a stretch has a place between limits, or on one side of one."""
    limited = clock.with_limits
    return limited is not None and limited.status in ("bounded", "one-sided")


def range_text(clock: ClockResult) -> str:
    """``zero between 14:22:28.1 and 14:22:31.4``; ``zero after 14:22:28.1``."""
    limited = clock.with_limits
    low, high = (None, None) if limited is None else (limited.low_s, limited.high_s)
    half = (high - low) / 2 if low is not None and high is not None else 1.0
    decimals = min(3, decimals_for(half)) if half > 0 else 3
    low_at, high_at = (
        "" if end is None else format_clock(ReferenceTime.from_s(outwards(end, decimals)), decimals)
        for end, outwards in ((low, round_down), (high, round_up))
    )
    if low_at and high_at:
        return f"zero between {low_at} and {high_at}"
    return f"zero after {low_at}" if low_at else f"zero before {high_at}"


def _status(placed: list[ClockResult]) -> ResultStatus:
    """The worst of its stretches."""
    if not placed:
        return "unconstrained"
    found = {clock.status for clock in placed}
    return next((status for status in _WORST if status in found), "ok")


def _hint(
    case: Case, source: Source, clocks: list[ClockResult], placed: list[ClockResult],
    between: list[ClockResult], reference: bool,
) -> tuple[str, bool]:  # fmt: skip
    """One line: the next step, or what matters most."""
    if case.datum is None:
        return "no reference clock yet: Ctrl+R", True
    if len(clocks) > 1:
        held = f" · {len(between)} between limits" if between else ""
        return f"{len(placed)} of {len(clocks)} linked{held}", not placed
    if reference:
        return "its clock is the reference", False
    if between:
        return range_text(between[0]), True
    if not placed:
        return "one shared event is enough: M", False
    if placed[0].status == "unchecked":
        return "little checks it yet", True
    return f"{placed[0].anchors} ties", False


def line_of(source: Source) -> str:
    """``15 fps · 2:30 · variable rate``."""
    facts, parts = source.facts, []
    if facts.picture is not None:
        interval = facts.picture.median_interval.ns
        if facts.picture.variable_rate:
            parts.append("variable rate")
        elif interval > 0:
            parts.append(f"{1e9 / interval:.3g} fps")
        else:
            parts.append(f"{float(Fraction(facts.picture.nominal_rate)):.3g} fps")
        if facts.sound is not None:
            parts.append("sound")
    elif facts.sound is not None:
        parts.append(f"sound {facts.sound.sample_rate_hz / 1000:g} kHz")
    parts.append(own_time(facts.duration.ns))
    if source.breaks:
        parts.append(f"{len(source.breaks) + 1} stretches")
    return " · ".join(parts)


def state_text(case: Case, results: Results, *, busy: bool) -> tuple[ResultStatus | None, str]:
    """What the chip in the tools row says, and in which state's colour."""
    if not case.sources:
        return None, "no recordings yet"
    if case.datum is None:
        return "one-sided", "no reference clock: choose one with Ctrl+R"
    solution = results.solution
    if solution is None:
        return "unconstrained", "calculating …" if busy else "not calculated"
    when = _local_time(solution.calculated_at)
    text = f"calculated {when} · {solution.message}" if when else solution.message
    status: ResultStatus = {
        "calculated": "ok",
        "partly": "ok",
        "nothing-linked": "unconstrained",
        "disagrees": "conflict",
    }[solution.status]  # type: ignore[assignment]
    return status, text


def _local_time(utc: str) -> str:
    try:
        return datetime.fromisoformat(utc.replace("Z", "+00:00")).astimezone().strftime("%H:%M")
    except ValueError:
        return ""


def steps_done(case: Case, results: Results, checked: bool) -> set[str]:
    """Which steps of the checklist are done."""
    done = set()
    if len(case.sources) > 1:
        done.add("add")
    if checked and case.sources:
        done.add("check")
    if any(isinstance(item, Reading) for item in case.evidence):
        done.add("read")
    linked = [track for track in results.timeline.tracks if track.linked]
    if len(linked) > 1:
        done.add("link")
    if case.questions:
        done.add("ask")
    return done
