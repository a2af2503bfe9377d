"""Accept, reject, undecided; and the card that says what accepting adds and waits for Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from widgets.parts import Choice, button, label
from widgets.scrolled import Scrolled

_ASKED_PX = 96
"""Six lines of what is asked; more of it scrolls."""


class DecisionBar(QWidget):
    """The three answers to a candidate, or the question whether to add it.

    Signals
    -------
    accept_clicked(), reject_clicked(), undecided_clicked()
        The three answers.
    confirmed(), left()
        What was asked shall be added, or not.
    """

    accept_clicked = Signal()
    reject_clicked = Signal()
    undecided_clicked = Signal()
    confirmed = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 6, 18, 8)
        self._card = self._build_card()
        column.addWidget(self._card)
        buttons = QHBoxLayout()
        self.accept_button = button("Accept  A", tip="Says what will be added; wants Enter")
        self.reject_button = button("Reject  X")
        self.undecided_button = button("Undecided  U")
        self._answers = {
            self.accept_button: self.accept_clicked, self.reject_button: self.reject_clicked,
            self.undecided_button: self.undecided_clicked,
        }  # fmt: skip
        for made, clicked in self._answers.items():
            made.clicked.connect(clicked)
            buttons.addWidget(made)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self.hide()

    def _build_card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        card.setProperty("act", True)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(14, 10, 14, 10)
        self.text = label("")
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = Scrolled(self.text)  # no word of what is added may be cut off
        area.setMinimumHeight(_ASKED_PX)
        for seen_through in (area.viewport(), self.text):
            seen_through.setAutoFillBackground(False)
        inner.addWidget(area, 1)
        self.delay = Choice()
        self.delay.setAccessibleName("Delay of this match")
        inner.addWidget(self.delay)
        row = QHBoxLayout()
        self.confirm_button = button("Add", act=True)
        self.confirm_button.setAutoDefault(True)
        self.confirm_button.clicked.connect(self.confirmed)
        leave = button("Leave it  Esc")
        leave.clicked.connect(self.left)
        row.addWidget(self.confirm_button)
        row.addWidget(leave)
        row.addStretch(1)
        inner.addLayout(row)
        card.hide()
        return card

    @property
    def asks(self) -> bool:
        """True while the card waits for an answer."""
        return self._card.isVisibleTo(self)

    @property
    def late(self) -> str | None:
        """Which side of the match is late, as chosen; ``None`` for neither."""
        side = self.delay.currentData()
        return side if isinstance(side, str) else None

    def ask(self, text: str, what: str, delays: Sequence[tuple[str, object]] = ()) -> None:
        """Say what would be added, and wait for Enter on *Add* ``what``.

        Parameters
        ----------
        delays
            To choose from: a text, and the side that is late by it; the usual one first.
        """
        self.text.setText(text)
        self.confirm_button.setText(f"Add {what}  ⏎")
        self.delay.clear()
        for words, side in delays:
            self.delay.addItem(words, side)
        self.delay.setVisible(bool(delays))
        self._show_card(True)
        self.confirm_button.setFocus()

    def unask(self) -> None:
        """Nothing is asked: the three answers again."""
        self._show_card(False)

    def _show_card(self, shown: bool) -> None:
        self._card.setVisible(shown)
        for made in self._answers:
            made.setVisible(not shown)
