"""What is seen to move on a lane when its source is placed anew: a few marks, or everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.timebase import Duration, ReferenceTime
from sync.timeline import Clip, Marker, Track
from widgets.view_range import ViewRange

SEEN_PX = 0.5
"""Half a pixel is not seen to move: what is drawn stays, until it has moved so far."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What to paint again, and what then stands on the lane."""

    drawn: Track
    """The track with everything that is not seen to move where it was drawn."""
    marks: tuple[Marker, ...]
    """As they were drawn and as they are now: what lies under both is to be painted."""


def moves(drawn: Track, now: Track, view: ViewRange) -> Moves | None:
    """What is seen to differ of ``now`` from what was ``drawn``; ``None``: more than some marks.

    One mark of a hundred that is dragged moves all clocks by less than a screen can show: to
    paint every clip and mark again for that takes ten times as long as to calculate it.
    """
    if len(drawn.clips) != len(now.clips) or drawn.gaps != now.gaps:
        return None
    if not all(_same_clip(a, b, view) for a, b in zip(drawn.clips, now.clips, strict=True)):
        return None
    known = {marker.mark: marker for marker in drawn.markers}
    kept: list[Marker] = []
    differ: list[Marker] = []
    for marker in now.markers:
        before = known.pop(marker.mark, None)
        if before is not None and _same_mark(before, marker, view):
            kept.append(before)
            continue
        kept.append(marker)
        differ += [marker] if before is None else [before, marker]
    differ += known.values()
    return Moves(replace(now, clips=drawn.clips, markers=tuple(kept)), tuple(differ))


def _same_clip(a: Clip, b: Clip, view: ViewRange) -> bool:
    if a is b:
        return True
    if (a.media_start, a.media_end, a.status) != (b.media_start, b.media_end, b.status):
        return False
    return (a.model is None) == (b.model is None) and all(
        _near(one, other, view)
        for one, other in (
            (a.start, b.start), (a.end, b.end), (a.half_start, b.half_start),
            (a.half_end, b.half_end),
        )
    )  # fmt: skip


def _same_mark(a: Marker, b: Marker, view: ViewRange) -> bool:
    return (
        (a.event, a.waits) == (b.event, b.waits)
        and _near(a.reference, b.reference, view)
        and _near(a.half, b.half, view)
    )


def _near(
    a: ReferenceTime | Duration | None, b: ReferenceTime | Duration | None, view: ViewRange
) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a.ns - b.ns) < SEEN_PX * view.ns_per_px
