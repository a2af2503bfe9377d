"""Residuals of the evidence against time: what fits, what nothing checks, what disagrees.

Import this module only when it is about to be shown: pyqtgraph costs half a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sync.timebase import NS_PER_S, ReferenceTime, format_clock
from widgets.evidence_table import DISAGREES
from widgets.parts import Choice, button, label, theme_changed
from widgets.residual import ResidualPoint
from widgets.theme import current_theme, mono_font, text_width, with_alpha
from widgets.time_ruler import tick_step

SHAPES = {
    "mark": "o", "match": "t", "clock reading": "s", "clock check": "d", "stated time": "p",
    "log time": "h",
}  # fmt: skip
_SYMBOLS = {"o": "●", "t": "▼", "s": "■", "d": "◆", "p": "⬟", "h": "⬢"}
_NEAR_PX = 14
_ALL = "all recordings"


class _ClockAxis(pg.AxisItem):  # type: ignore[misc]
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


class ResidualPlot(QWidget):
    """Standardised residuals with the limits beyond which evidence disagrees.

    Left and Right move from point to point, Enter goes to the mark, as a click does.

    Signals
    -------
    go_to(str)
        Evidence id.
    picture_wanted()
        The person wants to save the plot as a picture.
    """

    go_to = Signal(str)
    picture_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[ResidualPoint, ...] = ()
        self._chosen: ResidualPoint | None = None
        self._span = (0.0, 1.0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        top = QHBoxLayout()
        self.source = Choice()
        self.source.setAccessibleName("Recording")
        self.source.addItem(_ALL)
        self.source.currentIndexChanged.connect(lambda _: self._draw())
        top.addWidget(self.source, 1)
        save = button("Save picture …", kind="flat", tip="As PNG")
        save.clicked.connect(self.picture_wanted)
        top.addWidget(save)
        column.addLayout(top)
        axis = _ClockAxis(orientation="bottom")
        self.plot = pg.PlotWidget(axisItems={"bottom": axis})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.scene().sigMouseMoved.connect(self._hovered)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        column.addWidget(self.plot, 1)
        self.key = label("", "faint")
        column.addWidget(self.key)
        self.said = label("", "secondary")
        self.said.setMinimumHeight(34)
        self.plot.setToolTip(f"Dashed: w = ± {DISAGREES}, beyond which evidence disagrees")
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.said)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Residuals against time")
        self._draw()

    def set_points(self, points: Sequence[ResidualPoint]) -> None:
        """Show these; the chosen recording and point are kept."""
        self._points = tuple(sorted(points, key=lambda point: point.reference_ns))
        before = self.source.currentText()
        self.source.blockSignals(True)
        self.source.clear()
        self.source.addItems([_ALL, *dict.fromkeys(point.source for point in self._points)])
        self.source.setCurrentIndex(max(0, self.source.findText(before)))
        self.source.blockSignals(False)
        kept = self._chosen.id if self._chosen is not None else None
        self._chosen = next((point for point in self._points if point.id == kept), None)
        self._draw()

    def shown(self) -> list[ResidualPoint]:
        """Points of the chosen recording, in order of time."""
        wanted = self.source.currentText()
        return [point for point in self._points if wanted in (_ALL, point.source)]

    def choose(self, point: ResidualPoint | None) -> None:
        """Say what a point is."""
        if point != self._chosen:
            self._chosen = point
            self._draw()

    # -- drawing -----------------------------------------------------------------------------

    def _draw(self) -> None:
        theme, plot = current_theme(), self.plot
        plot.clear()
        plot.setBackground(theme.ground)
        for side in ("bottom", "left"):
            axis = plot.getAxis(side)
            axis.setPen(theme.line)
            axis.setTextPen(theme.secondary)
            axis.setStyle(tickFont=QFont(mono_font(12)))
        plot.getAxis("left").setWidth(40)
        points = self.shown()
        for level, colour, style in (
            (0.0, theme.line, Qt.PenStyle.SolidLine),
            (DISAGREES, theme.disagree, Qt.PenStyle.DashLine),
            (-DISAGREES, theme.disagree, Qt.PenStyle.DashLine),
        ):
            plot.addItem(pg.InfiniteLine(level, angle=0, pen=pg.mkPen(colour, width=1.2,
                                                                      style=style)))  # fmt: skip
        self._set_ranges(points)
        plot.addItem(pg.ScatterPlotItem([self._dot(point) for point in points], pxMode=True))
        kinds = dict.fromkeys(point.kind for point in points)
        shapes = [f"{_SYMBOLS[SHAPES[kind]]} {kind}" for kind in kinds if kind in SHAPES]
        self.key.setText(
            "   ".join([*shapes, "○ unchecked"])
            if points else ""
        )  # fmt: skip
        if not points:
            self.said.setText("No residuals yet: they come with the first link.")
        else:
            self.said.setText(
                "w against time. Left and Right choose a point, Enter goes there."
                if self._chosen is None
                else self._chosen.in_words
            )  # fmt: skip

    def _dot(self, point: ResidualPoint) -> dict[str, object]:
        theme, chosen = current_theme(), point == self._chosen
        outside = point.w is not None and abs(point.w) > DISAGREES
        tone = theme.disagree if outside else point.colour
        return {
            "pos": (self._x(point), point.w or 0.0),
            "symbol": SHAPES.get(point.kind, "o"),
            "size": 15 if chosen else 11,
            "brush": pg.mkBrush(theme.ground if point.w is None else with_alpha(tone, 0.85)),
            "pen": pg.mkPen(theme.text if chosen else tone, width=2 if chosen else 1.4),
        }

    def _set_ranges(self, points: list[ResidualPoint]) -> None:
        """The time of what was recorded; a clock check days before stands at the edge."""
        highest = max([DISAGREES, *(abs(point.w) for point in points if point.w is not None)])
        self.plot.setYRange(-1.12 * highest, 1.12 * highest, padding=0)
        recorded = [point for point in points if point.kind != "clock check"] or points
        if recorded:
            first, last = (recorded[at].reference_ns / NS_PER_S for at in (0, -1))
            room = max(1.0, 0.07 * (last - first))
            self._span = (first - 0.6 * room, last + 0.6 * room)
            self.plot.setXRange(first - room, last + room, padding=0)

    def _x(self, point: ResidualPoint) -> float:
        """Seconds of day, within the times shown at first."""
        return min(max(point.reference_ns / NS_PER_S, self._span[0]), self._span[1])

    # -- the person --------------------------------------------------------------------------

    def _near(self, scene: QPointF) -> ResidualPoint | None:
        box = self.plot.getViewBox()
        found = [
            (float(np.hypot(at.x() - scene.x(), at.y() - scene.y())), number)
            for number, point in enumerate(self.shown())
            for at in [box.mapViewToScene(QPointF(self._x(point), point.w or 0.0))]
        ]
        near = min(found, default=None)
        return None if near is None or near[0] > _NEAR_PX else self.shown()[near[1]]

    def _hovered(self, scene: QPointF) -> None:
        point = self._near(scene)
        if point is not None:
            self.choose(point)

    def _clicked(self, event: object) -> None:
        point = self._near(event.scenePos())  # type: ignore[attr-defined]
        if point is not None:
            self.choose(point)
            self.go_to.emit(point.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, Right, Enter."""
        points = self.shown()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and points:
            here = points.index(self._chosen) if self._chosen in points else (-1 if step > 0 else 0)
            self.choose(points[(here + step) % len(points)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen is not None:
            self.go_to.emit(self._chosen.id)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self._draw()
        super().changeEvent(event)
