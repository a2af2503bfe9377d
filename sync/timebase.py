"""Instants and durations as integers of nanoseconds, and how people type and read them.

Three types that cannot be mixed: :class:`MediaTime` (position in one recording, from presentation
timestamps or a sample count), :class:`ReferenceTime` (what the datum clock showed, counted from the
case's day zero, midnight) and :class:`Duration`. instant - instant = duration of the same clock;
instant + duration = instant; everything else is a ``TypeError``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import total_ordering
from typing import Any, Generic, Self, TypeVar, overload

from sync.errors import TimeFormatError

NS_PER_S = 1_000_000_000
DAY_S = 86_400


@total_ordering
@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time, in whole nanoseconds; may be negative."""

    ns: int

    @classmethod
    def from_s(cls, seconds: float | Fraction | int) -> Duration:
        """Nearest nanosecond to ``seconds``."""
        return cls(_to_ns(seconds))

    @property
    def s(self) -> float:
        """The span in seconds, as float64 (for numpy and drawing edges only)."""
        return self.ns / NS_PER_S

    def __add__(self, other: Duration) -> Duration:
        return Duration(self.ns + other.ns) if type(other) is Duration else NotImplemented

    def __sub__(self, other: Duration) -> Duration:
        return Duration(self.ns - other.ns) if type(other) is Duration else NotImplemented

    def __neg__(self) -> Duration:
        return Duration(-self.ns)

    def __abs__(self) -> Duration:
        return Duration(abs(self.ns))

    def __mul__(self, factor: int) -> Duration:
        return Duration(self.ns * factor) if isinstance(factor, int) else NotImplemented

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return self.ns != 0

    def __lt__(self, other: Any) -> bool:
        return self.ns < other.ns if type(other) is Duration else NotImplemented


@total_ordering
@dataclass(frozen=True, slots=True)
class _Instant:
    """What the two kinds of instant share; never used by itself."""

    ns: int

    @classmethod
    def from_s(cls, seconds: float | Fraction | int) -> Self:
        """Nearest nanosecond to ``seconds``."""
        return cls(_to_ns(seconds))

    @property
    def s(self) -> float:
        """Seconds since the clock's zero, as float64 (for numpy and drawing edges only)."""
        return self.ns / NS_PER_S

    def __add__(self, other: Duration) -> Self:
        return type(self)(self.ns + other.ns) if type(other) is Duration else NotImplemented

    __radd__ = __add__

    @overload
    def __sub__(self, other: Duration) -> Self: ...
    @overload
    def __sub__(self, other: Self) -> Duration: ...
    def __sub__(self, other: Any) -> Any:
        if type(other) is Duration:
            return type(self)(self.ns - other.ns)
        if type(other) is type(self):
            return Duration(self.ns - other.ns)
        return NotImplemented

    def __lt__(self, other: Any) -> bool:
        return self.ns < other.ns if type(other) is type(self) else NotImplemented


class MediaTime(_Instant):
    """A position in one recording: from presentation timestamps or a sample count."""

    __slots__ = ()


class ReferenceTime(_Instant):
    """What the datum clock showed, since midnight of the case's day zero."""

    __slots__ = ()


T = TypeVar("T", MediaTime, ReferenceTime)


@dataclass(frozen=True, slots=True)
class TimeRange(Generic[T]):
    """A half-open range [start, end) on one clock."""

    start: T
    end: T

    def __post_init__(self) -> None:
        if type(self.start) is not type(self.end):
            raise TypeError("a range has both ends on one clock")
        if self.end < self.start:
            raise ValueError("a range ends before it starts")

    @property
    def duration(self) -> Duration:
        """Length of the range."""
        return Duration(self.end.ns - self.start.ns)

    def __contains__(self, instant: T) -> bool:
        return self.start <= instant < self.end


def _to_ns(seconds: float | Fraction | int) -> int:
    """Nearest whole nanosecond, exact for int and Fraction."""
    if isinstance(seconds, float):
        if seconds != seconds or seconds in (float("inf"), float("-inf")):
            raise TimeFormatError("A time must be a finite number of seconds.")
        whole = int(seconds)
        return whole * NS_PER_S + round((seconds - whole) * NS_PER_S)
    return round(Fraction(seconds) * NS_PER_S)


# -- reading typed times ------------------------------------------------------------------------

_CLOCK = re.compile(r"^(?:(?P<h>\d+):)?(?P<m>\d{1,2}):(?P<s>\d{1,2})(?P<frac>[.,]\d+)?$")
_FRAMES = re.compile(
    r"^(?P<h>\d+):(?P<m>\d{1,2}):(?P<s>\d{1,2})[:;](?P<f>\d+)@(?P<rate>\d+(?:[./]\d+)?)$"
)
_PLAIN = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")


