"""The offset of one clock over time: its 95 % band, its drift, and what each observation says.

Import this module only when it is about to be shown: pyqtgraph costs half a second.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from sync.timebase import NS_PER_S, MediaTime, ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair
from widgets.offset_values import OffsetCurve
from widgets.plot import Plot, Rows
from widgets.residual_plot import SHAPES, SYMBOLS
from widgets.theme import current_theme, with_alpha

_STEPS = 121
"""Places at which the band is drawn: it is a parabola's root, smooth over any span."""


class OffsetPlot(Plot):
    """Offset against the reference clock, less its value at the epoch, in seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Offset against time", "reference clock", "offset, s", clock_axis=True, parent=parent
        )
        self._curve: OffsetCurve | None = None
        self.plot.getAxis("left").setWidth(64)
        self.said.setMinimumHeight(34)

    def set_curve(self, curve: OffsetCurve | None) -> None:
        """Show this clock; ``None``: it has none to show."""
        self._curve = curve
        self.draw()
        if curve is not None:
            times = [curve.model.to_reference(at).s for at in (curve.first, curve.last)]
            room = 0.03 * max(1.0, times[1] - times[0])
            self.plot.setXRange(times[0] - room, times[1] + room, padding=0)

    def draw(self) -> None:
        """Band, line, points with their bars."""
        theme, curve = current_theme(), self._curve
        self.begin()
        if curve is None:
            self.said.setText("No offset to show: this clock has no link, or is the reference.")
            return
        media = [MediaTime(round(at)) for at in
                 np.linspace(curve.first.ns, curve.last.ns, _STEPS)]  # fmt: skip
        x = np.array([curve.model.to_reference(at).s for at in media])
        middle = np.array([curve.change_s(at) for at in media])
        half = np.array([curve.half_s(at) for at in media])
        edge = pg.mkPen(with_alpha(theme.linked, 0.6), width=1)
        ends = [pg.PlotDataItem(x, middle + sign * half, pen=edge) for sign in (-1, 1)]
        self.plot.addItem(pg.FillBetweenItem(*ends, brush=with_alpha(theme.linked, 0.18)))
        for end in ends:
            self.plot.addItem(end)
        self.plot.plot(x, middle, pen=pg.mkPen(theme.linked, width=2))
        self._draw_points(curve)
        self.said.setText(self.summary())
        tops = [abs(point.residual_s) + point.half_s for point in curve.points]
        most = 1.1 * max(float(np.max(np.abs(middle) + half)), *tops, 1e-6)
        self.plot.setYRange(-most, most, padding=0)

    def _draw_points(self, curve: OffsetCurve) -> None:
        theme = current_theme()
        if not curve.points:
            return
        spots = np.array(self._spots(curve))
        bars = np.array([2 * point.half_s for point in curve.points])
        self.plot.addItem(pg.ErrorBarItem(
            x=spots[:, 0], y=spots[:, 1], height=bars, beam=0.0, pen=pg.mkPen(theme.text, width=1.4)
        ))  # fmt: skip
        self.plot.addItem(pg.ScatterPlotItem(
            x=spots[:, 0], y=spots[:, 1], size=10, useCache=False, brush=theme.act,
            pen=pg.mkPen(theme.ground),
            symbol=[SHAPES.get(point.kind, "o") for point in curve.points],
        ))  # fmt: skip

    def _spots(self, curve: OffsetCurve) -> list[tuple[float, float]]:
        return [
            (curve.model.to_reference(one.media).s, curve.change_s(one.media) + one.residual_s)
            for one in curve.points
        ]

    def summary(self) -> str:
        """What 0 is, and what the shapes are."""
        curve = self._curve
        if curve is None:
            return ""
        half = curve.half_s(curve.model.epoch)
        zero = format_clock(curve.zero, min(9, decimals_for(half)))
        kinds = dict.fromkeys(point.kind for point in curve.points)
        shapes = "  ".join(f"{SYMBOLS[SHAPES.get(kind, 'o')]}\u00a0{kind}" for kind in kinds)
        return (
            f"{curve.name}: 0 s is the offset that puts its zero at {zero} "
            f"± {format_pair(0.0, half)[1]} s; band 95 %.  {shapes}"
        )

    def say_at(self, scene: QPointF) -> None:
        """The point under the pointer, else the offset with its range there."""
        curve = self._curve
        if curve is None:
            return
        place = self.nearest(scene, self._spots(curve))
        if place is not None:
            self.said.setText(curve.points[place].in_words(curve.model))
            return
        reference = ReferenceTime(round(self.at(scene).x() * NS_PER_S))
        media = curve.model.from_reference(reference)
        if not curve.first <= media <= curve.last:
            self.said.setText(self.summary())
            return
        value, plus = format_pair(curve.change_s(media), curve.half_s(media))
        beyond = " (beyond what was observed)" if curve.model.extrapolates(media) else ""
        self.said.setText(
            f"at {format_clock(reference, 1)}: {value.replace('-', chr(0x2212))} ± {plus} s "
            f"(95 % range){beyond}"
        )

    def rows(self) -> Rows:
        """The line with its range at its ends and middle, and the points."""
        titles = ("what", "kind", "reference clock", "offset less its value at the epoch (s)",
                  "half of the range (s)")  # fmt: skip
        curve = self._curve
        if curve is None:
            return titles, []
        middle = MediaTime((curve.first.ns + curve.last.ns) // 2)
        shown = [
            (curve.name, "clock, 95 %", at, curve.change_s(at), curve.half_s(at))
            for at in (curve.first, middle, curve.last)
        ]
        shown += [
            (one.name, one.kind, one.media, curve.change_s(one.media) + one.residual_s, one.half_s)
            for one in curve.points
        ]
        return titles, [
            (name, kind, format_clock(curve.model.to_reference(at), 3), f"{value:.6f}",
             f"{half:.6f}")
            for name, kind, at, value, half in shown
        ]  # fmt: skip
