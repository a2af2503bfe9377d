"""A recording whose silences were removed against a continuous one: each call placed on its own.

One line cannot hold for such a recording: wherever silence was cut out, its offset jumps. So its
transmissions (:mod:`sync.correlate.transmissions`) are looked for one by one, all of them in one
pass through the other recording (:mod:`sync.correlate.sound_many`). What does not agree from
beginning to end holds a splice and is divided there.

A recorder removes time and never changes its order. That is used twice, and said with the answer:
a call that fits only out of order is not placed, and what was not found by itself is looked for
once more between its neighbours, where far fewer places can agree by chance. The stated chance
allows for every look at every call (Bonferroni), so that at p = 0.01 one in a hundred unrelated
*recordings* has a call placed, not one in a hundred calls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sync.correlate.chance import LOBE_S
from sync.correlate.repeats import repetitions
from sync.correlate.result import SearchResult, Side
from sync.correlate.segment_calls import BESIDE_S, HOLDS, NO_MATCH, Aim, Call
from sync.correlate.segment_map import segment_map
from sync.correlate.sound_asked import Asked
from sync.correlate.sound_local import Agreement
from sync.correlate.sound_many import Places, scan_many
from sync.correlate.sound_screen import COARSE, FULL, Look
from sync.correlate.transmissions import Heard, transmissions_of
from sync.correlate.verdict import MAX_CANDIDATES, P_SIGNIFICANT, about_as_good
from sync.correlate.whitening import BAND_HZ
from sync.progress import SILENT, Progress

Float32 = NDArray[np.float32]

# A syllable or two: of less, the pulses of any voice fit many places.
SHORTEST_S = 0.4
LEAST_RATE_HZ = 2.2 * BAND_HZ[1]
ROUNDS = 3
# Pieces of sound times seconds of the other recording at a first look: half a minute of work at
# a quarter of the rate. The longest are looked for first, the others between them.
WORK_S = 200_000.0
# Neighbours in order may touch, and recorders drift: by so much one may begin before another ends.
ORDER_SLACK_S = 0.1
# A known line must hold for so much of the calls to say it all.
ONE_LINE_SHARE = 0.9
# Where a placed call goes on without a pause a splice is rare: less agreement is enough there.
GOES_ON = 3.0
REPEATS_WITHIN_S = 120.0

TOO_SHORT = "too short: {length:.1f} s of sound, where at least {least:.1f} s are needed"
OUT_OF_ORDER = "fits only out of order, {there:.2f} s into the other recording"
AMBIGUOUS = "fits several places about equally well ({places})"


def with_segments(asked: Asked, found: SearchResult, progress: Progress = SILENT) -> SearchResult:
    """``found`` with the segment map of a recording whose silences were removed.

    As it was where neither recording looks like one, or a single offset holds for all of it. Where
    calls are placed, ``candidates`` are the stretches that were placed, in file order.
    """
    if asked.rate_hz < LEAST_RATE_HZ or found.status == "not-testable":
        return found
    which, heard = _to_cut(asked, progress.part(0.0, 0.15))
    if which is None or _one_line(asked, found, which, heard):
        return found
    placing = _Placing(asked, which, [Call(part) for part in heard.parts])
    placing.run(progress.part(0.15, 1.0))
    return segment_map(asked, found, which, placing.calls, squelched=heard.squelched)


def _to_cut(asked: Asked, progress: Progress) -> tuple[Side | None, Heard]:
    """The recording that may lack silences; of two, the one behind a squelch, or the shorter."""
    heard: dict[Side, Heard] = {"a": transmissions_of(asked.a)}
    progress.report(0.5)
    heard["b"] = transmissions_of(asked.b)
    progress.report(1.0)
    possible = [which for which, one in heard.items() if one.may_lack_silences]
    if not possible:
        return None, heard["a"]
    best = min(possible, key=lambda w: (not heard[w].squelched, heard[w].parts[0].of.count))
    return best, heard[best]


def _one_line(asked: Asked, found: SearchResult, which: Side, heard: Heard) -> bool:
    """Whether the offset that was found holds for all transmissions: then there is no map."""
    if found.status != "significant":
        return False
    best = found.candidates[0]
    held = inside = 0
    for part in heard.parts:
        aim = Aim.of(asked, which, part)
        at_b_s = aim.middle_b_s(best.offset_s)
        drifted_s = (best.drift_ppm or 0.0) * 1e-6 * (at_b_s - best.epoch_s)
        place = aim.place(best.offset_s + drifted_s)
        if 0 <= place <= aim.whole.count - part.count:
            seen = aim.agreement(place, 0.004)
            inside += part.count
            held += part.count if seen is not None and abs(seen.z) >= HOLDS else 0
    # What lies beyond the other recording cannot speak against the line, if not most of it does.
    enough = 0.5 * min(sum(part.count for part in heard.parts), asked.a.count, asked.b.count)
    return inside >= enough and held >= ONE_LINE_SHARE * inside


@dataclass(slots=True)
class _Placing:
    """All calls of one recording on their way to their places."""

    asked: Asked
    which: Side
    calls: list[Call]
    parts: int = field(init=False)
    """Calls that were searched from the start: what the stated chance allows for."""

    def __post_init__(self) -> None:
        self.parts = max(1, len(self.calls))

    @property
    def _tests(self) -> int:
        return ROUNDS * self.parts * self.asked.family

    def run(self, progress: Progress = SILENT) -> None:
        for call in self.calls:
            self._judge_length(call)
        for number in range(ROUNDS):
            part = progress.part(number / ROUNDS, (number + 1) / ROUNDS)
            self._round(number, part)
            self._keep_order()
            self._beside()
            progress.report((number + 1) / ROUNDS)

    # -- one round -----------------------------------------------------------------------------

    def _round(self, number: int, progress: Progress) -> None:
        """Look once for every call that has no place yet, all in one pass."""
        wanted = [c for c in self.calls if c.place is None and self._judge_length(c)]
        if not any(c.place is not None for c in self.calls):
            look = COARSE if number == 0 else FULL
            room = WORK_S / max(self._aim(self.calls[0]).whole.count / self.asked.rate_hz, 1.0)
            wanted.sort(key=lambda c: -c.part.count)
            wanted = wanted[: max(1, round(room / (1 if look is COARSE else 4)))]
            ranges = [self._aim(c).range(self.asked.offset_range_s) for c in wanted]
        else:
            look = FULL
            ranges = [self._between(c) for c in wanted]
            for c in wanted:
                c.between = True
        again = [call.looked == (look, at) for call, at in zip(wanted, ranges, strict=True)]
        ranges = [at for at, old in zip(ranges, again, strict=True) if not old]
        wanted = [call for call, old in zip(wanted, again, strict=True) if not old]
        if not wanted:
            return
        found = scan_many(
            [c.part.read(0, c.part.count) for c in wanted],
            self._aim(wanted[0]).whole,
            ranges,
            self.asked.rate_hz,
            look,
            progress,
        )
        for call, places, at in zip(wanted, found, ranges, strict=True):
            call.looked = (look, at)
            if places is not None:
                self._take(call, places, at, look)

    def _judge_length(self, call: Call) -> bool:
        length_s = call.part.count / self.asked.rate_hz
        if length_s >= SHORTEST_S:
            return True
        call.reason = TOO_SHORT.format(length=length_s, least=SHORTEST_S)
        return False

    def _aim(self, call: Call) -> Aim:
        return Aim.of(self.asked, self.which, call.part)

    def _between(self, call: Call) -> tuple[int, int]:
        """Places from … to between the neighbours that have one."""
        low, high = self._aim(call).range(self.asked.offset_range_s)
        slack = ORDER_SLACK_S * self.asked.rate_hz
        at = self.calls.index(call)
        for other in self._neighbours(at):
            assert other.place is not None
            if other.part.first < call.part.first:
                low = max(low, math.floor(other.end - slack))
            else:
                high = min(high, math.ceil(other.place - call.part.count + slack))
        return low, high

    def _take(self, call: Call, places: Places, at: tuple[int, int], look: Look) -> None:
        """Place a call where it fits best, if chance does not explain it and nothing rivals it."""
        peaks = places.peaks(MAX_CANDIDATES, LOBE_S * self.asked.rate_hz)
        best = peaks[0]
        p = min(1.0, places.p(best) * self._tests)
        if p > P_SIGNIFICANT:
            call.reason = NO_MATCH
            return
        aim = self._aim(call)
        seen = aim.agreement(float(places.at[best]), 0.5 * look.factor / self.asked.rate_hz + 0.004)
        if seen is None:
            return
        first, last = seen.span
        others = [int(places.at[k]) for k in peaks[1:]]
        short = aim.part.within(first, last)
        rest = [aim.part.within(0, first), aim.part.within(last, aim.part.count)]
        spliced = [part for part, sounds in zip(rest, seen.rest_s, strict=True)
                   if sounds >= SHORTEST_S]  # fmt: skip
        if spliced:
            call.part = short
            at_call = self.calls.index(call)
            before, after = (part in spliced for part in rest)
            self.calls[at_call + 1 : at_call + 1] = [Call(rest[1])] if after else []
            self.calls[at_call:at_call] = [Call(rest[0])] if before else []
            aim = self._aim(call)
            seen = aim.agreement(seen.place + first, 0.002) or seen
            others = [other + first for other in others]
        rivals = self._rivals(call, aim, seen, others, at)
        if rivals:
            rate_hz, start_s = self.asked.rate_hz, aim.whole.start.s
            listed = ", ".join(
                f"{start_s + place / rate_hz:.2f} s" for place in [seen.place, *rivals]
            )
            call.reason = AMBIGUOUS.format(places=listed)
            return
        call.place, call.p, call.z = seen.place, p, float(places.scores[best])
        call.sign = math.copysign(1.0, seen.z)

    def _rivals(
        self, call: Call, aim: Aim, best: Agreement, others: Sequence[int], at: tuple[int, int]
    ) -> list[float]:
        """Other places in the range that fit the same sounds about as well."""
        rivals = []
        for other in others:
            seen = aim.agreement(float(other), 0.006)
            if seen is None or abs(seen.place - best.place) <= LOBE_S * self.asked.rate_hz:
                continue
            n = float(call.part.count)
            if abs(seen.z) >= HOLDS and about_as_good(best.z, n, seen.z, n):
                rivals.append(seen.place)
        return rivals + self._repeats(aim, best, at)

    def _repeats(self, aim: Aim, best: Agreement, at: tuple[int, int]) -> list[float]:
        """Places in the range at which loudness and waveform fit about as well again."""
        rate_hz = self.asked.rate_hz
        around = round(REPEATS_WITHIN_S * rate_hz)
        low = max(0, at[0], round(best.place) - around)
        high = min(aim.whole.count, at[1] + aim.part.count, round(best.place) + around)
        piece = aim.part.read(0, aim.part.count)
        part = aim.whole.read(low, high - low + len(piece))
        lags = repetitions(
            piece, part, rate_hz, round(best.place) - low, 0.999 * len(piece) / rate_hz
        )
        return [float(lag + low) for lag in lags if at[0] <= lag + low <= at[1]]

    def _beside(self) -> None:
        """Place calls at the offset of a neighbour where they agree: few places, little chance."""
        for number, call in enumerate(self.calls):
            if call.place is not None:
                continue
            for other in self._neighbours(number):
                assert other.place is not None
                place = other.place + call.part.first - other.part.first
                seen = self._aim(call).agreement(place, BESIDE_S)
                joined = call.part.last == other.part.first or call.part.first == other.part.last
                least = GOES_ON if joined else HOLDS
                if seen is not None and abs(seen.z) >= least:
                    call.place, call.z, call.sign = seen.place, seen.z, other.sign
                    call.p, call.between = max(other.p, self._p_beside(seen.z)), True
                    break

    def _neighbours(self, number: int) -> list[Call]:
        """The nearest calls before and after one that have a place."""
        before = [c for c in self.calls[:number] if c.place is not None]
        after = [c for c in self.calls[number + 1 :] if c.place is not None]
        return before[-1:] + after[:1]

    def _p_beside(self, z: float) -> float:
        lags = 2 * 2 * BESIDE_S * self.asked.rate_hz
        return min(1.0, math.erfc(abs(z) / math.sqrt(2.0)) * lags * self._tests)

    # -- their order ---------------------------------------------------------------------------

    def _keep_order(self) -> None:
        """Keep the places that are in order and weigh most; the others lose theirs."""
        placed = [c for c in self.calls if c.place is not None]
        slack = ORDER_SLACK_S * self.asked.rate_hz
        weight = [c.z * c.z for c in placed]
        total, before = list(weight), [-1] * len(placed)
        for j, call in enumerate(placed):
            for i in range(j):
                earlier = placed[i].end <= (call.place or 0.0) + slack
                if earlier and total[i] + weight[j] > total[j]:
                    total[j], before[j] = total[i] + weight[j], i
        kept: set[int] = set()
        at = int(np.argmax(total)) if placed else -1
        while at >= 0:
            kept.add(at)
            at = before[at]
        for k, call in enumerate(placed):
            if k not in kept:
                whole = self._aim(call).whole
                there_s = whole.start.s + (call.place or 0.0) / self.asked.rate_hz
                call.place, call.reason = None, OUT_OF_ORDER.format(there=there_s)
