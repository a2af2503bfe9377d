"""Shows what the workbench holds: sources, lanes, questions, state, jobs, what can be done."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMainWindow

from app.actions import Actions, When
from app.cards import source_cards, state_text, steps_done
from app.document import Change
from app.jobs import Job
from app.lane_display import LaneDisplay
from app.layout import Layout
from app.workbench import Workbench
from sync.case.displayed import displayed_rates
from sync.case.recordings import RecordingState
from widgets.checklist import STEPS
from widgets.theme import current_theme, state_symbol

TITLE = "Tiepoint"
_NEWER = (
    "Written by a later version of Tiepoint: open for reading only. What this version does not "
    "know is not shown, so do not rely on it here."
)
_READ_ONLY = (
    "Open for reading only: somebody else has this case open for writing. Nothing can be changed "
    "here."
)


class Display(QObject):
    """Keeps the widgets up to date; decides nothing."""

    def __init__(
        self, window: QMainWindow, bench: Workbench, layout: Layout, actions: Actions
    ) -> None:
        super().__init__(window)
        self._window, self._bench, self._at, self._actions = window, bench, layout, actions
        self._lanes = LaneDisplay(bench, layout, self)
        self._checked = False
        self._place_first = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.show_results)
        bench.document.case_changed.connect(self._case_changed)
        bench.document.status_changed.connect(self.show_status)
        bench.calculation.changed.connect(self._results_changed)
        bench.calculation.failed.connect(bench.problems.show)
        bench.recordings.curve_ready.connect(self._curve_ready)
        bench.lane_views.arranged.connect(self._rearranged)
        bench.case_look.steps_changed.connect(self._show_steps)
        bench.walls.chosen.connect(self.show_all)
        bench.recordings.ready.connect(self._index_ready)
        bench.recordings.checked.connect(self._files_checked)
        bench.recordings.failed.connect(self._not_read)
        bench.focus.changed.connect(lambda _: self._focus_changed())
        bench.marking.changed.connect(self._marking_changed)
        bench.jobs.changed.connect(self.show_jobs)
        bench.audio.changed.connect(self.show_status)
        for speaker in (
            bench.marking, bench.searching, bench.evidence, bench.files, bench.saving,
            bench.relinking, bench.revising, bench.try_on,
        ):  # fmt: skip
            speaker.said.connect(layout.status.say)

    # -- following ---------------------------------------------------------------------------

    def _case_changed(self, change: Change) -> None:
        at = self._at
        if change.kind == "note":  # what follows from it comes with the calculation
            self.show_status()
            self.show_partners()
            return
        if change.kind in ("opened", "closed"):
            # What is added from now on is hashed as it is added.
            self._checked = not change.after.sources
            self._lanes.forget()
            self._place_first = change.kind == "opened"
            self._bench.problems.hide()
            at.status.say("")
            at.desk.setCurrentWidget(at.parted if self._bench.document.is_open else at.welcome)
            self._bench.playhead.pause()
        ids = [source.id for source in change.after.sources]
        if self._bench.focus.source not in ids:
            first = next((s.id for s in change.after.sources if s.facts.picture), None)
            self._bench.focus.set(first or (ids[0] if ids else None))
        self.show_all()

    def show_all(self) -> None:
        """Everything."""
        case = self._bench.document.case
        colours = self._bench.lane_views.colours(case)
        self._at.wall.set_sources(
            [(s.id, s.name, colours[s.id]) for s in self._bench.walls.shown()]
        )
        self.show_results()
        self.show_status()
        self.show_partners()
        self.show_file()
        self.show_jobs()

    def show_file(self) -> None:
        """The facts of the focused recording, and what its frame index says of its times."""
        bench = self._bench
        source = bench.places.source(bench.focus.source)
        opened = bench.recordings.get(bench.focus.source)
        displayed = () if source is None else displayed_rates(bench.document.case, source.id)
        self._at.file.set_source(source, None if opened is None else opened.timing, displayed)

    def _index_ready(self, source: str) -> None:
        if source == self._bench.focus.source:
            self.show_file()

    def _results_changed(self) -> None:
        self.show_results()
        results = self._bench.calculation.results
        if self._place_first and results.timeline.span is not None and not results.answers_due:
            self._place_first = False
            self._go_first()

    def _go_first(self) -> None:
        """Open a case where its first question is, so that there is something to see."""
        case, results = self._bench.document.case, self._bench.calculation.results
        for question in case.questions:
            answer = results.answers.get(question.id)
            if answer is not None and answer.reference_a is not None:
                self._bench.playback.go_reference(answer.reference_a.ns)
                return

    def show_results(self) -> None:
        """Cards, state, lanes, questions: what follows from the calculation."""
        self._soon.stop()
        bench, at = self._bench, self._at
        case, results = bench.document.case, bench.calculation.results
        colours = bench.lane_views.colours(case)
        cards = source_cards(case, results, bench.recordings)
        cards = [replace(card, colour=colours[card.source_id]) for card in cards]
        at.sources.set_cards(cards, bench.focus.source)
        self._show_state()
        self._lanes.show()
        self.show_questions()
        self._show_steps()
        bench.playback.refocus()
        self._lanes.show_own_time()
        self._lanes.fit_once()
        self.enable()

    def _show_state(self) -> None:
        case, results = self._bench.document.case, self._bench.calculation.results
        status, text = state_text(case, results, busy=self._bench.calculation.busy)
        symbol, colour = "○", current_theme().secondary
        if status is not None:
            symbol, _, colour = state_symbol(status, stale=results.stale)
        if results.stale:
            text = f"out of date · {text}"
        self._at.tools.chip.set_state(symbol, text, colour)
        self._at.tools.chip.setVisible(self._bench.document.is_open)

    def _show_steps(self) -> None:
        case, results = self._bench.document.case, self._bench.calculation.results
        done = steps_done(case, results, self._checked)
        look = self._bench.case_look
        done |= {"report"} if look.reported else set()
        opened = self._bench.document.is_open
        self._at.checklist.set_done(done)
        todo = opened and not self._bench.document.read_only and len(done) < len(STEPS)
        self._at.checklist.setVisible(todo and not look.steps_hidden)
        wanted: str | None = None
        if opened and not self._bench.document.read_only:
            if not case.sources:
                wanted = "add_media"
            elif "link" not in done or self._bench.marking.is_open:
                wanted = "mark"
            elif not case.questions:
                wanted = "ask"
        self._at.tools.set_next(wanted)

    def _rearranged(self) -> None:
        """Other heights, colours, another order."""
        self._lanes.set_heights()
        if self._bench.document.is_open:
            self.show_all()
            self._lanes.share_height()

    def _curve_ready(self, source: str) -> None:
        if self._bench.recordings.get(source) is not None:
            self._lanes.draw(source)
            self._soon.start()

    def _files_checked(self, states: tuple[RecordingState, ...]) -> None:
        self._checked = True
        bad = [state.source for state in states if state.state != "ok"]
        writable = not self._bench.document.read_only
        if bad:
            self._bench.problems.say(
                _missing_words([state for state in states if state.state != "ok"]),
                "What was observed in it stays in the case, but its pictures and sounds are not "
                "shown: they may not be what was observed.",
                "Look for it in another folder, or go on without it."
                if writable
                else "Bring the original file back, then open the case again.",
                (("Find …", lambda: self._bench.relinking.relink(bad)),) if writable else (),
            )
        self.show_results()

    def _not_read(self, _source: str, error: Exception) -> None:
        self._bench.problems.show(error)
        self._soon.start()

    def show_questions(self) -> None:
        """The chips under the tools."""
        results = self._bench.calculation.results
        self._at.questions.show_questions(
            self._bench.document.case.questions, results.answers,
            stale=results.stale or results.answers_due, covered=self._bench.marking.is_open,
            waiting=self._bench.document.case.question,
        )  # fmt: skip

    def _marking_changed(self) -> None:
        self._at.lanes.trial.cover(self._bench.marking.is_open)
        self.enable()
        self.show_questions()
        self._show_steps()
        self._bench.sounding.follow()

    # -- title, status, enabling -------------------------------------------------------------

    def show_status(self) -> None:
        """Title, saved, log, sound, undo's name."""
        document, at = self._bench.document, self._at
        if document.path is None:
            self._window.setWindowTitle(TITLE)
        else:
            state = " (read only)" if document.read_only else ""
            unsaved = " •" if document.unsaved else ""
            self._window.setWindowTitle(f"{document.path.name}{state}{unsaved} — {TITLE}")
        newer = document.store is not None and document.store.newer is not None
        at.notice.say(_NEWER if newer else _READ_ONLY if document.read_only else "")
        words = self._bench.audio.words
        facts = [words if "not used" not in words else ""]
        if document.store is not None:
            count = document.store.unsaved
            acts = f"{count} act{'s' if count != 1 else ''} in the log since the last save"
            facts += [acts if count else "saved", f"log {document.store.head.hash[:8]}"]
        at.status.set_facts(facts)
        undo, redo = document.stack.undoText(), document.stack.redoText()
        self._actions["undo"].setText(f"Undo: {undo}" if undo else "Undo")
        self._actions["redo"].setText(f"Redo: {redo}" if redo else "Redo")
        self.enable()

    def enable(self) -> None:
        """What can be done now."""
        bench = self._bench
        opened = bench.document.is_open
        writable = opened and not bench.document.read_only
        sources = opened and bool(bench.document.case.sources)
        holds: dict[When, bool] = {
            "always": True, "case": opened, "writable": writable, "saveable": writable,
            "sources": sources, "both": sources and writable, "event": bench.marking.is_open,
            "draft": bench.marking.draft is not None, "closing": False,
            "candidate": writable and bench.searching.has_candidate and self._at.tab == "search",
            "undo": bench.document.can_undo, "redo": bench.document.can_redo,
        }  # fmt: skip
        self._actions.set_states(holds)

    def job_shown(self) -> Job | None:
        """The job the status bar speaks of."""
        shown = [job for job in self._bench.jobs.active if job.shown]
        return next((job for job in shown if job.state == "running"), shown[0] if shown else None)

    def show_jobs(self) -> None:
        """The job that runs, with its time left."""
        job, bar = self.job_shown(), self._at.status.jobs
        if job is None:
            bar.clear()
            return
        # The first progress of a job says nothing about how long it takes.
        left = job.seconds_left if job.fraction > 0.05 else None
        text = job.title + (f": {job.text}" if job.text and job.text not in job.title else "")
        waiting = sum(other.shown for other in self._bench.jobs.active) - 1
        bar.set_job(text, job.fraction or None, left, waiting=waiting)

    # -- the focused source ------------------------------------------------------------------

    def _focus_changed(self) -> None:
        focused = self._bench.focus.source
        self._at.sources.set_focus_source(focused)
        if self._at.workspace == "mark":
            self._at.wall.set_large(focused)
        self.show_file()
        self.show_partners()
        self._lanes.show_own_time()
        self.enable()

    def show_partners(self) -> None:
        """What the focused source can be searched against."""
        searching, tab = self._bench.searching, self._at.search_tab
        if self._at.tab == "search" and self._bench.focus.source is not None:
            searching.choose()
            tab.set_partners(searching.partners(), searching.partner)

    def close(self) -> None:
        """Stop the timer."""
        self._soon.stop()


def _missing_words(bad: list[RecordingState]) -> str:
    """One line, however many there are."""
    first = bad[0].detail or f"{bad[0].source}: {bad[0].state}."
    more = len(bad) - 1
    return first + (f" And {more} more recording{'s' if more > 1 else ''}." if more else "")
