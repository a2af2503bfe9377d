"""Searching a pair of recordings: what to search, the curve, possible matches or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from sync.case.segment_map import map_in_words
from sync.correlate.verdict import P_WEAK
from widgets import search_words as words
from widgets.blind_check import BlindCheck
from widgets.candidate_card import CandidateCard
from widgets.pair_grid import PairGrid
from widgets.parts import Choice, button, clear, label
from widgets.search_form import SearchForm
from widgets.segment_table import SegmentTable

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, SearchKind, SearchResult
    from widgets.correlation_plot import CorrelationPlot


_ASKED_PX = 96
"""Six lines of what is asked; more of it scrolls."""
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
        self._result: SearchResult | None = None
        self._names = ("A", "B")
        self._chosen = 0
        self.before_accept: Callable[[Candidate], Sequence[str]] = lambda _: ()
        """What accepting would do besides adding the match, one line each."""
        self.delays_of: Callable[[Candidate], Sequence[tuple[str, object]]] = lambda _: ()
        """Which side of a match may be late and by what, the usual choice first."""
        self.delay = Choice()
        self.delay.setAccessibleName("Delay of this match")
        self._cards: list[CandidateCard] = []
        self._segments: SegmentTable | None = None
        self._note, self._count = "", 0
        self._asks_map = False
        self._plot: CorrelationPlot | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self._area, 1)
        holder = QWidget()
        holder.setObjectName("scrolled")
        column = QVBoxLayout(holder)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(10)
        self.map_button = button("Accept all stretches", tip="Says what will be added; wants Enter")
        self.map_button.clicked.connect(self.ask_map)
        self.blind_button = button(
            "Blind check  Shift+A",
            kind="link",
            tip="Is it told from three decoys, five times?",
        )
        self.blind_button.clicked.connect(self.ask_blind)
        self.form = SearchForm()
        self.form.requested.connect(self.search_requested)
        self.form.all_requested.connect(self.all_requested)
        column.addWidget(self.form)
        column.addWidget(self._build_busy())
        self.grid = PairGrid()
        column.addWidget(self.grid)
        self.blind = BlindCheck()
        self.blind.opened.connect(self._make_room)
        self._plot_slot = QVBoxLayout()
        self.verdict = label("")
        self.verdict.hide()
        column.addWidget(self.verdict)
        self.reasons = label("", "secondary")
        self.reasons.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        column.addLayout(self._list)
        column.addWidget(self.reasons)
        more = QHBoxLayout()
        more.addWidget(self.map_button)
        more.addWidget(self.blind_button)
        more.addStretch(1)
        column.addLayout(more)
        column.addLayout(self._plot_slot)
        column.addStretch(1)
        self._area.setWidget(holder)
        self._blind_area = QScrollArea()
        self._blind_area.setWidgetResizable(True)
        self._blind_area.setFrameShape(QFrame.Shape.NoFrame)
        self._blind_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._blind_area.setWidget(self.blind)
        self._blind_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._blind_area.hide()
        outer.addWidget(self._blind_area, 1)
        outer.addWidget(self._build_decision())
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

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

    def _build_decision(self) -> QWidget:
        """Buttons, and the card that says what Accept adds; always in sight."""
        self._decision = QWidget()
        column = QVBoxLayout(self._decision)
        column.setContentsMargins(18, 8, 18, 12)
        self._confirm = QFrame()
        self._confirm.setObjectName("card")
        self._confirm.setProperty("act", True)
        inner = QVBoxLayout(self._confirm)
        inner.setContentsMargins(14, 10, 14, 10)
        self.confirm_text = label("")
        text = QScrollArea()  # no word of what is added may be cut off
        text.setWidgetResizable(True)
        text.setFrameShape(QFrame.Shape.NoFrame)
        text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        text.setMinimumHeight(_ASKED_PX)
        text.viewport().setAutoFillBackground(False)
        text.setWidget(self.confirm_text)
        self.confirm_text.setAutoFillBackground(False)
        self.confirm_text.setAlignment(Qt.AlignmentFlag.AlignTop)
        inner.addWidget(text, 1)
        inner.addWidget(self.delay)
        row = QHBoxLayout()
        self.confirm_button = button("Add this match  ⏎", act=True)
        self.confirm_button.setAutoDefault(True)
        self.confirm_button.clicked.connect(self.confirm)
        leave = button("Leave it  Esc")
        leave.clicked.connect(self.leave)
        row.addWidget(self.confirm_button)
        row.addWidget(leave)
        row.addStretch(1)
        inner.addLayout(row)
        self._confirm.hide()
        column.addWidget(self._confirm)
        buttons = QHBoxLayout()
        self.accept_button = button("Accept  A", tip="Says what will be added; wants Enter")
        self.reject_button = button("Reject  X")
        self.undecided_button = button("Undecided  U")
        for made, act in (
            (self.accept_button, self.ask_accept), (self.reject_button, self.reject),
            (self.undecided_button, self.leave_undecided),
        ):  # fmt: skip
            made.clicked.connect(act)
            buttons.addWidget(made)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self._decision.hide()
        return self._decision

    def _make_room(self, blind: bool) -> None:
        """Only the blind check is seen while it lasts: offsets and times would tell."""
        self._area.setVisible(not blind)
        self._blind_area.setVisible(blind)
        self._decision.setVisible(not blind and bool(self._shown()))
        if not blind:
            self.setFocus()

    def show_grid(self) -> None:
        """Bring the grid of all pairs into sight, with the keyboard on it."""
        self.grid.show()
        for laid_out in (self.layout(), self._list):
            if laid_out is not None:
                laid_out.activate()
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.grid, 0, 8))
        self.grid.setFocus()

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
        self._names = names
        self.form.set_pair(sources, names, kinds, count, channels)
        self._show(None)

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
        self._names = names
        self.set_busy(None)
        self.form.set_count(count)
        self._show(result, count)
        self.form.set_folded(True)
        self._area.verticalScrollBar().setValue(0)

    def set_note(self, note: str) -> None:
        """What every copy and export of a search says of its figures."""
        self._note = note
        self.grid.set_note(note)
        for kept in (self._plot, None if self._segments is None else self._segments.table):
            if kept is not None:
                kept.set_note(self._searched_note())

    def _searched_note(self) -> str:
        """Which search of which pair, then the note of the case."""
        if self._result is None:
            return self._note
        what = words.what_was_searched(self._result, self._names)
        return f"{what} Search {self._count} of this pair.\n{self._note}"

    def candidate(self) -> Candidate | None:
        """The candidate under review."""
        shown = self._shown()
        return shown[self._chosen] if shown else None

    def set_notes(self, name: Literal["fit", "blind"], texts: Sequence[str]) -> None:
        """One note for each shown candidate, as :meth:`CandidateCard.set_note`."""
        for card, text in zip(self._cards, texts, strict=True):
            card.set_note(name, text)

    def set_views(
        self, place: int, views: Sequence[tuple[Sequence[QImage], Sequence[QImage]]]
    ) -> None:
        """What the coincidences of a shown candidate look and sound like, in both recordings."""
        if place < len(self._cards):
            self._cards[place].set_views(views)

    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates that are shown."""
        return self._shown()

    def _shown(self) -> tuple[Candidate, ...]:
        """Of a significant search, the peaks that chance does not explain by itself."""
        if self._result is None or self._result.status != "significant":
            return ()
        return tuple(one for one in self._result.candidates if one.p <= P_WEAK)

    def texts(self) -> list[str]:
        """All visible texts (for tests)."""
        return [made.text() for made in self.findChildren(QLabel) if made.isVisibleTo(self)]

    # -- deciding ----------------------------------------------------------------------------

    def ask_accept(self) -> None:
        """Say what accepting would add; :meth:`confirm` adds it."""
        candidate = self.candidate()
        if candidate is None or not self._decision.isVisibleTo(self):
            return
        also = self.before_accept(candidate)
        self._asks_map = False
        self.delay.clear()
        for text, side in self.delays_of(candidate):
            self.delay.addItem(text, side)
        self._ask("\n".join((*also, words.what_is_added(candidate, self._names))))

    def ask_map(self) -> None:
        """Say what accepting every stretch would add; :meth:`confirm` adds them."""
        if self._result is not None and self._segments is not None and self._shown():
            self._asks_map = True
            said = map_in_words(self._result, self._names)
            self._ask(f"{said} Press Enter to add them, Esc to leave them.")

    def _ask(self, text: str) -> None:
        self.confirm_text.setText(text)
        self.confirm_button.setText(f"Add {'them' if self._asks_map else 'this match'}  ⏎")
        self.delay.setVisible(self.delay.count() > 0 and not self._asks_map)
        self._confirm.show()
        # In a low window the whole text stands alone: who accepts must be able to read it.
        self._area.setVisible(self.height() >= _ROOM_FOR_BOTH_PX)
        self._set_deciding(False)
        self._show_chosen()
        self.confirm_button.setFocus()

    def _unask(self) -> None:
        self._confirm.hide()
        self._area.setVisible(not self.blind.isVisibleTo(self))
        self._set_deciding(True)

    def _set_deciding(self, shown: bool) -> None:
        for made in (self.accept_button, self.reject_button, self.undecided_button):
            made.setVisible(shown)

    def confirm(self) -> None:
        """Add the candidate, or all stretches, that was asked about."""
        candidate = self.candidate()
        if self._confirm.isVisibleTo(self) and candidate is not None:
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
        if not 0 <= place < len(self._shown()):
            return
        self._chosen = place
        self._unask()
        self._mark_chosen()
        self._show_chosen()
        if self._plot is not None:
            self._plot.set_chosen(place)
        self.candidate_selected.emit(self._shown()[place])

    def _mark_chosen(self) -> None:
        """Open the chosen card; beside a table of stretches it is the only one."""
        for at, card in enumerate(self._cards):
            card.set_chosen(at == self._chosen)
            card.setVisible(self._segments is None or at == self._chosen)
        if self._segments is not None:
            self._segments.set_chosen(self._chosen)

    def _show_chosen(self) -> None:
        """Scroll the chosen candidate into sight."""
        for laid_out in (self.layout(), self._list):
            if laid_out is not None:
                laid_out.activate()
        if self._cards:
            self._area.ensureWidgetVisible(self._cards[self._chosen], 0, 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A, X, U, Shift+A; Enter and Esc while asked; Up and Down between candidates."""
        keys = Qt.Key
        acts: dict[Qt.Key, Callable[[], None]] = {
            keys.Key_A: self.ask_accept, keys.Key_X: self.reject, keys.Key_U: self.leave_undecided,
            keys.Key_Return: self.confirm, keys.Key_Enter: self.confirm,
            keys.Key_Up: lambda: self.select(self._chosen - 1),
            keys.Key_Down: lambda: self.select(self._chosen + 1),
        }  # fmt: skip
        if self._confirm.isVisibleTo(self):
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

    # -- showing -----------------------------------------------------------------------------

    def _show(self, result: SearchResult | None, count: int = 0) -> None:
        self._result, self._chosen, self._count = result, 0, count
        clear(self._list)
        self._cards, self._segments = [], None
        self._unask()
        good = result is not None and result.status == "significant"
        shown = self._shown()
        self._decision.setVisible(bool(shown))
        self.blind_button.setVisible(bool(shown))
        self.verdict.setVisible(result is not None)
        self.reasons.hide()
        if result is not None:
            kind = "stretch" if result.segments else "possible match"
            whose = self._names[0 if result.segments_of == "a" else 1]
            self.verdict.setText(
                f"{len(shown)} {kind}{'es' if len(shown) != 1 else ''}"
                f"{f' of {whose} placed' if result.segments else ''}. "
                f"Search {count} of this pair. Nothing is added until you accept."
                if good
                else words.refusal(result, self._names, count)
            )
            told = [*result.reasons]
            if not result.segments:
                told += [words.jump_text(jump, self._names) for jump in result.jumps]
            self.reasons.setText("\n".join(f"• {reason}" for reason in told))
            self.reasons.setVisible(bool(told))
            if result.segments:
                name = self._names[0 if result.segments_of == "a" else 1]
                self._segments = SegmentTable(result, name)
                self._segments.candidate_chosen.connect(self.select)
                self._list.addWidget(self._segments)
        self.map_button.setVisible(self._segments is not None and len(shown) > 1)
        for place, candidate in enumerate(shown):
            card = CandidateCard(place, candidate, self._names)
            card.clicked.connect(self.select)
            card.moment_clicked.connect(self._moment)
            self._cards.append(card)
            self._list.addWidget(card)
        self._mark_chosen()
        self._draw_plot()
        self.set_note(self._note)

    def _moment(self, place: int, moment: int) -> None:
        self.moment_wanted.emit(self._shown()[place], moment)

    def _draw_plot(self) -> None:
        """The plot is made when there is a curve and the panel is seen for the first time."""
        curve = self._result.curve if self._result is not None else None
        if self._plot is None and curve is not None and self.isVisible():
            from widgets.correlation_plot import CorrelationPlot  # late: costs half a second

            self._plot = CorrelationPlot(self)
            self._plot.candidate_clicked.connect(self.select)
            self._plot_slot.addWidget(self._plot)
            self._plot.set_note(self._searched_note())
        if self._plot is not None:
            self._plot.setVisible(curve is not None)
            # A peak that was refused is not drawn as a candidate.
            self._plot.set_curve(curve, self._shown(), self._chosen)

    def showEvent(self, event: QShowEvent) -> None:
        """Seen: now the plot may cost its import."""
        super().showEvent(event)
        if self._plot is None:
            self._draw_plot()
