"""What stands on the lanes besides curves: sightings with their states, and limits. Values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.controllers.calculation import Results
from sync.adjustment.solution import ResultStatus
from sync.case.case import Case
from sync.evidence import Limit, Mark, Place, takes_part
from sync.timebase import MediaTime, ReferenceTime
from sync.timeline import Timeline
from widgets.lane_overlay import LimitArrow


def shown_timeline(timeline: Timeline, case: Case) -> Timeline:
    """The timeline without marks that take no part: they are in the evidence table only.

    A proposed mark is shown by itself, since it ties nothing yet.
    """
    status = {mark.id: mark.provenance.status for mark in case.of_kind(Mark)}
    waiting = {mark.id for mark in case.of_kind(Mark) if mark.unverified}
    names = {event.id: event.name for event in case.events}
    tracks = []
    for track in timeline.tracks:
        markers = []
        for marker in track.markers:
            if status.get(marker.mark) == "proposed":
                alone = f"{names.get(marker.event, marker.event)} (proposed, {marker.mark})"
                markers.append(replace(marker, event=alone))
            elif status.get(marker.mark) == "accepted" and marker.mark in waiting:
                alone = f"{names.get(marker.event, marker.event)} (not verified, {marker.mark})"
                markers.append(replace(marker, event=alone, waits=True))
            elif status.get(marker.mark) == "accepted":
                markers.append(marker)
        tracks.append(replace(track, markers=tuple(markers)))
    return replace(timeline, tracks=tuple(tracks))


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


def limit_arrows(
    case: Case, results: Results, place: Callable[[str, MediaTime], ReferenceTime | None]
) -> list[LimitArrow]:
    """An arrow for every stated limit between two places on the lanes.

    Parameters
    ----------
    place
        Reference time of a media time of a source; ``None`` where it has no link.
    """
    said = {} if results.solution is None else {r.id: r for r in results.solution.limits}
    arrows = []
    for limit in case.of_kind(Limit):
        ends = [_spots(case, results, end, place) for end in (limit.first, limit.second)]
        if not takes_part(limit) or not ends[0] or not ends[1]:
            continue
        if limit.low is None and (limit.high is None or limit.high.ns <= 0):
            ends.reverse()
        # Of the sightings of two events the two that are nearest, so that the arrow is short.
        first, second = min(
            ((a, b) for a in ends[0] for b in ends[1] if a != b),
            key=lambda pair: (pair[0][0] == pair[1][0], abs(pair[0][1] - pair[1][1])),
            default=(ends[0][0], ends[1][0]),
        )
        status = said[limit.id].status if limit.id in said else "imposed"
        arrows.append(LimitArrow(
            id=limit.id, first=first, second=second, imposed=status == "imposed",
            label="" if limit.low is None or limit.high is None
            else f"{limit.low.s:g} to {limit.high.s:g} s",
        ))  # fmt: skip
    return arrows


def _spots(
    case: Case, results: Results, end: Place,
    place: Callable[[str, MediaTime], ReferenceTime | None],
) -> list[tuple[str, int]]:  # fmt: skip
    """Where a place is seen on the lanes: (source id, reference ns)."""
    if end.source is not None and end.time is not None:
        at = place(end.source, end.time)
        return [] if at is None else [(end.source, at.ns)]
    used = {mark.id for mark in case.of_kind(Mark) if takes_part(mark)}
    return [
        (marker.source, marker.reference.ns)
        for track in results.timeline.tracks
        for marker in track.markers
        if marker.reference is not None and marker.mark in used
        and (marker.mark == end.mark or (end.event is not None and marker.event == end.event))
    ]  # fmt: skip
