"""A made world: true clocks, what happened, and what was observed of it with which mistake.

The observations are a bare network (``cases/README.md``), so that made cases are solved by exactly
what ``tiepoint solve --network`` runs. Everything drawn at random comes from one generator.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueClock:
    """T = τ + offset of the stretch + drift·(τ - epoch), in seconds; drift dimensionless."""

    epoch_s: float
    offsets_s: tuple[float, ...]
    """One a stretch."""
    drift: float
    spread: float
    """Standard deviation of the process that drew ``drift``: what a perfect prior would be."""
    breaks_s: tuple[float, ...] = ()
    """Media times at which a stretch begins."""

    def instant(self, tau_s: float) -> float:
        """T of a media time."""
        offset_s = self.offsets_s[bisect_right(self.breaks_s, tau_s)]
        return tau_s + offset_s + self.drift * (tau_s - self.epoch_s)

    def media(self, instant_s: float) -> float:
        """Media time of T, where a stretch has it.

        Raises
        ------
        ValueError
            When the recording was not running then.
        """
        edges = (-math.inf, *self.breaks_s, math.inf)
        for stretch, offset_s in enumerate(self.offsets_s):
            tau_s = (instant_s - offset_s + self.drift * self.epoch_s) / (1 + self.drift)
            if edges[stretch] <= tau_s < edges[stretch + 1]:
                return tau_s
        raise ValueError(f"no stretch of the recording holds {instant_s} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of a made network; seconds throughout."""

    answers_s: tuple[float, ...]
    """The true answer of every query, in order."""
    clocks: Mapping[str, TrueClock]
    events_s: Mapping[str, float]
    quantities_s: Mapping[str, float]
    errors_s: Mapping[str, float]
    """Row id: observed less true value, mistakes included."""
    mistaken: tuple[str, ...]
    """Ids of the rows that hold a mistake: more than their stated uncertainty accounts for."""


