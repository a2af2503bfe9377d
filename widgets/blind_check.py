"""A blind check: one moment, and four that might be the same one. No times, no verdict between."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets.parts import button, clear, label, set_role

VIEW_PX = (136, 77)
CHOICES = 4


class _Moment(QFrame):
    """One moment that may be chosen."""

    clicked = Signal(int)

    def __init__(self, place: int) -> None:
        super().__init__()
        self.setObjectName("card")
        self._place = place
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Moment {place + 1}")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(3)
        column.addWidget(label(str(place + 1), "heading"))
        self._strip = QVBoxLayout()
        self._strip.setSpacing(3)
        column.addLayout(self._strip)
        column.addStretch(1)

    def set_images(self, images: Sequence[QImage]) -> None:
        """Show these, one below the other."""
        _fill(self._strip, images)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        self.clicked.emit(self._place)


class BlindCheck(QFrame):
    """Keys 1 to 4 choose, Enter goes on, Esc gives up.

    Signals
    -------
    chosen(int)
        Place of the moment the person holds for the same, after Enter.
    left()
        Given up.
    opened(bool)
        It begins (everything else of the panel makes room), or has ended.
    """

    chosen = Signal(int)
    left = Signal()
    opened = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("Blind check")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._rounds, self._picked = 0, -1
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 12)
        column.setSpacing(8)
        self.title = label("", "title")
        column.addWidget(self.title)
        self.question = label("", "secondary")
        column.addWidget(self.question)
        self._given = QHBoxLayout()
        self._given.setSpacing(3)
        column.addLayout(self._given)
        grid = QGridLayout()
        grid.setSpacing(6)
        self._moments = [_Moment(place) for place in range(CHOICES)]
        for place, moment in enumerate(self._moments):
            moment.clicked.connect(self.pick)
            grid.addWidget(moment, place // 2, place % 2)
        column.addLayout(grid)
        row = QHBoxLayout()
        self.go_on = button("This one  ⏎", act=True)
        self.go_on.clicked.connect(self._choose)
        leave = button("Give up  Esc")
        leave.clicked.connect(self.left)
        row.addWidget(self.go_on)
        row.addWidget(leave)
        row.addStretch(1)
        column.addLayout(row)
        self.hide()

    def begin(self, names: tuple[str, str], rounds: int) -> None:
        """A check of this many rounds between A and B begins; its first moment is on its way."""
        self._rounds = rounds
        self.question.setText(
            f"First a moment of {names[1]}. Which of the four moments of {names[0]} is the same "
            "one? Keys 1 to 4, then Enter. What was right is said at the end."
        )
        self._wait(1)
        self.opened.emit(True)
        self.show()
        self.setFocus()

    def end(self) -> None:
        """It has ended, or was given up."""
        if not self.isHidden():
            self.hide()
            self.opened.emit(False)

    def show_round(
        self, number: int, given: Sequence[QImage], choices: Sequence[Sequence[QImage]]
    ) -> None:
        """One round: the moment of B, and four of A."""
        self.title.setText(f"Blind check · round {number} of {self._rounds}")
        _fill(self._given, given)
        self._given.addStretch(1)
        for moment, images in zip(self._moments, choices, strict=True):
            moment.set_images(images)
            moment.setEnabled(True)
        self.setFocus()

    def pick(self, place: int) -> None:
        """Hold this one for the same; Enter goes on with it."""
        if not self._moments[place].isEnabled():
            return
        self._picked = place
        for at, moment in enumerate(self._moments):
            set_role(moment, "chosen", at == place)
        self.go_on.setEnabled(True)

    def event(self, event: QEvent) -> bool:
        """Its own keys come to it, whatever they do in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
            if event.key() in own or 0 <= event.key() - Qt.Key.Key_1 < CHOICES:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 to 4, Enter, Esc."""
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < CHOICES:
            self.pick(place)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self) -> None:
        picked = self._picked
        if picked >= 0:
            self._wait(None)
            self.chosen.emit(picked)

    def _wait(self, first: int | None) -> None:
        """Nothing can be chosen until the next moments are there."""
        self._picked = -1
        self.go_on.setEnabled(False)
        if first is not None:
            self.title.setText(f"Blind check · round {first} of {self._rounds}")
            _fill(self._given, ())
        for moment in self._moments:
            set_role(moment, "chosen", False)
            moment.setEnabled(False)
            moment.set_images(())


def _fill(layout: QVBoxLayout | QHBoxLayout, images: Sequence[QImage]) -> None:
    clear(layout)
    for image in images:
        shown = QLabel()
        shown.setPixmap(QPixmap.fromImage(image))
        shown.setFixedSize(image.size())
        layout.addWidget(shown)