def now_utc() -> str:
    """The present moment to the second, as provenance keeps it: ``2026-05-01T14:22:40Z``."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_time_ns(text: str) -> int:
    """Nanoseconds of a typed time.

    Accepts ``83.25`` (seconds), ``1:23.25``, ``14:23:25.48`` (minutes and hours) and
    ``00:01:23:07@15`` (frame 7 of a nominal 15 a second). A leading minus is allowed.

    Raises
    ------
    TimeFormatError
        When the text is none of these, or a minute or second is 60 or more.
    """
    typed = text.strip()
    sign = -1 if typed.startswith(("-", "\N{MINUS SIGN}")) else 1
    body = typed.lstrip("+-\N{MINUS SIGN}")
    if _PLAIN.match(body):
        return sign * _to_ns(Fraction(body.replace(",", ".")))
    framed = _FRAMES.match(body)
    found = framed or _CLOCK.match(body)
    if found is None:
        raise TimeFormatError(
            f"{text!r} is not a time.",
            hint="Type seconds (83.25), minutes (1:23.25), a clock time (14:23:25.48) "
            "or a frame count (00:01:23:07@15).",
        )
    minutes, seconds = int(found["m"]), int(found["s"])
    if seconds >= 60 or (found["h"] is not None and minutes >= 60):
        raise TimeFormatError(f"{text!r} is not a time: minutes and seconds stop at 59.")
    total = Fraction(int(found["h"] or 0) * 3600 + minutes * 60 + seconds)
    if framed is not None:
        rate = Fraction(framed["rate"])
        if rate <= 0 or int(framed["f"]) >= rate:
            raise TimeFormatError(
                f"{text!r} is not a time: frame {framed['f']} at {framed['rate']}."
            )
        total += int(framed["f"]) / rate
    elif found["frac"]:
        total += Fraction("0" + found["frac"].replace(",", "."))
    return sign * _to_ns(total)


@dataclass(frozen=True, slots=True)
class TypedInstant:
    """``SOURCE[:stream]@TIME[±a]`` as typed: a place in one recording, with a typed limit."""

    source: str
    stream: str | None
    time: MediaTime
    half: Duration | None


def parse_instant(text: str) -> TypedInstant:
    """Read ``SOURCE[:stream]@TIME[±a]`` (``+-`` also serves for ``±``).

    Raises
    ------
    TimeFormatError
        When there is no ``@``, no source, or a part is not a time.
    """
    name, at, rest = text.rpartition("@")
    if "/" in rest or (at and rest.replace(".", "").isdigit() and name.count(":") >= 3):
        # The @ belonged to a frame rate (…:07@15): the source's own @ stands before it.
        outer, at, inner = name.rpartition("@")
        if at:
            name, rest = outer, f"{inner}@{rest}"
    if not at or not name:
        raise TimeFormatError(f"{text!r} is not SOURCE@TIME.", hint="For example: cam1@83.25±0.05")
    when, _, limit = rest.replace("+-", "±").partition("±")
    source, _, stream = name.partition(":")
    half = Duration(parse_time_ns(limit)) if limit else None
    if half is not None and half.ns < 0:
        raise TimeFormatError(f"{text!r}: a limit cannot be negative.")
    return TypedInstant(source, stream or None, MediaTime(parse_time_ns(when)), half)


# -- writing times for people -------------------------------------------------------------------


def format_clock(instant: MediaTime | ReferenceTime, decimals: int = 2) -> str:
    """``14:23:25.48``; days beyond the first are shown as ``+1 d 00:12:03.00``.

    Rounds half away from zero, once, on the integer nanoseconds.
    """
    ns = _round_ns(instant.ns, decimals)
    sign, ns = ("\N{MINUS SIGN}", -ns) if ns < 0 else ("", ns)
    seconds, fraction = divmod(ns, NS_PER_S)
    days, seconds = divmod(seconds, DAY_S)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    tail = f".{fraction:09d}"[: decimals + 1] if decimals else ""
    return f"{sign}{f'+{days} d ' if days else ''}{clock}{tail}"


def format_seconds(ns: int, decimals: int = 3) -> str:
    """Plain decimal seconds, ``813.800``; exact, never through a float."""
    ns = _round_ns(ns, decimals)
    sign, ns = ("-", -ns) if ns < 0 else ("", ns)
    tail = f".{ns % NS_PER_S:09d}"[: decimals + 1] if decimals else ""
    return f"{sign}{ns // NS_PER_S}{tail}"


def _round_ns(ns: int, decimals: int) -> int:
    """``ns`` rounded to ``decimals`` (0…9) places of a second, half away from zero."""
    if not 0 <= decimals <= 9:
        raise ValueError("0 to 9 decimals")
    step: int = 10 ** (9 - decimals)
    half = step // 2
    return (ns + half) // step * step if ns >= 0 else -((-ns + half) // step * step)
