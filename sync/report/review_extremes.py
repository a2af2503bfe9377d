"""Both extremes of an order that is not resolved, as two arrangements of the recordings.

No single arrangement may then be shown as if it were the one: the two instants are put as far apart
as their 95 % range allows, one way and the other. Where observations tie them, every clock lies
where it then most probably does; where limits alone hold them, only the stretch in which the held
one was seen is put there, and everything else keeps its best estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.adjustment.headline import stated_ends
from sync.adjustment.network import Function
from sync.adjustment.solution import Answer
from sync.adjustment.spots import Spot, difference_of, find_spot, function_of, on_datum_scale
from sync.adjustment.words import two_figures
from sync.case.calculate import Calculation
from sync.case.case import Question
from sync.clock import ClockModel
from sync.evidence import Place
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.timeline import Clip, Timeline, Track

Stretch = tuple[str, int]
"""Id of a recording and the number of one of its stretches."""
OBSERVED = (
    "Every clock lies where it most probably is if the two instants are this far apart; beside "
    "each pane's time stands by how much it was moved."
)
LIMITS = (
    "Limits alone hold the two against each other: what they hold is put where they leave it for "
    "this, and every other clock stays at its best estimate."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """An asked instant, for the bracket on the strip of the sound."""

    name: str
    place: Place
    at: ReferenceTime
    U95_s: float
    here: ReferenceTime
    """Where the arrangement shown has it: ``at`` itself, unless the recordings are moved."""

    @property
    def low(self) -> ReferenceTime:
        """Earliest of its 95 % range."""
        return self.at - Duration.from_s(self.U95_s)

    @property
    def high(self) -> ReferenceTime:
        """Latest of its 95 % range."""
        return self.at + Duration.from_s(self.U95_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One arrangement of the recordings, played from the film's start to its end."""

    timeline: Timeline
    name: str = ""
    """``earliest consistent`` …; empty where there is only one arrangement."""
    words: tuple[str, ...] = ()
    """For the slate before it."""
    how: str = ""
    """What the arrangement is made by, for the same slate."""
    moved: Mapping[Stretch, Duration] = field(default_factory=dict)
    """By how much a stretch lies from its best estimate; empty where none does."""
    held: frozenset[Stretch] = frozenset()
    """Stretches without a best estimate, put where limits leave them."""
    instants: tuple[Instant, ...] = ()


def instants_of(question: Question, answer: Answer) -> tuple[Instant, ...]:
    """The two asked instants, as far as they have times of their own."""
    ends = ((question.a, answer.a, answer.reference_a, answer.U95_a_s),
            (question.b, answer.b, answer.reference_b, answer.U95_b_s))  # fmt: skip
    return tuple(
        Instant(name=name, place=place, at=at, U95_s=U_s, here=at)
        for place, name, at, U_s in ends if at is not None and U_s is not None
    )  # fmt: skip


def both_extremes(
    ready: Calculation,
    timeline: Timeline,
    question: Question,
    answer: Answer,
    instants: Sequence[Instant] = (),
) -> tuple[Part, ...] | str:
    """The two arrangements of a question that is not resolved, or why there are none.

    Parameters
    ----------
    instants
        Those of every question: they are shown too, where each arrangement has them.
    """
    low, high = stated_ends(answer)
    if low is None or high is None:
        return "the limits leave it open how far the two may lie apart, so neither extreme exists"
    network = ready.adjustment.network
    a, b = (find_spot(ready.inputs, ready.built, place) for place in (question.a, question.b))
    apart = difference_of(network, a, b)
    if apart is None:
        return "nothing but a limit knows the two, and no recording shows them"
    if ready.adjustment.estimable(apart):
        if not all(_has_place(ready, timeline, spot) for spot in (a, b)):
            return "both lie in a stretch that has no one place on the reference clock"
        ways: _Ways = _Observed(ready, timeline, apart, ready.adjustment.value(apart), instants)
    else:
        found = _held_sides(ready, timeline, (question.a, question.b), (a, b), answer)
        if isinstance(found, str):
            return found
        ways = _Held(timeline, found, (low, high), instants)
    parts = []
    for name, end_s in (("earliest consistent", low), ("latest consistent", high)):
        words = (question.words, answer.in_words, _as_far(answer, end_s, early=end_s == low))
        parts.append(replace(ways.at(end_s), name=name, words=words))
    return tuple(parts)


