"""What to search: the pair, the signals, the range of offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from widgets.parts import Choice, ElidedLabel, button, label
from widgets.search_words import KIND_WORDS

if TYPE_CHECKING:
    from sync.correlate.result import SearchKind

DEFAULT_REACH_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What the person wants searched; a kind of ``None`` means all that these recordings have."""

    source_a: str
    source_b: str
    kind_a: SearchKind | None
    kind_b: SearchKind | None
    offset_from_s: float
    offset_to_s: float
    channel_a: int | None = None
    channel_b: int | None = None
    """Of a sound, from 0; ``None``: all of them mixed."""


class SearchForm(QWidget):
    """Selectors and the Search button.

    Signals
    -------
    requested(object)
        A :class:`SearchRequest`.
    all_requested(float, float)
        Every pair of the case, over these offsets (s).
    folding(bool)
        Only the pair is seen, or everything again.
    """

    requested = Signal(object)
    all_requested = Signal(float, float)
    folding = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pair: tuple[str, str] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        self._title = label("Choose two recordings", "title")
        self.change = button(
            "change …", kind="link", tip="What was searched, and over which offsets"
        )
        self.change.clicked.connect(lambda: self.set_folded(False))
        head.addWidget(self._title, 1)
        head.addWidget(self.change)
        column.addLayout(head)
        self._fields = QWidget()
        column.addWidget(self._fields)
        column = QVBoxLayout(self._fields)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._build_grid())
        column.addLayout(self._build_buttons())
        self.note = label("", "act")
        self.note.hide()
        column.addWidget(self.note)
        self.set_folded(False)
        self.set_reach(-DEFAULT_REACH_S, DEFAULT_REACH_S)

    def _build_grid(self) -> QGridLayout:
        """A row for each recording, with what of it is compared, and the offsets."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 112)
        self._names = (ElidedLabel("A", "secondary"), ElidedLabel("B", "secondary"))
        self.kind_a, self.kind_b = Choice(), Choice()
        self.channels = (Choice(), Choice())
        for row, kind in enumerate((self.kind_a, self.kind_b)):
            channel = self.channels[row]
            kind.setAccessibleName(f"Signal of {'AB'[row]}")  # until a pair is chosen
            channel.setAccessibleName(f"Channel of {'AB'[row]}")
            channel.hide()
            grid.addWidget(self._names[row], row, 0)
            line = QHBoxLayout()
            line.setSpacing(6)
            line.addWidget(kind, 1)
            line.addWidget(channel)
            grid.addLayout(line, row, 1)
        offsets = QHBoxLayout()
        offsets.setSpacing(6)
        self.low, self.high = _seconds_field("Offset from, s"), _seconds_field("Offset to, s")
        offsets.addWidget(self.low)
        offsets.addWidget(label("to", "secondary", wrap=False))
        offsets.addWidget(self.high)
        offsets.addWidget(label("s", "secondary", wrap=False))
        for field in (self.low, self.high):
            field.returnPressed.connect(self._request)
        grid.addWidget(label("offsets from", "secondary", wrap=False), 2, 0)
        grid.addLayout(offsets, 2, 1)
        return grid

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.search = button("Search", act=True, tip="C")
        self.search.clicked.connect(self._request)
        self.search.setEnabled(False)
        self.count = label("", "faint", wrap=False)
        self.all_pairs = button("All pairs", tip="Search every pair of recordings, as one family")
        self.all_pairs.clicked.connect(self.request_all)
        row.addWidget(self.search)
        row.addWidget(self.all_pairs)
        row.addWidget(self.count)
        row.addStretch(1)
        return row

    def set_pair(
        self,
        sources: tuple[str, str],
        names: tuple[str, str],
        kinds: tuple[Sequence[SearchKind], Sequence[SearchKind]],
        count: int,
        channels: tuple[int, int] = (0, 0),
    ) -> None:
        """Choose a pair: ids, names, signals they have, how often it was searched before, and how
        many channels of sound each has."""
        self._pair = sources
        self.set_folded(False)
        self._title.setText(" ↔ ".join(names))
        self.set_count(count)
        for name, text, box, offered in zip(
            self._names, names, (self.kind_a, self.kind_b), kinds, strict=True
        ):
            name.setText(text)
            box.clear()
            box.setAccessibleName(f"Signal of {text}")
            box.addItem("all it has", None)
            for kind in offered:
                box.addItem(KIND_WORDS.get(kind, kind), kind)
        for text, box, count_of in zip(names, self.channels, channels, strict=True):
            box.clear()
            box.setAccessibleName(f"Channel of {text}")
            box.addItem("mixed", None)
            for channel in range(count_of):
                box.addItem(channel_name(channel, count_of), channel)
            box.setVisible(count_of > 1)
        self.search.setEnabled(all(kinds))
        if not all(kinds):
            bare = names[0] if not kinds[0] else names[1]
            self._say(f"{bare} has not been read yet: its signals come with the first pass.")
        else:
            self._say("")

    def set_folded(self, folded: bool) -> None:
        """Make room for what was found; *change …* opens the fields again."""
        self._fields.setHidden(folded)
        self.change.setHidden(not folded)
        self.folding.emit(folded)

    @property
    def folded(self) -> bool:
        """True while only the pair is seen."""
        return self._fields.isHidden()

    def set_reach(self, low_s: float, high_s: float) -> None:
        """Range of offsets, seconds."""
        self.low.setText(f"{low_s:g}")
        self.high.setText(f"{high_s:g}")

    def set_count(self, count: int) -> None:
        """How often this pair was searched."""
        next_one = f"next: search {count + 1} of this pair"
        self.count.setText(next_one if count else "not searched yet")

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _reach(self) -> tuple[float, float] | None:
        """The range that was typed; None, with the reason on screen, where it is none."""
        try:
            low, high = (float(f.text().replace(",", ".")) for f in (self.low, self.high))
        except ValueError:
            self._say("Type both ends of the range in seconds.")
            return None
        if not low < high:
            self._say("The range ends before it begins.")
            return None
        self._say("")
        return low, high

    def request_all(self) -> None:
        """Ask for every pair, over the offsets that were typed."""
        reach = self._reach()
        if reach is not None:
            self.all_requested.emit(*reach)

    def _request(self) -> None:
        reach = self._reach() if self._pair is not None and self.search.isEnabled() else None
        if reach is None or self._pair is None:
            return
        self.requested.emit(
            SearchRequest(
                source_a=self._pair[0], source_b=self._pair[1],
                kind_a=self.kind_a.currentData(), kind_b=self.kind_b.currentData(),
                offset_from_s=reach[0], offset_to_s=reach[1],
                channel_a=self.channels[0].currentData(), channel_b=self.channels[1].currentData(),
            )
        )  # fmt: skip


def channel_name(channel: int, count: int) -> str:
    """``left`` and ``right`` of two; else by number, from 1."""
    return ("left", "right")[channel] if count == 2 else f"channel {channel + 1}"


def _seconds_field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setMinimumWidth(56)
    validator = QDoubleValidator(-1e7, 1e7, 3, field)
    field.setValidator(validator)
    return field
