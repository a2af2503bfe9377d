"""What a review video shows: which recordings, from when to when, and in which arrangements.

Where the order of two asked instants is not resolved, no single arrangement of the recordings may
be shown as if it were the one: the film then has two parts, with the two instants as far apart as
their 95 % range allows, one way and the other, and every clock where it then most probably lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    at: ReferenceTime
    U95_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One arrangement of the recordings, played from ``start`` to ``end``."""

    timeline: Timeline
    name: str = ""
    """``earliest consistent`` …; empty where there is only one arrangement."""
    words: tuple[str, ...] = ()
    """For the slate before it."""


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
    """(question in the person's words, its answer with its range and conditions)."""
    instants: tuple[Instant, ...]
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
    parts: list[Part] = []
    asked: list[tuple[str, str]] = []
    instants: list[Instant] = []
    for question in case.questions:
        answer = _answer(ready, question)
        asked.append((question.words, answer.in_words if answer else "No answer can be given."))
        if answer is None or "disagrees" in answer.flags:
            continue
        instants += [one for one in _instants(answer) if start <= one.at < end]
        if answer.verdict == "not-resolved" and _shown(ready, question, answer, seen, start, end):
            parts += _extremes(case, ready, timeline, question, answer)
    return Plan(
        case=case, request=request, panes=panes, sound=sound, start=start, end=end,
        rate=_rate(panes), stale=stale, parts=tuple(parts) or (Part(timeline=timeline),),
        asked=tuple(asked), instants=tuple(dict.fromkeys(instants)), ready=ready,
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


def _instants(answer: Answer) -> list[Instant]:
    ends = ((answer.a, answer.reference_a, answer.U95_a_s),
            (answer.b, answer.reference_b, answer.U95_b_s))  # fmt: skip
    return [
        Instant(name=name, at=at, U95_s=U_s)
        for name, at, U_s in ends if at is not None and U_s is not None
    ]  # fmt: skip


def _shown(
    ready: Calculation, question: Question, answer: Answer, seen: set[str],
    start: ReferenceTime, end: ReferenceTime,
) -> bool:  # fmt: skip
    """Whether the film shows, or lets hear, both instants of a question."""
    spots = [find_spot(ready.inputs, ready.built, place) for place in (question.a, question.b)]
    in_range = all(start <= one.at < end for one in _instants(answer))
    return in_range and all(spot.seen is None or spot.seen[0] in seen for spot in spots)


def _extremes(
    case: Case, ready: Calculation, timeline: Timeline, question: Question, answer: Answer
) -> list[Part]:
    """The two arrangements; none where nothing observed ties the two instants."""
    adjustment = ready.adjustment
    a, b = (find_spot(ready.inputs, ready.built, place) for place in (question.a, question.b))
    apart = difference_of(adjustment.network, a, b)
    low, high = stated_ends(answer)
    if apart is None or low is None or high is None or not adjustment.estimable(apart):
        return []
    value = adjustment.value(apart)
    parts = []
    for name, end in (("earliest consistent", low), ("latest consistent", high)):
        shifted = tuple(
            replace(track, clips=tuple(_moved(ready, clip, apart, end - value)
                                       for clip in track.clips))
            for track in timeline.tracks
        )  # fmt: skip
        parts.append(Part(
            timeline=replace(timeline, tracks=shifted), name=name,
            words=(question.words, answer.in_words, _as_far(answer, end, early=end == low)),
        ))  # fmt: skip
    return parts


def _as_far(answer: Answer, end_s: float, *, early: bool) -> str:
    way = "after" if end_s > 0 else "before"
    return (
        f"In this part {answer.b} lies as {'early' if early else 'late'} against {answer.a} as the "
        f"95 % range allows: {two_figures(abs(end_s), up=False)} s {way} it."
    )


def _moved(ready: Calculation, clip: Clip, apart: Function, by_s: float) -> Clip:
    """A stretch where it most probably lies once the difference is ``by_s`` from its value:
    by cov(T, difference) / var(difference), the regression of one on the other."""
    if clip.model is None or clip.start is None or clip.end is None:
        return clip
    middle = MediaTime((clip.media_start.ns + clip.media_end.ns) // 2)
    place = Place(source=clip.source, time=middle)
    own = function_of(ready.adjustment.network, find_spot(ready.inputs, ready.built, place))
    if own is None:
        return clip
    covariance = ready.adjustment.covariance([on_datum_scale(ready.adjustment, own), apart])
    if not covariance[1, 1]:
        return clip
    by = Duration.from_s(float(covariance[0, 1] / covariance[1, 1]) * by_s)
    return replace(clip, start=clip.start + by, end=clip.end + by,
                   model=replace(clip.model, reference=clip.model.reference + by))  # fmt: skip


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
