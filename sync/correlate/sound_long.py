"""Long sounds: a piece of the shorter finds its place in the longer, read block by block."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sync.correlate.chance import LOBE_S
from sync.correlate.repeats import repetitions
from sync.correlate.result import Curve, SearchResult
from sync.correlate.shown import CURVE_POINTS
from sync.correlate.sound_asked import P_LEAST, Asked, Sound, clipped, untestable
from sync.correlate.sound_candidate import candidate
from sync.correlate.sound_rate import other_rate
from sync.correlate.sound_screen import COARSE, FULL, Look, Scan, scan
from sync.correlate.sound_track import MOST_DRIFT, STANDS_OUT_LEVEL, Line, Tracker
from sync.correlate.verdict import (
    MAX_CANDIDATES,
    P_SIGNIFICANT,
    about_as_good,
    reasons_for,
    verdict,
)
from sync.correlate.whitening import BAND_HZ
from sync.progress import SILENT, Progress

Float32 = NDArray[np.float32]

# Recorders 40 ppm apart part by 1.2 ms in 30 s: about a period of the coarse band.
PIECE_S = 30.0
# Below this a whole search is as quick, and a piece would say little.
WORTH_S = 40.0
LEAST_RATE_HZ = 2.2 * BAND_HZ[1]
# The middle, then one in each quarter that the shortest counted overlap may lie in.
PLACES = (0.5, 0.125, 0.875)
# A last look with all of the band, more densely.
LAST_PLACES = tuple((k + 0.5) / 8 for k in range(8))
# A sound that repeats itself does so within this long.
REPEATS_WITHIN_S = 120.0


def worth_a_look(asked: Asked) -> bool:
    """Whether a piece of the shorter sound may do for all of it."""
    shorter = min(asked.a.count, asked.b.count)
    return asked.rate_hz >= LEAST_RATE_HZ and shorter >= WORTH_S * asked.rate_hz


def search_long(asked: Asked, progress: Progress = SILENT) -> SearchResult:
    """Search two sounds that are too long to be held whole.

    The pieces of the shorter sound are looked for at a quarter of the rate and, where none of
    them is found, more pieces in the whole band. What only longer stretches together would show
    is not found this way.
    """
    pieces = [_piece(asked, place) for place in PLACES]
    some = np.concatenate([piece for _, piece in pieces])
    names = ("first", "second") if asked.a.count <= asked.b.count else ("second", "first")
    reasons = untestable(_shorter(asked), some, names[0])
    if reasons:
        return asked.refused(*reasons)
    low, high = asked.lag_range()
    if high < low:
        return asked.refused(
            f"At no offset in the searched range do they share {asked.overlap_s:.1f} s of sound."
        )
    quick, full = progress.part(0.0, 0.4), progress.part(0.4, 1.0)
    result = _looked(asked, COARSE, PLACES, 0.0, quick)
    if result is None or result.status == "no-match":
        result = _looked(asked, FULL, LAST_PLACES, P_LEAST, full) or asked.refused(
            "No piece of the recordings that sounds can be laid over the other whole."
        )
    if result.status == "no-match":
        result = replace(result, reasons=result.reasons + other_rate(asked))
    return replace(result, reasons=result.reasons + clipped(some, names[0]))


def screened(asked: Asked, progress: Progress = SILENT) -> SearchResult | None:
    """A plain match at the first look; ``None`` where all of both sounds must be compared."""
    found = _looked(asked, COARSE, PLACES, 0.0, progress)
    return found if found is not None and found.status == "significant" else None


def _shorter(asked: Asked) -> Sound:
    return asked.a if asked.a.count <= asked.b.count else asked.b


def _piece(asked: Asked, place: float) -> tuple[int, Float32]:
    """First sample and samples of the piece of the shorter sound about a share of its length."""
    sound = _shorter(asked)
    length = int(min(PIECE_S, asked.overlap_s, 0.25 * sound.count / asked.rate_hz) * asked.rate_hz)
    first = min(max(0, round(place * sound.count - 0.5 * length)), sound.count - length)
    return first, sound.read(first, length)


def _looked(
    asked: Asked, look: Look, places: tuple[float, ...], spent: float, progress: Progress
) -> SearchResult | None:
    """The answer of one look with several pieces; ``None`` where not one of them could be tested.

    ``spent`` is the chance that earlier looks had to be wrong. The first piece whose place is plain
    answers; a piece that fits several places (an alarm) only where no other does better.
    """
    swapped = asked.b.count < asked.a.count
    low, high = asked.lag_range()
    lags = (-high, -low) if swapped else (low, high)
    enough = P_LEAST if look is COARSE else P_SIGNIFICANT
    tried: list[_Seen] = []
    doubtful: SearchResult | None = None
    for k, place in enumerate(places):
        first, piece = _piece(asked, place)
        part = progress.part(k / len(places), (k + 1) / len(places))
        longer = asked.a if swapped else asked.b
        found = scan(piece, first, longer, lags, asked.rate_hz, look, part)
        if found is None:
            continue
        seen = _Seen(asked, look, found, first, piece, len(places), spent)
        tried.append(seen)
        if seen.p(found.best) * asked.family <= enough:
            result = seen.result()
            if result.status == "significant":
                return result
            doubtful = doubtful or (result if result.candidates else None)
    if doubtful is not None or not tried:
        return doubtful
    return min(tried, key=lambda seen: seen.p(seen.found.best)).result()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one piece showed."""

    asked: Asked
    look: Look
    found: Scan
    first: int
    piece: Float32
    pieces: int
    spent: float

    @property
    def _swapped(self) -> bool:
        return self.asked.b.count < self.asked.a.count

    def p(self, index: int) -> float:
        """Chance of a score, allowing for all pieces and earlier looks."""
        p = self.found.law.p_value(abs(float(self.found.scores[index])))
        return min(1.0, self.pieces * p + self.spent)

    def result(self) -> SearchResult:
        peaks = self._peaks()
        best, p = peaks[0], self.asked.stated(self.p(peaks[0]))
        lags = self.asked.lag_range()
        searched = self.asked.searched(lags)
        bar = self.found.law.threshold(P_SIGNIFICANT / (self.asked.family * self.pieces))
        status = verdict(p, at_border=self._at_border(best, lags), rivals=False)
        lines: list[tuple[int, Line]] = []
        # Voices alike in pitch pass oftener than the law says: the rest is looked at whole.
        if self.look is COARSE and self.p(best) * self.asked.family > P_LEAST:
            status = "no-match"
        if status != "no-match":
            places = [best, *self._rivals(peaks, bar)]
            lines = [(k, line) for k in places if (line := self._line(k)) is not None]
            # What a fluke of the low band is will not stand out in the whole of it.
            if not lines or (self.look is COARSE and lines[0][1].stands_out < STANDS_OUT_LEVEL):
                status, lines = "no-match", []
            elif status == "significant" and (len(lines) > 1 or self._repeats()):
                status = "ambiguous"
        offsets = [self.asked.offset_s(line.lag) for _, line in lines]
        if status == "ambiguous":
            offsets += [self.asked.offset_s(lag) for lag in self._repeats()]
        return SearchResult(
            status=status,
            reasons=reasons_for(status, p, searched, offsets[:MAX_CANDIDATES]),
            candidates=tuple(
                candidate(self.asked, line, self.p(k), float(self.found.scores[k]))
                for k, line in lines
            ),
            searched=searched,
            curve=self._curve(bar),
        )

    def _lag(self, index: int) -> int:
        """A score's lag between a and b, whichever of them the piece is of."""
        lag = int(self.found.lags[index])
        return -lag if self._swapped else lag

    def _at_border(self, index: int, lags: tuple[int, int]) -> bool:
        step = self.look.factor
        return not lags[0] + step <= self._lag(index) <= lags[1] - step

    def _peaks(self) -> list[int]:
        """Indices of up to five largest |z| a lobe or more apart, the largest first."""
        size, lobe = np.abs(self.found.scores), LOBE_S * self.asked.rate_hz
        chosen: list[int] = []
        for index in np.argsort(-size, kind="stable")[: 20 * MAX_CANDIDATES]:
            near = (abs(int(self.found.lags[index] - self.found.lags[k])) <= lobe for k in chosen)
            if not any(near):
                chosen.append(int(index))
        return chosen[:MAX_CANDIDATES]

    def _rivals(self, peaks: list[int], bar: float) -> list[int]:
        size, n = np.abs(self.found.scores), float(self.found.sounding)
        return [
            other
            for other in peaks[1:]
            if size[other] >= bar and about_as_good(float(size[peaks[0]]), n, float(size[other]), n)
        ]

    def _repeats(self) -> tuple[int, ...]:
        """Lags at which loudness and waveform about the match fit about as well again."""
        rate_hz, longer = self.asked.rate_hz, self.asked.a if self._swapped else self.asked.b
        around = round(REPEATS_WITHIN_S * rate_hz)
        place = int(self.found.lags[self.found.best]) + self.first
        begin = max(0, place - around)
        part = longer.read(begin, place - begin + len(self.piece) + around)
        again = repetitions(
            self.piece, part, rate_hz, place - begin, 0.999 * len(self.piece) / rate_hz
        )
        lags = [lag + begin - self.first for lag in again]
        return tuple(-lag if self._swapped else lag for lag in lags)

    def _line(self, index: int) -> Line | None:
        lag, rate_hz = self._lag(index), self.asked.rate_hz
        middle = self.first + 0.5 * len(self.piece)
        at = middle - lag if self._swapped else middle
        # The peak may belong to either end of the piece.
        radius_s = 2.0 * self.look.factor / rate_hz + MOST_DRIFT * 0.5 * len(self.piece) / rate_hz
        tracker = Tracker(self.asked.a, self.asked.b, rate_hz, BAND_HZ)
        return tracker.follow(lag, at, radius_s, 1.0 if self.found.scores[index] > 0 else -1.0)

    def _curve(self, bar: float) -> Curve:
        """The largest scores of runs of stretches, by ascending offset."""
        size, lags = np.abs(self.found.scores), self.found.lags
        starts = np.unique(
            np.linspace(0, len(size), min(CURVE_POINTS, len(size)), endpoint=False).astype(int)
        )
        ends = np.append(starts[1:], len(size))
        tops = np.array(
            [low + int(size[low:high].argmax()) for low, high in zip(starts, ends, strict=True)]
        )
        offset_s = (
            self.asked.zero_s - np.where(self._swapped, -1, 1) * lags[tops] / self.asked.rate_hz
        )
        order = np.argsort(offset_s, kind="stable")
        return Curve(
            offset_s=np.asarray(offset_s[order], np.float64),
            score=np.asarray(size[tops][order], np.float64),
            threshold=bar,
        )
