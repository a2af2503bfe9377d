"""What people and estimators put forward: observations, never conclusions.

Every kind is a frozen value with an id, a status and who made it. Only accepted evidence takes
part in the adjustment; nothing is deleted, what is set aside keeps its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sync.timebase import Duration, MediaTime, ReferenceTime
from sync.uncertainty import Distribution

StreamName = Literal["picture", "sound"]
Status = Literal["proposed", "accepted", "rejected", "set-aside"]
Onset = Literal["sudden", "gradual", "questionable"]
Relation = Literal["later", "order unknown", "another camera"]
"""What a new stretch is to the one before it: it goes on later on the same clock (by an unknown
time, never backwards), on the same clock in an unknown order, or is another camera's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who put it forward, when, how, and what was decided about it."""

    by: str = ""
    at: str = ""
    """UTC, ISO 8601."""
    method: str = "manual"
    note: str = ""
    status: Status = "accepted"
    reason: str = ""
    """Why it was rejected or set aside; required for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A real-world happening that people mark; two or more marks of it make an anchor."""

    id: str
    name: str
    definition: str = ""
    """What exactly is marked: "first picture in which the barrier touches its stop"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgePicture:
    """A picture a mark stands on, by what does not depend on the count of frames."""

    ordinal: int
    """Number of the packet it was decoded from, in file order."""
    digest: int
    """CRC-32 of its 160×90 grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One sighting of an event in one stream: an interval nobody could resolve further.

    ``earliest`` or ``latest`` is ``None`` for a one-sided mark ("already happened here").
    ``spread`` says how the instant lies in the interval: rectangular (a hard limit on both sides)
    or normal (the interval is a typed 95 % range).
    """

    id: str
    event: str
    source: str
    stream: StreamName
    earliest: MediaTime | None
    latest: MediaTime | None
    spread: Literal["rectangular", "normal"] = "rectangular"
    onset: Onset = "sudden"
    delays: tuple[str, ...] = ()
    """Keys of the delays by which this stream saw the event late."""
    frames: tuple[int, int] | None = None
    """First and last file frame of the picture that shows it."""
    unverified: tuple[EdgePicture, ...] = field(default=(), repr=False)
    """Made before all frames were counted: the pictures it stands on, NOT YET before HAPPENED. It
    takes no part until they are found again in the verified index; then this is empty."""
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def one_sided(self) -> bool:
        """True when only one end is known."""
        return self.earliest is None or self.latest is None

    @property
    def centre(self) -> MediaTime:
        """Middle of the interval; the known end of a one-sided mark."""
        if self.earliest is None or self.latest is None:
            known = self.latest if self.earliest is None else self.earliest
            if known is None:
                raise ValueError("a mark has at least one end")
            return known
        return MediaTime((self.earliest.ns + self.latest.ns) // 2)

    @property
    def half(self) -> Duration | None:
        """Half the interval; ``None`` for a one-sided mark."""
        if self.earliest is None or self.latest is None:
            return None
        return Duration((self.latest.ns - self.earliest.ns + 1) // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How an accepted match was found, enough to repeat and to count it."""

    p: float
    z: float
    kind_a: str
    kind_b: str
    offset_from_s: float
    offset_to_s: float
    surrogates: int
    seed: int
    family: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """An accepted match: media time ``time_a`` of A is the same instant as ``time_b`` of B."""

    id: str
    source_a: str
    stream_a: StreamName
    time_a: MediaTime
    source_b: str
    stream_b: StreamName
    time_b: MediaTime
    distribution: Distribution
    delays_a: tuple[str, ...] = ()
    delays_b: tuple[str, ...] = ()
    search: Search | None = None
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clock seen in (or stamped for) a recording: it showed ``displayed`` at that media time.

    The media interval is where the display was seen: both ends equal for a whole-second reading
    at one picture; (picture before, picture of) a roll-over, where ``granularity`` is then zero.
    ``truncates``: the display drops what is below its granularity, as clocks and most logs do;
    otherwise it rounds.
    """

    id: str
    source: str
    stream: StreamName
    earliest: MediaTime
    latest: MediaTime
    clock: str
    """The authority: id of the clock that was read."""
    displayed: ReferenceTime
    """On that clock's own scale, since midnight of day zero."""
    granularity: Duration
    truncates: bool = True
    delays: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTime:
    """A log (CAD, gate controller …) has an event at ``displayed`` on its own clock.

    Machine-stamped: the event happened while the log's clock showed that time. Typed by a person
    (``typed_within``): it happened up to that long before, and that is a limit, not an average.
    """

    id: str
    event: str
    clock: str
    """The authority: id of the log's clock."""
    displayed: ReferenceTime
    granularity: Duration
    truncates: bool = True
    typed_within: Duration | None = None
    """``None``: stamped by the machine itself."""
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOffset:
    """Somebody states that reference minus media time at ``at`` is ``value``."""

    id: str
    source: str
    at: MediaTime
    value: Duration
    distribution: Distribution
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCheck:
    """Two clocks looked at together: ``clock`` showed ``displayed`` when ``against`` showed
    ``reference``."""

    id: str
    clock: str
    displayed: ReferenceTime
    against: str
    reference: ReferenceTime
    distribution: Distribution
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """By how much a path is late: one value shared by all marks that name its ``key``."""

    key: str
    name: str
    value: Duration
    distribution: Distribution
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def id(self) -> str:
        """The key, which is unique in a case."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGap:
    """Stated length of the time missing between two stretches of one source."""

    id: str
    source: str
    after_stretch: int
    """The gap lies between this stretch and the next."""
    value: Duration
    distribution: Distribution
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An instant somebody points at: an event, one mark, a media time of a source, or a clock time.

    Exactly one of ``event``, ``mark``, ``source`` and ``clock`` is given; ``time`` goes with
    ``source``, ``displayed`` with ``clock``, and the typed limit ``half`` with either.
    """

    event: str | None = None
    mark: str | None = None
    source: str | None = None
    stream: StreamName = "picture"
    time: MediaTime | None = None
    half: Duration | None = None
    clock: str | None = None
    displayed: ReferenceTime | None = None
    """What that clock showed, on its own scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An inequality: low ≤ T(second) - T(first) ≤ high; ``None`` is open."""

    id: str
    first: Place
    second: Place
    low: Duration | None
    high: Duration | None
    why: str
    provenance: Provenance = field(default_factory=Provenance)


Evidence = Mark | Lag | Reading | LogTime | StatedOffset | ClockCheck | Delay | KnownGap | Limit
"""The closed union. A new kind is added here, to the case's schema and to the adjustment."""


def takes_part(item: Evidence) -> bool:
    """True when the adjustment uses it: accepted, not set aside, and not on unverified times."""
    waits = isinstance(item, Mark) and bool(item.unverified)
    return item.provenance.status == "accepted" and not waits