def sources_of(ready: Calculation, question: Question) -> frozenset[str]:
    """Recordings in which the two instants of a question were seen or heard."""
    spots = [find_spot(ready.inputs, ready.built, place) for place in (question.a, question.b)]
    return frozenset(spot.seen[0] for spot in spots if spot.seen is not None)


def _as_far(answer: Answer, end_s: float, *, early: bool) -> str:
    way = "after" if end_s > 0 else "before"
    return (
        f"In this part {answer.b} lies as {'early' if early else 'late'} against {answer.a} as the "
        f"95 % range allows: {two_figures(abs(end_s), up=False)} s {way} it."
    )


# -- where observations tie the two ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Observed:
    """Every clock moves as it most probably does with the difference."""

    ready: Calculation
    timeline: Timeline
    apart: Function
    value_s: float
    instants: Sequence[Instant]

    def at(self, end_s: float) -> Part:
        by_s = end_s - self.value_s
        moved = {
            (clip.source, clip.stretch): self._shift(_middle(clip), by_s)
            for track in self.timeline.tracks for clip in track.clips if clip.model is not None
        }  # fmt: skip
        return Part(
            timeline=_with_clips(self.timeline, lambda clip: _moved(clip, moved)),
            how=OBSERVED,
            moved=moved,
            instants=tuple(
                replace(one, here=one.at + self._shift(one.place, by_s)) for one in self.instants
            ),
        )

    def _shift(self, place: Place, by_s: float) -> Duration:
        """By how much an instant most probably moves with the difference: cov(T, difference) /
        var(difference), the regression of one on the other."""
        ready = self.ready
        own = function_of(ready.adjustment.network, find_spot(ready.inputs, ready.built, place))
        if own is None:
            return Duration(0)
        on_datum = on_datum_scale(ready.adjustment, own)
        covariance = ready.adjustment.covariance([on_datum, self.apart])
        if not covariance[1, 1]:
            return Duration(0)
        return Duration.from_s(float(covariance[0, 1] / covariance[1, 1]) * by_s)


