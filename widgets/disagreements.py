"""What disagrees: proposals, contested clocks, limits that cannot hold, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets.due import Due
from widgets.parts import button, label
from widgets.scrolled import ScrolledColumn

NOTHING = "Nothing disagrees."


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One card: what disagrees, what the calculation would be without it, what can be done."""

    title: str
    text: str
    without: tuple[str, ...] = ()
    """What the calculation would say without it, a line each."""
    evidence: str | None = None
    """Id to go to and to set aside; ``None``: nothing single to blame."""
    event: str | None = None
    """Id of the event whose marks are set aside together."""


class Disagreements(QWidget):
    """Cards; nothing in them is applied by itself.

    Signals
    -------
    go_to(str)
        Evidence id.
    set_aside(str, str)
        Evidence id, and the event to set aside whole (empty: that evidence alone). Needs a reason,
        which the program asks for.
    """

    go_to = Signal(str)
    set_aside = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = ScrolledColumn((0, 0, 4, 0), 10)
        outer.addWidget(self._area)
        self.setAccessibleName("What disagrees")
        self._shown: tuple[tuple[Disagreement, ...], tuple[str, ...], str] = ((), (), "")
        self.due = Due(self, lambda: self._area.fill(self._fill))
        self.due.mark()

    def show_all(
        self, found: Sequence[Disagreement], left_out: Sequence[str], overall: str
    ) -> None:
        """Show these; ``left_out`` and the overall test one sentence each."""
        shown = (tuple(found), tuple(left_out), overall)
        if shown != self._shown:
            self._shown = shown
            self.due.mark()

    def _fill(self, column: QVBoxLayout) -> None:
        found, left_out, overall = self._shown
        if not found:
            column.addWidget(label(NOTHING, "title"))
        for each in found:
            column.addWidget(self._card(each))
        if overall:
            column.addWidget(label(overall, "secondary"))
        if left_out:
            column.addWidget(label("TO LOOK AT", "heading"))
            for sentence in left_out:
                column.addWidget(label(sentence, "secondary"))

    def _card(self, each: Disagreement) -> QFrame:
        made = QFrame()
        made.setObjectName("card")
        made.setProperty("disagree", True)
        column = QVBoxLayout(made)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(5)
        column.addWidget(label(f"✕  {each.title}", "title"))
        column.addWidget(label(each.text))
        if each.without:
            column.addSpacing(4)
            column.addWidget(label("WHAT IF: WITHOUT IT", "heading"))
            for line in each.without:
                column.addWidget(label(line, "secondary"))
        if each.evidence is not None:
            column.addLayout(self._buttons(each))
        return made

    def _buttons(self, each: Disagreement) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        go = button("Go there")
        aside = button("Set aside …", tip="Needs a reason; it stays in the case")
        go.clicked.connect(lambda: self.go_to.emit(each.evidence))
        aside.clicked.connect(lambda: self.set_aside.emit(each.evidence, each.event or ""))
        for made in (go, aside):
            row.addWidget(made)
        row.addStretch(1)
        return row

    def texts(self) -> list[str]:
        """All texts shown (for tests)."""
        self.due.settle()
        return [made.text() for made in self.findChildren(QLabel) if made.text()]
