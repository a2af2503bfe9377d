"""What all plots share: axes in the theme's colours, values under the pointer, and export.

Import this module only when a plot is about to be shown: pyqtgraph costs half a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from sync.interchange.csv import shown_csv_bytes
from sync.timebase import NS_PER_S, ReferenceTime, format_clock
from widgets import figure
from widgets.parts import button, label, theme_changed
from widgets.saving import Keepsake, keeper_of
from widgets.theme import current_theme, mono_font, text_width
from widgets.time_ruler import tick_step

NEAR_PX = 14
FIGURE = QSize(720, 400)
"""Of an exported plot: as wide as a page's text, as high as its labels need."""
Rows = tuple[Sequence[str], Sequence[Sequence[str]]]


class ClockAxis(pg.AxisItem):  # type: ignore[misc]
    """Seconds of day as clock times."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """As far apart as the labels need."""
        room = text_width("00:00:00.0", mono_font(12)) + 18
        step_ns, _ = tick_step((high - low) * NS_PER_S / max(1.0, size), room)
        return [(step_ns / NS_PER_S, 0.0)]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """One label a tick."""
        decimals = 0 if spacing >= 1 else 1
        return [format_clock(ReferenceTime(round(at * NS_PER_S)), decimals) for at in values]


class Plot(QWidget):
    """A plot and a line under it that says what is under the pointer.

    A subclass draws in :meth:`draw`, says in :meth:`say_at`, and gives its values as text in
    :meth:`rows`.
    """

    def __init__(
        self, name: str, x_words: str, y_words: str, *, clock_axis: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._name, self._note = name, ""
        self._words = {"bottom": x_words, "left": y_words}
        axes = {"bottom": ClockAxis(orientation="bottom")} if clock_axis else {}
        self.plot = pg.PlotWidget(axisItems=axes)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setCacheMode(pg.GraphicsView.CacheModeFlag.CacheNone)  # a drawing has no pixels
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.plot.customContextMenuRequested.connect(
            lambda at: self._open_menu(self.plot.mapToGlobal(at))
        )
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.said = label("", "secondary")
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._more = button("Export …", kind="flat", tip="Picture (PNG, SVG) or values (CSV)")
        self._more.clicked.connect(self.export)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self.said, 1)
        foot.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.column.addWidget(self.plot, 1)
        self.column.addLayout(foot)
        self.setAccessibleName(name)

    # -- for subclasses ----------------------------------------------------------------------

    def draw(self) -> None:
        """Draw everything anew, after :meth:`begin`."""
        raise NotImplementedError

    def say_at(self, scene: QPointF) -> None:
        """The pointer is here: say the values."""

    def rows(self) -> Rows:
        """(titles, rows) of what is drawn."""
        raise NotImplementedError

    def begin(self) -> None:
        """An empty plot in the colours of the theme."""
        theme = current_theme()
        self.plot.clear()
        self.plot.setBackground(theme.ground)
        for side, words in self._words.items():
            axis = self.plot.getAxis(side)
            axis.setPen(theme.line)
            axis.setTextPen(theme.secondary)
            axis.setStyle(tickFont=QFont(mono_font(12)))
            axis.enableAutoSIPrefix(False)  # seconds stay seconds, and figures their own size
            axis.setLabel(words, color=theme.secondary.name(), **{"font-size": "12px"})

    def level(self, y: float, colour: QColor, *, dashed: bool = False) -> None:
        """A line across."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        pen = pg.mkPen(colour, width=1.2, style=style)
        self.plot.addItem(pg.InfiniteLine(y, angle=0, pen=pen))

    def at(self, scene: QPointF) -> QPointF:
        """Values of a place in the scene."""
        return QPointF(self.plot.getViewBox().mapSceneToView(scene))

    def nearest(self, scene: QPointF, spots: Sequence[tuple[float, float]]) -> int | None:
        """Place of the spot next to the pointer, ``None`` beyond 14 px."""
        box = self.plot.getViewBox()
        seen = [box.mapViewToScene(QPointF(*spot)) for spot in spots]
        far = [float(np.hypot(at.x() - scene.x(), at.y() - scene.y())) for at in seen]
        return far.index(min(far)) if far and min(far) <= NEAR_PX else None

    # -- keeping -----------------------------------------------------------------------------

    def set_note(self, note: str) -> None:
        """What every export says of its figures: clock, ranges, case and calculation."""
        self._note = note

    def set_clock(self, name: str) -> None:
        """What the clock of the axis of times is called."""
        self._words["bottom"] = name
        self.draw()

    def keepsake(self) -> Keepsake:
        """The plot as a picture, a drawing, or its values."""
        picture: dict[str, Callable[[], bytes]] = {
            "png": lambda: self._drawn(figure.png),
            "svg": lambda: self._drawn(figure.svg),
            "csv": self.csv,
        }
        return Keepsake(name=self._name, content=picture)

    def _drawn(self, draw: Callable[..., bytes]) -> bytes:
        """The plot in the size of a figure, however low the panel it stands in is."""
        before = self.plot.size()
        self.plot.resize(FIGURE)
        try:
            return draw(self.plot, self._name, self._beneath(), self.colours())
        finally:
            self.plot.resize(before)

    def summary(self) -> str:
        """What the plot shows, for the line under it and under its picture."""
        return ""

    def colours(self) -> list[tuple[QColor, str]]:
        """What each colour is, where there are several."""
        return []

    def _beneath(self) -> str:
        return "\n".join(part for part in (self.summary(), self._note) if part)

    def csv(self) -> bytes:
        """The values for a spreadsheet."""
        head = [("plot", self._name), *(("note", line) for line in self._note.splitlines())]
        return shown_csv_bytes(head, *self.rows())

    def copy(self) -> None:
        """The values on the clipboard, with the note."""
        titles, rows = self.rows()
        lines = ["\t".join(row) for row in (titles, *rows)]
        QGuiApplication.clipboard().setText("\n".join([*lines, self._note]).strip())

    def export(self) -> None:
        """Offer it as a file."""
        keeper = keeper_of(self)
        if keeper is not None:
            keeper.keep_file(self.keepsake())

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Copy the values", self.copy)
        if keeper_of(self) is not None:
            menu.addAction("Export …", self.export)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    # -- events ------------------------------------------------------------------------------

    def _moved(self, scene: QPointF) -> None:
        if self.plot.plotItem.sceneBoundingRect().contains(scene):
            self.say_at(scene)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.draw()
        super().changeEvent(event)
