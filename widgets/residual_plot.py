"""Residuals of the evidence against time: what fits, what nothing checks, what disagrees.

Import this module only when it is about to be shown: pyqtgraph costs half a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sync.timebase import NS_PER_S, ReferenceTime, format_clock
from widgets.colour_key import ColourKey
from widgets.evidence_table import DISAGREES
from widgets.parts import Choice, label
from widgets.plot import Plot, Rows
from widgets.residual import ResidualPoint
from widgets.theme import current_theme, with_alpha

SHAPES = {
    "mark": "o", "match": "t", "clock reading": "s", "clock check": "d", "stated time": "p",
    "log time": "h",
}  # fmt: skip
SYMBOLS = {"o": "●", "t": "▼", "s": "■", "d": "◆", "p": "⬟", "h": "⬢"}
_ALL = "all recordings"


class ResidualPlot(Plot):
    """Standardised residuals with the limits beyond which evidence disagrees.

    Left and Right move from point to point, Enter goes to the mark, as a click does.

    Signals
    -------
    go_to(str)
        Evidence id.
    """

    go_to = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Residuals against time",
            "reference clock",
            "residual, w",
            clock_axis=True,
            parent=parent,
        )
        self._points: tuple[ResidualPoint, ...] = ()
        self._chosen: ResidualPoint | None = None
        self._span = (0.0, 1.0)
        self.source = Choice()
        self.source.setAccessibleName("Recording")
        self.source.addItem(_ALL)
        self.source.currentIndexChanged.connect(lambda _: self.draw())
        self.source.setMinimumWidth(150)
        self.swatches = ColourKey()
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self.source)
        top.addWidget(self.swatches, 1)
        self.column.insertLayout(0, top)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.plot.getAxis("left").setWidth(46)
        self.plot.setToolTip(f"Dashed: w = ± {DISAGREES}, beyond which evidence disagrees")
        self.key = label("", "faint")
        self.column.insertWidget(2, self.key)
        self.said.setMinimumHeight(34)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.draw()

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
        self.draw()

    def shown(self) -> list[ResidualPoint]:
        """Points of the chosen recording, in order of time."""
        wanted = self.source.currentText()
        return [point for point in self._points if wanted in (_ALL, point.source)]

    def choose(self, point: ResidualPoint | None) -> None:
        """Say what a point is."""
        if point != self._chosen:
            self._chosen = point
            self.draw()

    # -- drawing -----------------------------------------------------------------------------

    def draw(self) -> None:
        """Points, and the limits beyond which evidence disagrees."""
        theme = current_theme()
        self.begin()
        points = self.shown()
        self.level(0.0, theme.line)
        for level in (DISAGREES, -DISAGREES):
            self.level(level, theme.disagree, dashed=True)
        self._set_ranges(points)
        self.plot.addItem(
            pg.ScatterPlotItem([self._dot(point) for point in points], pxMode=True, useCache=False)
        )
        self.key.setText(self._shapes())
        self.swatches.set_entries(self.colours())
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
        points = self.shown()
        place = self.nearest(scene, [(self._x(point), point.w or 0.0) for point in points])
        return None if place is None else points[place]

    def say_at(self, scene: QPointF) -> None:
        """What the point under the pointer is."""
        point = self._near(scene)
        if point is not None:
            self.choose(point)

    def summary(self) -> str:
        """Which recording, and what lines and shapes are."""
        beyond = f"dashed: w = ± {DISAGREES}, beyond which evidence disagrees"
        return f"{self.source.currentText()}; {beyond}\n{self._shapes()}".strip()

    def _shapes(self) -> str:
        """Which shape is which kind of evidence."""
        kinds = dict.fromkeys(point.kind for point in self.shown())
        shapes = [f"{SYMBOLS[SHAPES[kind]]}\u00a0{kind}" for kind in kinds if kind in SHAPES]
        return "   ".join([*shapes, "○\u00a0unchecked"]) if kinds else ""

    def colours(self) -> list[tuple[QColor, str]]:
        """The recordings of the points shown."""
        found = {point.source: point.colour for point in self.shown()}
        return [(colour, name) for name, colour in found.items()]

    def rows(self) -> Rows:
        """One row a point."""
        titles = ("what", "kind", "recording", "reference clock", "residual (s)", "w")
        return titles, [
            (point.name, point.kind, point.source,
             format_clock(ReferenceTime(point.reference_ns), 3), f"{point.residual_s:.6f}",
             "not checked" if point.w is None else f"{point.w:.3f}")
            for point in self.shown()
        ]  # fmt: skip

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
