"""What a review video shows: which recordings, from when to when, and in which arrangements.

Where the order of two asked instants is not resolved, no single arrangement of the recordings may
be shown as if it were the one: the film then has two parts, with the two instants as far apart as
their 95 % range allows, one way and the other, and every clock where it then most probably lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from sync.adjustment.headline import stated_ends
from sync.adjustment.network import Function
from sync.adjustment.solution import Answer
from sync.adjustment.spots import difference_of, find_spot, function_of, on_datum_scale
from sync.adjustment.words import two_figures
from sync.case.calculate import Calculation, prepare, refuse_stale
from sync.case.case import Case, Question, Source
from sync.errors import EvidenceError, FormatError, UnlinkedClock
from sync.evidence import Place
from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.timeline import Clip, Timeline, build_timeline

Layout = Literal["grid", "inset"]
MOST_PANES = 9
SIZES = ("1920x1080", "1280x720", "2560x1440", "3840x2160")
LEAST_WIDTH, LEAST_HEIGHT, MOST_SIDE = 960, 540, 4096
"""Below, the texts would no longer be legible; above, no H.264 player is bound to follow."""
RATES = (Fraction(25), Fraction(30_000, 1001), Fraction(30), Fraction(50), Fraction(60))
"""Pictures a second that any player shows evenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """What was asked for.

    ``panes`` and ``sound`` are ids of recordings; ``start`` and ``end`` reference times, ``None``
    for all that the panes show.
    """

    panes: tuple[str, ...]
    sound: str | None = None
    layout: Layout = "grid"
    width: int = 1920
    height: int = 1080
    start: ReferenceTime | None = None
    end: ReferenceTime | None = None
    allow_stale: bool = False


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
    """One arrangement of the recordings, played from ``start`` to ``end``."""

    timeline: Timeline
    name: str = ""
    """``earliest consistent`` …; empty where there is only one arrangement."""
    words: tuple[str, ...] = ()
    """For the slate before it."""
    moved: Mapping[tuple[str, int], Duration] = field(default_factory=dict)
    """By how much a stretch (source, number) lies from its best estimate; empty where none does."""
    instants: tuple[Instant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is decided before a picture is decoded."""

    case: Case
    request: ReviewRequest
    panes: tuple[Source, ...]
    sound: Source | None
    start: ReferenceTime
    end: ReferenceTime
    rate: Fraction
    stale: bool
    parts: tuple[Part, ...]
    asked: tuple[tuple[str, str], ...]
    """(question in the person's words, its answer with its range and conditions, and why an order
    that is not resolved is not shown as both extremes)."""
    ready: Calculation

    @property
    def pictures(self) -> int:
        """Pictures of one part, without its slate."""
        return max(1, -(-(self.end - self.start).ns * self.rate // 1_000_000_000))

    def time_of(self, n: int) -> ReferenceTime:
        """Reference time of picture ``n`` of a part, rounded down to a nanosecond."""
        return ReferenceTime(self.start.ns + int(n * 1_000_000_000 / self.rate))


def panes_offered(case: Case, *, stale: bool = False) -> tuple[tuple[Source, str], ...]:
    """Every recording with pictures, and why it cannot be a pane; empty where it can."""
    timeline = build_timeline(case, stale=stale)
    return tuple(
        (source, _why_not(timeline, source))
        for source in case.sources if source.facts.picture is not None
    )  # fmt: skip


def sounds_offered(case: Case, *, stale: bool = False) -> tuple[tuple[Source, str], ...]:
    """Every recording with sound, and why it cannot be heard; those without pictures first."""
    timeline = build_timeline(case, stale=stale)
    heard = [source for source in case.sources if source.facts.sound is not None]
    heard.sort(key=lambda source: source.facts.picture is not None)
    return tuple((source, _why_not(timeline, source)) for source in heard)


def usual_request(case: Case) -> ReviewRequest:
    """All recordings that can be shown, at most nine, with the first sound that can be heard."""
    panes = [source.id for source, why in panes_offered(case) if not why]
    sounds = [source.id for source, why in sounds_offered(case) if not why]
    return ReviewRequest(panes=tuple(panes[:MOST_PANES]), sound=sounds[0] if sounds else None)


def plan_review(case: Case, request: ReviewRequest) -> Plan:
    """Decide everything, or refuse.

    Raises
    ------
    CaseStale
        When the case is not calculated, or out of date and that is not allowed.
    UnlinkedClock
        When a recording asked for has no place on the reference clock.
    FormatError
        When what is asked for cannot be a film.
    """
    stale = refuse_stale(case, allow_stale=request.allow_stale)
    _refuse_size(request)
    timeline = build_timeline(case, stale=stale)
    panes = _chosen(case, timeline, request.panes, "picture")
    sound = None
    if request.sound is not None:
        (sound,) = _chosen(case, timeline, (request.sound,), "sound")
    start, end = _range(timeline, panes, request)
    ready = prepare(case)
    seen = {source.id for source in (*panes, *(() if sound is None else (sound,)))}
    answers = [(question, _answer(ready, question)) for question in case.questions]
    instants = tuple(dict.fromkeys(
        one for question, answer in answers if answer is not None and not _disputed(answer)
        for one in _instants(question, answer)
    ))  # fmt: skip
    parts: list[Part] = []
    asked: list[tuple[str, str]] = []
    for question, answer in answers:
        said = "No answer can be given." if answer is None else answer.in_words
        if answer is not None and answer.verdict == "not-resolved" and not _disputed(answer):
            why = _why_one_arrangement(ready, question, answer, seen, start, end)
            if why:
                said = f"{said} In this film: {why}."
            else:
                parts += _extremes(ready, timeline, question, answer, instants)
        asked.append((question.words, said))
    return Plan(
        case=case, request=request, panes=panes, sound=sound, start=start, end=end,
        rate=_rate(panes), stale=stale, asked=tuple(asked), ready=ready,
        parts=tuple(parts) or (Part(timeline=timeline, instants=instants),),
    )  # fmt: skip


# -- choosing -------------------------------------------------------------------------------------


def _why_not(timeline: Timeline, source: Source) -> str:
    track = timeline.track(source.id)
    clips = () if track is None else track.clips
    if any(clip.model is not None and clip.status != "conflict" for clip in clips):
        return ""
    if any(clip.status == "conflict" for clip in clips):
        return "the evidence for its clock disagrees, so no time is stated for it"
    if any(clip.start is not None for clip in clips):
        return "only limits hold its clock, so it has no one place"
    return "no link: nothing observed connects it with the reference clock"


def _chosen(
    case: Case, timeline: Timeline, names: Sequence[str], kind: Literal["picture", "sound"]
) -> tuple[Source, ...]:
    found = tuple(case.source(name) for name in names)
    if kind == "picture" and not 1 <= len(found) <= MOST_PANES:
        raise FormatError(
            "No recording with pictures can be shown." if not found
            else f"{len(found)} panes are more than the {MOST_PANES} that fit.",
            hint="Link a recording with pictures, or name the panes.",
        )  # fmt: skip
    if len({source.id for source in found}) < len(found):
        raise FormatError("A recording is named twice as a pane.", hint="Name each once.")
    for source in found:
        if (source.facts.picture if kind == "picture" else source.facts.sound) is None:
            lacks = "no pictures" if kind == "picture" else "no sound"
            raise FormatError(f"{source.name} has {lacks}.", hint="Choose another recording.")
        why = _why_not(timeline, source)
        if why:
            raise UnlinkedClock(
                f"{source.name} cannot be in the film: {why}.",
                hint="Mark one event that it shares with a linked recording, or leave it away.",
            )
    return found


def _refuse_size(request: ReviewRequest) -> None:
    width, height = request.width, request.height
    fits = LEAST_WIDTH <= width <= MOST_SIDE and LEAST_HEIGHT <= height <= MOST_SIDE
    if not fits or width % 2 or height % 2:
        raise FormatError(
            f"A film of {width} × {height} cannot be made.",
            hint=f"Both even, from {LEAST_WIDTH}x{LEAST_HEIGHT} to {MOST_SIDE}x{MOST_SIDE}: "
            f"{', '.join(SIZES)}.",
        )


def _range(
    timeline: Timeline, panes: Sequence[Source], request: ReviewRequest
) -> tuple[ReferenceTime, ReferenceTime]:
    tracks = [timeline.track(source.id) for source in panes]
    clips = [c for track in tracks if track for c in track.clips if c.model is not None]
    first = min(clip.start for clip in clips if clip.start is not None)
    last = max(clip.end for clip in clips if clip.end is not None)
    start = first if request.start is None else request.start
    end = last if request.end is None else request.end
    if end <= start:
        raise FormatError("The film would end before it begins.",
                          hint="Give a range IN..OUT on the reference clock.")  # fmt: skip
    if end <= first or start >= last:
        raise FormatError("None of the panes has footage in that range.",
                          hint="Give another range, or other panes.")  # fmt: skip
    return start, end


def _rate(panes: Sequence[Source]) -> Fraction:
    """The lowest rate that leaves out no picture of any pane at its usual rate."""
    intervals = [p.facts.picture.median_interval.ns for p in panes if p.facts.picture is not None]
    fastest = max((1e9 / ns for ns in intervals if ns > 0), default=0.0)
    return next((rate for rate in RATES if rate >= fastest * 0.9999), RATES[-1])


# -- what is asked --------------------------------------------------------------------------------


def _answer(ready: Calculation, question: Question) -> Answer | None:
    try:
        return ready.order(question.a, question.b)
    except EvidenceError:
        return None


def _disputed(answer: Answer) -> bool:
    return "disagrees" in answer.flags


def _instants(question: Question, answer: Answer) -> list[Instant]:
    ends = ((question.a, answer.a, answer.reference_a, answer.U95_a_s),
            (question.b, answer.b, answer.reference_b, answer.U95_b_s))  # fmt: skip
    return [
        Instant(name=name, place=place, at=at, U95_s=U_s, here=at)
        for place, name, at, U_s in ends if at is not None and U_s is not None
    ]  # fmt: skip


def _why_one_arrangement(
    ready: Calculation, question: Question, answer: Answer, seen: set[str],
    start: ReferenceTime, end: ReferenceTime,
) -> str:  # fmt: skip
    """Why an order that is not resolved has no two parts in the film; empty where it has."""
    adjustment = ready.adjustment
    spots = [find_spot(ready.inputs, ready.built, place) for place in (question.a, question.b)]
    apart = difference_of(adjustment.network, *spots)
    if apart is None or not adjustment.estimable(apart) or None in stated_ends(answer):
        return (
            "limits alone hold the two against each other, so a stretch that has no one place is "
            "neither shown nor heard, and no order of the two can be seen"
        )
    if not all(spot.seen is None or spot.seen[0] in seen for spot in spots):
        return "a recording that holds one of the two is not in it"
    for one in _instants(question, answer):
        if one.high < start or one.low >= end:
            return f"it leaves out the time of {one.name}"
    return ""


def _extremes(
    ready: Calculation, timeline: Timeline, question: Question, answer: Answer,
    instants: Sequence[Instant],
) -> list[Part]:  # fmt: skip
    """The two arrangements of two instants that observations tie."""
    adjustment = ready.adjustment
    a, b = (find_spot(ready.inputs, ready.built, place) for place in (question.a, question.b))
    apart = difference_of(adjustment.network, a, b)
    low, high = stated_ends(answer)
    assert apart is not None and low is not None and high is not None
    value = adjustment.value(apart)
    parts = []
    for name, end in (("earliest consistent", low), ("latest consistent", high)):
        by_s = end - value
        moved = {
            (clip.source, clip.stretch): _shift(ready, _middle(clip), apart, by_s)
            for track in timeline.tracks for clip in track.clips if clip.model is not None
        }  # fmt: skip
        shifted = tuple(
            replace(track, clips=tuple(_moved(clip, moved) for clip in track.clips))
            for track in timeline.tracks
        )
        parts.append(Part(
            timeline=replace(timeline, tracks=shifted), name=name, moved=moved,
            words=(question.words, answer.in_words, _as_far(answer, end, early=end == low)),
            instants=tuple(
                replace(one, here=one.at + _shift(ready, one.place, apart, by_s))
                for one in instants
            ),
        ))  # fmt: skip
    return parts


def _as_far(answer: Answer, end_s: float, *, early: bool) -> str:
    way = "after" if end_s > 0 else "before"
    return (
        f"In this part {answer.b} lies as {'early' if early else 'late'} against {answer.a} as the "
        f"95 % range allows: {two_figures(abs(end_s), up=False)} s {way} it."
    )


def _middle(clip: Clip) -> Place:
    return Place(source=clip.source, time=MediaTime((clip.media_start.ns + clip.media_end.ns) // 2))


def _moved(clip: Clip, moved: Mapping[tuple[str, int], Duration]) -> Clip:
    if clip.model is None or clip.start is None or clip.end is None:
        return clip
    by = moved[clip.source, clip.stretch]
    return replace(clip, start=clip.start + by, end=clip.end + by,
                   model=replace(clip.model, reference=clip.model.reference + by))  # fmt: skip


def _shift(ready: Calculation, place: Place, apart: Function, by_s: float) -> Duration:
    """By how much an instant most probably moves with the difference: cov(T, difference) /
    var(difference), the regression of one on the other."""
    own = function_of(ready.adjustment.network, find_spot(ready.inputs, ready.built, place))
    if own is None:
        return Duration(0)
    covariance = ready.adjustment.covariance([on_datum_scale(ready.adjustment, own), apart])
    if not covariance[1, 1]:
        return Duration(0)
    return Duration.from_s(float(covariance[0, 1] / covariance[1, 1]) * by_s)


# -- ranges against the sound ---------------------------------------------------------------------


class Apart:
    """The 95 % range of a pane's time against the sound that is heard with it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._known: dict[tuple[object, ...], float | None] = {}

    def half_s(self, source: Source, at: MediaTime, sounding: tuple[str, MediaTime] | None
               ) -> float | None:  # fmt: skip
        """U of (time of the pane's picture − time of the sound), s; to the second, so that it is
        not calculated for every picture. ``None``: nothing links the two."""
        key = (source.id, at.ns // 1_000_000_000, sounding and sounding[0],
               sounding and sounding[1].ns // 1_000_000_000)  # fmt: skip
        if key not in self._known:
            self._known[key] = self._calculated(source, at, sounding)
        return self._known[key]

    def _calculated(
        self, source: Source, at: MediaTime, sounding: tuple[str, MediaTime] | None
    ) -> float | None:
        ready = self._plan.ready
        own = self._function(source.id, at)
        if own is None:
            return None
        function = on_datum_scale(ready.adjustment, own)
        if sounding is not None:
            heard = self._function(*sounding)
            if heard is None:
                return None
            function = heard - own
        if not ready.adjustment.estimable(function):
            return None
        return ready.adjustment.uncertain(function).expanded().U

    def _function(self, source: str, at: MediaTime) -> Function | None:
        ready = self._plan.ready
        spot = find_spot(ready.inputs, ready.built, Place(source=source, time=at))
        return function_of(ready.adjustment.network, spot)
