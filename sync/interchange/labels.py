"""Words at times of one scale: what caption, label and tier formats hold.

No such format has a place for an uncertainty, so every label of ours says its 95 % range in words,
and the label of an event reaches from one end of that range to the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from heapq import heappop, heappush
from itertools import count

from sync.case.annotation import Annotation
from sync.case.calculate import prepare, refuse_stale
from sync.case.case import Case
from sync.case.placing import Placed, place_all
from sync.evidence import Mark, Place, takes_part
from sync.timebase import NS_PER_S, MediaTime, ReferenceTime, format_clock
from sync.uncertainty import decimals_for

OUT_OF_DATE = "OUT OF DATE"
EXACT_NS = 20
"""A narrower range is of what is fixed by definition, on the reference clock: rounded sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words from ``start_ns`` to ``end_ns``; both are the same for an instant."""

    start_ns: int
    end_ns: int
    text: str
    layer: str = ""
    """Tier, track or label file it stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All labels of a case on one scale, in order of time, and what could not be placed."""

    title: str
    scale: str
    """What the times are counted on, in words."""
    source: str | None
    """Id of the recording whose own time it is; ``None``: the reference clock."""
    stale: bool
    labels: tuple[Label, ...]
    left_out: tuple[str, ...]
    """What has no place on this scale, each with the reason."""


def sheet_of(case: Case, *, on: str | None = None, allow_stale: bool = False) -> Sheet:
    """Events, marks and annotations of ``case`` on one scale.

    Parameters
    ----------
    on
        A recording, for its own time; ``None`` for the reference clock.

    Raises
    ------
    CaseStale
        When there is no calculation, or the evidence has changed since (unless ``allow_stale``;
        then every label says so).
    EvidenceError
        When there is no such recording.
    """
    stale = refuse_stale(case, allow_stale=allow_stale)
    source = None if on is None else case.source(on).id
    ready = prepare(case)
    asked = [*_events(case), *_marks(case), *_annotations(case)]
    placed = iter(place_all(ready, [place for item in asked for place in item.places], source))
    labels, left_out = [], []
    for item in asked:
        found = [next(placed) for _ in item.places]
        label = _label(item, found, on_clock=source is None, stale=stale)
        if label is None:
            left_out.append(f"{item.text}: {next(p.reason for p in found if p.at_ns is None)}")
        else:
            labels.append(label)
    return Sheet(
        title=case.title,
        scale=_scale(case, source),
        source=source,
        stale=stale,
        labels=tuple(sorted(labels, key=lambda label: (label.start_ns, label.end_ns))),
        left_out=tuple(left_out),
    )


def in_rows(labels: Iterable[Label], least_ns: int = 1) -> dict[str, list[Label]]:
    """Labels by tier, none of which overlaps another: ``events``, ``events (2)`` …

    Tiers of annotation programs cannot hold two labels at one time; an instant takes ``least_ns``.
    Each label goes into the first tier of its layer that is free again.
    """
    layers: dict[str, list[Label]] = {}
    for label in sorted(labels, key=lambda label: (label.start_ns, label.end_ns)):
        layers.setdefault(label.layer or "labels", []).append(label)
    rows: dict[str, list[Label]] = {}
    for layer, own in layers.items():
        names: list[str] = []
        numbers = (f"{layer} ({number})" for number in count(2))
        busy: list[tuple[int, int]] = []  # (when it is free again, which of ``names``)
        free: list[int] = []
        for label in own:
            while busy and busy[0][0] <= label.start_ns:
                heappush(free, heappop(busy)[1])
            if free:
                row = heappop(free)
            else:
                row = len(names)
                names.append(layer if row == 0 else next(n for n in numbers if n not in layers))
            heappush(busy, (end_of(label, least_ns), row))
            rows.setdefault(names[row], []).append(label)
    return rows


def end_of(label: Label, least_ns: int) -> int:
    """Where a label ends in a tier in which nothing is shorter than ``least_ns``."""
    return max(label.end_ns, label.start_ns + least_ns)


# -- what a case has to place -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    layer: str
    places: tuple[Place, ...]
    """One, or the two ends of an interval."""
    ranged: bool = True
    """The label reaches over the range; False: over what was annotated."""


def _events(case: Case) -> list[_Asked]:
    in_use = {m.event for m in case.of_kind(Mark) if takes_part(m)}
    return [
        _Asked(event.name, "events", (Place(event=event.id),))
        for event in case.events
        if event.id in in_use
    ]


def _marks(case: Case) -> list[_Asked]:
    asked = []
    for mark in case.of_kind(Mark):
        event = case.event(mark.event)
        if mark.provenance.status != "accepted" or mark.one_sided or event is None:
            continue
        where = case.source(mark.source).name
        layer = f"marks in {where}" + (", sound" if mark.stream == "sound" else "")
        ends = tuple(
            Place(source=mark.source, stream=mark.stream, time=end)
            for end in (mark.earliest, mark.latest)
        )
        asked.append(_Asked(f"{event.name}, marked in {where}", layer, ends, ranged=False))
    return asked


def _annotations(case: Case) -> list[_Asked]:
    return [
        _Asked(item.text, item.layer or "annotations", annotation_places(item), ranged=False)
        for item in case.annotations
    ]


def annotation_places(annotation: Annotation) -> tuple[Place, ...]:
    """Start and, for an interval, end of an annotation as places."""
    if annotation.source is not None:
        times = [annotation.start, annotation.end]
        return tuple(Place(source=annotation.source, time=t) for t in times if t is not None)
    shown = [annotation.displayed, annotation.displayed_end]
    return tuple(Place(clock=annotation.clock, displayed=t) for t in shown if t is not None)


def _label(asked: _Asked, placed: list[Placed], *, on_clock: bool, stale: bool) -> Label | None:
    ends = [one.at_ns for one in placed if one.at_ns is not None]
    if len(ends) < len(placed):
        return None
    ranges = [one.ends_ns for one in placed if one.ends_ns is not None]
    low, high = ranges[0][0], ranges[-1][1]
    start, end = (low, high) if asked.ranged else (ends[0], ends[-1])
    words = [f"{OUT_OF_DATE}: {asked.text}" if stale else asked.text]
    if high - low > ends[-1] - ends[0] + EXACT_NS:
        words.append(_range_in_words(placed, on_clock=on_clock))
    if any(one.status == "unchecked" for one in placed):
        words.append("little checks this")
    return Label(start_ns=start, end_ns=end, text="; ".join(words), layer=asked.layer)


def _range_in_words(placed: list[Placed], *, on_clock: bool) -> str:
    """``between 14:23:25.2 and 14:23:25.4 (95 % range)``, rounded outwards."""
    what = ("",) if len(placed) == 1 else ("begins ", "ends ")
    parts = []
    for word, one in zip(what, placed, strict=True):
        ends = one.ends_ns
        if ends is None or one.U95_s is None:
            continue
        decimals = min(9, decimals_for(one.U95_s)) if one.U95_s > 0 else 9
        step = 10 ** (9 - decimals)
        low, high = ends[0] // step * step, -(-ends[1] // step) * step
        kind = ReferenceTime if on_clock else MediaTime
        shown = (format_clock(kind(low), decimals), format_clock(kind(high), decimals))
        parts.append(f"{word}between {shown[0]} and {shown[1]}")
    return f"{' and '.join(parts)} (95 % range)"


def clock_range_ns(placed: Placed) -> str:
    """The 95 % range of a place on the reference clock, in words."""
    return _range_in_words([placed], on_clock=True)


def _scale(case: Case, source: str | None) -> str:
    if source is not None:
        return f"own time of {case.source(source).name}: its file's timestamps"
    datum = None if case.solution is None else case.solution.datum
    names = {clock.id: clock.name for clock in case.clocks}
    return f"{names.get(datum or '', datum)} time, since midnight of the case's day zero"


def seconds_ns(text: str) -> int:
    """Whole nanoseconds of decimal seconds as label files write them, exact.

    Raises
    ------
    ValueError
        When it is no finite number.
    """
    try:
        value = Decimal(text.strip().replace(",", "."))
        return int((value * NS_PER_S).to_integral_value())
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a time in seconds") from error
