"""The answers: each question with its verdict, range, budget and what would make it surer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from sync.adjustment.solution import Answer
from sync.case.case import Question
from widgets import answer_words as words
from widgets.budget_table import BudgetTable
from widgets.parts import ElidedLabel, StateChip, button, clear, label
from widgets.range_axis import RangeAxis
from widgets.theme import current_theme


class AnswerPanel(QFrame):
    """Questions and their answers. Ctrl+C copies the chosen one with its range and conditions.

    Signals
    -------
    question_selected(str)
        Id of the question now open.
    go_there(str, int)
        Question id and place in ``Answer.next_best``: go where the next anchor helps most.
    ask_wanted()
        The person wants to ask a question.
    """

    question_selected = Signal(str)
    go_there = Signal(str, int)
    ask_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("Answers")
        self._answers: list[tuple[Question, Answer | None]] = []
        self._names: Mapping[str, str] = {}
        self._context = ""
        self._open: str | None = None
        self._covered = self._stale = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        holder.setObjectName("scrolled")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(18, 14, 18, 14)
        self._column.setSpacing(8)
        self._area.setWidget(holder)
        outer.addWidget(self._area)
        self._shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        self._shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._shortcut.activated.connect(self.copy)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._rebuild()

    # -- values ------------------------------------------------------------------------------

    def set_answers(self, answers: Sequence[tuple[Question, Answer | None]]) -> None:
        """Show these questions; an answer of ``None`` is not calculated yet."""
        self._answers = list(answers)
        ids = [question.id for question, _ in self._answers]
        if self._open not in ids:
            self._open = ids[0] if ids else None
        self._rebuild()

    def set_names(self, names: Mapping[str, str]) -> None:
        """What the inputs of a budget are called, by the source of their share."""
        self._names = dict(names)
        self._rebuild()

    def set_context(self, context: str) -> None:
        """Case and calculation, put under every copied answer."""
        self._context = context

    def set_covered(self, covered: bool) -> None:
        """Cover all answers while an event is open."""
        if covered != self._covered:
            self._covered = covered
            self._rebuild()

    def set_stale(self, stale: bool) -> None:
        """Say that the answers are out of date."""
        if stale != self._stale:
            self._stale = stale
            self._rebuild()

    def open_question(self, question_id: str) -> None:
        """Open this question, without a signal."""
        if any(question.id == question_id for question, _ in self._answers):
            self._open = question_id
            self._rebuild()

    @property
    def opened(self) -> str | None:
        """Id of the open question."""
        return self._open

    def copy_text(self) -> str:
        """What Ctrl+C copies: nothing while covered."""
        found = self._opened_pair()
        if found is None or self._covered:
            return ""
        return words.copy_text(*found, self._context, stale=self._stale)

    def copy(self) -> None:
        """Put the open answer on the clipboard."""
        text = self.copy_text()
        if text:
            QGuiApplication.clipboard().setText(text)

    def texts(self) -> list[str]:
        """All texts shown, top to bottom (for tests)."""
        found = self.findChildren(QLabel)
        return [made.text() for made in found if made.text() and made.parent() is not None]

    def _opened_pair(self) -> tuple[Question, Answer | None] | None:
        return next((pair for pair in self._answers if pair[0].id == self._open), None)

    # -- building ----------------------------------------------------------------------------

    def _rebuild(self) -> None:
        clear(self._column)
        found = self._opened_pair()
        if self._covered:
            self._add_card([words.COVERED, words.COVERED_HINT])
        elif found is None:
            self._add_empty()
        else:
            if len(self._answers) > 1:
                self._add_list()
            self._add_answer(*found)
        self._column.addStretch(1)

    def _add_empty(self) -> None:
        self._column.addWidget(label(words.EMPTY_TITLE, "title"))
        self._column.addWidget(label(words.EMPTY_TEXT, "secondary"))
        ask = button("Ask", act=True)
        ask.clicked.connect(self.ask_wanted)
        row = QHBoxLayout()
        row.addWidget(ask)
        row.addStretch(1)
        self._column.addLayout(row)

    def _add_card(self, lines: list[str]) -> None:
        card = QFrame()
        card.setObjectName("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(16, 14, 16, 14)
        for place, line in enumerate(lines):
            inner.addWidget(label(line, "title" if place == 0 else "secondary"))
        self._column.addWidget(card)

    def _add_list(self) -> None:
        for place, (question, answer) in enumerate(self._answers):
            row = _QuestionRow(f"Q{place + 1}", question, answer, self._stale)
            row.set_open(question.id == self._open)
            row.clicked.connect(self._choose)
            self._column.addWidget(row)
        self._column.addSpacing(6)

    def _choose(self, question_id: str) -> None:
        if question_id != self._open:
            self._open = question_id
            self._rebuild()
            self.question_selected.emit(question_id)

    def _add_answer(self, question: Question, answer: Answer | None) -> None:
        number = [asked.id for asked, _ in self._answers].index(question.id) + 1
        self._column.addWidget(label(f"Q{number}  {question.words}", "title"))
        if self._stale and answer is not None:
            self._column.addWidget(label(f"⟳ {words.STALE}", "act"))
        self._column.addWidget(_verdict_card(answer, self._stale))
        if answer is None:
            return
        ranges = _ranges(answer)
        if ranges:
            axis = RangeAxis()
            axis.set_ranges(ranges)
            self._column.addSpacing(4)
            self._column.addWidget(axis)
        if answer.budget:
            self._heading("WHAT THE ± IS MADE OF")
            bars = BudgetTable()
            bars.set_shares(answer.budget, self._names)
            self._column.addWidget(bars)
        self._add_surer(question, answer)
        if answer.flips_if:
            self._heading("WHAT WOULD FLIP THIS")
            for line in answer.flips_if:
                self._column.addWidget(label(line))
        sentence, holds = words.robustness(answer)
        if sentence:
            self._column.addSpacing(4)
            self._column.addWidget(label(sentence, "linked" if holds else "act"))
        for line in words.flag_sentences(answer):
            self._column.addWidget(label(line, "act"))
        self._add_copy()

    def _add_surer(self, question: Question, answer: Answer) -> None:
        if not answer.next_best:
            return
        self._heading("SURER WITH   Shift+N")
        for place, anchor in enumerate(answer.next_best[:3]):
            card = QFrame()
            card.setObjectName("card")
            row = QHBoxLayout(card)
            row.setContentsMargins(12, 8, 6, 8)
            row.addWidget(label(anchor.in_words), 1)
            go = button("go there  ›", kind="link", tip="Shift+N")
            go.clicked.connect(
                lambda _=False, at=place, asked=question.id: self.go_there.emit(asked, at)
            )
            row.addWidget(go)
            self._column.addWidget(card)

    def _add_copy(self) -> None:
        row = QHBoxLayout()
        row.addStretch(1)
        copy = button("Copy", kind="flat", tip="Ctrl+C: with its range and conditions")
        copy.clicked.connect(self.copy)
        row.addWidget(copy)
        self._column.addLayout(row)

    def _heading(self, text: str) -> None:
        self._column.addSpacing(8)
        self._column.addWidget(label(text, "heading"))


def _verdict_card(answer: Answer | None, stale: bool) -> QFrame:
    """A and B with their times, the headline and the sentence."""
    card = QFrame()
    card.setObjectName("card")
    inner = QVBoxLayout(card)
    inner.setContentsMargins(16, 12, 16, 14)
    inner.setSpacing(6)
    if answer is not None:
        for letter, name, time, colour in (
            ("A", answer.a, words.instant_text(answer.reference_a, answer.U95_a_s), 3),
            ("B", answer.b, words.instant_text(answer.reference_b, answer.U95_b_s), 0),
        ):
            inner.addLayout(_instant_row(letter, name, time, current_theme().sources[colour]))
        inner.addSpacing(4)
    resolved = answer is not None and answer.verdict in ("a-before-b", "b-before-a")
    top = label(words.headline(answer), "headline" if resolved and not stale else "title")
    inner.addWidget(top)
    sentence = words.WAITING if answer is None else answer.in_words
    inner.addWidget(label(sentence, "secondary"))
    return card


def _instant_row(letter: str, name: str, time: str, colour: QColor) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    mark = label(letter, wrap=False)
    mark.setStyleSheet(f"color: {colour.name()}; font-weight: 700;")
    row.addWidget(mark)
    top = Qt.AlignmentFlag.AlignTop
    mark.setAlignment(top)
    both = QVBoxLayout()
    both.setSpacing(1)
    both.addWidget(label(name))
    if time:
        both.addWidget(label(time, "mono", wrap=False))
    row.addLayout(both, 1)
    return row


def _ranges(answer: Answer) -> list[tuple[str, int, int, QColor]]:
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


class _QuestionRow(QFrame):
    """One line of the list of questions."""

    clicked = Signal(str)

    def __init__(self, number: str, question: Question, answer: Answer | None, stale: bool) -> None:
        super().__init__()
        self.setObjectName("card")
        self._id = question.id
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 8, 5)
        row.addWidget(label(number, "secondary", wrap=False))
        row.addWidget(ElidedLabel(question.words), 1)
        chip = StateChip()
        symbol, word = words.verdict_word(answer, stale=stale)
        theme = current_theme()
        tone = {"●": theme.linked, "◐": theme.text, "⟳": theme.act}.get(symbol, theme.secondary)
        chip.set_state(symbol, word, tone)
        row.addWidget(chip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{number} {question.words}: {word}")

    def set_open(self, opened: bool) -> None:
        """Mark the open question."""
        self.setProperty("chosen", opened)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open this question."""
        self.clicked.emit(self._id)

    def keyPressEvent(self, event: object) -> None:
        """Enter opens this question."""
        key = getattr(event, "key", lambda: None)()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self._id)
