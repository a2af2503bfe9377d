"""From calls that were placed one by one to the segment map: stretches, and breaks between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sync.correlate.result import Candidate, Jump, SearchResult, Segment, Side
from sync.correlate.segment_calls import BESIDE_S, HOLDS, Aim, Call
from sync.correlate.sound_asked import Asked
from sync.correlate.sound_candidate import candidate
from sync.correlate.transmissions import Part
from sync.uncertainty import Z95

# Offsets this much alike are one stretch: no recorder removes shorter silences.
SAME_S = 0.002
# Offsets this much alike are one stretch where either fits both: a voice takes one period of its
# pitch for the next, and so do echoes.
LOBES_S, AS_GOOD = 0.03, 0.6
# Two recorders of 100 ppm each, at 95 %.
DRIFT_95 = Z95 * math.sqrt(2) * 100e-6
# One call may be heard two ways, straight and from somebody's radio: these differ by less than
# the third of a second that radios take, or the sound 300 m.
TWO_WAYS_S = 1.0


def segment_map(
    asked: Asked, found: SearchResult, which: Side, calls: Sequence[Call], *, squelched: bool
) -> SearchResult:
    """``found`` with the map of the recording ``which``; as it was where a map says nothing new.

    Behind a squelch nothing is removed from inside a call.
    """
    stretches = _merged([_Stretch.of(asked, which, [call]) for call in calls])
    if squelched:
        stretches = _with_ends(stretches)
    placed = [one for one in stretches if one.match is not None]
    # One stretch says no more than the one line did, nor does it end an ambiguity.
    if len(placed) < 2 and found.status in ("significant", "ambiguous"):
        return found
    candidates = tuple(one.match for one in placed if one.match is not None)
    numbers = {id(one): number for number, one in enumerate(placed)}
    segments = tuple(one.segment(numbers.get(id(one))) for one in _rows(stretches))
    heard = _transmissions(calls)
    if not placed:
        unplaced = f"None of the {heard} transmissions could be placed on its own."
        return replace(
            found, reasons=(*found.reasons, unplaced), segments=segments, segments_of=which
        )
    count = _placed(calls, placed)
    said = (
        f"The {'first' if which == 'a' else 'second'} recording lacks its silences: of {heard} "
        f"transmissions {count} could be placed, in {len(placed)} stretches."
    )
    return replace(
        found,
        status="significant",
        reasons=(said,),
        candidates=candidates,
        searched=asked.searched(asked.lag_range()),
        segments=segments,
        segments_of=which,
        jumps=tuple(
            _jump(left, right, which)
            for left, right in pairwise(placed)
            if not (squelched and _two_ways(left, right, calls))
        ),
    )


def _transmissions(calls: Sequence[Call]) -> int:
    """Calls with a pause between them: one that is looked for in parts counts once."""
    return 1 + sum(left.part.last != right.part.first for left, right in pairwise(calls))


def _placed(calls: Sequence[Call], placed: Sequence[_Stretch]) -> int:
    """Transmissions of which some part lies in a stretch that has a place."""
    inside = {id(call) for one in placed for call in one.calls}
    count, counted = 0, False
    for number, call in enumerate(calls):
        if number == 0 or calls[number - 1].part.last != call.part.first:
            counted = False
        if id(call) in inside and not counted:
            count, counted = count + 1, True
    return count


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Calls of one offset; or a single one without a place."""

    asked: Asked
    which: Side
    calls: tuple[Call, ...]
    match: Candidate | None

    @classmethod
    def of(cls, asked: Asked, which: Side, calls: Sequence[Call]) -> _Stretch:
        """The calls followed together."""
        first = max(calls, key=lambda c: abs(c.z) if c.place is not None else -1.0)
        if first.place is None:
            return cls(asked, which, tuple(calls), None)
        part = Part(first.part.of, calls[0].part.first, calls[-1].part.last)
        aim = Aim.of(asked, which, part)
        line = aim.line(first.place - (first.part.first - part.first), first.sign)
        if line is None:
            return cls(asked, which, tuple(calls), None)
        p = min(c.p for c in calls)
        return cls(asked, which, tuple(calls), candidate(aim.asked, line, p, first.z))

    @property
    def span_s(self) -> tuple[float, float]:
        """Media times of the recording that was cut, from … to."""
        first, last = self.calls[0].part, self.calls[-1].part
        return first.start.s, last.start.s + last.count / last.rate_hz

    def offset_at(self, at_b_s: float) -> tuple[float, float]:
        """Offset at a media time of B, and the half-width of its 95 % range."""
        match = self.match
        assert match is not None
        away_s = at_b_s - match.epoch_s
        u_drift = Z95 * 1e-6 * match.u_drift_ppm if match.u_drift_ppm is not None else DRIFT_95
        return (
            match.offset_s + (match.drift_ppm or 0.0) * 1e-6 * away_s,
            math.hypot(match.U95_s, u_drift * away_s),
        )

    def reaches_beyond(self, other: _Stretch) -> bool:
        """Whether another goes on without a pause, where the other recording has begun or ended."""
        joins = (
            self.calls[-1].part.last == other.calls[0].part.first
            or other.calls[-1].part.last == self.calls[0].part.first
        )
        first, last = other.calls[0].part.first, other.calls[-1].part.last
        aim = Aim.of(self.asked, self.which, Part(other.calls[0].part.of, first, last))
        assert self.match is not None
        place = aim.place(self.offset_at(aim.middle_b_s(self.match.offset_s))[0])
        return joins and not 0 <= place <= aim.whole.count - aim.part.count

    def fits(self, other: _Stretch) -> bool:
        """Whether the calls of another stretch fit at the offset of this one as well as there."""
        placed = [call for call in other.calls if call.place is not None]
        for call in placed:
            aim = Aim.of(self.asked, self.which, call.part)
            assert self.match is not None and call.place is not None
            here_s, _ = self.offset_at(aim.middle_b_s(self.match.offset_s))
            here = aim.agreement(aim.place(here_s), BESIDE_S)
            own = aim.agreement(call.place, BESIDE_S)
            if here is None or own is None or abs(here.z) < max(HOLDS, AS_GOOD * abs(own.z)):
                return False
        return True

    def segment(self, number: int | None) -> Segment:
        from_s, to_s = self.span_s
        return Segment(
            from_s=from_s,
            to_s=to_s,
            transmissions=_transmissions(self.calls),
            candidate=number,
            between_neighbours=all(c.between for c in self.calls if c.place is not None),
            reason="" if number is not None else self.calls[0].reason,
        )


