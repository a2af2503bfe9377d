"""The strips of the window: tools, questions, notices, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStatusBar,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)  # fmt: skip

from app.actions import ACTIONS as TABLE
from app.actions import Actions, key_text
from sync.adjustment.solution import Answer
from sync.case.case import Question
from widgets.answer_words import verdict_word
from widgets.job_bar import JobBar
from widgets.parts import ElidedLabel, StateChip, button, label, set_role

_KEYS = {spec.id: key_text(spec.keys[0]) for spec in TABLE if spec.keys}


class ToolRow(QFrame):
    """Buttons of the acts used most, and the state of the calculation between them."""

    LEFT = (("add_media", "Add media"), ("mark", "Mark"), ("search", "Search"),
            ("reading", "Read clock"), ("limit", "Limit"))  # fmt: skip
    RIGHT = (("ask", "Ask"), ("export", "Export"), ("report", "Report"))

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setFixedHeight(48)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        self._buttons: dict[str, QPushButton] = {}
        for action_id, text in self.LEFT:
            row.addWidget(self._make(actions[action_id], text, action_id))
        row.addSpacing(12)
        self.chip = StateChip()
        self.chip.setMinimumWidth(120)
        row.addWidget(self.chip)
        row.addStretch(1)
        for action_id, text in self.RIGHT:
            row.addWidget(self._make(actions[action_id], text, action_id))

    def _make(self, action: QAction, text: str, action_id: str) -> QPushButton:
        key = _KEYS.get(action_id, "")
        made = button(f"{text}  {key}" if len(key) == 1 else text, tip=action.toolTip())
        made.setEnabled(action.isEnabled())
        made.clicked.connect(lambda: action.trigger())
        action.changed.connect(lambda: made.setEnabled(action.isEnabled()))
        self._buttons[action_id] = made
        return made

    def set_next(self, action_id: str | None) -> None:
        """Paint the person's next act."""
        for known, made in self._buttons.items():
            set_role(made, "act", known == action_id)


_CHIP_EDGES_PX = 28
"""Margins and border of a question's chip, left and right together."""


class QuestionChip(QPushButton):
    """A question and its verdict; where room is short the words end in …, never the verdict."""

    def __init__(self, words: str, verdict: str) -> None:
        super().__init__(f"{words}   {verdict}")
        self._words, self._verdict = words, verdict
        self.setToolTip(words)
        self.setAccessibleName(self.text())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """All of it."""
        return self._size(self.text())

    def minimumSizeHint(self) -> QSize:
        """The number and the verdict."""
        return self._size(f"Q1  …   {self._verdict}")

    def _size(self, text: str) -> QSize:
        width = self.fontMetrics().horizontalAdvance(text) + _CHIP_EDGES_PX
        return QSize(width, super().sizeHint().height())

    def shown_words(self) -> str:
        """As much of the question as fits."""
        verdict = self.fontMetrics().horizontalAdvance(f"   {self._verdict}")
        room = self.width() - verdict - _CHIP_EDGES_PX + 2  # two texts measure longer than one
        return self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button with what fits."""
        painter, option = QStylePainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        option.text = f"{self.shown_words()}   {self._verdict}"
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)


class QuestionBar(QFrame):
    """One chip per question, in the person's own words, with its verdict.

    Signals
    -------
    chosen(str)
        Question id.
    ask_wanted()
        The question in words is to be asked of two instants.
    """

    chosen = Signal(str)
    ask_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setFixedHeight(38)
        self.setAccessibleName("Questions")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 2, 14, 2)
        self._row.setSpacing(8)
        self.hide()

    def show_questions(
        self, questions: Sequence[Question], answers: Mapping[str, Answer], *, stale: bool,
        covered: bool, waiting: str = "",
    ) -> None:  # fmt: skip
        """Show these; no verdict while answers are covered. Where there are none, the one that is
        ``waiting`` for its two instants."""
        while self._row.count():
            item = self._row.takeAt(0)
            made = None if item is None else item.widget()
            if made is not None:
                made.hide()
                made.deleteLater()
        for number, question in enumerate(questions):
            symbol, word = verdict_word(answers.get(question.id), stale=stale)
            verdict = "covered" if covered else f"{symbol} {word}"
            chip = QuestionChip(f"Q{number + 1}  {question.words}", verdict)
            chip.clicked.connect(lambda _=False, asked=question.id: self.chosen.emit(asked))
            self._row.addWidget(chip)
        if waiting and not questions:
            chip = QuestionChip(waiting, "○ not asked of two instants yet")
            chip.clicked.connect(self.ask_wanted)
            self._row.addWidget(chip)
        self._row.addStretch(1)
        self.setVisible(bool(questions or waiting))

    def texts(self) -> list[str]:
        """What the chips say."""
        return [made.text() for made in self.findChildren(QPushButton) if not made.isHidden()]


class Notice(QFrame):
    """A thin line that stays: why nothing can be changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setFixedHeight(30)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        self._text = ElidedLabel()
        row.addWidget(self._text)
        self.hide()

    def say(self, text: str) -> None:
        """Show this; empty hides it."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """What it says."""
        return self._text.text()


class StatusLine(QStatusBar):
    """Jobs with time left and cancel · a passing line · sound · saved · head of the log."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(30)
        self.jobs = JobBar()
        self.addWidget(self.jobs)
        self.line = QLabel()
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setContentsMargins(14, 0, 0, 0)
        self.addWidget(self.line, 1)
        self._right = label("", "faint", wrap=False)
        self._right.setContentsMargins(0, 0, 14, 0)
        self.addPermanentWidget(self._right)

    def say(self, text: str) -> None:
        """One line, until the next."""
        self.line.setText(text)

    def set_facts(self, parts: Sequence[str]) -> None:
        """Sound · saved · log."""
        self._right.setText("  ·  ".join(part for part in parts if part))

    def facts(self) -> str:
        """What stands at the right."""
        return self._right.text()
