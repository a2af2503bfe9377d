"""What the sound device reads from: a queue that a thread keeps filled."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QIODevice, QObject

from app.voices import Plan, Playing, Run, Samples, Voices
from sync.timebase import NS_PER_S

_AHEAD_S = 1.5
_CHUNK_S = 0.1
"""Rendered at once: short, so that sound begins soon after a person asked for it."""
FADE_S = 0.005
_JOIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Grain:
    """A short piece of sound, faded at both ends."""

    plans: tuple[Plan, ...]
    start: int
    length_ns: int


class SoundFeed(QIODevice):
    """16-bit samples for the device; silence where there is nothing to be heard.

    The device's clock is master: a run that has fallen behind leaves out what it should have
    given, so that what comes next is in step again.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._hz, self._channels = 48_000, 2
        self._held = bytearray()
        self._owed = 0
        """Bytes given as silence in the place of a run's samples."""
        self._ready = threading.Condition()
        self._run: Run | None = None
        self._grain: Grain | None = None
        self._order = 0
        self._stop = False
        self._thread = threading.Thread(target=self._serve, name="tiepoint-sound", daemon=True)
        self._thread.start()
        self.open(QIODevice.OpenModeFlag.ReadOnly)

    # -- what is wanted ----------------------------------------------------------------------

    def set_format(self, hz: int, channels: int) -> None:
        """Samples a second and channels (1 or 2) of the device; what is held goes."""
        with self._ready:
            self._clear()
            self._hz, self._channels = hz, channels

    def play(self, run: Run) -> None:
        """Give this run from now on."""
        with self._ready:
            self._clear()
            self._run = run
            self._ready.notify_all()

    def sound(self, grain: Grain) -> None:
        """Give this piece once, in the place of one that waits or sounds."""
        with self._ready:
            self._run, self._grain, self._owed = None, grain, 0
            self._order += 1
            self._ready.notify_all()

    def silence(self) -> None:
        """Give nothing more."""
        with self._ready:
            self._clear()

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to give, at most this long."""
        with self._ready:
            return self._ready.wait_for(lambda: bool(self._held), seconds)

    def _clear(self) -> None:
        self._held.clear()
        self._owed = 0
        self._run = self._grain = None
        self._order += 1

    # -- what the device asks ----------------------------------------------------------------

    def bytesAvailable(self) -> int:
        """Must be overridden: the sink reads nothing from a device that has nothing."""
        with self._ready:
            return max(len(self._held), self._bytes(_CHUNK_S)) + super().bytesAvailable()

    def isSequential(self) -> bool:
        """A stream."""
        return True

    def readData(self, most: int) -> bytes:
        """Samples, as many as are asked for."""
        most -= most % (2 * self._channels)
        with self._ready:
            data = bytes(self._held[:most])
            del self._held[:most]
            if self._run is not None:
                self._owed += most - len(data)
            self._ready.notify_all()
        return data + bytes(most - len(data))

    def writeData(self, data: object, length: int) -> int:
        """Nothing is recorded."""
        return 0

    def _bytes(self, seconds: float) -> int:
        return 2 * self._channels * round(seconds * self._hz)

    # -- on its thread -----------------------------------------------------------------------

    def _serve(self) -> None:
        voices, playing, order = Voices(), None, -1
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._stop or self._due())
                if self._stop:
                    break
                run, grain, self._grain = self._run, self._grain, None
                anew, order = order != self._order, self._order
                hz = self._hz
            if grain is not None:
                samples = faded(_rendered(voices, grain, hz), hz)
            else:
                assert run is not None
                if playing is None or anew:
                    playing = Playing(voices, run, hz)
                samples = playing.take(round(_CHUNK_S * hz))
            with self._ready:
                if order == self._order:
                    self._keep(samples, replaces=grain is not None)
        voices.close()

    def _due(self) -> bool:
        if self._grain is not None:
            return True
        return self._run is not None and len(self._held) < self._bytes(_AHEAD_S)

    def _keep(self, samples: Samples, *, replaces: bool) -> None:
        if self._channels == 1:
            samples = samples.mean(axis=1, keepdims=True)
        made = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
        if replaces:
            self._fade_away(made)
        data = made.tobytes()
        gone = min(self._owed, len(data))
        self._owed -= gone
        self._held += data[gone:]
        self._ready.notify_all()

    def _fade_away(self, onto: np.ndarray) -> None:
        """Empty the queue; the beginning of what it held fades into ``onto``, so that no click is
        heard."""
        held = np.frombuffer(bytes(self._held), "<i2").reshape(-1, self._channels)
        count = min(len(held), len(onto), round(FADE_S * self._hz))
        if count:
            leaving = held[:count] * np.linspace(1.0, 0.0, count)[:, None]
            onto[:count] = np.clip(onto[:count] + leaving, -32767, 32767).astype("<i2")
        self._held.clear()

    def finish(self) -> None:
        """End the thread and let go of the files."""
        with self._ready:
            self._stop = True
            self._ready.notify_all()
        self._thread.join(_JOIN_S)
        self.close()


def faded(samples: Samples, hz: int) -> Samples:
    """The first and last 5 ms rise from silence and fall to it: a cut would click."""
    count = min(round(FADE_S * hz), len(samples) // 2)
    if count:
        ramp = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
        samples[:count] *= ramp
        samples[len(samples) - count :] *= ramp[::-1]
    return samples


def _rendered(voices: Voices, grain: Grain, hz: int) -> Samples:
    count = round(grain.length_ns * hz / NS_PER_S)
    return voices.mix(grain.plans, float(grain.start), NS_PER_S / hz, count)
