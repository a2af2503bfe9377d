"""Facts of the focused recording: streams, timestamps, health, claims, hash."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from sync.case.case import Source
from sync.media.facts import HealthNote, MediaFacts, PictureFacts, SoundFacts
from sync.timebase import MediaTime, format_clock, format_seconds
from widgets.parts import button, clear, label, selectable


class FilePanel(QFrame):
    """What is known of one file.

    Signals
    -------
    go_to(object)
        :class:`MediaTime` of a health note.
    """

    go_to = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("File")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        holder.setObjectName("scrolled")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(18, 14, 18, 14)
        self._column.setSpacing(8)
        area.setWidget(holder)
        outer.addWidget(area)
        self.set_source(None)

    def set_source(self, source: Source | None) -> None:
        """Show the facts of a recording; ``None`` says the next step."""
        clear(self._column)
        if source is None:
            text = "Choose a recording to see what its file holds."
            self._column.addWidget(label(text, "secondary"))
            self._column.addStretch(1)
            return
        facts = source.facts
        self._column.addWidget(label(source.name, "title"))
        self._rows("FILE", _file_rows(source, facts))
        if facts.picture is not None:
            self._rows("PICTURE", _picture_rows(facts.picture))
        if facts.sound is not None:
            self._rows("SOUND", _sound_rows(facts.sound))
        self._health(facts.health)
        if facts.claims:
            self._rows(
                "WHAT THE FILE CLAIMS (not observed)", [(c.name, c.value) for c in facts.claims]
            )
        self._rows("SHA-256", [("", _grouped(facts.sha256))])
        self._column.addStretch(1)

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
        ("received", source.received), ("container", facts.container),
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
