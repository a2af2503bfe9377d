"""What each lane shows: motion, waveform or spectrogram; channels together, apart, or one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import log10
from typing import Literal

from PySide6.QtCore import QObject, Signal

from app.controllers.recordings import Opened, Recordings, waveform_columns
from app.controllers.spectra import Spectra
from app.jobs import Jobs
from widgets.columns import LaneRow, trace_columns

Shown = Literal["motion", "waveform", "spectrogram"]
Channels = Literal["together", "apart"] | int
SHOWN: dict[Shown, str] = {
    "motion": "Motion", "waveform": "Waveform", "spectrogram": "Spectrogram",
}  # fmt: skip
_APART_MOST = 4
"""More rows than this cannot be told apart in a lane."""


@dataclass(frozen=True, slots=True)
class LaneView:
    """A choice for one lane; it changes nothing but the picture."""

    shown: Shown
    channels: Channels = "together"


class LaneViews(QObject):
    """Holds the choices and makes the rows of the lanes.

    Signals
    -------
    changed(str)
        The lane of this source is to be drawn anew.
    """

    changed = Signal(str)

    def __init__(self, recordings: Recordings, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recordings = recordings
        self._chosen: dict[str, LaneView] = {}
        self._spectra = Spectra(jobs, recordings.cache, self)
        self._spectra.ready.connect(self.changed)
        recordings.curve_ready.connect(self._curve_ready)

    def view(self, source: str) -> LaneView:
        """What a lane shows now."""
        if source in self._chosen:
            return self._chosen[source]
        opened = self._recordings.get(source)
        if opened is not None and opened.source.facts.picture is not None:
            return LaneView("motion")
        pyramid = None if opened is None else opened.pyramid
        apart = pyramid is not None and 1 < pyramid.channels <= _APART_MOST
        return LaneView(
            "waveform", "apart" if apart and pyramid is not None and pyramid.channels_differ
            else "together",
        )  # fmt: skip

    def kinds(self, source: str) -> tuple[Shown, ...]:
        """What a lane could show."""
        opened = self._recordings.get(source)
        if opened is None or opened.problem:
            return ()
        facts = opened.source.facts
        motion: tuple[Shown, ...] = ("motion",) if facts.picture is not None else ()
        sound: tuple[Shown, ...] = ("waveform", "spectrogram") if opened.pyramid is not None else ()
        return (*motion, *sound)

    def channels(self, source: str) -> list[tuple[Channels, str]]:
        """Choices of channels, with their names; none where there is one channel."""
        opened = self._recordings.get(source)
        count = 0 if opened is None or opened.pyramid is None else opened.pyramid.channels
        if count < 2:
            return []
        names = [(k, f"Only {channel_name(k, count)}") for k in range(count)]
        apart: list[tuple[Channels, str]] = [("apart", "Apart")] if count <= _APART_MOST else []
        return [("together", "Together"), *apart, *names]

    def show(self, source: str, shown: Shown) -> None:
        """Choose what is drawn."""
        self._choose(source, replace(self.view(source), shown=shown))

    def toggle(self, source: str) -> None:
        """The next of what the lane could show."""
        kinds = self.kinds(source)
        if kinds:
            now = self.view(source).shown
            place = kinds.index(now) if now in kinds else -1
            self.show(source, kinds[(place + 1) % len(kinds)])

    def part(self, source: str, channels: Channels) -> None:
        """Choose the channels."""
        self._choose(source, replace(self.view(source), channels=channels))

    def _choose(self, source: str, view: LaneView) -> None:
        self._chosen[source] = view
        self.changed.emit(source)

    def _curve_ready(self, source: str) -> None:
        opened = self._recordings.get(source)
        if opened is None or opened.problem:
            self._spectra.forget(source)

    # -- drawing -----------------------------------------------------------------------------

    def words(self, source: str) -> str:
        """What the lane shows, for its header."""
        opened = self._recordings.get(source)
        if opened is None:
            return ""
        view = self.view(source)
        if opened.problem or view.shown == "motion" or opened.pyramid is None:
            return opened.kind
        alone = ""
        if isinstance(view.channels, int):
            alone = f" · {channel_name(view.channels, opened.pyramid.channels)}"
        if view.shown == "spectrogram":
            top_khz = min(8000, opened.pyramid.sample_rate_hz / 2) / 1000
            return f"{'' if alone else 'spectrum '}0–{top_khz:g} kHz{alone}"
        text = opened.kind if opened.source.facts.picture is None else "waveform"
        return f"{'waveform' if alone else text}{alone}"

    def rows(self, source: str) -> tuple[LaneRow, ...]:
        """What the lane draws, top to bottom."""
        opened = self._recordings.get(source)
        if opened is None:
            return ()
        view = self.view(source)
        if view.shown == "motion" or opened.pyramid is None:
            trace = opened.traces.get("motion") or opened.traces.get("activity")
            return () if trace is None else (LaneRow(trace_columns(trace)),)
        count = opened.pyramid.channels
        each: list[int | None] = [None]
        if isinstance(view.channels, int) and view.channels < count:
            each = [view.channels]
        elif view.channels == "apart" and count > 1:
            each = list(range(count))
        return tuple(self._row(opened, view.shown, channel, count) for channel in each)

    def _row(self, opened: Opened, shown: Shown, channel: int | None, count: int) -> LaneRow:
        assert opened.pyramid is not None
        name = "" if channel is None else channel_name(channel, count)
        columns = waveform_columns(opened.pyramid, opened.source, channel)
        if shown == "waveform":
            return LaneRow(columns, waveform=True, name=name)
        full_db = 20 * log10(max(opened.pyramid.peak, 1e-4))
        spectrum = partial(self._spectra.tile, opened.source, opened.path, channel, full_db)
        return LaneRow(columns, waveform=True, spectrum=spectrum, name=name)


def channel_name(channel: int, count: int) -> str:
    """``left`` and ``right`` of two; else by number, from 1."""
    return ("left", "right")[channel] if count == 2 else f"channel {channel + 1}"
