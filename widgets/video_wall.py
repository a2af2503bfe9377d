"""The wall: one to nine panes in a grid, or one large with the others beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, ui_font
from widgets.video_pane import FOOTER_PX, HEADER_PX, OUTLINE_PX, VideoPane

MOST = 9
SPACE_PX = 8
_BESIDE = (0.2, 0.25, 0.3, 0.36)
"""Shares of the wall that the others may take beside a large pane."""

_EMPTY = "Drop recordings here, or choose Add media."


def grid(count: int, room: QSize, shapes: Sequence[float]) -> tuple[int, int]:
    """(columns, rows) that make the pictures largest together.

    Parameters
    ----------
    shapes
        Width to height of each picture.
    """
    count = max(1, count)
    fits = [(columns, -(-count // columns)) for columns in range(1, count + 1)]
    return max(fits, key=lambda fit: _seen(room, fit, shapes))


def _seen(room: QSize, fit: tuple[int, int], shapes: Sequence[float]) -> float:
    """Pixels that pictures of these shapes would cover in such a grid."""
    width = (room.width() + SPACE_PX) / fit[0] - SPACE_PX - 2 * OUTLINE_PX
    height = (room.height() + SPACE_PX) / fit[1] - SPACE_PX - HEADER_PX - FOOTER_PX
    if width <= 0 or height <= 0:
        return 0.0
    return sum(min(width, height * shape) ** 2 / shape for shape in shapes)


class VideoWall(QWidget):
    """Panes of up to nine sources.

    Signals
    -------
    focused(str), size_wanted(str, int, int), menu_wanted(str, QPoint), view_changed(str)
        From the panes.
    """

    focused = Signal(str)
    size_wanted = Signal(str, int, int)
    menu_wanted = Signal(str, QPoint)
    view_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panes: dict[str, VideoPane] = {}
        self._large: str | None = None
        self.setMinimumSize(300, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Pictures")

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(960, 540)

    def set_sources(self, sources: Sequence[tuple[str, str, QColor]]) -> None:
        """Show a pane for the first nine (id, name, colour); kept panes keep their picture."""
        wanted = [source for source, _, _ in sources[:MOST]]
        for source in [source for source in self._panes if source not in wanted]:
            pane = self._panes.pop(source)
            pane.hide()
            pane.setParent(None)
            pane.deleteLater()
        ordered: dict[str, VideoPane] = {}
        for source, name, colour in sources[:MOST]:
            pane = self._panes.get(source) or self._new_pane(source)
            pane.set_header(name, "", colour)
            ordered[source] = pane
        self._panes = ordered
        if self._large not in ordered:
            self._large = None
        self._place()
        self.update()

    def _new_pane(self, source: str) -> VideoPane:
        pane = VideoPane(source, parent=self)
        pane.focused.connect(self.focused)
        pane.size_wanted.connect(self.size_wanted)
        pane.menu_wanted.connect(self.menu_wanted)
        pane.view_changed.connect(self.view_changed)
        pane.shape_changed.connect(self._place)
        pane.show()
        return pane

    def pane(self, source_id: str) -> VideoPane | None:
        """The pane of a source, ``None`` when it has none."""
        return self._panes.get(source_id)

    @property
    def shown(self) -> tuple[str, ...]:
        """Ids of the sources on the wall, in order."""
        return tuple(self._panes)

    def set_focus(self, source_id: str | None) -> None:
        """Outline exactly one pane."""
        for source, pane in self._panes.items():
            pane.set_focus(source == source_id)

    def set_large(self, source_id: str | None) -> None:
        """Enlarge one pane, with the others beside it; ``None`` for the grid."""
        self._large = source_id if source_id in self._panes else None
        self._place()

    @property
    def large(self) -> str | None:
        """The enlarged source."""
        return self._large

    # -- placing -----------------------------------------------------------------------------

    def _place(self) -> None:
        panes = list(self._panes.values())
        if self._large is None or len(panes) == 1:
            shapes = [pane.shape for pane in panes]
            _fill(panes, self.rect(), *grid(len(panes), self.size(), shapes))
            return
        large = self._panes[self._large]
        others = [pane for pane in panes if pane is not large]
        shapes = [pane.shape for pane in others]
        rooms = [self._parted(part) for part in _BESIDE]
        main, side = max(
            rooms, key=lambda room: _seen(room[0].size(), (1, 1), [large.shape])
            + _seen(room[1].size(), grid(len(others), room[1].size(), shapes), shapes),
        )  # fmt: skip
        large.setGeometry(main)
        _fill(others, side, *grid(len(others), side.size(), shapes))

    def _parted(self, part: float) -> tuple[QRect, QRect]:
        """Room for the large pane, and beside it for the others."""
        beside = round(self.width() * part)
        main = QRect(0, 0, self.width() - beside - SPACE_PX, self.height())
        return main, QRect(main.right() + 1 + SPACE_PX, 0, beside, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the panes again."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, and the next step while empty."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ground)
        if not self._panes:
            centred = Qt.AlignmentFlag.AlignHCenter
            area = QRectF(self.rect()).adjusted(20, 0, -20, 0)
            draw_text(painter, area, _EMPTY, ui_font(16), theme.secondary, centred)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)


def _fill(panes: list[VideoPane], area: QRect, columns: int, rows: int) -> None:
    """Place panes row by row; cells differ by at most one pixel."""
    if not panes:
        return
    for place, pane in enumerate(panes):
        row, column = divmod(place, columns)
        left = area.left() + round(column * (area.width() + SPACE_PX) / columns)
        right = area.left() + round((column + 1) * (area.width() + SPACE_PX) / columns) - SPACE_PX
        top = area.top() + round(row * (area.height() + SPACE_PX) / rows)
        bottom = area.top() + round((row + 1) * (area.height() + SPACE_PX) / rows) - SPACE_PX
        pane.setGeometry(left, top, right - left, bottom - top)
