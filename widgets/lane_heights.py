"""How tall each lane is: shared room, what it draws, and what the person chose for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from widgets.columns import LaneRow

HEIGHT_PX = 60
LANE_SMALLEST, LANE_TALLEST = 28, 220
_FITTING = (44, 64)
"""Between these heights lanes follow the room there is, until a height is given."""
_WAVEFORM, _SPECTRUM, _ONE_OF_MANY = 1.3, 1.9, 0.8
"""A waveform has two sides and a spectrogram many rows: each gets so much more height, and each
channel of several a little less than one alone."""
NOTCH = 1.15
"""One notch of Alt+wheel."""


class LaneHeights:
    """Heights in px by source id."""

    def __init__(self) -> None:
        self.base = HEIGHT_PX
        """Of a lane of one trace."""
        self._given = False
        self._own: dict[str, int] = {}

    def give(self, height: int) -> None:
        """Height of a lane of one trace; from then on it does not follow the room there is."""
        self._given = True
        self.base = bounded(height)

    def fit(self, room_px: int, parts: float) -> None:
        """Share the room there is, within reason, unless a height was given."""
        if not self._given and parts > 0:
            self.base = max(_FITTING[0], min(_FITTING[1], int(room_px / parts)))

    def choose(self, own: Mapping[str, int]) -> None:
        """Heights the person chose for some lanes."""
        self._own = {source: bounded(height) for source, height in own.items()}

    def of(self, source: str, rows: tuple[LaneRow, ...]) -> int:
        """Height of one lane."""
        return self._own.get(source) or min(LANE_TALLEST, round(self.base * _part(rows, 1.0)))

    def own_px(self, sources: Collection[str]) -> int:
        """Height of all lanes among these that the person chose one for."""
        return sum(height for source, height in self._own.items() if source in sources)

    def part(self, source: str, rows: tuple[LaneRow, ...], expected: float) -> float:
        """Height of a lane as a multiple of a trace's; 0 where the person chose it.

        ``expected`` is for a lane that is not drawn yet.
        """
        return 0.0 if source in self._own else _part(rows, expected)


def bounded(height: int) -> int:
    """Neither too low to read nor so tall that it hides the others."""
    return max(LANE_SMALLEST, min(LANE_TALLEST, height))


def _part(rows: tuple[LaneRow, ...], expected: float) -> float:
    if not rows:
        return expected
    return max(1.0, sum(_part_of_row(row, alone=len(rows) == 1) for row in rows))


def _part_of_row(row: LaneRow, *, alone: bool) -> float:
    part = _SPECTRUM if row.spectrum is not None else _WAVEFORM if row.waveform else 1.0
    return part if alone else part * _ONE_OF_MANY
