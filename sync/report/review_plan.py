"""What a review video shows: which recordings, from when to when, and in which arrangements.

Where the order of two asked instants is not resolved the film has two parts, its two extremes
(:mod:`sync.report.review_extremes`), and the best estimate is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sync.adjustment.solution import Answer
from sync.case.calculate import Calculation, prepare, refuse_stale
from sync.case.case import Case, Question, Source
from sync.errors import EvidenceError, FormatError, UnlinkedClock
from sync.report.review_extremes import Instant, Part, both_extremes, instants_of, sources_of
from sync.timebase import ReferenceTime
from sync.timeline import Timeline, build_timeline

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
    extreme = _in_extremes(case, timeline)
    return tuple(
        (source, _why_not(timeline, source, extreme))
        for source in case.sources if source.facts.picture is not None
    )  # fmt: skip


def sounds_offered(case: Case, *, stale: bool = False) -> tuple[tuple[Source, str], ...]:
    """Every recording with sound, and why it cannot be heard; those without pictures first."""
    timeline = build_timeline(case, stale=stale)
    extreme = _in_extremes(case, timeline)
    heard = [source for source in case.sources if source.facts.sound is not None]
    heard.sort(key=lambda source: source.facts.picture is not None)
    return tuple((source, _why_not(timeline, source, extreme)) for source in heard)


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
    ready = prepare(case)
    seen = {source.id for source in (*panes, *(() if sound is None else (sound,)))}
    answers = [(question, _answer(ready, question)) for question in case.questions]
    instants = tuple(dict.fromkeys(
        one for question, answer in answers if answer is not None and not _disputed(answer)
        for one in instants_of(question, answer)
    ))  # fmt: skip
    ways = [_both(ready, timeline, question, answer, instants, seen)
            for question, answer in answers]  # fmt: skip
    start, end = _range((timeline, *(part.timeline for found in ways if not isinstance(found, str)
                                     for part in found if part.held)), panes, request)  # fmt: skip
    parts: list[Part] = []
    asked: list[tuple[str, str]] = []
    for (question, answer), found in zip(answers, ways, strict=True):
        said = "No answer can be given." if answer is None else answer.in_words
        why = found if isinstance(found, str) else _left_out(found, question, start, end)
        if why:
            said = f"{said} In this film: {why}."
        elif not isinstance(found, str):
            parts += found
        asked.append((question.words, said))
    return Plan(
        case=case, request=request, panes=panes, sound=sound, start=start, end=end,
        rate=_rate(panes), stale=stale, asked=tuple(asked), ready=ready,
        parts=tuple(parts) or (Part(timeline=timeline, instants=instants),),
    )  # fmt: skip


# -- choosing -------------------------------------------------------------------------------------


def _in_extremes(case: Case, timeline: Timeline) -> frozenset[str]:
    """Recordings that have a place in both extremes of some question alone, by limits."""
    if not any(clip.model is None and clip.start is not None
               for track in timeline.tracks for clip in track.clips):  # fmt: skip
        return frozenset()
    ready = prepare(case)
    found = set()
    for question in case.questions:
        ways = _both(ready, timeline, question, _answer(ready, question), (), None)
        if not isinstance(ways, str):
            found |= {source for part in ways for source, _ in part.held}
    return frozenset(found)


def _why_not(timeline: Timeline, source: Source, extreme: frozenset[str]) -> str:
    track = timeline.track(source.id)
    clips = () if track is None else track.clips
    if any(clip.model is not None and clip.status != "conflict" for clip in clips):
        return ""
    if source.id in extreme:
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
    extreme = _in_extremes(case, timeline)
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
        why = _why_not(timeline, source, extreme)
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
    timelines: Sequence[Timeline], panes: Sequence[Source], request: ReviewRequest
) -> tuple[ReferenceTime, ReferenceTime]:
    tracks = [timeline.track(source.id) for timeline in timelines for source in panes]
    clips = [c for track in tracks if track for c in track.clips if c.model is not None]
    if not clips:
        raise UnlinkedClock(
            "Limits alone hold what was chosen, and this film does not show both extremes of it.",
            hint="Choose the other recording of the question too, or one with its sound.",
        )
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


def _both(
    ready: Calculation, timeline: Timeline, question: Question, answer: Answer | None,
    instants: Sequence[Instant], seen: set[str] | None,
) -> tuple[Part, ...] | str:  # fmt: skip
    """Both extremes of a question that is not resolved, or why the film has none; ``""`` where
    there are none to show."""
    if answer is None or answer.verdict != "not-resolved" or _disputed(answer):
        return ""
    found = both_extremes(ready, timeline, question, answer, instants)
    if not isinstance(found, str) and seen is not None and not sources_of(ready, question) <= seen:
        return "a recording that holds one of the two is not in it"
    return found


def _left_out(
    parts: Sequence[Part], question: Question, start: ReferenceTime, end: ReferenceTime
) -> str:
    """Which of the two instants of a question may lie outside the film; empty for none."""
    for one in parts[0].instants:
        if one.place in (question.a, question.b) and (one.high < start or one.low >= end):
            return f"it leaves out the time of {one.name}"
    return ""
