"""A case seen from outside: source cards, the state line, the checklist. Values only."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from app.controllers.calculation import Results
from app.controllers.recordings import Recordings
from sync.adjustment.solution import ClockResult, ResultStatus
from sync.case.case import Case, Source
from sync.evidence import Mark, Reading
from sync.uncertainty import format_pair
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
    reference = any(c.is_reference for c in placed) or (
        case.datum is not None and case.datum == source.clock
    )
    halves = [c.U95_s for c in placed if c.U95_s]
    opened = recordings.get(source.id)
    hint, acts = _hint(case, source, clocks, placed, reference)
    if opened is not None and (opened.problem or opened.unread):
        hint, acts = (
            ("not used: " if opened.problem else "unreadable: ")
            + (opened.problem or opened.unread),
            True,
        )
    return SourceCard(
        source_id=source.id, name=source.name, line=line_of(source), status=_status(placed),
        colour=source_colour(number), is_reference=reference, stale=results.stale,
        half_text=f"± {format_pair(0.0, max(halves))[1]} s" if halves and not reference else "",
        hint=hint, hint_acts=acts,
    )  # fmt: skip


def _status(placed: list[ClockResult]) -> ResultStatus:
    """The worst of its stretches."""
    if not placed:
        return "unconstrained"
    found = {clock.status for clock in placed}
    return next((status for status in _WORST if status in found), "ok")


def _hint(
    case: Case, source: Source, clocks: list[ClockResult], placed: list[ClockResult],
    reference: bool,
) -> tuple[str, bool]:  # fmt: skip
    """One line: the next step, or what matters most."""
    if case.datum is None:
        return "no reference clock yet: Ctrl+R", True
    if len(clocks) > 1:
        return f"{len(placed)} of {len(clocks)} stretches linked", not placed
    if reference:
        return "its clock is the reference", False
    if not placed:
        return "one shared event is enough: M", False
    if placed[0].status == "unchecked":
        return "nothing checks it yet", True
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


def mark_sides(case: Case) -> dict[str, int]:
    """+1: known only from there on; -1: only until there."""
    return {
        mark.id: 1 if mark.latest is None else -1 for mark in case.of_kind(Mark) if mark.one_sided
    }


def event_states(results: Results) -> dict[str, ResultStatus]:
    """State of each anchor for its tie."""
    if results.solution is None:
        return {}
    states = {event.event: event.status for event in results.solution.events}
    for proposal in results.solution.proposals:
        if proposal.event is not None:
            states[proposal.event] = "conflict"
    return states
