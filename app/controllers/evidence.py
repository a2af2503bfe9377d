"""Evidence, clocks and answers: filling the tables, setting aside, asking, typed observations."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.calculation import Calculation, digest
from app.controllers.marking import Marking
from app.controllers.moving import Moving
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.recordings import Recordings
from app.dialogs.ask import AskQuestion
from app.dialogs.clock_forms import AddBreak, CheckClock, ReadClock, ReadLog, StateGap
from app.dialogs.delays import Delays
from app.dialogs.limit import StateLimit
from app.dialogs.small import ChooseReference, Reason
from app.document import Document
from app.focus import Focus
from app.offsets import offset_curve
from sync.adjustment.solution import ClockResult
from sync.case.acts import restore, set_aside
from sync.case.case import Case, FirstViewing, Source
from sync.errors import EvidenceError, TiepointError
from sync.evidence import Lag, Limit, LogTime, Mark, Place, Reading
from sync.timebase import MediaTime, now_utc
from widgets.answer_panel import AnswerPanel
from widgets.clock_table import ClockTable
from widgets.evidence_panel import EvidencePanel
from widgets.offset_values import OffsetCurve


class EvidenceDesk(QObject):
    """Keeps the three tables up to date and does what is asked in them.

    Signals
    -------
    said(str)
        One line for the status bar.
    question_opened(str)
        A question was asked or chosen: show the answers.
    noted(str)
        What every copied or exported figure rests on is another.
    """

    said = Signal(str)
    question_opened = Signal(str)
    noted = Signal(str)

    def __init__(
        self, *, document: Document, calculation: Calculation, recordings: Recordings,
        focus: Focus, places: Places, playback: Playback, moving: Moving, marking: Marking,
        evidence: EvidencePanel, clocks: ClockTable, answers: AnswerPanel, window: QWidget,
        problem: Callable[[Exception], None], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._calculation, self._recordings = document, calculation, recordings
        self._focus, self._moving, self._marking = focus, moving, marking
        self._places, self._playback = places, playback
        self._evidence_tab, self._evidence = evidence, evidence.evidence
        self._clocks, self._answers = clocks, answers
        clocks.curve_of = self._curve
        clocks.utc_of = self._begins_in_utc
        self._window, self._problem = window, problem
        self.note = ""
        """What stands under every copied or exported figure."""
        self.answers_visible: Callable[[], bool] = lambda: False
        document.case_changed.connect(lambda _: self.show_evidence())
        calculation.changed.connect(self.show_all)
        marking.changed.connect(lambda: answers.set_covered(marking.is_open))
        self._evidence.go_to.connect(self.go_evidence)
        self._evidence.set_aside.connect(self.set_aside)
        self._evidence.restore.connect(self.restore)
        self._evidence.selected.connect(self._selected)
        clocks.go_to.connect(self.go_clock)
        answers.ask_wanted.connect(lambda: self._guarded(self.ask))
        answers.question_selected.connect(self.question_opened)
        answers.go_there.connect(self.go_next_anchor)

    # -- showing -----------------------------------------------------------------------------

    def show_all(self) -> None:
        """Everything that follows from the calculation."""
        case, results = self._document.case, self._calculation.results
        names = {source.id: source.name for source in case.sources}
        self.show_evidence()
        clocks = results.solution.clocks if results.solution is not None else ()
        known = [clock for clock in clocks if clock.source in names]
        self._clocks.set_clocks(known, names, stale=results.stale, utc=results.utc)
        solution = results.solution
        self._clocks.set_hypotheses(solution.rate_hypotheses if solution is not None else ())
        clock = next((one.name for one in case.clocks if one.id == case.datum), "")
        note = self.note = self.note_on(clock)
        self._evidence_tab.set_note(note, clock or "reference clock")
        self._clocks.set_note(note, clock or "reference clock")
        self._answers.set_context(note)
        self.noted.emit(note)
        self._answers.set_stale(results.stale or results.answers_due)
        self._answers.set_answers(
            [(question, results.answers.get(question.id)) for question in case.questions],
            results.unanswered,
        )
        self.note_viewing()

    def show_evidence(self) -> None:
        """The evidence table."""
        case, solution = self._document.case, self._calculation.results.solution
        rows = {row.id: row for row in (solution.rows if solution is not None else ())}
        names = {clock.id: clock.name for clock in case.clocks}
        names |= {source.id: source.name for source in case.sources}
        events = {event.id: event.name for event in case.events}
        limits = {limit.id: limit for limit in (solution.limits if solution is not None else ())}
        self._evidence.set_evidence(case.evidence, rows, names, events, limits)

    def note_on(self, clock: str) -> str:
        """What stands under every copied or exported figure: the clock its times are of,
        conditions, case and calculation."""
        case, results = self._document.case, self._calculation.results
        times = f"Times are those of {clock}." if clock else "No reference clock is chosen."
        lines = [
            f"{times} Ranges and ± are 95 %. They hold if the anchors are the events described "
            "and the stated delays are right.",
            self._context(case),
        ]
        stale = self._calculation.outdated or results.answers_due
        return "\n".join([*(["OUT OF DATE: evidence has changed since."] * stale), *lines])

    def _context(self, case: Case) -> str:
        when = "not calculated"
        if case.solution is not None:
            at = case.solution.calculated_at.removesuffix("+00:00").removesuffix("Z")
            when = f"calculated {at.replace('T', ' ')} UTC"
        title = " · ".join(part for part in (case.number, case.title) if part) or "case"
        head = self._document.store.head.hash[:12] if self._document.store is not None else ""
        return f"{title} · {when} · log {head}"

    def _begins_in_utc(self, clock: ClockResult) -> str:
        if clock.model is None or clock.status in ("conflict", "infeasible"):
            return ""
        source = self._places.source(clock.source)
        if source is None or clock.stretch >= len(source.stretches):
            return ""
        return self._playback.times.in_utc(clock.source, source.stretches[clock.stretch][0])

    def _curve(self, clock: ClockResult) -> OffsetCurve | None:
        solution = self._calculation.results.solution
        if solution is None:
            return None
        return offset_curve(self._document.case, solution, clock)

    def note_viewing(self) -> None:
        """The log keeps the first viewing of each answer, and on which evidence."""
        if self._marking.is_open or not self.answers_visible() or self._document.read_only:
            return
        case, results = self._document.case, self._calculation.results
        question = self._answers.opened
        answer = results.answers.get(question or "")
        if question is None or answer is None or results.answers_due:
            return
        if any(seen.question == question for seen in case.viewings) or self._calculation.outdated:
            return
        viewing = FirstViewing(
            question=question, at=now_utc(), by=self._document.author, verdict=answer.verdict,
            inputs_digest=digest(case),
        )  # fmt: skip
        try:
            self._document.note(case.with_viewing(viewing), f"first viewing of {question}")
        except TiepointError as error:
            self._problem(error)

    # -- going there -------------------------------------------------------------------------

    def go_evidence(self, evidence_id: str) -> None:
        """Show where a piece of evidence was observed."""
        item = self._document.case.find(evidence_id)
        if isinstance(item, Mark):
            self._moving.go_mark(item.id)
        elif isinstance(item, Reading):
            self._show(item.source, item.latest)
        elif isinstance(item, Lag):
            self._show(item.source_a, item.time_a)
        elif isinstance(item, Limit):
            self._go_place(item.first)
        elif isinstance(item, LogTime):
            self._go_place(Place(event=item.event))

    def _go_place(self, place: Place) -> None:
        """Show an event's first mark, a mark, or a time of a recording."""
        if place.source is not None and place.time is not None:
            self._show(place.source, place.time)
        elif place.mark is not None:
            self._moving.go_mark(place.mark)
        elif place.event is not None:
            for mark in self._document.case.marks_of(place.event)[:1]:
                self._moving.go_mark(mark.id)

    def go_next_anchor(self, question: str | None = None, place: int = 0) -> None:
        """Go where a further anchor would narrow the open question's range most."""
        asked = question or self._answers.opened
        answer = self._calculation.results.answers.get(asked or "")
        if answer is None or place >= len(answer.next_best):
            self.said.emit("No further anchor is known to narrow this answer.")
            return
        best = answer.next_best[place]
        self._focus.set(best.source_a)
        self._playback.go_media(best.source_a, best.media_a)
        self._moving.loop_here()
        self.said.emit(f"Look here for an event that both show: {best.in_words}.")

    def _show(self, source: str, at: MediaTime) -> None:
        if not self._places.linked(source):
            self._focus.set(source)
        self._playback.go_media(source, at)

    def go_clock(self, row: str) -> None:
        """Focus the recording of a clock, at the start of its stretch."""
        source, _, stretch = row.rpartition("/")
        known = self._places.source(source)
        if known is not None:
            self._focus.set(source)
            self._playback.go_media(source, known.stretches[int(stretch)][0])

    def _selected(self, evidence_id: object) -> None:
        if isinstance(evidence_id, str) and isinstance(self._document.case.find(evidence_id), Mark):
            self._moving.selected_mark = evidence_id

    # -- deciding ----------------------------------------------------------------------------

    def set_aside(self, evidence_id: str | None = None) -> None:
        """Leave out one piece of evidence, with a reason."""
        chosen = evidence_id or self._evidence.table.current()
        if chosen is None:
            self.said.emit("Choose a piece of evidence in the Evidence table first.")
            return
        reason = Reason.ask(self._window, f"Set {chosen} aside")
        if reason is None:
            return
        case, by = self._document.case, self._document.author
        self._act(lambda: set_aside(case, chosen, reason, by), f"set {chosen} aside")

    def restore(self, evidence_id: str | None = None) -> None:
        """Use a piece of evidence again."""
        chosen = evidence_id or self._evidence.table.current()
        if chosen is None:
            self.said.emit("Choose a piece of evidence in the Evidence table first.")
            return
        case = self._document.case
        self._act(lambda: restore(case, chosen, self._document.author), f"take {chosen} back in")

    def _act(self, make: Callable[[], Case], act: str) -> None:
        try:
            self._document.act(make(), act)
        except TiepointError as error:
            self._problem(error)

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except TiepointError as error:
            self._problem(error)

    # -- typed observations ------------------------------------------------------------------

    def ask(self) -> None:
        """Ask a question."""
        asked = AskQuestion.ask(self._window, self._document.case, self._pointed_at())
        if asked is not None:
            self._document.act(asked.case, f"ask: {asked.case.questions[-1].words}")
            self.show_all()
            self._answers.open_question(asked.question)
            self.question_opened.emit(asked.question)

    def choose_reference(self) -> None:
        """Choose the reference clock."""
        self._form(ChooseReference.ask(self._window, self._document.case), "choose reference clock")

    def read_clock(self) -> None:
        """Type what a clock showed."""
        source, at = self._here()
        index = self._recordings.index(source.id)
        if index is not None and index.state != "verified":
            index = None
        found = ReadClock.ask(self._window, self._document.case, source, at, index)
        self._form(found, f"read a clock in {source.name}")

    def check_clock(self) -> None:
        """Two clocks looked at together."""
        source = self._places.source(self._focus.source)
        clock = None if source is None else source.clock
        self._form(CheckClock.ask(self._window, self._document.case, clock), "add a clock check")

    def read_log(self) -> None:
        """When a log has an event."""
        mark = self._document.case.find(self._moving.selected_mark or "")
        event = mark.event if isinstance(mark, Mark) else None
        self._form(ReadLog.ask(self._window, self._document.case, event), "add a log time")

    def state_limit(self) -> None:
        """A limit on what is selected, else on what the playhead shows."""
        case = self._document.case
        mark = case.find(self._moving.selected_mark or "")
        first = Place(event=mark.event) if isinstance(mark, Mark) else None
        found = StateLimit.ask(self._window, case, self._pointed_at(), first)
        if found is not None:
            self._document.act(found, f"limit: {found.of_kind(Limit)[-1].why}")

    def show_delays(self) -> None:
        """All delays of the case."""
        shown = Delays(self._window, lambda: self._document.case, self._document.act)
        shown.exec()
        shown.deleteLater()

    def add_break(self) -> None:
        """A break at the playhead."""
        source, at = self._here()
        found = AddBreak.ask(self._window, self._document.case, source, at)
        self._form(found, f"break {source.name}")

    def state_gap(self) -> None:
        """The length of a gap."""
        source, _ = self._here()
        if not source.breaks:
            raise EvidenceError(
                f"{source.name} has no break.", hint="Break it first where its time is interrupted."
            )
        found = StateGap.ask(self._window, self._document.case, source)
        self._form(found, f"state the length of a gap of {source.name}")

    def _form(self, case: Case | None, act: str) -> None:
        if case is not None:
            self._document.act(case, act)

    def _pointed_at(self) -> tuple[Source, MediaTime] | None:
        """The focused recording, and its time at the playhead."""
        source = self._places.source(self._focus.source)
        media = self._places.media_now(None if source is None else source.id)
        return None if source is None or media is None else (source, media)

    def _here(self) -> tuple[Source, MediaTime]:
        here = self._pointed_at()
        if here is None:
            raise EvidenceError("Nothing is shown at the playhead.",
                                hint="Focus a recording at a time it was recording.")  # fmt: skip
        return here
