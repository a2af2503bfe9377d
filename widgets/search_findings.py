"""What a search found: possible matches or stretches with their cards, or the reasons for none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sync.correlate.verdict import P_WEAK
from widgets import search_words as words
from widgets.candidate_card import CandidateCard
from widgets.due import Due
from widgets.parts import button, clear, label
from widgets.segment_table import MOST_ROWS, SegmentTable
from widgets.table import ROW_PX

if TYPE_CHECKING:
    from sync.correlate.result import Candidate, SearchResult
    from widgets.correlation_plot import CorrelationPlot

_BESIDE_TABLE_PX = 330
"""Of the panel, what title, verdict, filter, heads, a card and the decision take."""


class SearchFindings(QWidget):
    """One result at a time, one of its candidates under review.

    Signals
    -------
    chosen(int)
        A card, a row of the stretches or a peak of the curve was clicked: place of its candidate.
    moment_wanted(object, int)
        A candidate and the place of one of its coincidences (strongest first): play it.
    """

    chosen = Signal(int)
    moment_wanted = Signal(object, int)

    def __init__(self) -> None:
        super().__init__()
        self.result: SearchResult | None = None
        self.names = ("A", "B")
        self.place = 0
        """Which candidate is under review."""
        self._number, self._note = 0, ""
        self._most_rows = MOST_ROWS
        self._cards: list[CandidateCard] = []
        self._segments: SegmentTable | None = None
        self._plot: CorrelationPlot | None = None
        self._plot_due = Due(self, self._draw_plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.verdict = label("")
        self.verdict.hide()
        column.addWidget(self.verdict)
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        column.addLayout(self._list)
        self.reasons = label("", "secondary")
        self.reasons.hide()
        column.addWidget(self.reasons)
        self.map_button = button("Accept all stretches", tip="Says what will be added; wants Enter")
        self.blind_button = button(
            "Blind check  Shift+A", kind="link", tip="Is it told from three decoys, five times?"
        )
        more = QHBoxLayout()
        more.addWidget(self.map_button)
        more.addWidget(self.blind_button)
        more.addStretch(1)
        column.addLayout(more)
        self._plot_slot = QVBoxLayout()
        column.addLayout(self._plot_slot)

    # -- values ------------------------------------------------------------------------------

    def show_result(
        self, result: SearchResult | None, names: tuple[str, str], number: int = 0
    ) -> None:
        """Show what search ``number`` of a pair found, or nothing."""
        self.result, self.names, self.place, self._number = result, names, 0, number
        clear(self._list)
        self._cards, self._segments = [], None
        shown = self.candidates()
        self.blind_button.setVisible(bool(shown))
        self._show_words(shown)
        if result is not None and result.segments:
            self._segments = SegmentTable(result, self._placed_name)
            self._segments.candidate_chosen.connect(self.chosen)
            self._segments.set_most_rows(self._most_rows)
            self._list.addWidget(self._segments)
        self.map_button.setVisible(self._segments is not None and len(shown) > 1)
        for place, candidate in enumerate(shown):
            card = CandidateCard(place, candidate, names)
            card.clicked.connect(self.chosen)
            card.moment_clicked.connect(self._moment)
            self._cards.append(card)
            self._list.addWidget(card)
        self._mark_chosen()
        self._plot_due.mark()
        self.set_note(self._note)

    def candidates(self) -> tuple[Candidate, ...]:
        """Of a significant search, the peaks that chance does not explain by itself."""
        if self.result is None or self.result.status != "significant":
            return ()
        return tuple(one for one in self.result.candidates if one.p <= P_WEAK)

    def candidate(self) -> Candidate | None:
        """The candidate under review."""
        shown = self.candidates()
        return shown[self.place] if shown else None

    @property
    def card(self) -> CandidateCard | None:
        """The card of the candidate under review."""
        return self._cards[self.place] if self._cards else None

    @property
    def has_stretches(self) -> bool:
        """True where a recording was placed stretch by stretch."""
        return self._segments is not None

    def set_room(self, height_px: int) -> None:
        """Height of the whole panel: the card of the stretch chosen is seen below the table."""
        self._most_rows = max(2, min(MOST_ROWS, (height_px - _BESIDE_TABLE_PX) // ROW_PX))
        if self._segments is not None:
            self._segments.set_most_rows(self._most_rows)

    def select(self, place: int) -> None:
        """Review another candidate."""
        self.place = place
        self._mark_chosen()
        if self._plot is None or not self.isVisible():
            self._plot_due.mark()
            return
        self._plot_due.settle()
        self._plot.set_chosen(place)

    def set_note(self, note: str) -> None:
        """What every copy and export says of its figures, after which search of which pair."""
        self._note = note
        if self.result is not None:
            what = words.what_was_searched(self.result, self.names)
            note = f"{what} Search {self._number} of this pair.\n{note}"
        for kept in (self._plot, None if self._segments is None else self._segments.table):
            if kept is not None:
                kept.set_note(note)

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

    # -- showing -----------------------------------------------------------------------------

    @property
    def _placed_name(self) -> str:
        """The recording whose stretches were placed."""
        return self.names[0 if self.result is not None and self.result.segments_of == "a" else 1]

    def _show_words(self, shown: tuple[Candidate, ...]) -> None:
        result = self.result
        self.verdict.setVisible(result is not None)
        self.reasons.hide()
        if result is None:
            return
        if result.status == "significant":
            kind = "stretch" if result.segments else "possible match"
            self.verdict.setText(
                f"{len(shown)} {kind}{'es' if len(shown) != 1 else ''}"
                f"{f' of {self._placed_name} placed' if result.segments else ''}. "
                f"Search {self._number} of this pair. Nothing is added until you accept."
            )
        else:
            self.verdict.setText(words.refusal(result, self.names, self._number))
        told = [*result.reasons]
        if not result.segments:
            told += [words.jump_text(jump, self.names) for jump in result.jumps]
        self.reasons.setText("\n".join(f"• {reason}" for reason in told))
        self.reasons.setVisible(bool(told))

    def _mark_chosen(self) -> None:
        """Open the chosen card; beside a table of stretches it is the only one."""
        for at, card in enumerate(self._cards):
            card.set_chosen(at == self.place)
            card.setVisible(self._segments is None or at == self.place)
        if self._segments is not None:
            self._segments.set_chosen(self.place)

    def _moment(self, place: int, moment: int) -> None:
        self.moment_wanted.emit(self.candidates()[place], moment)

    def _draw_plot(self) -> None:
        """The plot is made when there is a curve and the panel is seen for the first time."""
        curve = self.result.curve if self.result is not None else None
        if self._plot is None and curve is not None:
            from widgets.correlation_plot import CorrelationPlot  # late: costs half a second

            self._plot = CorrelationPlot(self)
            self._plot.candidate_clicked.connect(self.chosen)
            self._plot_slot.addWidget(self._plot)
            self.set_note(self._note)
        if self._plot is not None:
            self._plot.setVisible(curve is not None)
            # A peak that was refused is not drawn as a candidate.
            self._plot.set_curve(curve, self.candidates(), self.place)
