"""Searching a pair of recordings: what to search, what was found, and the analyst's decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QVBoxLayout, QWidget

from sync.case.segment_map import map_in_words
from widgets import search_words as words
from widgets.blind_check import BlindCheck
from widgets.decision_bar import DecisionBar
from widgets.pair_grid import PairGrid
from widgets.parts import label
from widgets.scrolled import Scrolled
from widgets.search_findings import SearchFindings
from widgets.search_form import SearchForm

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, SearchKind, SearchResult


_ROOM_FOR_BOTH_PX = 480
"""Height from which what is asked and what was found are seen together."""


class SearchPanel(QFrame):
    """Search a pair; review candidates with A (accept), X (reject), U (undecided).

    Signals
    -------
    search_requested(object)
        A :class:`widgets.search_form.SearchRequest`.
    all_requested(float, float)
        Every pair, over these offsets (s).
    candidate_selected(object)
        The :class:`Candidate` under review.
    moment_wanted(object, int)
        A candidate and the place of one of its coincidences (strongest first): play it.
    blind_wanted(object)
        The candidate to be told from decoys.
    accepted(object), rejected(object), undecided(object)
        The candidate. ``accepted`` only after the person has read what will be added and confirmed.
    map_accepted()
        All stretches of the segment map, read and confirmed alike.
    """

    search_requested = Signal(object)
    all_requested = Signal(float, float)
    candidate_selected = Signal(object)
    moment_wanted = Signal(object, int)
    blind_wanted = Signal(object)
    accepted = Signal(object)
    rejected = Signal(object)
    undecided = Signal(object)
    map_accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("Search")
        self.before_accept: Callable[[Candidate], Sequence[str]] = lambda _: ()
        """What accepting would do besides adding the match, one line each."""
        self.delays_of: Callable[[Candidate], Sequence[tuple[str, object]]] = lambda _: ()
        """Which side of a match may be late and by what, the usual choice first."""
        self._asks_map = False
        self.form = SearchForm()
        self.form.requested.connect(self.search_requested)
        self.form.all_requested.connect(self.all_requested)
        self.grid = PairGrid()
        self.findings = self._build_findings()
        self.blind = BlindCheck()
        self.blind.opened.connect(self._make_room)
        self.decision = self._build_decision()
        holder = QWidget()
        holder.setObjectName("scrolled")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(18, 10, 18, 10)
        self._column.setSpacing(8)
        for part in (self.form, self._build_busy(), self.grid, self.findings):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._area, self._blind_area = Scrolled(holder), Scrolled(self.blind)
        self._blind_area.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area, 1)
        outer.addWidget(self._blind_area, 1)
        outer.addWidget(self.decision)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _build_findings(self) -> SearchFindings:
        made = SearchFindings()
        made.chosen.connect(self.select)
        made.moment_wanted.connect(self.moment_wanted)
        made.map_button.clicked.connect(self.ask_map)
        made.blind_button.clicked.connect(self.ask_blind)
        return made

    def _build_decision(self) -> DecisionBar:
        made = DecisionBar()
        made.accept_clicked.connect(self.ask_accept)
        made.reject_clicked.connect(self.reject)
        made.undecided_clicked.connect(self.leave_undecided)
        made.confirmed.connect(self.confirm)
        made.left.connect(self.leave)
        return made

    def _build_busy(self) -> QWidget:
        self._busy = QWidget()
        inner = QVBoxLayout(self._busy)
        inner.setContentsMargins(0, 0, 0, 0)
        self._busy_text = label("", "secondary")
        self._busy_bar = QProgressBar()
        self._busy_bar.setTextVisible(False)
        inner.addWidget(self._busy_text)
        inner.addWidget(self._busy_bar)
        self._busy.hide()
        return self._busy

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A table of stretches leaves room for the card of the one chosen."""
        super().resizeEvent(event)
        self.findings.set_room(self.height())

    def _make_room(self, blind: bool) -> None:
        """Only the blind check is seen while it lasts: offsets and times would tell."""
        self._area.setVisible(not blind)
        self._blind_area.setVisible(blind)
        self.decision.setVisible(not blind and bool(self.candidates()))
        if not blind:
            self.setFocus()

    def show_grid(self) -> None:
        """Bring the grid of all pairs into sight, with the keyboard on it."""
        self.grid.show()
        self._lay_out()
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.grid, 0, 8))
        self.grid.setFocus()

    def _lay_out(self) -> None:
        """Now, as what is scrolled to must have its place."""
        for laid_out in (self.findings.layout(), self._column, self.layout()):
            if laid_out is not None:
                laid_out.activate()

    # -- values ------------------------------------------------------------------------------

    def set_pair(
        self,
        sources: tuple[str, str],
        names: tuple[str, str],
        kinds: tuple[Sequence[SearchKind], Sequence[SearchKind]],
        count: int = 0,
        channels: tuple[int, int] = (0, 0),
    ) -> None:
        """Choose a pair (ids, names, signals each has, searched ``count`` times before, channels
        of sound each has)."""
        self.form.set_pair(sources, names, kinds, count, channels)
        self._show(None, names)

    def set_busy(self, text: str | None, fraction: float | None = None) -> None:
        """A search runs (say what it does), or none does (``None``)."""
        self._busy.setVisible(text is not None)
        self._busy_text.setText(text or "")
        if fraction is None and text is not None:
            self._busy_bar.setRange(0, 0)
        else:
            self._busy_bar.setRange(0, 1000)
            self._busy_bar.setValue(round(1000 * (fraction or 0.0)))
        self.form.setEnabled(text is None)

    def set_result(self, result: SearchResult, names: tuple[str, str], count: int) -> None:
        """Show what a search found; ``count`` is its number among the searches of this pair."""
        self.set_busy(None)
        self.form.set_count(count)
        self._show(result, names, count)
        self.form.set_folded(True)
        self._area.verticalScrollBar().setValue(0)

    def _show(self, result: SearchResult | None, names: tuple[str, str], count: int = 0) -> None:
        self._unask()
        self.findings.show_result(result, names, count)
        self.decision.setVisible(bool(self.candidates()))

    def set_note(self, note: str) -> None:
        """What every copy and export of a search says of its figures."""
        self.grid.set_note(note)
        self.findings.set_note(note)

    def candidate(self) -> Candidate | None:
        """The candidate under review."""
        return self.findings.candidate()

    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates that are shown."""
        return self.findings.candidates()

    def texts(self) -> list[str]:
        """All visible texts (for tests)."""
        return [made.text() for made in self.findChildren(QLabel) if made.isVisibleTo(self)]

    # -- deciding ----------------------------------------------------------------------------

    def ask_accept(self) -> None:
        """Say what accepting would add; :meth:`confirm` adds it."""
        candidate = self.candidate()
        if candidate is None or not self.decision.isVisibleTo(self):
            return
        self._asks_map = False
        added = words.what_is_added(candidate, self.findings.names)
        text = "\n".join((*self.before_accept(candidate), added))
        self._ask(text, "this match", self.delays_of(candidate))

    def ask_map(self) -> None:
        """Say what accepting every stretch would add; :meth:`confirm` adds them."""
        result = self.findings.result
        if result is not None and self.findings.has_stretches and self.candidates():
            self._asks_map = True
            said = map_in_words(result, self.findings.names)
            delays = self.delays_of(self.candidates()[0])  # of one pair: the same for all
            self._ask(f"{said} Press Enter to add them, Esc to leave them.", "them", delays)

    def _ask(self, text: str, what: str, delays: Sequence[tuple[str, object]] = ()) -> None:
        # In a low window the whole text stands alone: who accepts must be able to read it.
        self._area.setVisible(self.height() >= _ROOM_FOR_BOTH_PX)
        self.decision.ask(text, what, delays)
        self._show_chosen()

    def _unask(self) -> None:
        self.decision.unask()
        self._area.setVisible(not self.blind.isVisibleTo(self))

    def confirm(self) -> None:
        """Add the candidate, or all stretches, that was asked about."""
        candidate = self.candidate()
        if self.decision.asks and candidate is not None:
            self._unask()
            self.setFocus()
            if self._asks_map:
                self.map_accepted.emit()
            else:
                self.accepted.emit(candidate)

    def leave(self) -> None:
        """Do not add it."""
        self._unask()
        self.setFocus()

    def ask_blind(self) -> None:
        """Have the candidate under review checked blind."""
        candidate = self.candidate()
        if candidate is not None:
            self._unask()
            self.blind_wanted.emit(candidate)

    def reject(self) -> None:
        """Reject the candidate under review."""
        candidate = self.candidate()
        if candidate is not None:
            self._unask()
            self.rejected.emit(candidate)

    def leave_undecided(self) -> None:
        """Leave the candidate undecided."""
        candidate = self.candidate()
        if candidate is not None:
            self._unask()
            self.undecided.emit(candidate)

    def select(self, place: int) -> None:
        """Review another candidate."""
        shown = self.candidates()
        if not 0 <= place < len(shown):
            return
        self._unask()
        self.findings.select(place)
        self._show_chosen()
        self.candidate_selected.emit(shown[place])

    def _show_chosen(self) -> None:
        """Scroll the chosen candidate into sight."""
        self._lay_out()
        if self.findings.card is not None:
            self._area.ensureWidgetVisible(self.findings.card, 0, 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A, X, U, Shift+A; Enter and Esc while asked; Up and Down between candidates."""
        keys = Qt.Key
        acts: dict[Qt.Key, Callable[[], None]] = {
            keys.Key_A: self.ask_accept, keys.Key_X: self.reject, keys.Key_U: self.leave_undecided,
            keys.Key_Return: self.confirm, keys.Key_Enter: self.confirm,
            keys.Key_Up: lambda: self.select(self.findings.place - 1),
            keys.Key_Down: lambda: self.select(self.findings.place + 1),
        }  # fmt: skip
        if self.decision.asks:
            acts[keys.Key_Escape] = self.leave
        act = acts.get(Qt.Key(event.key()))
        if event.keyCombination() == Qt.KeyboardModifier.ShiftModifier | keys.Key_A:
            self.ask_blind()
            return
        if act is None or event.modifiers() not in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier
        ):  # fmt: skip
            super().keyPressEvent(event)
            return
        act()
