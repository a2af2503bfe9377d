"""Problems, as one card: what happened, what it means for the evidence, what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.problem import describe, keep_traceback
from sync.errors import Cancelled, TiepointError
from widgets.problem_card import ProblemCard

Choice = tuple[str, Callable[[], object]]
Offer = Callable[[Exception, tuple[Choice, ...]], None]
"""Says what went wrong, with what can be done about it."""


class Problems(QObject):
    """Shows the latest problem; an older one gives way."""

    def __init__(self, card: ProblemCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._card = card
        self._choices: dict[str, Callable[[], object]] = {}
        card.dismissed.connect(self.hide)
        card.action_clicked.connect(self._chosen)

    def show(self, error: Exception) -> None:
        """Explain an error; an unforeseen one is kept in a file for its report."""
        self.offer(error, ())

    def offer(self, error: Exception, choices: tuple[Choice, ...]) -> None:
        """Explain an error and offer what can be done."""
        if isinstance(error, Cancelled):
            return
        foreseen = isinstance(error, (TiepointError, OSError, MemoryError))
        details = None if foreseen else keep_traceback(error)
        problem = describe(error, details)
        self.say(problem.what_happened, problem.what_it_means, problem.what_to_do, choices)

    def say(self, what: str, means: str, todo: str, choices: tuple[Choice, ...] = ()) -> None:
        """Show these three."""
        self._choices = dict(choices)
        self._card.set_problem(what, means, todo, actions=tuple(text for text, _ in choices))
        self._card.show()

    def hide(self) -> None:
        """The person has read it."""
        self._card.hide()

    def _chosen(self, text: str) -> None:
        self.hide()
        act = self._choices.get(text)
        if act is not None:
            act()