def _middle(clip: Clip) -> Place:
    return Place(source=clip.source, time=MediaTime((clip.media_start.ns + clip.media_end.ns) // 2))


def _moved(clip: Clip, moved: Mapping[Stretch, Duration]) -> Clip:
    if clip.model is None or clip.start is None or clip.end is None:
        return clip
    by = moved[clip.source, clip.stretch]
    return replace(clip, start=clip.start + by, end=clip.end + by,
                   model=replace(clip.model, reference=clip.model.reference + by))  # fmt: skip


def _with_clips(timeline: Timeline, made: Callable[[Clip], Clip]) -> Timeline:
    def track_of(track: Track) -> Track:
        return replace(track, clips=tuple(made(clip) for clip in track.clips))

    return replace(timeline, tracks=tuple(track_of(track) for track in timeline.tracks))


def _clip_of(ready: Calculation, timeline: Timeline, spot: Spot) -> Clip | None:
    """The stretch in which an instant was seen or heard."""
    if spot.seen is None:
        return None
    source, at = spot.seen
    track = timeline.track(source)
    return None if track is None else track.clips[ready.inputs.source(source).stretch_at(at)]


def _has_place(ready: Calculation, timeline: Timeline, spot: Spot) -> bool:
    clip = _clip_of(ready, timeline, spot)
    return clip is None or clip.model is not None


# -- where limits alone hold the two --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two instants: where it may lie, and the stretch that goes with it."""

    place: Place
    name: str
    low: ReferenceTime
    high: ReferenceTime
    fixed: ReferenceTime | None
    """Its best estimate; ``None`` where it has none."""
    clip: Clip | None
    """The stretch to be put where the limits leave it."""
    since_start: Duration
    """From the stretch's first instant to this one, the usual delay of the mark taken off."""


@dataclass(frozen=True, slots=True)
class _Held:
    """Only the stretch that limits hold is put somewhere."""

    timeline: Timeline
    sides: tuple[_Side, _Side]
    ends_s: tuple[float, float]
    instants: Sequence[Instant]

    def at(self, end_s: float) -> Part:
        times = self._times(Duration.from_s(end_s))
        put = {
            (side.clip.source, side.clip.stretch): _put(side, time)
            for side, time in zip(self.sides, times, strict=True)
            if side.clip is not None
        }
        own = tuple(
            Instant(name=side.name, place=side.place, here=time,
                    at=ReferenceTime((side.low.ns + side.high.ns) // 2),
                    U95_s=(side.high - side.low).s / 2)
            for side, time in zip(self.sides, times, strict=True)
        )  # fmt: skip
        places = {one.place for one in own}
        return Part(
            timeline=_with_clips(
                self.timeline, lambda clip: put.get((clip.source, clip.stretch), clip)
            ),
            how=LIMITS,
            moved={
                (clip.source, clip.stretch): Duration(0)
                for track in self.timeline.tracks for clip in track.clips if clip.model is not None
            },
            held=frozenset(put),
            instants=(*own, *(one for one in self.instants if one.place not in places)),
        )  # fmt: skip

    def _times(self, end: Duration) -> tuple[ReferenceTime, ReferenceTime]:
        """Where the two lie with B so long after A: one that is known stays where it is; of two
        that are not, both in the middle of what is left to them."""
        a, b = self.sides
        if a.fixed is not None:
            return a.fixed, a.fixed + end
        if b.fixed is not None:
            return b.fixed - end, b.fixed
        at = ReferenceTime((max(a.low, b.low - end).ns + min(a.high, b.high - end).ns) // 2)
        return at, at + end


_Ways = _Observed | _Held


def _held_sides(
    ready: Calculation, timeline: Timeline, places: tuple[Place, Place], spots: tuple[Spot, Spot],
    answer: Answer,
) -> tuple[_Side, _Side] | str:  # fmt: skip
    """The two instants of a question that limits answer, or why they cannot be shown."""
    known = ((answer.a, answer.reference_a, answer.U95_a_s),
             (answer.b, answer.reference_b, answer.U95_b_s))  # fmt: skip
    low_s, high_s = stated_ends(answer)
    assert low_s is not None and high_s is not None
    reach = (Duration.from_s(low_s), Duration.from_s(high_s))
    sides = []
    for n, (place, spot, (name, at, U_s)) in enumerate(zip(places, spots, known, strict=True)):
        clip = _clip_of(ready, timeline, spot)
        held = clip if clip is not None and clip.model is None else None
        since = Duration(0) if held is None else _since_start(ready, spot, held)
        other = known[1 - n][1]
        if at is not None and U_s is not None:
            low, high = at - Duration.from_s(U_s), at + Duration.from_s(U_s)
        elif other is None:
            return "neither of the two has a place on the reference clock"
        else:
            low, high = (other + reach[0], other + reach[1]) if n else (
                other - reach[1], other - reach[0])  # fmt: skip
        fixed = at if _is_observed(ready, spot) else None
        sides.append(_Side(place, name, low, high, fixed, held, since))
    a, b = sides
    return a, b


def _is_observed(ready: Calculation, spot: Spot) -> bool:
    """Whether observations give the instant a time on the reference clock, without any limit."""
    own = function_of(ready.adjustment.network, spot)
    return own is not None and ready.adjustment.estimable(own)


def _since_start(ready: Calculation, spot: Spot, clip: Clip) -> Duration:
    assert spot.seen is not None
    network = ready.adjustment.network
    place = Place(source=clip.source, time=spot.seen[1])
    seen = function_of(network, find_spot(ready.inputs, ready.built, place))
    own = function_of(network, spot)
    late_s = 0.0
    if own is not None and seen is not None and ready.adjustment.estimable(seen - own):
        late_s = ready.adjustment.value(seen - own)
    return spot.seen[1] - clip.media_start - Duration.from_s(late_s)


def _put(side: _Side, at: ReferenceTime) -> Clip:
    """The stretch with its instant at ``at``, at the file's own rate; its range is the limits'."""
    clip = side.clip
    assert clip is not None
    start = at - side.since_start
    half_s = (side.high - side.low).s / 2
    model = ClockModel(
        source=clip.source, stretch=clip.stretch, epoch=clip.media_start, reference=start,
        drift=0.0, var_offset_s2=half_s**2, cov_offset_drift_s=0.0, var_drift=0.0,
        coverage_factor=1.0, observed=None,
    )  # fmt: skip
    return replace(clip, model=model, start=start, end=model.to_reference(clip.media_end),
                   status="bounded")  # fmt: skip
