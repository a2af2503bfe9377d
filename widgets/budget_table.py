"""What a ± is made of: one bar an input, largest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)  # fmt: skip
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from sync.interchange.csv import shown_csv_bytes
from sync.uncertainty import Share
from widgets import figure
from widgets.parts import draw_text, theme_changed
from widgets.saving import Keepsake, keeper_of
from widgets.theme import current_theme, mono_font, ui_font, with_alpha

ROW_PX, SPACE_PX = 22, 4
MOST_ROWS = 6
_TITLES = ("input", "u (s)", "share of u²")
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
        self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the ± is made of")

    def set_shares(self, shares: Sequence[Share]) -> None:
        """Show a budget, the largest share first."""
        ordered = sorted(shares, key=lambda share: -share.share)
        rows = [(s.source, s.share, s.u) for s in ordered]
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

    def set_note(self, note: str) -> None:
        """What every copy and export says of its figures."""
        self._note = note

    def as_text(self) -> str:
        """Every input, tab-separated, with titles: name, u in seconds, share of u²; the note."""
        lines = ["\t".join(row) for row in (_TITLES, *self._cells())]
        return "\n".join([*lines, *([self._note] if self._note else [])])

    def _cells(self) -> list[tuple[str, str, str]]:
        return [(name, f"{u:.2g}", percent(share)) for name, share, u in self._all]

    def keepsake(self) -> Keepsake:
        """The bars as a picture or a drawing, every input as a table."""
        name = self.accessibleName()
        head = [("plot", name), *(("note", line) for line in self._note.splitlines())]
        beneath = f"At the right of each bar: u in s, and its share of u².\n{self._note}".strip()
        return Keepsake(name=name, content={
            "png": lambda: figure.png(self, name, beneath),
            "svg": lambda: figure.svg(self, name, beneath),
            "csv": lambda: shown_csv_bytes(head, _TITLES, self._cells()),
        })  # fmt: skip

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy and export, as on every plot."""
        menu = QMenu(self)
        menu.addAction("Copy", lambda: QGuiApplication.clipboard().setText(self.as_text()))
        keeper = keeper_of(self)
        if keeper is not None:
            menu.addAction("Export …", lambda: keeper.keep_file(self.keepsake()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

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
            draw_text(painter, amount, percent(share), mono_font(12), theme.text, right)
            amount = row.adjusted(0, 0, -_SHARE_PX, 0)
            draw_text(painter, amount, f"{u:.2g}", mono_font(12), theme.secondary, right)

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
