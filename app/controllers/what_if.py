"""What if: an answer with evidence left out. Recalculated in the background, never saved."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.document import Document
from app.jobs import Job, Jobs
from sync.adjustment.solution import Answer, WhatIf
from sync.case.calculate import prepare
from sync.case.case import Case
from sync.errors import TiepointError
from widgets.answer_panel import AnswerPanel


class WhatIfs(QObject):
    """Answers the ticks of the answer panel; the latest request wins."""

    def __init__(
        self, document: Document, jobs: Jobs, answers: AnswerPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._jobs, self._answers = document, jobs, answers
        self._latest: Job | None = None
        answers.what_if.connect(self.ask)

    def ask(self, question: str, out: tuple[WhatIf, ...]) -> None:
        """Answer this question without these pieces of evidence."""
        if self._latest is not None:
            self._latest.cancel()
            self._latest = None
        if not out:
            return
        case = self._document.case
        without = frozenset(row for part in out for row in part.rows)
        job = self._jobs.start(
            "What if", lambda _: answer_without(case, question, without), line="quick", shown=False
        )
        self._latest = job
        job.finished.connect(lambda found: self._take(job, question, found))
        job.failed.connect(lambda error: self._take(job, question, str(error)))

    def _take(self, job: Job, question: str, found: Answer | str) -> None:
        if job is self._latest:
            self._latest = None
            self._answers.show_what_if(question, found)


def answer_without(case: Case, question: str, without: frozenset[str]) -> Answer | str:
    """The answer with these rows left out, or why it cannot be asked."""
    asked = next(asked for asked in case.questions if asked.id == question)
    try:
        return prepare(case).order(asked.a, asked.b, without=without)
    except TiepointError as error:
        return error.message
