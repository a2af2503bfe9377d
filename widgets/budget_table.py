"""What a ± is made of: one bar an input, largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sync.uncertainty import Share
from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, mono_font, ui_font, with_alpha

ROW_PX, SPACE_PX = 22, 4
MOST_ROWS = 6
_SHARE_PX, _FIGURES_PX = 58, 112
"""Room for the share, and for u and share together."""


def percent(share: float) -> str:
    """``46 %``; what is not nothing is never shown as 0."""
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


class BudgetTable(QWidget):
    """Bars of the shares of u². Inputs beyond the sixth are one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, float, float]] = []
        self._all: list[tuple[str, float, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the ± is made of")

    def set_shares(self, shares: Sequence[Share], names: Mapping[str, str] | None = None) -> None:
        """Show a budget; ``names`` says in words what an input is."""
        known = names or {}
        ordered = sorted(shares, key=lambda share: -share.share)
        rows = [(known.get(s.source, s.source), s.share, s.u) for s in ordered]
        self._all = rows
        if len(rows) > MOST_ROWS:
            rest = rows[MOST_ROWS - 1 :]
            u = sum(part[2] ** 2 for part in rest) ** 0.5
            rows = [*rows[: MOST_ROWS - 1], (f"{len(rest)} smaller inputs",
                                             sum(part[1] for part in rest), u)]  # fmt: skip
        self._rows = rows
        self.setAccessibleDescription(", ".join(f"{name} {percent(p)}" for name, p, _ in rows))
        self.setFixedHeight(max(0, len(rows) * (ROW_PX + SPACE_PX) - SPACE_PX))
        self.update()

    def rows(self) -> list[tuple[str, str]]:
        """(name, share) as shown."""
        return [(name, percent(share)) for name, share, _ in self._rows]

    def as_text(self) -> str:
        """Every input, tab-separated, with titles: name, u in seconds, share of u²."""
        lines = [f"{name}\t{u:.2g}\t{percent(share)}" for name, share, u in self._all]
        return "\n".join(["input\tu (s)\tshare of u²", *lines])

    def sizeHint(self) -> QSize:
        """One row each."""
        return QSize(300, max(0, len(self._rows) * (ROW_PX + SPACE_PX) - SPACE_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Trough, bar, name, share."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for place, (name, share, u) in enumerate(self._rows):
            row = QRectF(0, place * (ROW_PX + SPACE_PX), self.width(), ROW_PX)
            trough = QPainterPath()
            trough.addRoundedRect(row, 4, 4)
            painter.fillPath(trough, theme.raised)
            painter.save()
            painter.setClipPath(trough)
            colour = theme.sources[3] if place % 2 == 0 else theme.sources[0]
            bar = QRectF(0, row.top(), row.width() * min(1.0, share), ROW_PX)
            painter.fillRect(bar, with_alpha(colour, 0.35))
            painter.restore()
            room = row.adjusted(10, 0, -_FIGURES_PX, 0)
            draw_text(painter, room, name, ui_font(12), theme.text)
            right = Qt.AlignmentFlag.AlignRight
            amount = row.adjusted(0, 0, -8, 0)
            draw_text(painter, amount, percent(share), mono_font(12), theme.secondary, right)
            amount = row.adjusted(0, 0, -_SHARE_PX, 0)
            draw_text(painter, amount, f"{u:.2g}", mono_font(12), theme.faint, right)

    def event(self, event: QEvent) -> bool:
        """The whole name and u of a row; repaint in another theme."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = event.pos().y() // (ROW_PX + SPACE_PX)
            if 0 <= place < len(self._rows):
                name, share, u = self._rows[place]
                text = f"{name}\n{percent(share)} of u², u = {u:.2g} s"
                QToolTip.showText(event.globalPos(), text, self)
            return True
        if theme_changed(event):
            self.update()
        return super().event(event)
