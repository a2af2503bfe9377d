"""The answers: each question with its verdict, range, budget and what would make it surer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sync.adjustment.headline import flag_sentences
from sync.adjustment.solution import Answer, WhatIf
from sync.adjustment.words import capital
from sync.case.case import Question
from widgets import answer_words as words
from widgets.answer_parts import (
    Heading,
    QuestionRow,
    WhatIfCard,
    budget,
    card,
    contested_card,
    instants,
    verdict_card,
)
from widgets.budget_table import BudgetTable
from widgets.difference_axis import DifferenceAxis
from widgets.due import Due
from widgets.leave_one_out import LeaveOneOut
from widgets.parts import button, label
from widgets.range_axis import RangeAxis
from widgets.scrolled import ScrolledColumn
from widgets.table import Table

_MOST_UNNOTICED = 2


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
    what_if(str, tuple)
        Question id and the :class:`WhatIf` rows to leave out together; answered by
        :meth:`show_what_if`.
    """

    question_selected = Signal(str)
    go_there = Signal(str, int)
    ask_wanted = Signal()
    what_if = Signal(str, tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("Answers")
        self._answers: list[tuple[Question, Answer | None]] = []
        self._reasons: dict[str, str] = {}
        self._context = ""
        self._open: str | None = None
        self._covered = self._stale = False
        self._what_if: WhatIfCard | None = None
        self._left_out: LeaveOneOut | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = ScrolledColumn((18, 14, 18, 14), 8)
        self._column = QVBoxLayout()
        outer.addWidget(self._area)
        self._shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        self._shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._shortcut.activated.connect(self.copy)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.due = Due(self, self._rebuild)
        self.due.mark()

    # -- values ------------------------------------------------------------------------------

    def set_answers(
        self,
        answers: Sequence[tuple[Question, Answer | None]],
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        """Show these questions; an answer of ``None`` is not calculated yet, or cannot be given
        for one of the ``reasons``, by question id."""
        if (list(answers), reasons or {}) == (self._answers, self._reasons):
            return  # a what-if and the place scrolled to stay
        self._answers, self._reasons = list(answers), dict(reasons or {})
        ids = [question.id for question, _ in self._answers]
        if self._open not in ids:
            self._open = ids[0] if ids else None
        self.due.mark()

    def set_context(self, context: str) -> None:
        """Conditions, case and calculation, put under every copied answer and table."""
        self._context = context
        for table in self._area.findChildren(Table):
            table.set_note(context)
        for bars in self._area.findChildren(BudgetTable):
            bars.set_note(context)

    def set_covered(self, covered: bool) -> None:
        """Cover all answers while an event is open."""
        if covered != self._covered:
            self._covered = covered
            self.due.mark()

    def set_stale(self, stale: bool) -> None:
        """Say that the answers are out of date."""
        if stale != self._stale:
            self._stale = stale
            self.due.mark()

    def open_question(self, question_id: str) -> None:
        """Open this question, without a signal."""
        if any(question.id == question_id for question, _ in self._answers):
            self._open = question_id
            self.due.mark()

    @property
    def opened(self) -> str | None:
        """Id of the open question."""
        return self._open

    def show_what_if(self, question_id: str, found: Answer | str) -> None:
        """The answer with evidence left out, or why there is none."""
        self.due.settle()
        opened = self._opened_pair()
        if self._what_if is None or opened is None or opened[0].id != question_id:
            return
        if isinstance(found, str):
            self._what_if.show_problem(found)
        elif opened[1] is not None:
            self._what_if.show_answer(found, words.main_range(opened[1]))
        self._area.reveal(self._what_if)

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
        self.due.settle()
        found = self.findChildren(QLabel)
        return [made.text() for made in found if made.text() and made.parent() is not None]

    def _opened_pair(self) -> tuple[Question, Answer | None] | None:
        return next((pair for pair in self._answers if pair[0].id == self._open), None)

    # -- building ----------------------------------------------------------------------------

    def _rebuild(self) -> None:
        self._what_if = None
        kept = self._left_out
        if not self._area.fill(self._build, kept) and kept is not None:
            self._left_out = None

    def _build(self, column: QVBoxLayout) -> None:
        self._column = column
        found = self._opened_pair()
        if self._covered:
            self._column.addWidget(card([(words.COVERED, "title"),
                                         (words.COVERED_HINT, "secondary")]))  # fmt: skip
        elif found is None:
            self._add_empty()
        else:
            if len(self._answers) > 1:
                self._add_list()
            self._add_answer(*found)

    def _add_empty(self) -> None:
        self._column.addWidget(label(words.EMPTY_TITLE, "title"))
        self._column.addWidget(label(words.EMPTY_TEXT, "secondary"))
        ask = button("Ask", act=True)
        ask.clicked.connect(self.ask_wanted)
        row = QHBoxLayout()
        row.addWidget(ask)
        row.addStretch(1)
        self._column.addLayout(row)

    def _add_list(self) -> None:
        for place, (question, answer) in enumerate(self._answers):
            row = QuestionRow(
                f"Q{place + 1}", question, answer, self._stale, opened=question.id == self._open
            )
            row.clicked.connect(self._choose)
            self._column.addWidget(row)
        self._column.addSpacing(6)

    def _choose(self, question_id: str) -> None:
        if question_id != self._open:
            self._open = question_id
            self.due.mark()
            self.question_selected.emit(question_id)

    def _add_answer(self, question: Question, answer: Answer | None) -> None:
        if len(self._answers) == 1:  # of several the list says which one is open
            self._column.addWidget(label(f"Q1  {question.words}", "title"))
        if self._stale and answer is not None:
            self._column.addWidget(label(f"⟳ {words.STALE}", "act"))
        reason = self._reasons.get(question.id, "")
        self._column.addWidget(verdict_card(answer, self._stale, reason))
        if answer is None:
            return
        if answer.contested is not None:
            self._column.addWidget(contested_card(answer.contested))
        self._add_ranges(answer)
        if answer.budget:
            for part in budget(answer, self._context):
                self._column.addWidget(part)
        self._add_surer(question, answer)
        self._add_mistakes(answer)
        self._add_leave_one_out(answer)
        self._add_copy()

    def _add_ranges(self, answer: Answer) -> None:
        """Both instants, then their difference with and without limits."""
        shown = instants(answer)
        if shown:
            axis = RangeAxis()
            axis.set_ranges(shown)
            self._column.addSpacing(4)
            self._column.addWidget(axis)
        ranges = words.difference_ranges(answer)
        if ranges:
            self._heading("WHICH FIRST, AND BY HOW MUCH: 95 % RANGE")
            difference = DifferenceAxis()
            difference.set_ranges(ranges)
            self._column.addWidget(difference)
        if answer.limits:
            names = ", ".join(f"‘{name}’" for name in answer.limits)
            self._column.addWidget(label(f"Shaped by the limits {names}.", "secondary"))

    def _add_mistakes(self, answer: Answer) -> None:
        """What would flip it, what would go unnoticed, what it rests on."""
        if answer.flips_if:
            self._heading("WHAT WOULD FLIP THIS")
            for line in answer.flips_if:
                self._column.addWidget(label(capital(line)))
        if answer.unnoticed:
            self._heading("WHAT WOULD GO UNNOTICED")
            for worst in answer.unnoticed[:_MOST_UNNOTICED]:
                self._column.addWidget(label(words.unnoticed_sentence(worst)))
        sentence, holds = words.robustness(answer)
        if sentence and not words.says_what_it_rests_on(answer):
            self._column.addSpacing(4)
            self._column.addWidget(label(sentence, "linked" if holds else "act"))
        for line in flag_sentences(answer):
            self._column.addWidget(label(line, "act"))

    def _add_leave_one_out(self, answer: Answer) -> None:
        """What-if ticks, and what they lead to."""
        if not answer.leave_one_out:
            return
        if self._left_out is None:
            self._left_out = LeaveOneOut()
            self._left_out.chosen.connect(self._leave_out)
        table, what_if = self._left_out, WhatIfCard()
        table.set_answer(answer)
        table.table.set_note(self._context)
        self._column.addWidget(
            Heading("LEAVE ONE OUT", "untick: what if?", lambda: table.table.as_text(whole=True),
                    "Copy the whole table")
        )  # fmt: skip
        self._column.addWidget(table)
        self._column.addWidget(what_if)
        what_if.ended.connect(self._all_in)
        self._what_if = what_if

    def _leave_out(self, out: tuple[WhatIf, ...]) -> None:
        if self._what_if is not None and self._open is not None:
            self._what_if.show_names([part.name for part in out])
            self.what_if.emit(self._open, out)

    def _all_in(self) -> None:
        if self._left_out is not None:
            self._left_out.all_in()
            self._leave_out(())

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
