"""The case: everything known and decided, as one frozen value.

Edits return a new case (``with_…``). The case holds evidence *and* the last solution; the solution
is stale as soon as :func:`sync.adjustment.inputs.inputs_digest` of the case differs from the
digest the solution carries.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from sync.adjustment.solution import Solution
from sync.case.annotation import Annotation
from sync.errors import EvidenceError
from sync.evidence import (
    ClockCheck,
    Delay,
    Event,
    Evidence,
    KnownGap,
    Lag,
    Limit,
    LogTime,
    Mark,
    Place,
    Provenance,
    Reading,
    Relation,
    StatedOffset,
)
from sync.media.facts import MediaFacts
from sync.timebase import MediaTime, ReferenceTime

K = TypeVar("K", Mark, Lag, Reading, LogTime, StatedOffset, ClockCheck, Delay, KnownGap, Limit)


KeptAs = Literal["", "native", "re-encoded"]
"""Whether a file is the recorder's own; empty: nobody has said."""
KEPT_AS_WORDS: dict[KeptAs, str] = {
    "": "", "native": "the recorder's own file", "re-encoded": "a re-encoded or exported copy",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A physical clock or authority: a recorder's, a logger's, a dispatch server's."""

    id: str
    name: str
    u_drift_ppm: float | None = 100.0
    """Standard uncertainty of its rate before anything is observed; 0 ideal, ``None`` unknown."""
    epoch: ReferenceTime | None = None
    """For an authority that has readings: where on its own scale its offset is expressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where the recording's time is interrupted: a new stretch begins at ``at``."""

    at: MediaTime
    relation: Relation = "later"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One recording in the case, with one clock and one or more streams."""

    id: str
    name: str
    path: str
    """Relative to the case file where possible, with forward slashes."""
    facts: MediaFacts
    clock: str
    """Id of its clock."""
    breaks: tuple[Break, ...] = ()
    item: str = ""
    device: str = ""
    received: str = ""
    kept_as: KeptAs = ""
    """As a person states it; what the file itself shows stands in its health notes."""

    @property
    def start(self) -> MediaTime:
        """First media time with a picture or a sample."""
        starts = []
        if self.facts.picture is not None:
            starts.append(self.facts.picture.first.ns)
        if self.facts.sound is not None:
            starts.append(self.facts.sound.start.ns)
        return MediaTime(min(starts))

    @property
    def end(self) -> MediaTime:
        """Media time at which the recording ends."""
        return MediaTime(self.start.ns + self.facts.duration.ns)

    @property
    def stretches(self) -> tuple[tuple[MediaTime, MediaTime], ...]:
        """(from, to) media times of every stretch, in file order; half-open."""
        edges = [self.start, *(cut.at for cut in self.breaks), self.end]
        return tuple(itertools.pairwise(edges))

    def stretch_at(self, at: MediaTime) -> int:
        """Number of the stretch that ``at`` belongs to: breaks ≤ ``at`` (a break starts one)."""
        return sum(cut.at <= at for cut in self.breaks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """ "Was ``a`` before ``b``?", in the person's own words."""

    id: str
    words: str
    a: Place
    b: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord:
    """One search that was made, whatever came of it: all are counted and reported."""

    id: str
    source_a: str
    source_b: str
    kind_a: str
    kind_b: str
    offset_from_s: float
    offset_to_s: float
    surrogates: int
    seed: int
    status: str
    p: float | None
    at: str
    by: str
    note: str = ""
    """What was done with it besides, such as a blind check and what came of it."""
    channel_a: int | None = None
    """The one channel of A's sound that was searched, from 0; ``None``: all together."""
    channel_b: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstViewing:
    """The first time an answer was seen, and on which evidence (by digest)."""

    question: str
    at: str
    by: str
    verdict: str
    inputs_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A synchronised case: the single source of truth."""

    id: str
    title: str = ""
    number: str = ""
    examiner: str = ""
    created: str = ""
    question: str = ""
    """What the case is to answer, in the person's own words, until it is asked of two instants."""
    datum: str | None = None
    """Id of the clock whose zero is held fixed; ``None`` until one is chosen."""
    clocks: tuple[Clock, ...] = ()
    sources: tuple[Source, ...] = ()
    events: tuple[Event, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    questions: tuple[Question, ...] = ()
    searches: tuple[SearchRecord, ...] = ()
    viewings: tuple[FirstViewing, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    solution: Solution | None = None
    unknown: dict[str, object] = field(default_factory=dict, compare=False)
    """Keys of the file this version does not know: kept and written back."""

    # -- finding ---------------------------------------------------------------------------

    def source(self, source_id: str) -> Source:
        """The source with this id or, failing that, this name.

        Raises
        ------
        EvidenceError
            When there is none.
        """
        for source in self.sources:
            if source.id == source_id:
                return source
        for source in self.sources:
            if source.name == source_id:
                return source
        known = ", ".join(source.id for source in self.sources) or "none yet"
        raise EvidenceError(
            f"There is no recording {source_id!r} in this case.", hint=f"It has: {known}."
        )

    def clock(self, clock_id: str) -> Clock:
        """The clock with this id.

        Raises
        ------
        EvidenceError
            When there is none.
        """
        for clock in self.clocks:
            if clock.id == clock_id:
                return clock
        raise EvidenceError(f"There is no clock {clock_id!r} in this case.")

    def event(self, name: str) -> Event | None:
        """The event with this id or name, or ``None``."""
        for event in self.events:
            if name in (event.id, event.name):
                return event
        return None

    def find(self, evidence_id: str) -> Evidence | None:
        """The evidence with this id, or ``None``."""
        return next((item for item in self.evidence if item.id == evidence_id), None)

    def of_kind(self, kind: type[K]) -> tuple[K, ...]:
        """All evidence of one kind, in the order it was added."""
        return tuple(item for item in self.evidence if isinstance(item, kind))

    def marks_of(self, event_id: str) -> tuple[Mark, ...]:
        """All marks of one event."""
        return tuple(mark for mark in self.of_kind(Mark) if mark.event == event_id)

    # -- editing ---------------------------------------------------------------------------

    def with_source(self, source: Source, clock: Clock | None = None) -> Case:
        """The case with one more source (and its clock, if new), or with the source replaced."""
        clocks = self.clocks
        if clock is not None:
            clocks = _put(clocks, clock)
        return replace(self, sources=_put(self.sources, source), clocks=clocks)

    def with_clock(self, clock: Clock) -> Case:
        """The case with the clock added or replaced."""
        return replace(self, clocks=_put(self.clocks, clock))

    def with_datum(self, clock_id: str | None) -> Case:
        """The case with another reference clock."""
        return replace(self, datum=clock_id)

    def with_event(self, event: Event) -> Case:
        """The case with the event added or replaced."""
        return replace(self, events=_put(self.events, event))

    def with_evidence(self, *items: Evidence) -> Case:
        """The case with the evidence added, or replaced where the id is known."""
        evidence = self.evidence
        for item in items:
            evidence = _put(evidence, item)
        return replace(self, evidence=evidence)

    def with_status(self, evidence_id: str, provenance: Provenance) -> Case:
        """The case with one item's provenance (status, reason …) replaced."""
        item = self.find(evidence_id)
        if item is None:
            raise EvidenceError(f"There is no evidence {evidence_id!r} in this case.")
        return self.with_evidence(replace(item, provenance=provenance))

    def with_question(self, question: Question) -> Case:
        """The case with the question added or replaced."""
        return replace(self, questions=_put(self.questions, question))

    def with_search(self, record: SearchRecord) -> Case:
        """The case with one more search counted."""
        return replace(self, searches=_put(self.searches, record))

    def with_viewing(self, viewing: FirstViewing) -> Case:
        """The case with a first viewing noted; a later one of the same question changes nothing."""
        if any(seen.question == viewing.question for seen in self.viewings):
            return self
        return replace(self, viewings=(*self.viewings, viewing))

    def with_solution(self, solution: Solution | None) -> Case:
        """The case with this solution."""
        return replace(self, solution=solution)

    def fresh_id(self, prefix: str) -> str:
        """The first of ``prefix-1``, ``prefix-2`` … that nothing in the case uses."""
        used = {item.id for item in self.evidence}
        for group in (self.events, self.sources, self.clocks, self.questions, self.searches):
            used |= {item.id for item in group}
        number = 1
        while f"{prefix}-{number}" in used:
            number += 1
        return f"{prefix}-{number}"


def _put(items: tuple, new):  # type: ignore[no-untyped-def, type-arg]
    """``items`` with ``new`` in place of the one with its id, or at the end."""
    if any(item.id == new.id for item in items):
        return tuple(new if item.id == new.id else item for item in items)
    return (*items, new)
