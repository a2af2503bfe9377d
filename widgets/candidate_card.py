"""One possible match: offset with its range, how likely by chance, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from widgets import search_words as words
from widgets.budget_table import percent
from widgets.parts import button, clear, label, set_role

if TYPE_CHECKING:
    from sync.correlate.result import Candidate

_WIDE_PX = 264
"""Room for the views of one coincidence in the narrowest inspector."""


class CandidateCard(QFrame):
    """A candidate; open when chosen.

    Signals
    -------
    clicked(int)
        Place of the candidate.
    moment_clicked(int, int)
        Places of the candidate and of its coincidence: play it.
    """

    clicked = Signal(int)
    moment_clicked = Signal(int, int)

    def __init__(self, place: int, candidate: Candidate, names: tuple[str, str]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._place = place
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 9)
        column.setSpacing(3)
        top = label(f"Possible match {place + 1}")
        top.setStyleSheet("font-weight: 600;")
        column.addWidget(top)
        column.addWidget(label(f"offset {words.offset_range(candidate)}"))
        column.addWidget(label(words.chance(candidate.p), "secondary"))
        if words.drift_text(candidate):
            column.addWidget(label(f"{words.drift_text(candidate)} (95 %)", "secondary"))
        if candidate.rests_on_one_event:
            column.addWidget(label(f"✕ {words.ONE_EVENT}", "act"))
        self._notes = {name: label("", "secondary") for name in ("fit", "blind")}
        for note in self._notes.values():
            note.hide()
            column.addWidget(note)
        self._seen: list[QHBoxLayout] = []
        self._moments = QFrame()
        inner = QVBoxLayout(self._moments)
        inner.setContentsMargins(0, 6, 0, 0)
        inner.setSpacing(3)
        inner.addWidget(label("STRONGEST COINCIDENCES", "heading"))
        for number, moment in enumerate(words.strongest(candidate)):
            row = QHBoxLayout()
            row.addWidget(label(words.moment_text(moment, candidate.U95_s, names)), 1)
            row.addWidget(label(percent(moment.share), "mono", wrap=False))
            play = button("▶", kind="flat", tip="Play this moment in both recordings")
            play.setAccessibleName(f"Play coincidence {number + 1}")
            play.clicked.connect(lambda _=False, at=number: self.moment_clicked.emit(place, at))
            row.addWidget(play)
            inner.addLayout(row)
            seen = QHBoxLayout()
            seen.setSpacing(3)
            inner.addLayout(seen)
            self._seen.append(seen)
        self._moments.setVisible(False)
        self._has_moments = bool(candidate.coincidences)
        column.addWidget(self._moments)
        self.setAccessibleName(
            f"Possible match {place + 1}: {words.offset_range(candidate)}, "
            f"{words.chance(candidate.p)}"
        )

    def set_views(self, views: Sequence[tuple[Sequence[QImage], Sequence[QImage]]]) -> None:
        """Pictures before and at each coincidence, or the sound about it, of both recordings."""
        for row, both in zip(self._seen, views, strict=False):
            clear(row)
            images = [image for side in both for image in side]
            wide = _WIDE_PX // max(2, len(images))
            for image in images:
                shown = QLabel()
                shown.setPixmap(QPixmap.fromImage(image).scaledToWidth(
                    min(wide, image.width()), Qt.TransformationMode.SmoothTransformation
                ))  # fmt: skip
                row.addWidget(shown, 0, Qt.AlignmentFlag.AlignTop)
            row.addStretch(1)

    def set_note(self, name: Literal["fit", "blind"], text: str) -> None:
        """How it fits the case without it, or what the blind check gave; empty for nothing."""
        self._notes[name].setText(text)
        self._notes[name].setVisible(bool(text))

    def set_chosen(self, chosen: bool) -> None:
        """Open or close."""
        set_role(self, "chosen", chosen)
        self._moments.setVisible(chosen and self._has_moments)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        self.clicked.emit(self._place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses it; other keys go to the panel."""
        if event.key() == Qt.Key.Key_Space:
            self.clicked.emit(self._place)
        else:
            super().keyPressEvent(event)