@dataclass(slots=True)
class World:
    """A world being made. ``A`` is the datum; its clock is true unless it is given a drift."""

    rng: np.random.Generator
    clocks: dict[str, TrueClock] = field(default_factory=dict)
    document: dict[str, Any] = field(
        default_factory=lambda: {"reference": "A", "snoop": True, "sources": [], "marks": []}
    )
    _answers_s: list[float] = field(default_factory=list)
    _events_s: dict[str, float] = field(default_factory=dict)
    _quantities_s: dict[str, float] = field(default_factory=dict)
    _errors_s: dict[str, float] = field(default_factory=dict)
    _mistaken: list[str] = field(default_factory=list)

    # -- what is true ------------------------------------------------------------------------

    def source(
        self,
        name: str,
        *,
        offsets_s: Sequence[float] = (0.0,),
        drift: float = 0.0,
        spread: float = 0.0,
        prior: float = 0.0,
        breaks_s: Sequence[float] = (),
    ) -> None:
        """A recording with its true clock, and the drift prior the analyst would state."""
        self.clocks[name] = TrueClock(
            epoch_s=1800.0,
            offsets_s=tuple(offsets_s),
            drift=drift,
            spread=spread,
            breaks_s=tuple(breaks_s),
        )
        self.document["sources"].append(
            {"name": name, "epoch": 1800.0, "u_drift": prior, "breaks": list(breaks_s)}
        )

    def quantity(self, key: str, stated_s: float, *, half: float = 0.0, u: float = 0.0) -> None:
        """A delay or an authority's error, known within ``half`` (rectangular) or ``u``."""
        error_s = self._draw(half, u)
        self._quantities_s[key] = stated_s - error_s
        self._note(f"quantity:{key}", error_s)
        self._append("quantities", {"key": key, "value": stated_s, **_spread(half, u)})

    # -- what is observed --------------------------------------------------------------------

    def mark(
        self,
        event: str,
        source: str,
        at_s: float,
        *,
        half: float = 0.0,
        u: float = 0.0,
        delay: str | None = None,
        mistake_s: float = 0.0,
    ) -> None:
        """A sighting of what happens at ``at_s``, off by a draw of its stated distribution."""
        late_s = 0.0 if delay is None else self._quantities_s[delay]
        true_s = self.clocks[source].media(at_s + late_s)
        tau_s = true_s + self._draw(half, u) + mistake_s
        self._add_mark(event, source, at_s, true_s, tau_s, _spread(half, u), delay)
        if mistake_s:
            self._mistaken.append(f"{event}-{source}")

    def mark_between_pictures(self, event: str, source: str, at_s: float, rate_hz: float) -> None:
        """First picture that shows it and the last that does not: half a picture either way."""
        true_s = self.clocks[source].media(at_s)
        tau_s = (math.floor(true_s * rate_hz) + 0.5) / rate_hz
        self._add_mark(event, source, at_s, true_s, tau_s, _spread(0.5 / rate_hz, 0.0), None)

    def reading(self, source: str, tau_s: float, authority: str, granule_s: float) -> None:
        """A burnt-in clock that cuts off what is below its granule, read at a media time."""
        shown_s = self.clocks[source].instant(tau_s) + self._quantities_s[authority]
        middle_s = (math.floor(shown_s / granule_s) + 0.5) * granule_s
        number = len(self.document.get("readings", ()))
        self._note(f"reading:{number}", middle_s - shown_s)
        self._append(
            "readings",
            {"source": source, "tau": tau_s, "value": middle_s, "half": granule_s / 2,
             "authority": authority},
        )  # fmt: skip

    def stated_correction(self, source: str, tau_s: float, *, u: float) -> None:
        """Somebody states the correction of a source, normal with ``u``."""
        error_s = self._draw(0.0, u)
        number = len(self.document.get("offsets", ()))
        self._note(f"offset:{number}", error_s)
        value_s = self.clocks[source].instant(tau_s) - tau_s + error_s
        self._append("offsets", {"source": source, "tau": tau_s, "value": value_s, "u": u})

    def limit(
        self,
        first: tuple[str, float],
        second: tuple[str, float],
        low_s: float | None = 0.0,
        high_s: float | None = None,
    ) -> None:
        """low ≤ T(second) - T(first) ≤ high, each a media time of a source."""
        self._append(
            "constraints",
            {"first": list(first), "second": list(second), "lo": low_s, "hi": high_s},
        )

    # -- what is asked -----------------------------------------------------------------------

    def ask_correction(self, source: str, tau_s: float) -> None:
        """Reference time, as the datum's clock showed it, less media time."""
        self._append("query", {"correction": source, "tau": tau_s})
        instant_s = self.clocks[source].instant(tau_s)
        self._answers_s.append(self.clocks["A"].media(instant_s) - tau_s)

    def ask_difference(self, first: tuple[str, float], second: tuple[str, float]) -> None:
        """Elapsed time from the first to the second, each a media time of a source."""
        self._append("query", {"difference": [*first, *second]})
        before_s, after_s = (self.clocks[name].instant(tau_s) for name, tau_s in (first, second))
        self._answers_s.append(after_s - before_s)

    @property
    def truth(self) -> Truth:
        """What is true of everything put in so far."""
        return Truth(
            answers_s=tuple(self._answers_s),
            clocks=dict(self.clocks),
            events_s=dict(self._events_s),
            quantities_s=dict(self._quantities_s),
            errors_s=dict(self._errors_s),
            mistaken=tuple(self._mistaken),
        )

    # -- putting it down ---------------------------------------------------------------------

    def _draw(self, half: float, u: float) -> float:
        return float(self.rng.uniform(-half, half) if half else self.rng.normal(0.0, u))

    def _add_mark(
        self,
        event: str,
        source: str,
        at_s: float,
        true_s: float,
        tau_s: float,
        spread: dict[str, float],
        delay: str | None,
    ) -> None:
        row = f"{event}-{source}"
        self._events_s[event] = at_s
        self._note(row, tau_s - true_s)
        entry = {"id": row, "event": event, "source": source, "tau": tau_s, **spread}
        self.document["marks"].append(entry | ({"delay": delay} if delay else {}))

    def _append(self, key: str, entry: dict[str, Any]) -> None:
        self.document.setdefault(key, []).append(entry)

    def _note(self, row: str, error_s: float) -> None:
        self._errors_s[row] = error_s


def _spread(half: float, u: float) -> dict[str, float]:
    return {"half": half} if half else {"u": u}
