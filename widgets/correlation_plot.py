"""The score against the offset, with its threshold and the candidates.

Import this module only when it is about to be shown: pyqtgraph costs half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from widgets.plot import Plot, Rows
from widgets.search_words import offset_text, signed
from widgets.theme import current_theme, with_alpha

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, Curve

_NEAR_PX = 12
HEIGHT_PX = 168


class CorrelationPlot(Plot):
    """Curve, dashed threshold, and a marker with its range for each candidate.

    Signals
    -------
    candidate_clicked(int)
        Place of the candidate in the result.
    """

    candidate_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Agreement against offset", "offset, s", "score", parent=parent)
        self._curve: Curve | None = None
        self._candidates: tuple[Candidate, ...] = ()
        self._chosen = 0
        self._line: pg.InfiniteLine | None = None
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.plot.getAxis("left").setWidth(46)
        self.setFixedHeight(HEIGHT_PX)

    def set_curve(
        self, curve: Curve | None, candidates: Sequence[Candidate], chosen: int = 0
    ) -> None:
        """Show a result; ``chosen`` is drawn strong."""
        self._curve, self._candidates, self._chosen = curve, tuple(candidates), chosen
        self.draw()
        if curve is not None and len(curve.offset_s):
            low, high = float(curve.offset_s[0]), float(curve.offset_s[-1])
            self.plot.setXRange(low, high, padding=0.02)

    def set_chosen(self, chosen: int) -> None:
        """Draw this candidate strong."""
        self._chosen = chosen
        self.draw()

    def draw(self) -> None:
        """Curve, threshold, candidates."""
        theme = current_theme()
        self.begin()
        self._line, curve = None, self._curve
        self.said.setText(self.summary())
        if curve is None:
            return
        pen = pg.mkPen(theme.secondary, width=1)
        self.plot.plot(np.asarray(curve.offset_s), np.asarray(curve.score), pen=pen)
        self._set_heights(curve)
        if curve.threshold is not None:
            self.level(curve.threshold, theme.act, dashed=True)
        for place, candidate in enumerate(self._candidates):
            self._mark(place, candidate)
        pen = pg.mkPen(theme.text, width=1, style=Qt.PenStyle.DotLine)
        self._line = pg.InfiniteLine(0, angle=90, pen=pen)
        self._line.hide()
        self.plot.addItem(self._line)

    def summary(self) -> str:
        """What the dashed line is."""
        dashed = self._curve is not None and self._curve.threshold is not None
        return "dashed: threshold, 1 in 100 searches" if dashed else ""

    def say_at(self, scene: QPointF) -> None:
        """Offset and score of the curve under the pointer."""
        curve = self._curve
        if curve is None or self._line is None or not len(curve.offset_s):
            return
        place = int(np.argmin(np.abs(np.asarray(curve.offset_s) - self.at(scene).x())))
        offset_s, score = float(curve.offset_s[place]), float(curve.score[place])
        self._line.setPos(offset_s)
        self._line.show()
        self.said.setText(f"offset {signed(f'{offset_s:.2f}')} s · score {score:.2f}")

    def rows(self) -> Rows:
        """The curve, then the candidates with their ranges."""
        found = [
            ("possible match", offset_text(one), f"{self._score_at(one.offset_s):.4g}")
            for one in self._candidates
        ]
        if self._curve is None:
            return ("what", "offset (s)", "score"), found
        curve = [
            ("curve", f"{offset:.6g}", f"{score:.6g}")
            for offset, score in zip(self._curve.offset_s, self._curve.score, strict=True)
        ]
        level = self._curve.threshold
        threshold = [] if level is None else [("threshold, 1 in 100 searches", "", f"{level:.6g}")]
        return ("what", "offset (s)", "score"), [*found, *threshold, *curve]

    def _set_heights(self, curve: Curve) -> None:
        """Room above the highest of curve and threshold."""
        if not len(curve.score):
            return
        low, high = float(np.nanmin(curve.score)), float(np.nanmax(curve.score))
        high = max(high, curve.threshold if curve.threshold is not None else high)
        room = 0.08 * max(high - low, 1e-9)
        self.plot.setYRange(low, high + room, padding=0.02)

    def _mark(self, place: int, candidate: Candidate) -> None:
        theme = current_theme()
        colour = theme.linked if place == self._chosen else theme.faint
        ends = (candidate.offset_s - candidate.U95_s, candidate.offset_s + candidate.U95_s)
        region = pg.LinearRegionItem(
            ends, movable=False, brush=with_alpha(colour, 0.25), pen=pg.mkPen(colour, width=1)
        )
        self.plot.addItem(region)
        height = self._score_at(candidate.offset_s)
        dot = pg.ScatterPlotItem(
            [candidate.offset_s],
            [height],
            symbol="t",
            size=13,
            brush=colour,
            pen=None,
            useCache=False,
        )
        self.plot.addItem(dot)

    def _score_at(self, offset_s: float) -> float:
        assert self._curve is not None
        return float(np.interp(offset_s, self._curve.offset_s, self._curve.score))

    def _clicked(self, event: object) -> None:
        """Choose the nearest candidate."""
        at = self.at(event.scenePos())  # type: ignore[attr-defined]
        width = self.plot.getViewBox().viewPixelSize()[0]
        near = [
            (abs(candidate.offset_s - at.x()) / width, place)
            for place, candidate in enumerate(self._candidates)
        ]
        if near and min(near)[0] <= _NEAR_PX:
            self.candidate_clicked.emit(min(near)[1])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Kept from what lies behind."""
        event.accept()
