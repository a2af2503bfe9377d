"""Facts of the focused recording: streams, timestamps, health, claims, hash."""

from __future__ import annotations

from fractions import Fraction
from math import floor, log10
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from sync.case.case import KEPT_AS_WORDS, Source
from sync.case.displayed import DisplayedRate
from sync.media.facts import HealthNote, MediaFacts, PictureFacts, SoundFacts
from sync.timebase import MediaTime, format_clock, format_seconds
from widgets.due import Due
from widgets.interval_histogram import IntervalHistogram
from widgets.parts import button, label, selectable
from widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from sync.media.timing import Rate, TimingHealth

_INTERVALS = "How often each interval from one frame to the next occurs."


class FilePanel(QFrame):
    """What is known of one file.

    Signals
    -------
    go_to(object)
        :class:`MediaTime` of a health note.
    origin_wanted()
        Where the recording came from is to be stated.
    """

    go_to = Signal(object)
    origin_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("File")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = ScrolledColumn((18, 14, 18, 14), 8)
        self._column = QVBoxLayout()
        outer.addWidget(self._area)
        self._shown: tuple[Source | None, TimingHealth | None, tuple[DisplayedRate, ...]]
        self._shown = (None, None, ())
        self.due = Due(self, lambda: self._area.fill(self._fill))
        self.due.mark()

    def set_source(
        self,
        source: Source | None,
        timing: TimingHealth | None = None,
        displayed: tuple[DisplayedRate, ...] = (),
    ) -> None:
        """Show the facts of a recording; ``None`` says the next step.

        Parameters
        ----------
        timing
            What its frame index says; ``None`` while it is not read, or without pictures.
        displayed
            Its times against the clocks read in its pictures.
        """
        shown = (source, timing, displayed)
        if shown != self._shown:
            self._shown = shown
            self.due.mark()

    def _fill(self, column: QVBoxLayout) -> None:
        self._column = column
        source, timing, displayed = self._shown
        if source is None:
            text = "Choose a recording to see what its file holds."
            self._column.addWidget(label(text, "secondary"))
            return
        facts = source.facts
        self._column.addWidget(label(source.name, "title"))
        self._rows("FILE", _file_rows(source, facts))
        stated = source.item or source.received or source.device or source.kept_as
        origin = button(
            "Where it came from …" if stated else "State where it came from …",
            kind="link",
            tip="Item number, from whom, when and how, native or copy",
        )
        origin.clicked.connect(self.origin_wanted)
        self._column.addWidget(origin, 0, Qt.AlignmentFlag.AlignLeft)
        if facts.picture is not None:
            self._rows("PICTURE", _picture_rows(facts.picture))
        if timing is not None:
            self._rows("TIMES OF ITS FRAMES", _timing_rows(timing))
            self._column.addWidget(IntervalHistogram(timing.intervals))
            self._column.addWidget(label(_INTERVALS, "faint"))
        if displayed:
            self._rows("AGAINST THE CLOCK IN ITS PICTURES", _displayed_rows(displayed))
        if facts.sound is not None:
            self._rows("SOUND", _sound_rows(facts.sound))
        self._health(facts.health)
        if facts.claims:
            self._rows(
                "WHAT THE FILE CLAIMS (not observed)", [(c.name, c.value) for c in facts.claims]
            )
        self._rows("SHA-256", [("", _grouped(facts.sha256))])

    def _rows(self, heading: str, rows: list[tuple[str, str]]) -> None:
        self._column.addSpacing(4)
        self._column.addWidget(label(heading, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for place, (name, value) in enumerate(rows):
            text = selectable(value, "mono" if not name else "")
            if name:
                left = label(name, "secondary")
                left.setAlignment(Qt.AlignmentFlag.AlignTop)
                left.setFixedWidth(110)
                grid.addWidget(left, place, 0)
                grid.addWidget(text, place, 1)
            else:
                grid.addWidget(text, place, 0, 1, 2)
        self._column.addLayout(grid)

    def _health(self, notes: tuple[HealthNote, ...]) -> None:
        self._column.addSpacing(4)
        self._column.addWidget(label("HEALTH OF ITS TIMES", "heading"))
        if not notes:
            self._column.addWidget(label("Nothing found that an examiner must know.", "secondary"))
        for note in notes:
            card = QFrame()
            card.setObjectName("card")
            inner = QVBoxLayout(card)
            inner.setContentsMargins(12, 8, 12, 8)
            inner.setSpacing(2)
            inner.addWidget(label(note.code, "act"))
            inner.addWidget(selectable(note.detail))
            if note.at is not None:
                go = button(f"at {format_seconds(note.at.ns, 3)} s  ›", kind="link")
                go.clicked.connect(lambda _=False, at=note.at: self.go_to.emit(at))
                inner.addWidget(go, 0, Qt.AlignmentFlag.AlignLeft)
            self._column.addWidget(card)


def _file_rows(source: Source, facts: MediaFacts) -> list[tuple[str, str]]:
    rows = [
        ("path", source.path), ("item", source.item), ("device", source.device),
        ("received", source.received),
        ("stated as", KEPT_AS_WORDS[source.kept_as]),
        ("container", facts.container),
        ("size", f"{facts.size_bytes:,} bytes".replace(",", "\u202f")),
        ("length", format_clock(MediaTime(facts.duration.ns), 3)), ("encoder", facts.encoder or ""),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _picture_rows(picture: PictureFacts) -> list[tuple[str, str]]:
    turned = f", turned {picture.rotation_deg}°" if picture.rotation_deg else ""
    size = f"{picture.width_px} × {picture.height_px}, pixel {picture.sample_aspect}{turned}"
    pictures = "not counted yet" if picture.pictures is None else str(picture.pictures)
    index = "verified" if picture.index == "verified" else "provisional: not yet decoded once"
    rate = f"{picture.nominal_rate} a second (claimed, never used for time)"
    interval = f"{picture.median_interval.s * 1000:.2f} ms between pictures (median)"
    return [
        ("codec", picture.codec), ("size", size), ("frames", str(picture.frames)),
        ("pictures", pictures), ("index", index),
        ("first PTS", f"{format_seconds(picture.first.ns, 6)} s"),
        ("last PTS", f"{format_seconds(picture.last.ns, 6)} s"),
        ("time base", f"{picture.time_base} s"),
        ("interval", interval + (", variable" if picture.variable_rate else "")), ("rate", rate),
    ]  # fmt: skip


def _timing_rows(timing: TimingHealth) -> list[tuple[str, str]]:
    """Only what was found: a row that says "none" six times hides the one that does not."""
    rows: list[tuple[str, str]] = []
    if timing.measured is not None:
        rows.append(("rate", f"{_measured(timing.measured)} a second, by their own times"))
        if timing.claimed is not None:
            rows.append(("claimed", _against(timing.measured, timing.claimed)))
    if timing.gaps:
        rows.append(("gaps", f"{timing.gaps}, about {timing.missing} pictures missing"))
    irregular = {
        "same time as the frame before": timing.equal,
        "steps back": timing.backward,
        "clock was set": timing.discontinuities,
        "clock started again from 0": timing.wraps,
    }
    found = [f"{what}: {count}" for what, count in irregular.items() if count]
    rows.append(("irregular", "\n".join(found) if found else "nothing found"))
    if timing.pictures is not None and timing.pictures < timing.frames:
        repeated = timing.frames - timing.pictures
        rows.append(("repeated", f"{repeated} of {timing.frames} frames show the picture before"))
    if timing.blended:
        rows.append(("blended", f"{timing.blended} frames are mixtures of two pictures"))
    if timing.interlaced:
        order = {"top": "top field first", "bottom": "bottom field first"}
        first = order.get(timing.field_order or "", "which field comes first is not known")
        rows.append(("fields", f"{first}, {timing.median.s * 500:.2f} ms apart"))
    if timing.damaged:
        rows.append(("damaged", f"{timing.damaged} frames decoded with errors"))
    return rows


def _measured(rate: Rate) -> str:
    """To the digit that the ticks leave open, at most a millionth."""
    digits = min(6, max(2, 1 - floor(log10(max(rate.half_per_s, 1e-9)))))
    ends = [f"{rate.per_s + way * rate.half_per_s:.{digits}f}" for way in (-1, 1)]
    return ends[0] if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"


def _against(measured: Rate, claimed: Fraction) -> str:
    excess_ppm, half_ppm = measured.against(claimed)
    if abs(excess_ppm) <= half_ppm:
        return f"{float(claimed):.6g} a second: as its times say"
    more = "fewer" if excess_ppm < 0 else "more"
    said = f"{float(claimed):.6g} a second; its times hold {abs(excess_ppm) / 1e4:.3g} % {more}"
    if measured.is_ntsc_of(claimed) is not None:
        said += ", as 29.97 and 30 differ"
    return said


def _displayed_rows(displayed: tuple[DisplayedRate, ...]) -> list[tuple[str, str]]:
    rows = []
    for one in displayed:
        if not one.agrees:
            said = "no one rate fits its readings: it was set, or one of them is wrong"
        else:
            said = f"gains between {_ppm(one.low_ppm)} and {_ppm(one.high_ppm)} s a day on them"
        over = format_clock(MediaTime(one.span.ns), 0)
        rows.append((one.clock, f"{said}; {one.readings} readings over {over}"))
    return rows


def _ppm(ppm: float) -> str:
    """Parts per million as seconds a day: what a person can picture."""
    return f"{ppm * 0.0864:+.3g}".replace("-", "\N{MINUS SIGN}")


def _sound_rows(sound: SoundFacts) -> list[tuple[str, str]]:
    start = f"{format_seconds(sound.start.ns, 6)} s"
    if sound.start_half.ns:
        start += f", known to ± {format_seconds(sound.start_half.ns, 4)} s"
    return [
        ("codec", sound.codec), ("rate", f"{sound.sample_rate_hz} Hz"),
        ("channels", str(sound.channels)), ("samples", str(sound.samples)),
        ("first sample", start), ("read by", sound.reader),
    ]  # fmt: skip


def _grouped(digest: str) -> str:
    """The hash in groups of eight, so that it wraps and can be read aloud."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
