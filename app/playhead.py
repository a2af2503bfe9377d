"""The playhead: where the person looks and listens, in reference time, computed, never summed.

While playing, position = base + rate × (clock - clock at start): no tick adds to the one before,
so a late tick shows a later picture instead of slowing time down. Sources that nothing ties to the
reference clock have their own position, on their own time: an *axis* each. The axis ``None`` is
the reference clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import QObject, Qt, QTimer, Signal

RATES = tuple(Fraction(1, 8) * 2**step for step in range(7))
"""1/8 … 8."""
TICK_MS = 15
WRAP_SILENCE_NS = 100_000_000
Axis = str | None


@dataclass(frozen=True, slots=True)
class Extent:
    """First and last position of an axis, ns."""

    start: int
    end: int

    def held(self, ns: int) -> int:
        """``ns`` brought inside."""
        return min(max(ns, self.start), self.end)


class Playhead(QObject):
    """Position, playing, rate, loop, in and out.

    Signals
    -------
    moved(object)
        Position on the current axis, ns; on every tick while playing.
    changed()
        Playing, rate, axis, loop, in or out.
    wrapped()
        A loop began anew.
    jumped()
        It was placed elsewhere while playing.
    """

    moved = Signal(object)
    changed = Signal()
    wrapped = Signal()
    jumped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._axis: Axis = None
        self._positions: dict[Axis, int] = {}
        self._extents: dict[Axis, Extent] = {}
        self._rate = Fraction(1)
        self._backward = False
        self._base = 0
        self._since: int | None = None
        self._clock: Callable[[], int] = time.perf_counter_ns
        self._loop: tuple[int, int] | None = None
        self._looping = False
        self._in: int | None = None
        self._out: int | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    # -- where -------------------------------------------------------------------------------

    @property
    def axis(self) -> Axis:
        """``None`` for the reference clock, or the id of the source whose own time it is."""
        return self._axis

    def set_axis(self, axis: Axis) -> None:
        """Move over to another time; playing stops, each axis keeps its position."""
        if axis == self._axis:
            return
        self.pause()
        self._axis = axis
        self._loop = None
        self._looping = False
        self._in = self._out = None
        self.changed.emit()
        self.moved.emit(self.position)

    def set_extent(self, axis: Axis, extent: Extent | None) -> None:
        """How far an axis reaches; the position is brought inside."""
        if extent is None:
            self._extents.pop(axis, None)
            self._positions.pop(axis, None)
            return
        known = axis in self._positions
        self._extents[axis] = extent
        held = extent.held(self._positions.get(axis, extent.start))
        if not known or held != self._positions[axis]:
            self._positions[axis] = held
            if axis == self._axis:
                self.seek(held)

    def extent(self, axis: Axis) -> Extent | None:
        """How far an axis reaches."""
        return self._extents.get(axis)

    @property
    def position(self) -> int:
        """Position on the current axis, ns."""
        return self._now() if self.playing else self._positions.get(self._axis, 0)

    def position_on(self, axis: Axis) -> int:
        """Position on any axis."""
        return self.position if axis == self._axis else self._positions.get(axis, 0)

    def seek(self, ns: int) -> None:
        """Go there; playing goes on from there."""
        extent = self._extents.get(self._axis)
        held = extent.held(int(ns)) if extent is not None else int(ns)
        self._positions[self._axis] = held
        self._rebase(held)
        self.moved.emit(held)
        if self.playing:
            self.jumped.emit()

    def seek_on(self, axis: Axis, ns: int) -> None:
        """Place the position of another axis without moving over to it."""
        if axis == self._axis:
            self.seek(ns)
        else:
            extent = self._extents.get(axis)
            self._positions[axis] = extent.held(int(ns)) if extent is not None else int(ns)

    # -- playing -----------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """True while time runs."""
        return self._since is not None

    @property
    def rate(self) -> Fraction:
        """Signed: below zero it plays backwards."""
        return -self._rate if self._backward else self._rate

    def set_rate(self, rate: Fraction) -> None:
        """Another speed; the position does not jump."""
        here = self.position
        self._rate, self._backward = abs(rate), rate < 0
        self._rebase(here)
        self.changed.emit()

    def set_clock(self, clock: Callable[[], int] | None, zero: int | None = None) -> None:
        """Follow this clock (ns); ``None``: the wall clock.

        With ``zero``, that is the position at which the clock shows 0; without, no jump.
        """
        here = self.position
        self._clock = clock or time.perf_counter_ns
        self._rebase(here)
        if zero is not None and self.playing:
            self._base, self._since = zero, 0

    def play(self) -> None:
        """Let time run; from the start again when it stands at the end."""
        if self.playing:
            return
        here = self._positions.get(self._axis, 0)
        first, last = self.bounds
        if not self._backward and here >= last > first:
            here = first
        elif self._backward and here <= first < last:
            here = last
        self._positions[self._axis] = here
        self._base, self._since = here, self._clock()
        self._timer.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stop where it is."""
        if not self.playing:
            return
        here = self._now()
        self._since = None
        self._timer.stop()
        extent = self._extents.get(self._axis)
        self._positions[self._axis] = extent.held(here) if extent is not None else here
        self.changed.emit()
        self.moved.emit(self.position)

    def toggle(self) -> None:
        """Play or pause, forward at the rate that was."""
        if self.playing:
            self.pause()
        else:
            self._backward = False
            self.play()

    def shuttle(self, backward: bool) -> None:
        """J or L: that way; again: faster, up to 8."""
        if self.playing and self._backward == backward:
            faster = min(self._rate * 2, RATES[-1])
        else:
            faster = Fraction(1)
        self._backward = backward
        self.set_rate(-faster if backward else faster)
        self.play()

    # -- loop, in and out --------------------------------------------------------------------

    @property
    def in_out(self) -> tuple[int | None, int | None]:
        """The chosen range; either end may be open."""
        return self._in, self._out

    def set_in(self, ns: int | None) -> None:
        """Place the in point; an out point before it goes."""
        self._in = ns
        if ns is not None and self._out is not None and self._out <= ns:
            self._out = None
        self.changed.emit()

    def set_out(self, ns: int | None) -> None:
        """Place the out point; an in point after it goes."""
        self._out = ns
        if ns is not None and self._in is not None and self._in >= ns:
            self._in = None
        self.changed.emit()

    @property
    def loop(self) -> tuple[int, int] | None:
        """The range that repeats, while one does."""
        if not self._looping:
            return None
        if self._loop is not None:
            return self._loop
        return self.bounds

    @property
    def looping(self) -> bool:
        """True while a range repeats."""
        return self._looping

    def set_looping(self, looping: bool, around: tuple[int, int] | None = None) -> None:
        """Repeat ``around``, or the range between in and out (or everything)."""
        self._looping = looping
        self._loop = around if looping else None
        if looping and around is not None and not around[0] <= self.position < around[1]:
            self.seek(around[0])
        self.changed.emit()

    @property
    def bounds(self) -> tuple[int, int]:
        """Where playing starts and ends: in/out, else the axis."""
        extent = self._extents.get(self._axis, Extent(0, 0))
        first = extent.start if self._in is None else self._in
        last = extent.end if self._out is None else self._out
        return first, last

    # -- time --------------------------------------------------------------------------------

    def tick(self) -> None:
        """Look at the clock once; called by the timer."""
        if not self.playing:
            return
        here = self._now()
        loop = self.loop
        if loop is not None and loop[1] > loop[0]:
            if not self._backward and here >= loop[1]:
                self._wrap(loop[1], loop[0])
                return
            if self._backward and here < loop[0]:
                self._wrap(loop[0], loop[1])
                return
        else:
            extent = self._extents.get(self._axis)
            if extent is not None and not extent.start <= here <= extent.end:
                self._positions[self._axis] = extent.held(here)
                self._since = None
                self._timer.stop()
                self.changed.emit()
                self.moved.emit(self._positions[self._axis])
                return
        self._positions[self._axis] = here
        self.moved.emit(here)

    def _wrap(self, end: int, to: int) -> None:
        """Back to the other end, standing still there for 100 ms so that the seam is heard.

        Counted from when the loop's end was reached, not from the tick that sees it: the sound
        goes round by itself and must not be left behind a little each time.
        """
        assert self._since is not None
        run = self._base - end if self._backward else end - self._base
        ended = self._since + run * self._rate.denominator // self._rate.numerator
        if run < 0:  # begun beyond it
            ended = self._clock()
        self._base, self._since = to, ended + WRAP_SILENCE_NS
        self._positions[self._axis] = to
        self.moved.emit(to)
        self.wrapped.emit()

    def _now(self) -> int:
        assert self._since is not None
        elapsed = max(0, self._clock() - self._since)
        run = elapsed * self._rate.numerator // self._rate.denominator
        return self._base - run if self._backward else self._base + run

    def _rebase(self, here: int) -> None:
        if self.playing:
            self._base, self._since = here, self._clock()

    def close(self) -> None:
        """Stop the timer."""
        self._since = None
        self._timer.stop()
