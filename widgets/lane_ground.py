"""The space under the lanes: holds them, and says the next step while there are none."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.lane import HEADER_PX
from widgets.parts import draw_text
from widgets.theme import current_theme, ui_font

LABELS_PX = 40
"""Under the last lane: two lines for the names of events, so that they cover no curve."""


class LaneGround(QWidget):
    """Holds the lanes; says the next step while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, LABELS_PX)
        self.column.setSpacing(0)
        self.column.addStretch(1)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._note = ""

    def set_note(self, note: str) -> None:
        """What to say in the empty space."""
        if note != self._note:
            self._note = note
            self.update()

    def column_end(self) -> int:
        """Where the lanes end."""
        items = (self.column.itemAt(n) for n in range(self.column.count() - 1))
        return max((item.geometry().bottom() + 1 for item in items if item), default=0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Header column, ground and the note."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.ground)
        if event.rect().left() < HEADER_PX:
            painter.fillRect(0, 0, HEADER_PX - 1, self.height(), theme.panel)
            painter.fillRect(HEADER_PX - 1, 0, 1, self.height(), theme.line)
        if self._note:
            room = QRectF(HEADER_PX + 20, 0, self.width() - HEADER_PX - 40, self.height())
            centred = Qt.AlignmentFlag.AlignHCenter
            draw_text(painter, room, self._note, ui_font(13), theme.secondary, centred)