def _merged(stretches: list[_Stretch]) -> list[_Stretch]:
    """Neighbours of one offset joined, with what lies between them: no time is missing there."""
    out: list[_Stretch] = []
    waiting: list[_Stretch] = []
    for one in stretches:
        last = out[-1] if out else None
        if one.match is None:
            waiting.append(one)
            continue
        if last is not None and last.match is not None and _alike(last, one):
            between = [call for other in waiting for call in other.calls]
            joined = _Stretch.of(one.asked, one.which, [*last.calls, *between, *one.calls])
            if joined.match is not None and abs(joined.match.correlation) > 0:
                out[-1], waiting = joined, []
                continue
        out += [*waiting, one]
        waiting = []
    return out + waiting


def _with_ends(stretches: list[_Stretch]) -> list[_Stretch]:
    """What goes on without a pause beyond the other recording's ends belongs to the same call."""
    out: list[_Stretch] = []
    for one in stretches:
        last = out[-1] if out else None
        if last and last.match and not one.match and last.reaches_beyond(one):
            out[-1] = replace(last, calls=(*last.calls, *one.calls))
            continue
        while one.match and out and not out[-1].match and one.reaches_beyond(out[-1]):
            one = replace(one, calls=(*out.pop().calls, *one.calls))
        out.append(one)
    return out


def _rows(stretches: list[_Stretch]) -> list[_Stretch]:
    """Stretches as they are shown: parts of one call that have no place for one reason joined."""
    out: list[_Stretch] = []
    for one in stretches:
        last = out[-1] if out else None
        if (
            last and not last.match and not one.match
            and last.calls[-1].part.last == one.calls[0].part.first
            and last.calls[0].reason == one.calls[0].reason
        ):  # fmt: skip
            out[-1] = replace(last, calls=(*last.calls, *one.calls))
        else:
            out.append(one)
    return out


def _two_ways(left: _Stretch, right: _Stretch, calls: Sequence[Call]) -> bool:
    """Whether two stretches are of one call, heard straight and from somebody's radio, say."""
    assert left.match is not None and right.match is not None
    first, last = calls.index(left.calls[-1]), calls.index(right.calls[0])
    between = _transmissions(calls[first : last + 1])
    return between == 1 and abs(right.match.offset_s - left.match.offset_s) < TWO_WAYS_S


def _alike(left: _Stretch, right: _Stretch) -> bool:
    """Whether one offset may hold for both: no further apart than their ranges and drift allow."""
    first, second = left.match, right.match
    assert first is not None and second is not None
    apart_s = abs(second.epoch_s - first.epoch_s)
    allowed_s = SAME_S + math.hypot(first.U95_s, second.U95_s) + DRIFT_95 * apart_s
    change_s = abs(second.offset_s - first.offset_s)
    if change_s > LOBES_S:
        return change_s <= allowed_s
    return change_s <= allowed_s or left.fits(right) or right.fits(left)


def _jump(left: _Stretch, right: _Stretch, which: Side) -> Jump:
    """What lies between two stretches: time missing from the recording that was cut, or the other.

    An offset that grows says that B lacks time, one that falls that A does: time is only removed.
    """
    first, second = left.match, right.match
    assert first is not None and second is not None
    low_s, high_s = left.span_s[1], right.span_s[0]
    sign = 1.0 if which == "a" else -1.0
    there_s = (low_s - sign * first.offset_s, high_s - sign * second.offset_s)
    # Both lines at one moment of the recording that was cut: else drift would pass for a jump.
    middle_s = 0.5 * (low_s + high_s)
    (before_s, U_before_s), (after_s, U_after_s) = (
        one.offset_at(middle_s - match.offset_s if which == "a" else middle_s)
        for one, match in ((left, first), (right, second))
    )
    change_s = after_s - before_s
    of: Side = "b" if change_s > 0 else "a"
    ends_s = (low_s, high_s) if of == which else there_s
    return Jump(
        of=of,
        after_s=min(ends_s),
        before_s=max(ends_s),
        change_s=change_s,
        U95_s=math.hypot(U_before_s, U_after_s),
    )
