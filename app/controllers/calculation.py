"""Live calculation: after each change of evidence, clocks, timeline and answers are made anew.

It runs in the background; where it takes longer than a person notices, what is shown is marked as
out of date meanwhile. Clocks and timeline come first, in milliseconds; answers follow, since each
is asked again without every piece of evidence. A result that belongs to older evidence is thrown
away: a newer one is waiting.

While a mark is dragged the lanes follow it, by clocks calculated for each place it passes; the
case, its log and the tables stay as they are until it is let go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.document import Change, Document
from app.doubts import without_each
from app.jobs import Job, Jobs
from app.utc import Utc, utc_of
from sync.adjustment.inputs import inputs_digest
from sync.adjustment.solution import Answer, Solution
from sync.case.calculate import Calculation as Prepared
from sync.case.calculate import inputs_of, is_stale, prepare, solve, with_clocks
from sync.case.case import Case
from sync.errors import TiepointError
from sync.progress import Progress
from sync.timebase import NS_PER_S, MediaTime, now_utc
from sync.timeline import Timeline, build_timeline

LATE_MS = 100
"""What takes longer is noticed as a wait. To paint every lane and table as out of date, and once
more a moment later, would take longer than the calculation of most cases does."""


class Network:
    """The adjusted network, asked for the range between two instants; remembers its answers."""

    def __init__(self, ready: Prepared) -> None:
        self._ready = ready
        self._known: dict[tuple[str, int, str, int], float | None] = {}

    def half_between(self, a: tuple[str, MediaTime], b: tuple[str, MediaTime]) -> float | None:
        """Half-width in s of the 95 % range of T(b) - T(a); ``None`` where nothing links them.

        Asked to the second: over a second no clock's range changes visibly.
        """
        key = (a[0], a[1].ns // NS_PER_S, b[0], b[1].ns // NS_PER_S)
        if key not in self._known:
            self._known[key] = self._ask(a, b)
        return self._known[key]

    def _ask(self, a: tuple[str, MediaTime], b: tuple[str, MediaTime]) -> float | None:
        adjustment = self._ready.adjustment
        first, second = (
            adjustment.instant_function(source, media.s, on_datum_scale=True)
            for source, media in (a, b)
        )
        function = second - first
        if not adjustment.estimable(function):
            return None
        return adjustment.uncertain(function).expanded().U


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that follows from one state of the case."""

    timeline: Timeline = field(default_factory=lambda: Timeline(tracks=(), stale=False))
    solution: Solution | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    unanswered: Mapping[str, str] = field(default_factory=dict)
    """By question: why it could not even be asked of the evidence."""
    stale: bool = False
    answers_due: bool = False
    """True while the answers are still those of the evidence before, or not there yet."""
    network: Network | None = None
    utc: Utc = field(default_factory=Utc)
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By proposal to set something aside: what the calculation would say without it."""


@dataclass(frozen=True, slots=True)
class _Calculated:
    case: Case
    results: Results


@dataclass(frozen=True, slots=True)
class _Answered:
    case: Case
    answers: Mapping[str, Answer]
    unanswered: Mapping[str, str]
    without: Mapping[str, tuple[str, ...]]


class Calculation(QObject):
    """Keeps :attr:`results` up to date with the document.

    Signals
    -------
    changed()
        :attr:`results` is another.
    glimpsed()
        Only its timeline is: where the lanes lie with a mark that is being dragged.
    failed(object)
        The exception a calculation ended with.
    """

    changed = Signal()
    glimpsed = Signal()
    failed = Signal(object)

    def __init__(self, document: Document, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._job: Job | None = None
        self._again = False
        self._tried: Case | None = None
        self._glimpsed: Case | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self._say_late)
        self.results = Results()
        document.case_changed.connect(self._case_changed)

    @property
    def busy(self) -> bool:
        """True while a calculation runs."""
        return self._job is not None

    @property
    def outdated(self) -> bool:
        """True when evidence has changed since :attr:`results`, whether that is shown yet or not.

        For whatever keeps or copies a figure, which no tenth of a second may make untrue.
        """
        return self.results.stale or self._document.stale

    def again(self) -> None:
        """Calculate whatever the state."""
        if self._job is not None:
            self._again = True
            return
        case = self._document.case
        if not self._document.is_open:
            return
        keep = self._document.read_only
        self._start(lambda progress: _calculate(case, keep, progress), self._take)

    def _case_changed(self, change: Change) -> None:
        if change.kind == "closed":
            self._tried = None
            self._late.stop()
            self.results = Results()
            self.changed.emit()
            return
        if change.act == "calculate":
            return
        self._tried = None
        stale = self._document.stale and change.kind != "opened"
        if stale and not self.results.stale:
            self._late.start()
        elif change.kind == "opened":
            self._late.stop()
            self.results = Results()
            self.changed.emit()
        self.again()

    def _take(self, found: _Calculated) -> None:
        """Clocks and timeline are there; the answers are asked next."""
        self._job = None
        if self._outdated(found.case):
            return
        self._late.stop()
        due = bool(found.case.sources) and bool(found.case.questions or _proposed(found.case))
        before = self.results
        self.results = (
            replace(found.results, answers=before.answers, unanswered=before.unanswered,
                    answers_due=True)
            if due else found.results
        )  # fmt: skip
        now = self._document.case
        same = (
            now.solution is not None and found.case.solution is not None
            and now.solution.inputs_digest == found.case.solution.inputs_digest
        )  # fmt: skip
        if not self._document.read_only and not same:
            self._document.note(now.with_solution(found.case.solution), "calculate")
        if due:
            self._start(lambda progress: _answer(found, progress), self._take_answers)
        self.changed.emit()
        if not due and (self._again or now.questions != found.case.questions):
            self._again = False
            self.again()
        self._go_on_glimpsing()

    def _take_answers(self, found: _Answered) -> None:
        self._job = None
        if self._outdated(found.case):
            return
        self.results = replace(
            self.results, answers=found.answers, unanswered=found.unanswered,
            without=found.without, answers_due=False,
        )  # fmt: skip
        self.changed.emit()
        if self._again or self._document.case.questions != found.case.questions:
            self._again = False
            self.again()
        self._go_on_glimpsing()

    def _outdated(self, case: Case) -> bool:
        """True when evidence has changed since; then it is calculated again."""
        if inputs_of(case) == inputs_of(self._document.case):
            return False
        self._again = False
        self.again()
        return True

    def _start(self, work: Callable[[Progress], object], take: Callable[..., None]) -> None:
        self._job = self._jobs.start("Calculating", work, line="quick", shown=False)
        self._job.finished.connect(take)
        self._job.failed.connect(self._fail)
        self._job.cancelled.connect(self._end)

    def _fail(self, error: Exception) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._job = None
        if self._again:
            self._again = False
            self.again()
        self._go_on_glimpsing()

    def _say_late(self) -> None:
        """Mark what is shown as out of date: while a mark is dragged only the lanes, since the
        tables show the case, which has not changed."""
        lanes = replace(self.results.timeline, stale=True)
        if self._document.stale:
            self.results = replace(self.results, stale=True, timeline=lanes)
            self.changed.emit()
        elif self._tried is not None:
            self.results = replace(self.results, timeline=lanes)
            self.glimpsed.emit()

    # -- while a mark is dragged -------------------------------------------------------------

    def glimpse(self, case: Case | None) -> None:
        """Let the lanes lie as ``case`` would have them, which is not the document's (yet).

        The latest wins; ``None`` puts them back.
        """
        self._tried = case
        if case is None:
            self.again()
            return
        if not self._late.isActive():
            self._late.start()
        if self._job is None:
            self._go_on_glimpsing()
        elif self.results.answers_due:
            self._job.cancel()  # they are asked anew when it is let go

    def _go_on_glimpsing(self) -> None:
        case = self._tried
        if case is not None and self._job is None:
            self._start(lambda _: (case, _glimpse(case)), self._take_glimpse)

    def _take_glimpse(self, found: tuple[Case, Timeline]) -> None:
        self._job = None
        if self._again:
            self._again = False
            self.again()
        elif self._tried is not None:
            self._late.stop()
            self.results = replace(self.results, timeline=found[1])
            self.glimpsed.emit()
            if self._tried is found[0]:
                return
            self._late.start()
            self._go_on_glimpsing()


def _calculate(case: Case, keep: bool, progress: Progress) -> _Calculated:
    """Solution and timeline of one state; ``keep`` the solution of a read-only case."""
    ready = prepare(case) if case.sources else None
    if ready is None:
        solved = case.with_solution(None)
    elif (case.solution is not None and not is_stale(case)) or (keep and case.solution is not None):
        solved = case
    else:
        solved = solve(case, ready, at=now_utc())
    progress.report(0.4)
    stale = is_stale(solved)
    network = None if ready is None else Network(ready)
    results = Results(
        timeline=build_timeline(solved, stale=stale), solution=solved.solution, stale=stale,
        network=network, utc=utc_of(solved, ready),
    )  # fmt: skip
    return _Calculated(solved, results)


def _glimpse(case: Case) -> Timeline:
    """Where everything lies by the evidence of ``case``."""
    return build_timeline(with_clocks(case), stale=False)


def _answer(found: _Calculated, progress: Progress) -> _Answered:
    """Every question, and what each proposal would lead to."""
    case = found.case
    # A network of its own: the one of the first step is asked by the window meanwhile.
    ready = prepare(case)
    answers: dict[str, Answer] = {}
    unanswered: dict[str, str] = {}
    for number, question in enumerate(case.questions):
        progress.report(number / len(case.questions))
        try:
            answers[question.id] = ready.order(question.a, question.b)
        except TiepointError as error:
            unanswered[question.id] = error.message
    progress.report(0.9)
    without = without_each(case, case.solution) if case.solution is not None else {}
    return _Answered(case, answers, unanswered, without)


def _proposed(case: Case) -> bool:
    return case.solution is not None and bool(case.solution.proposals)


def digest(case: Case) -> str:
    """The digest a solution of this case carries."""
    return inputs_digest(inputs_of(case))
