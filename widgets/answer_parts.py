"""What one answer is shown as: cards, headings and lines, each made from values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sync.adjustment.headline import headline
from sync.adjustment.solution import Answer, Contested
from sync.case.case import Question
from widgets import answer_words as words
from widgets.budget_table import BudgetTable
from widgets.difference_axis import DifferenceAxis, Range
from widgets.parts import ElidedLabel, StateChip, button, label, set_role
from widgets.theme import current_theme, mono_font, text_width, ui_font


def card(lines: list[tuple[str, str]], spacing: int = 4) -> QFrame:
    """A raised card of (text, role) lines."""
    made = QFrame()
    made.setObjectName("card")
    inner = QVBoxLayout(made)
    inner.setContentsMargins(16, 12, 16, 14)
    inner.setSpacing(spacing)
    for text, role in lines:
        inner.addWidget(label(text, role))
    return made


def verdict_card(answer: Answer | None, stale: bool, reason: str = "") -> QFrame:
    """A and B with their times, the headline and the sentence; ``reason``: why there is none."""
    made = QFrame()
    made.setObjectName("card")
    inner = QVBoxLayout(made)
    inner.setContentsMargins(16, 12, 16, 14)
    inner.setSpacing(6)
    if answer is not None:
        colours = {"A": current_theme().sources[3], "B": current_theme().sources[0]}
        for letter, name, time in words.both(answer):
            inner.addWidget(_Instant(letter, name, time, colours[letter]))
        inner.addSpacing(4)
    resolved = answer is not None and answer.verdict in ("a-before-b", "b-before-a")
    title, sentence = headline(answer), words.WAITING
    if answer is not None:
        sentence = answer.in_words
    elif stale:
        title, sentence = words.DUE, words.DUE_TEXT
    elif reason:
        title, sentence = "No answer can be given", reason
    inner.addWidget(label(title, "headline" if resolved and not stale else "title"))
    inner.addWidget(label(sentence, "secondary"))
    return made


class _Instant(QWidget):
    """A or B: its name and its time, side by side where there is room for both."""

    def __init__(self, letter: str, name: str, time: str, colour: QColor) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        mark = label(letter, wrap=False)
        mark.setStyleSheet(f"color: {colour.name()}; font-weight: 700;")
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        row.addWidget(mark)
        self._both = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._both.setSpacing(1)
        self._both.addWidget(label(name), 1)
        if time:
            self._both.addWidget(label(time, "mono", wrap=False))
        row.addLayout(self._both, 1)
        self._needed = text_width(name, ui_font(13)) + text_width(time, mono_font(13)) + 56

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One line or two."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        wide = event.size().width() >= self._needed
        self._both.setDirection(ways.LeftToRight if wide else ways.TopToBottom)


def instants(answer: Answer) -> list[tuple[str, int, int, QColor]]:
    """Both instants for the axis, earliest first; none unless both are known."""
    sources = current_theme().sources
    found = []
    for name, at, half, colour in (
        (answer.a, answer.reference_a, answer.U95_a_s, sources[3]),
        (answer.b, answer.reference_b, answer.U95_b_s, sources[0]),
    ):
        if at is None or half is None:
            return []
        found.append((name, at.ns, round(half * 1e9), colour))
    return sorted(found, key=lambda item: item[1])


class Heading(QWidget):
    """A heading with something to copy at its right."""

    def __init__(self, text: str, note: str, copied: Callable[[], str], tip: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.addWidget(label(text, "heading", wrap=False))
        row.addStretch(1)
        row.addWidget(label(note, "faint", wrap=False))
        copy = button("copy", kind="flat", tip=tip)
        copy.setAccessibleName(f"Copy: {text.capitalize()}")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(copied()))
        row.addWidget(copy)


def budget(answer: Answer, note: str) -> list[QWidget]:
    """What the ± is made of: heading and bars."""
    bars = BudgetTable()
    bars.set_shares(answer.budget)
    bars.set_note(note)
    heading = Heading("WHAT THE ± IS MADE OF", "u in s · share", bars.as_text,
                      "Copy every input with its u and share")  # fmt: skip
    return [heading, bars]


def contested_card(contested: Contested) -> QFrame:
    """The readings of evidence that disagrees, none of them preferred."""
    lines = [("Every reading of the evidence that is consistent in itself:", "")]
    lines += [
        (words.candidate_sentence(number, each), "secondary")
        for number, each in enumerate(contested.candidates[: words.MOST_READINGS], start=1)
    ]
    more = len(contested.candidates) - words.MOST_READINGS
    if more > 0:
        lines.append((f"{more} further, less likely.", "faint"))
    made = card(lines, 6)
    made.setProperty("disagree", True)
    return made


class WhatIfCard(QFrame):
    """An answer with evidence left out: clearly not the answer, and saved nowhere.

    Signals
    -------
    ended()
        The person puts everything back in.
    """

    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        set_role(self, "act", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(4)
        self._title = label("", "act")
        self._headline = label("", "title")
        self._sentence = label("", "secondary")
        self._axis = DifferenceAxis()
        column.addWidget(self._title)
        column.addWidget(self._headline)
        column.addWidget(self._sentence)
        column.addWidget(self._axis)
        row = QHBoxLayout()
        row.addWidget(label("Nothing is saved.", "faint", wrap=False))
        row.addStretch(1)
        back = button("all back in", kind="link")
        back.clicked.connect(self.ended)
        row.addWidget(back)
        column.addLayout(row)
        self.hide()

    def show_names(self, names: list[str]) -> None:
        """It is being calculated without these."""
        self._title.setText(f"WHAT IF: {words.without_names(names)}")
        self._headline.setText("Calculating …")
        self._sentence.hide()
        self._axis.set_ranges([])
        self.setVisible(bool(names))

    def show_answer(self, answer: Answer, stated: Range) -> None:
        """What the answer would be, beside the one stated."""
        self._headline.setText(headline(answer))
        self._sentence.setText(answer.in_words)
        self._sentence.show()
        found = words.main_range(answer)
        rows = [(found, "what if", "act"), (stated, "stated", "linked")]
        self._axis.set_ranges(
            [replace(each, name=name, role=role) for each, name, role in rows
             if each.ends != (None, None)]
        )  # fmt: skip

    def show_problem(self, text: str) -> None:
        """It cannot be asked without them."""
        self._headline.setText("No answer can be given")
        self._sentence.setText(text)
        self._sentence.show()

    def texts(self) -> list[str]:
        """What it says."""
        return [made.text() for made in self.findChildren(QLabel) if not made.isHidden()]


class QuestionRow(QFrame):
    """One line of the list of questions."""

    clicked = Signal(str)

    def __init__(
        self, number: str, question: Question, answer: Answer | None, stale: bool, *, opened: bool
    ) -> None:
        """``opened``: it is the open one, with all its words."""
        super().__init__()
        self.setObjectName("card")
        self.setProperty("chosen", opened)
        self._id = question.id
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 8, 5)
        row.setSpacing(8)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(label(number, "secondary", wrap=False), 0, top)
        row.addWidget(label(question.words) if opened else ElidedLabel(question.words), 1)
        chip = StateChip()
        symbol, word = words.verdict_word(answer, stale=stale)
        theme = current_theme()
        tone = {"●": theme.linked, "◐": theme.text, "⟳": theme.act, "✕": theme.disagree}.get(
            symbol, theme.secondary
        )
        chip.set_state(symbol, word, tone)
        row.addWidget(chip, 0, top)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{number} {question.words}: {word}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open this question."""
        self.clicked.emit(self._id)

    def keyPressEvent(self, event: object) -> None:
        """Enter opens this question."""
        key = getattr(event, "key", lambda: None)()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self._id)
