"""What the adjustment needs of a case, as values it can be given without knowing the case."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, replace
from functools import lru_cache

from sync.evidence import Event, Evidence, Mark, Provenance, Relation
from sync.timebase import MediaTime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockInput:
    """A physical clock and what is assumed of its rate (ppm; 0 ideal, ``None`` unknown)."""

    id: str
    name: str
    u_drift_ppm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInput:
    """A recording: its clock, its extent and where its time is interrupted."""

    id: str
    name: str
    clock: str
    start: MediaTime
    end: MediaTime
    breaks: tuple[MediaTime, ...]
    relations: tuple[Relation, ...] = ()
    """What each new stretch is to the one before; "order unknown" where none is given."""

    def clock_at(self, stretch: int) -> str:
        """Clock of a stretch: the recording's own, until another camera takes over."""
        changes = sum(relation == "another camera" for relation in self.relations[:stretch])
        return f"{self.clock}#{changes + 1}" if changes else self.clock

    def stretch_at(self, at: MediaTime) -> int:
        """Number of the stretch ``at`` belongs to; a time at a break belongs to the later one."""
        return sum(cut <= at for cut in self.breaks)

    @property
    def stretches(self) -> tuple[tuple[MediaTime, MediaTime], ...]:
        """(from, to) of every stretch."""
        edges = (self.start, *self.breaks, self.end)
        return tuple(itertools.pairwise(edges))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything a calculation depends on."""

    datum: str | None
    """Id of the datum clock."""
    clocks: tuple[ClockInput, ...]
    sources: tuple[SourceInput, ...]
    events: tuple[Event, ...]
    evidence: tuple[Evidence, ...]

    def source(self, source_id: str) -> SourceInput:
        """The source with this id."""
        return next(source for source in self.sources if source.id == source_id)

    def clock(self, clock_id: str) -> ClockInput:
        """The clock with this id."""
        return next(clock for clock in self.clocks if clock.id == clock_id)

    def without(self, evidence_ids: frozenset[str]) -> Inputs:
        """The same inputs with some evidence left out."""
        return replace(self, evidence=tuple(e for e in self.evidence if e.id not in evidence_ids))


def authority(clock_id: str) -> str:
    """Name under which a clock that is read (not a recording) stands in the network."""
    return f"clock:{clock_id}"


def inputs_digest(inputs: Inputs) -> str:
    """SHA-256 over everything that can change a result.

    Names, notes, authors and times of entry are left out: they change no number.
    """
    bare = replace(
        inputs,
        clocks=tuple(replace(clock, name="") for clock in inputs.clocks),
        sources=tuple(replace(source, name="") for source in inputs.sources),
        events=tuple(replace(event, name="", definition="") for event in inputs.events),
        evidence=(),
    )
    evidence = repr(tuple(_Same(item) for item in inputs.evidence))
    written = repr(bare).removesuffix("evidence=())") + f"evidence={evidence})"
    return hashlib.sha256(written.encode()).hexdigest()


class _Same:
    """One object of evidence, equal to nothing but itself: a case changes by whole objects, so all
    but one are written as before."""

    def __init__(self, item: Evidence) -> None:
        self._item = item

    def __hash__(self) -> int:
        return id(self._item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._item is self._item

    @lru_cache(maxsize=10_000)  # noqa: B019
    def __repr__(self) -> str:
        bare = Provenance(method="", status=self._item.provenance.status)
        # Written only where there is something to write: a case calculated before marks could
        # wait for their frames keeps its digest.
        waits = repr(self._item.unverified) if isinstance(self._item, Mark) else "()"
        return repr(replace(self._item, provenance=bare)) + waits.removesuffix("()")
