"""What each lane shows and how: motion, waveform or spectrogram; channels together, apart, or one;
its height, its colour and its place among the others. Choices of the eye: no evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import log10
from typing import Literal, get_args

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from app.controllers.recordings import Opened, Recordings, waveform_columns
from app.controllers.spectra import Spectra
from app.jobs import Jobs
from sync.case.case import Case
from widgets.columns import LaneRow, trace_columns
from widgets.lane_heights import bounded
from widgets.search_form import channel_name
from widgets.theme import PALETTE, source_colour

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


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """What the person chose for one lane; ``None``: as it would be by itself."""

    shown: Shown | None = None
    channels: Channels | None = None
    height_px: int | None = None
    colour: int | None = None
    """Its place in the palette, from 0."""


class LaneViews(QObject):
    """Holds the choices and makes the rows of the lanes.

    Signals
    -------
    changed(str)
        The lane of this source is to be drawn anew.
    arranged()
        Order, heights or colours are others.
    """

    changed = Signal(str)
    arranged = Signal()

    def __init__(self, recordings: Recordings, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recordings = recordings
        self._chosen: dict[str, LaneChoice] = {}
        self._order: tuple[str, ...] = ()
        self._spectra = Spectra(jobs, recordings.cache, self)
        self._spectra.ready.connect(self.changed)
        recordings.curve_ready.connect(self._curve_ready)

    def view(self, source: str) -> LaneView:
        """What a lane shows now."""
        usual, chosen = self._usual(source), self._choice(source)
        return LaneView(
            usual.shown if chosen.shown is None else chosen.shown,
            usual.channels if chosen.channels is None else chosen.channels,
        )

    def _usual(self, source: str) -> LaneView:
        opened = self._recordings.get(source)
        if opened is not None and opened.source.facts.picture is not None:
            return LaneView("motion")
        pyramid = None if opened is None else opened.pyramid
        apart = pyramid is not None and 1 < pyramid.channels <= _APART_MOST
        return LaneView(
            "waveform", "apart" if apart and pyramid is not None and pyramid.channels_differ
            else "together",
        )  # fmt: skip

    def _choice(self, source: str) -> LaneChoice:
        return self._chosen.get(source, LaneChoice())

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
        self._choose(source, replace(self._choice(source), shown=shown))

    def toggle(self, source: str) -> None:
        """The next of what the lane could show."""
        kinds = self.kinds(source)
        if kinds:
            now = self.view(source).shown
            place = kinds.index(now) if now in kinds else -1
            self.show(source, kinds[(place + 1) % len(kinds)])

    def part(self, source: str, channels: Channels) -> None:
        """Choose the channels."""
        self._choose(source, replace(self._choice(source), channels=channels))

    def _choose(self, source: str, choice: LaneChoice) -> None:
        self._chosen[source] = choice
        self.changed.emit(source)

    # -- height, colour, order ---------------------------------------------------------------

    def heights(self) -> dict[str, int]:
        """Heights in px that were chosen, by source id."""
        return {s: c.height_px for s, c in self._chosen.items() if c.height_px is not None}

    def set_heights(self, heights: Mapping[str, int | None]) -> None:
        """Choose heights in px; ``None``: as the others."""
        for source, height in heights.items():
            tall = None if height is None else bounded(height)
            self._chosen[source] = replace(self._choice(source), height_px=tall)
        self.arranged.emit()

    def colours(self, case: Case) -> dict[str, QColor]:
        """The colour of every recording, by source id: chosen, or by its place in the case."""
        chosen = ((s.id, self._choice(s.id).colour, n) for n, s in enumerate(case.sources))
        return {source: source_colour(place if at is None else at) for source, at, place in chosen}

    def colour(self, source: str) -> int | None:
        """Place in the palette of the colour that was chosen for a recording."""
        return self._choice(source).colour

    def set_colour(self, source: str, place: int | None) -> None:
        """Choose a colour by its place in the palette; ``None``: by its place in the case."""
        self._chosen[source] = replace(self._choice(source), colour=place)
        self.arranged.emit()

    def ordered(self, sources: Sequence[str]) -> list[str]:
        """These sources as the person put them; new ones last, in the order given."""
        place = {source: n for n, source in enumerate(self._order)}
        return sorted(sources, key=lambda source: place.get(source, len(place)))

    def set_order(self, sources: Sequence[str]) -> None:
        """Put lanes in this order; those not named keep theirs, after them."""
        self._order = (*sources, *(s for s in self._order if s not in sources))
        self.arranged.emit()

    def move(self, source: str, steps: int, among: Sequence[str]) -> None:
        """One place up (-1) or down (+1) among the lanes there are."""
        lanes = list(among)
        at = lanes.index(source)
        lanes.insert(max(0, min(len(lanes) - 1, at + steps)), lanes.pop(at))
        self.set_order(lanes)

    # -- remembered --------------------------------------------------------------------------

    def look(self) -> dict[str, object]:
        """All choices as plain JSON values."""
        lanes = {}
        for source, c in self._chosen.items():
            kept = {"shown": c.shown, "channels": c.channels, "height_px": c.height_px,
                    "colour": c.colour}  # fmt: skip
            kept = {key: value for key, value in kept.items() if value is not None}
            if kept:
                lanes[source] = kept
        found: dict[str, object] = {"lanes": lanes} if lanes else {}
        return found | ({"order": list(self._order)} if self._order else {})

    def set_look(self, look: Mapping[str, object]) -> None:
        """Take up remembered choices; what cannot be read is left out."""
        lanes, order = look.get("lanes"), look.get("order")
        self._chosen = {
            str(source): _choice_of(kept)
            for source, kept in (lanes.items() if isinstance(lanes, dict) else ())
            if isinstance(kept, dict)
        }
        self._order = tuple(str(source) for source in order) if isinstance(order, list) else ()
        self.arranged.emit()

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


def _choice_of(kept: Mapping[str, object]) -> LaneChoice:
    """One lane's choices from remembered values, each only where it can be one."""
    shown, channels = kept.get("shown"), kept.get("channels")
    height, colour = kept.get("height_px"), kept.get("colour")
    part = channels in ("together", "apart") or (type(channels) is int and channels >= 0)
    return LaneChoice(
        shown=shown if shown in get_args(Shown) else None,  # type: ignore[arg-type]
        channels=channels if part else None,  # type: ignore[arg-type]
        height_px=bounded(height) if type(height) is int else None,
        colour=colour if type(colour) is int and 0 <= colour < len(PALETTE) else None,
    )
