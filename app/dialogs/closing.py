"""The closing card: both sightings side by side, and what they are to each other."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets.parts import button, label

PICTURE_PX = (360, 240)


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One mark as it is shown."""

    name: str
    time: str
    image: QImage | None
    late: str = ""
    """By what it is late when the same instant is answered; empty: by nothing stated."""


class ClosingCard(QDialog):
    """Y same instant · D same, with a delay · S somebody speaking about it · Esc leaves it.

    Signals
    -------
    decided(str)
        ``same``, ``delayed`` or ``speaking``.
    """

    decided = Signal(str)

    def __init__(
        self, parent: QWidget | None, event: str, definition: str, sightings: list[Sighting],
        advice: str,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(f"Close “{event}”")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(12)
        column.addWidget(label(f"“{event}”: what are these to each other?", "title"))
        if definition:
            column.addWidget(label(definition, "secondary"))
        row = QHBoxLayout()
        row.setSpacing(12)
        for sighting in sightings[-3:]:
            row.addWidget(_card(sighting))
        column.addLayout(row)
        if advice:
            column.addWidget(label(advice, "act"))
        column.addLayout(self._choices())
        for key, what in (("Y", "same"), ("D", "delayed"), ("S", "speaking")):
            QShortcut(QKeySequence(key), self).activated.connect(
                lambda chosen=what: self.decide(chosen)
            )

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, what, tip in (
            ("Same instant  Y", "same", "They tie the two clocks"),
            ("Same, with a delay …  D", "delayed", "One of them came late by a stated delay"),
            ("Somebody speaking about it  S", "speaking", "Speech came after it: a limit"),
        ):
            made = button(text, act=what == "same", tip=tip)
            made.setAutoDefault(False)
            made.clicked.connect(lambda _=False, chosen=what: self.decide(chosen))
            row.addWidget(made)
        leave = button("Leave it  Esc")
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        row.addWidget(leave)
        row.addStretch(1)
        return row

    def decide(self, what: str) -> None:
        """Close with a decision."""
        self.accept()
        self.decided.emit(what)


def _card(sighting: Sighting) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    inner = QVBoxLayout(card)
    inner.setContentsMargins(10, 8, 10, 10)
    inner.setSpacing(6)
    inner.addWidget(label(sighting.name, wrap=False))
    picture = QLabel()
    picture.setFixedSize(*PICTURE_PX)
    picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
    picture.setAccessibleName(f"{sighting.name}: {sighting.time}")
    if sighting.image is not None:
        shown, ratio = QPixmap.fromImage(sighting.image), picture.devicePixelRatio()
        room = QSize(*PICTURE_PX) * ratio
        if shown.width() > room.width() or shown.height() > room.height():
            shown = shown.scaled(
                room, Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )  # fmt: skip
        shown.setDevicePixelRatio(ratio)  # a pixel of the picture is one of the screen
        picture.setPixmap(shown)
    else:
        picture.setText("one-sided mark")
    inner.addWidget(picture)
    inner.addWidget(label(sighting.time, "mono", wrap=False))
    if sighting.late:
        inner.addWidget(label(f"◷ late by {sighting.late}", "act"))
    inner.addStretch(1)  # the pictures stay level with each other
    return card
