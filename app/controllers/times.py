"""How times are written at the playhead and on the ruler: on the reference clock, in UTC, elapsed.

One choice of the person for all cases. Answers, evidence and reports are always on the reference
clock, which is the one that is named in them.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

from app.controllers.calculation import Calculation
from app.controllers.places import Place, Places
from sync.clock import ClockModel
from sync.timebase import MediaTime, ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair
from widgets.lane_stack import LaneStack

TimeFormat = Literal["reference", "utc", "elapsed"]
_PLAIN_DECIMALS = 2
"""Of a time nobody claims a range for: where a playhead stands on the reference clock."""


class Times(QObject):
    """Writes and reads times as the person wants them.

    Signals
    -------
    changed()
        Times are written otherwise.
    """

    changed = Signal()

    def __init__(
        self, places: Places, calculation: Calculation, lanes: LaneStack,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._places, self._calculation, self._lanes = places, calculation, lanes
        self._wanted: TimeFormat = "reference"
        self._zero_ns: int | None = None
        calculation.changed.connect(self._look)

    def set_format(self, wanted: TimeFormat) -> None:
        """Take up the person's choice."""
        self._wanted = wanted
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        """Count from the first picture or sound that has a link; take the tie of UTC.

        The instant counted from is exact on the reference clock: ranges stay what they are.
        """
        span = self._calculation.results.timeline.span
        self._zero_ns = span[0].ns if span is not None and self._wanted == "elapsed" else None
        utc = self._utc
        note = ""
        if utc is not None and span is not None:
            middle = ReferenceTime((span[0].ns + span[1].ns) // 2)
            note = " ".join(("UTC", _half_text(utc.half_range_at(utc.from_reference(middle)).s)))
        self._lanes.set_mode(
            "elapsed" if self._zero_ns is not None else "clock", self._zero_ns or 0, utc, note
        )

    @property
    def _utc(self) -> ClockModel | None:
        """UTC where times are written in it: it is wanted, and tied."""
        return self._calculation.results.utc.model if self._wanted == "utc" else None

    @property
    def why_not_utc(self) -> str:
        """Why times are not written in UTC although that is wanted; empty where they are."""
        return self._calculation.results.utc.why_not if self._wanted == "utc" else ""

    # -- writing -----------------------------------------------------------------------------

    def of(self, place: Place) -> tuple[str, str, str] | None:
        """(time, ± with its unit, on which clock) of where a recording stands.

        ``None`` where its stretch has no link; no ± for the reference clock's own recording.
        """
        if place.media is None:
            return None
        at = self._places.reference_of(place.source, place.media)
        if at is None:
            return None
        if self._utc is not None:
            half_s = self._half_in_utc(self._utc, place.source, place.media, at)
        else:
            half_s = (place.half_ns or self._places.half_of(place.source, place.media)) / 1e9
        return self._said(at, half_s, 3)

    def _half_in_utc(
        self, utc: ClockModel, source: str, media: MediaTime, at: ReferenceTime
    ) -> float:
        """Half of the 95 % range of a recording's time in UTC, s: with what the tie adds."""
        network = self._calculation.results.network
        if not utc.source or network is None:  # the reference clock is UTC
            return self._places.half_of(source, media) / 1e9
        return network.half_between((source, media), (utc.source, utc.from_reference(at))) or 0.0

    def in_utc(self, source: str, media: MediaTime) -> str:
        """``09:00:02.1 ± 0.6 s`` where UTC is tied and the stretch has a link, wanted or not."""
        utc, at = self._calculation.results.utc.model, self._places.reference_of(source, media)
        if utc is None or at is None:
            return ""
        half_s = self._half_in_utc(utc, source, media, at)
        shown = format_clock(utc.from_reference(at), min(4, decimals_for(half_s)) if half_s else 3)
        return " ".join(part for part in (shown, _half_text(half_s)) if part)

    def here(self, at: ReferenceTime) -> tuple[str, str, str]:
        """The same of an instant on the reference clock itself: in UTC it has the tie's range."""
        utc = self._utc
        half_s = utc.half_range_at(utc.from_reference(at)).s if utc is not None else 0.0
        return self._said(at, half_s, _PLAIN_DECIMALS)

    def _said(self, at: ReferenceTime, half_s: float, without: int) -> tuple[str, str, str]:
        decimals = min(4, decimals_for(half_s)) if half_s else without
        return self.plain(at, decimals), _half_text(half_s), self.clock

    def plain(self, at: ReferenceTime, decimals: int = _PLAIN_DECIMALS) -> str:
        """An instant of the reference clock by itself: in, out, and what is typed."""
        utc = self._utc
        if utc is not None:
            return format_clock(utc.from_reference(at), decimals)
        if self._zero_ns is None:
            return format_clock(at, decimals)
        return elapsed_text(at.ns - self._zero_ns, decimals)

    @property
    def clock(self) -> str:
        """What times are counted on."""
        return "UTC" if self._utc is not None else self._places.clock_name() + self.remark

    @property
    def remark(self) -> str:
        """How what is written differs from the reference clock's own times, or from what is
        wanted."""
        if self.why_not_utc:
            return " (no tie to UTC)"
        if self._zero_ns is None:
            return ""
        return f", elapsed since {format_clock(ReferenceTime(self._zero_ns), 0)}"

    # -- typing ------------------------------------------------------------------------------

    def to_type(self, ns: int) -> tuple[str, str]:
        """(the clock a time is typed on, the reference time ``ns`` as it is typed there)."""
        utc = self._utc
        if utc is not None:
            return "UTC", format_clock(utc.from_reference(ReferenceTime(ns)), 3)
        return self._places.clock_name(), format_clock(ReferenceTime(ns), 3)

    def typed(self, ns: int) -> int:
        """The reference time of one that was typed on that clock."""
        utc = self._utc
        return ns if utc is None else utc.to_reference(MediaTime(ns)).ns


def _half_text(half_s: float) -> str:
    return f"± {format_pair(0.0, half_s)[1]} s" if half_s else ""


def elapsed_text(ns: int, decimals: int) -> str:
    """``1:23.25``, ``−0:04.0``: a length of time with its sign."""
    text = format_clock(ReferenceTime(abs(ns)), decimals).removeprefix("00:").removeprefix("0")
    return ("−" if ns < 0 else "") + text
