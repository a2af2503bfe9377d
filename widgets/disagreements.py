"""What disagrees: proposals, contested clocks, limits that cannot hold, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from widgets.parts import button, clear, label

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
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        holder.setObjectName("scrolled")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(10)
        area.setWidget(holder)
        outer.addWidget(area)
        self.setAccessibleName("What disagrees")
        self.show_all((), (), "")

    def show_all(
        self, found: Sequence[Disagreement], left_out: Sequence[str], overall: str
    ) -> None:
        """Show these; ``left_out`` and the overall test one sentence each."""
        clear(self._column)
        if not found:
            self._column.addWidget(label(NOTHING, "title"))
        for each in found:
            self._column.addWidget(self._card(each))
        if overall:
            self._column.addWidget(label(overall, "secondary"))
        if left_out:
            self._column.addWidget(label("TO LOOK AT", "heading"))
            for sentence in left_out:
                self._column.addWidget(label(sentence, "secondary"))
        self._column.addStretch(1)

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
        return [made.text() for made in self.findChildren(QLabel) if made.text()]
