"""A remark on a stretch of time: words beside the recordings, never evidence.

It takes no part in the calculation, and changing one makes no solution out of date.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.evidence import Provenance
from sync.timebase import Duration, MediaTime, ReferenceTime

ROUGH = "rough"
"""The layer of rough flags: places noted while playing, to be looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Words at an instant or over an interval, on a recording's own time or on a clock's scale.

    Exactly one of ``source`` (then ``start`` and ``end``) and ``clock`` (then ``displayed`` and
    ``displayed_end``) is given. On the timeline itself means: on the reference clock, by name, so
    that choosing another reference clock does not move it.
    """

    id: str
    text: str
    layer: str = ""
    """What it belongs with: a tier, a label track, the log it was read from."""
    source: str | None = None
    start: MediaTime | None = None
    end: MediaTime | None = None
    """``None`` for an instant."""
    clock: str | None = None
    displayed: ReferenceTime | None = None
    """What that clock showed, on its own scale since midnight of day zero."""
    displayed_end: ReferenceTime | None = None
    granularity: Duration | None = None
    """How coarsely the time was written down: a log of whole minutes says 60 s."""
    provenance: Provenance = field(default_factory=Provenance)
