"""The clocks: state, offset with its range, drift, and each clock in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget

from sync.adjustment.solution import ClockResult, RateHypothesis
from sync.timebase import Duration, MediaTime, ReferenceTime, format_clock
from sync.uncertainty import decimals_for, format_pair, round_down, round_up
from widgets.answer_words import MOST_READINGS, candidate_sentence, unnoticed_sentence
from widgets.due import Due
from widgets.offset_values import OffsetCurve
from widgets.pages import Pages
from widgets.parts import Choice, clear, label
from widgets.table import Table
from widgets.table_rows import Cell, Column
from widgets.theme import state_symbol

if TYPE_CHECKING:
    from widgets.offset_plot import OffsetPlot

COLUMNS = (
    Column(title="source", most_px=140),
    Column(title="state", most_px=190),
    Column(
        title="time 0 is at", number=True,
        tip="Offset: reference clock minus time in the file, as a clock time",
    ),
    Column(title="U (95 %) s", number=True, tip="Half-width of the 95 % range of the offset"),
    Column(title="with limits", number=True, most_px=240,
           tip="95 % range of the time at which the file's zero is, with the limits imposed"),
    Column(title="drift", number=True, most_px=220, tip="Seconds a day; the clock loses or gains"),
    Column(title="begins, UTC", number=True, most_px=220,
           tip="Where a clock of the case was held against UTC; with its 95 % range"),
    Column(title="ties", number=True, tip="Anchors, matches, readings and checks that touch it"),
    Column(title="stretch", number=True),
    Column(title="valid from", number=True, tip="Time in the file"),
    Column(title="valid to", number=True, tip="Time in the file"),
)  # fmt: skip
_STRETCH = [column.title for column in COLUMNS].index("stretch")
_ROLES = {
    "ok": "", "unchecked": "act", "bounded": "act", "one-sided": "act",
    "conflict": "disagree", "infeasible": "disagree", "unconstrained": "secondary",
}  # fmt: skip


class ClockTable(QWidget):
    """Clocks of all stretches: as a table, in words, and one of them over time.

    Signals
    -------
    selected(object)
        ``source/stretch`` of the row chosen, or ``None``.
    go_to(str)
        ``source/stretch``: double-click or Enter.
    """

    selected = Signal(object)
    go_to = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clocks: dict[str, ClockResult] = {}
        self._names: Mapping[str, str] = {}
        self._stale = False
        self._found: tuple[RateHypothesis, ...] = ()
        self._due = Due(self, self._fill)
        self._note, self._clock = "", "reference clock"
        self.clock = Choice()
        self.clock.setAccessibleName("Clock")
        self.utc_of: Callable[[ClockResult], str] = lambda _: ""
        """When the stretch of a clock begins in UTC, with its range; empty where nobody knows."""
        self._utc: object = None
        self.curve_of: Callable[[ClockResult], OffsetCurve | None] = lambda _: None
        """The offset of a clock over time."""
        self.offsets: OffsetPlot | None = None
        self._curves: dict[str, OffsetCurve] = {}
        self._curve: OffsetCurve | None = None
        self._table = Table(
            COLUMNS, "Clocks",
            empty="No clock is known yet. Mark one event in two recordings, read a burnt-in clock, "
            "or search two recordings for a match.",
        )  # fmt: skip
        # Which stretch it is belongs beside the name: some recordings have a dozen.
        self._table.view.horizontalHeader().moveSection(_STRETCH, 1)
        self._table.selected.connect(self._chosen)
        self._table.activated.connect(self.go_to)
        self._hypotheses = QVBoxLayout()
        self._hypotheses.setSpacing(6)
        self.stale_note = label("⟳ Out of date: evidence has changed since this was calculated.",
                                "act")  # fmt: skip
        self.stale_note.hide()
        # Not to be selected in parts: a number would leave without its range.
        self.words = label("")
        self.words.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.words.customContextMenuRequested.connect(self._words_menu)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.pages = Pages({
            "table": ("Table", self._make_table_page()),
            "words": ("In words", _scrolled(self.words)),
            "offset": ("Offset over time", self._make_plot),
        })  # fmt: skip
        self.pages.changed.connect(lambda _: self._draw())
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.addWidget(self.stale_note)
        column.addWidget(self.pages, 1)

    def _make_table_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._table, 1)
        column.addLayout(self._hypotheses)
        return page

    def _make_plot(self) -> QWidget:
        from widgets.offset_plot import OffsetPlot  # late: costs half a second

        self.offsets = OffsetPlot()
        self.offsets.set_note(self._note)
        self.offsets.set_clock(self._clock)
        self.clock.activated.connect(lambda at: self._show_curve(str(self.clock.itemData(at))))
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.clock)
        column.addWidget(self.offsets, 1)
        return page

    def set_hypotheses(self, found: Sequence[RateHypothesis]) -> None:
        """Drifts that a wrong nominal rate would explain, a card each."""
        if tuple(found) == self._found:
            return
        self._found = tuple(found)
        clear(self._hypotheses)
        for each in found:
            self._hypotheses.addWidget(_hypothesis_card(each))

    def set_note(self, note: str, clock: str) -> None:
        """What every copy and export says of its figures; what the reference clock is called."""
        self._note, self._clock = note, clock
        self._table.set_note(note)
        if self.offsets is not None:
            self.offsets.set_note(note)
            self.offsets.set_clock(clock)

    def set_clocks(
        self, clocks: Sequence[ClockResult], names: Mapping[str, str], *, stale: bool = False,
        utc: object = None,
    ) -> None:  # fmt: skip
        """Show clocks; names by source id. ``utc``: another one where :attr:`utc_of` may answer
        otherwise than before."""
        shown = (tuple(clocks), names, stale, utc)
        if shown != (tuple(self._clocks.values()), self._names, self._stale, self._utc):
            _, self._names, self._stale, self._utc = shown
            self._clocks = {f"{clock.source}/{clock.stretch}": clock for clock in clocks}
            self.stale_note.setVisible(stale)
            self._due.mark()

    @property
    def table(self) -> Table:
        """The table, with the rows as they are now."""
        self._due.settle()
        return self._table

    def _fill(self) -> None:
        rows = [
            _row(clock, self._names, self._stale, self.utc_of(clock))
            for clock in self._clocks.values()
        ]
        self._table.set_rows(rows, list(self._clocks))
        self._chosen(self._table.current())

    def copy_text(self) -> str:
        """The clocks in words, with what they rest on."""
        self._due.settle()
        return "\n\n".join(part for part in (self.words.text(), self._note) if part)

    def _words_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(
            "Copy with range and conditions",
            lambda: QGuiApplication.clipboard().setText(self.copy_text()),
        )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.words.mapToGlobal(at))

    def _chosen(self, row_id: object) -> None:
        clock = self._clocks.get(str(row_id))
        if clock is not None:
            self.words.setText(_words(clock))
        else:
            self.words.setText("\n\n".join(_words(clock) for clock in self._clocks.values()))
        self._draw()
        self.selected.emit(row_id if clock is not None else None)

    def _draw(self) -> None:
        """The clock of the row, else the first that has a curve."""
        if self.offsets is None or self.pages.page != "offset":
            return
        shown = self._curve is not None and self.clock.currentData()
        self._curves = {
            row: curve
            for row, clock in self._clocks.items()
            if (curve := self.curve_of(clock)) is not None
        }
        self.clock.clear()
        for row, curve in self._curves.items():
            self.clock.addItem(curve.name, row)
        wanted = next((row for row in (self._table.current(), shown) if row in self._curves), None)
        self._show_curve(wanted or next(iter(self._curves), ""))

    def _show_curve(self, row: str) -> None:
        assert self.offsets is not None
        self._curve = self._curves.get(row)
        self.clock.setCurrentIndex(self.clock.findData(row))
        self.offsets.set_curve(self._curve)


def _scrolled(words: QLabel) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName("Clocks in words")
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    holder = QWidget()
    holder.setObjectName("scrolled")
    inner = QVBoxLayout(holder)
    inner.setContentsMargins(0, 0, 0, 0)
    inner.addWidget(words)
    inner.addStretch(1)
    area.setWidget(holder)
    return area


def _hypothesis_card(found: RateHypothesis) -> QFrame:
    """A wrong nominal rate as a possible explanation: the person checks it, nothing is changed."""
    card = QFrame()
    card.setObjectName("card")
    card.setProperty("act", True)
    column = QVBoxLayout(card)
    column.setContentsMargins(14, 8, 14, 10)
    column.setSpacing(3)
    played = f"Played at another rate? {found.ratio}" if found.ratio else "A drift too large?"
    column.addWidget(label(played, "title"))
    column.addWidget(label(found.in_words, "secondary"))
    return card


def _words(clock: ClockResult) -> str:
    parts = [clock.in_words]
    if clock.would_link and clock.would_link not in clock.in_words:
        parts.append(clock.would_link)
    if clock.contested is not None:
        parts += [
            candidate_sentence(number, each)
            for number, each in enumerate(clock.contested.candidates[:MOST_READINGS], start=1)
        ]
    if clock.unnoticed:
        parts.append(unnoticed_sentence(clock.unnoticed[0]))
    return " ".join(parts)


def _row(clock: ClockResult, names: Mapping[str, str], stale: bool, utc: str) -> tuple[object, ...]:
    symbol, word, _ = state_symbol(clock.status, clock.is_reference, stale)
    role = "act" if stale and clock.status != "unconstrained" else _ROLES[clock.status]
    state = Cell(f"{symbol} {word}", word, role="linked" if clock.is_reference else role)
    offset = half = drift = Cell("–")
    withheld = clock.status in ("conflict", "infeasible")
    if clock.model is not None and clock.U95_s is not None and not withheld:
        value, plus = format_pair(clock.model.offset_s, clock.U95_s)
        epoch = Duration(clock.model.reference.ns - clock.model.epoch.ns)
        zero = format_clock(ReferenceTime(epoch.ns), min(9, decimals_for(clock.U95_s)))
        tip = zero if clock.is_reference else f"{value} ± {plus} s (95 % range)"
        offset = Cell(zero, epoch.ns, tip=tip)
        half = Cell("by definition" if clock.is_reference else f"± {plus}", clock.U95_s)
        drift = _drift(clock)
    return (
        names.get(clock.source, clock.source), state, offset, half, _limited(clock), drift,
        Cell(utc or "–"), clock.anchors,
        clock.stretch + 1, _in_file(clock.valid_from), _in_file(clock.valid_to),
    )  # fmt: skip


def _limited(clock: ClockResult) -> Cell:
    """``14:22:28.1 … 14:22:31.4``, or one end of it; rounded outwards."""
    found = clock.with_limits
    if found is None or found.status == "infeasible":
        return Cell("–")
    low, high = found.low_s, found.high_s
    half = (high - low) / 2 if low is not None and high is not None else 1.0
    decimals = min(6, decimals_for(half)) if half > 0 else 3
    ends = [
        "" if end is None else format_clock(ReferenceTime.from_s(outwards(end, decimals)), decimals)
        for end, outwards in ((low, round_down), (high, round_up))
    ]
    if all(ends):
        return Cell(" … ".join(ends), low)
    text = f"after {ends[0]}" if ends[0] else f"before {ends[1]}" if ends[1] else "–"
    return Cell(text, low if low is not None else high)


def _drift(clock: ClockResult) -> Cell:
    """``loses 2.40 ± 0.50 s/day``: a positive drift is a slow clock."""
    if clock.is_reference or clock.model is None:
        return Cell("–")
    per_day = clock.model.drift * 86_400
    half = (clock.k or 1.96) * clock.model.u_drift_ppm * 1e-6 * 86_400
    if half <= 0:
        return Cell("–")
    shown, plus = format_pair(abs(per_day), half)
    return Cell(f"{'loses' if per_day > 0 else 'gains'} {shown} ± {plus} s/day", per_day)


def _in_file(at: MediaTime) -> Cell:
    return Cell(format_clock(at, 0), at.ns)
