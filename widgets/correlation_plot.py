"""The score against the offset, with its threshold and the candidates.

Import this module only when it is about to be shown: pyqtgraph costs half a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sync.correlate.result import Candidate, Curve
from widgets.parts import label, theme_changed
from widgets.theme import current_theme, mono_font, with_alpha

_NEAR_PX = 12


class CorrelationPlot(QWidget):
    """Curve, dashed threshold, and a marker with its range for each candidate.

    Signals
    -------
    candidate_clicked(int)
        Place of the candidate in the result.
    """

    candidate_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: Curve | None = None
        self._candidates: tuple[Candidate, ...] = ()
        self._chosen = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        column.setSpacing(2)
        column.addWidget(self.plot, 1)
        self._note = label("", "faint")
        self._note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._note)
        self.setFixedHeight(190)
        self.setAccessibleName("Agreement against offset")

    def set_curve(
        self, curve: Curve | None, candidates: Sequence[Candidate], chosen: int = 0
    ) -> None:
        """Show a result; ``chosen`` is drawn strong."""
        self._curve, self._candidates, self._chosen = curve, tuple(candidates), chosen
        self._draw()
        if curve is not None and len(curve.offset_s):
            low, high = float(curve.offset_s[0]), float(curve.offset_s[-1])
            self.plot.setXRange(low, high, padding=0.02)

    def set_chosen(self, chosen: int) -> None:
        """Draw this candidate strong."""
        self._chosen = chosen
        self._draw()

    def _draw(self) -> None:
        theme, plot = current_theme(), self.plot
        plot.clear()
        plot.setBackground(theme.ground)
        font = QFont(mono_font(12))
        axis = plot.getAxis("bottom")
        axis.setPen(theme.line)
        axis.setTextPen(theme.secondary)
        axis.setStyle(tickFont=font)
        plot.hideAxis("left")
        dashed = self._curve is not None and self._curve.threshold is not None
        note = " · dashed: threshold, 1 in 100 searches" if dashed else ""
        self._note.setText(f"offset, s{note}")
        if self._curve is None:
            return
        plot.plot(
            np.asarray(self._curve.offset_s), np.asarray(self._curve.score),
            pen=pg.mkPen(theme.secondary, width=1),
        )  # fmt: skip
        self._set_heights(self._curve)
        if self._curve.threshold is not None:
            pen = pg.mkPen(theme.act, width=1.2, style=Qt.PenStyle.DashLine)
            line = pg.InfiniteLine(self._curve.threshold, angle=0, pen=pen)
            plot.addItem(line)
        for place, candidate in enumerate(self._candidates):
            self._mark(place, candidate)

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
            [candidate.offset_s], [height], symbol="t", size=13, brush=colour, pen=None
        )
        self.plot.addItem(dot)

    def _score_at(self, offset_s: float) -> float:
        assert self._curve is not None
        return float(np.interp(offset_s, self._curve.offset_s, self._curve.score))

    def _clicked(self, event: object) -> None:
        """Choose the nearest candidate."""
        box = self.plot.getViewBox()
        at = box.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        width = box.viewPixelSize()[0]
        near = [
            (abs(candidate.offset_s - at.x()) / width, place)
            for place, candidate in enumerate(self._candidates)
        ]
        if near and min(near)[0] <= _NEAR_PX:
            self.candidate_clicked.emit(min(near)[1])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Kept from what lies behind."""
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self._draw()
        super().changeEvent(event)
