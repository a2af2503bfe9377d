"""Sound while playing, and the clock it plays by.

QtMultimedia is imported only when sound is first asked for. The device is fed in pull mode from
samples that a thread reads ahead; position is what the device says it has played, carried on
between its 5 ms steps by the wall clock. Without a device, or when one stops, the wall clock takes
over, and :attr:`AudioOut.words` says so.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QIODevice, QObject, QTimer, Signal

from sync.media.sound import SoundReader
from sync.timebase import NS_PER_S

WATCH_MS = 250
STOPPED_NS = 500_000_000
"""A device whose clock stands still for this long has gone."""
_AHEAD_S = 1.5
_CHUNK_S = 0.25
_NO_DEVICE = "no audio device: playing by the wall clock"
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    """Where sound comes from: positions ``first`` … ``last`` of the playhead are the media times
    ``media_first`` … ``media_last`` (ns), evenly in between."""

    first: int
    last: int
    media_first: int
    media_last: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play: one sound stream and where its stretches lie."""

    path: Path
    pieces: tuple[Piece, ...]


class SampleSource:
    """Samples of a plan at a position and speed; used by the reading thread only.

    Speed below or above 1 is varispeed: pitch changes, onsets stay where they are.
    """

    def __init__(
        self, plan: Plan, start: int, rate: Fraction, out_hz: int, loop: tuple[int, int] | None
    ) -> None:
        self._plan = plan
        self._reader = SoundReader(plan.path)
        self._position = float(start)
        self._step = float(rate) * NS_PER_S / out_hz
        self._loop = loop
        self._out_hz = out_hz

    def take(self, count: int) -> Samples:
        """The next ``count`` samples at the device's rate, mono, (count,) float32."""
        parts: list[Samples] = []
        while count > 0:
            room = count
            if self._loop is not None and self._step > 0:
                left = int((self._loop[1] - self._position) / self._step)
                if left <= 0:
                    silence = min(count, self._out_hz // 10)
                    parts.append(np.zeros(silence, np.float32))
                    self._position = float(self._loop[0])
                    count -= silence
                    continue
                room = min(room, left)
            parts.append(self._straight(room))
            count -= room
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _straight(self, count: int) -> Samples:
        at = self._position + np.arange(count) * self._step
        self._position += count * self._step
        out = np.zeros(count, np.float32)
        rate = self._reader.sample_rate_hz
        for piece in self._plan.pieces:
            inside = (at >= piece.first) & (at < piece.last)
            if not inside.any():
                continue
            part = (at[inside] - piece.first) / (piece.last - piece.first)
            media = part * (piece.media_last - piece.media_first) + (
                piece.media_first - self._reader.start.ns
            )
            place = media * rate / NS_PER_S
            first = max(0, int(np.floor(place[0])))
            block = self._reader.read(first, int(np.ceil(place[-1])) - first + 2)
            if len(block):
                mono = block.mean(axis=1)
                out[inside] = np.interp(place - first, np.arange(len(mono)), mono, 0.0, 0.0)
        return out

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


class PullDevice(QIODevice):
    """What the sound device reads from: a queue that a thread keeps filled."""

    def __init__(self, source: SampleSource, out_hz: int, parent: QObject) -> None:
        super().__init__(parent)
        self._source = source
        self._chunk = max(1, int(_CHUNK_S * out_hz))
        self._most = int(_AHEAD_S * out_hz)
        self._held = bytearray()
        self._ready = threading.Condition()
        self._stop = False
        self.gain = 1.0
        self._thread = threading.Thread(target=self._fill, name="tiepoint-sound", daemon=True)
        self._thread.start()
        self.open(QIODevice.OpenModeFlag.ReadOnly)

    def bytesAvailable(self) -> int:
        """Must be overridden: the sink reads nothing from a device that has nothing."""
        with self._ready:
            return max(len(self._held), 2 * self._chunk) + super().bytesAvailable()

    def isSequential(self) -> bool:
        """A stream."""
        return True

    def readData(self, most: int) -> bytes:
        """16-bit samples; silence when the thread has fallen behind, so that the clock goes on."""
        most -= most % 2
        with self._ready:
            data = bytes(self._held[:most])
            del self._held[:most]
            self._ready.notify()
        return data + bytes(most - len(data))

    def writeData(self, data: object, length: int) -> int:
        """Nothing is recorded."""
        return 0

    def _fill(self) -> None:
        while True:
            with self._ready:
                while not self._stop and len(self._held) >= 2 * self._most:
                    self._ready.wait()
                if self._stop:
                    return
            try:
                samples = self._source.take(self._chunk)
            except Exception:  # a damaged stretch is silent here and said so by its pane
                samples = np.zeros(self._chunk, np.float32)
            loud = np.clip(samples * self.gain, -1.0, 1.0) * 32767
            with self._ready:
                self._held += loud.astype("<i2").tobytes()

    def finish(self) -> None:
        """End the thread and let go of the file."""
        with self._ready:
            self._stop = True
            self._ready.notify()
        self._thread.join(10.0)
        self.close()
        self._source.close()


class AudioOut(QObject):
    """Plays one plan at a time.

    Signals
    -------
    changed()
        :attr:`words` is another.
    lost()
        The device stopped; follow the wall clock.
    """

    changed = Signal()
    lost = Signal()

    def __init__(
        self, parent: QObject | None = None, *, multimedia: Callable[[], Any] | None = None
    ) -> None:
        super().__init__(parent)
        self._import = multimedia or (lambda: importlib.import_module("PySide6.QtMultimedia"))
        self._module: Any = None
        self._missing = False
        self._words = "sound: not used yet"
        self._sink: Any = None
        self._feed: PullDevice | None = None
        self._seen_us = 0
        self._seen_at = 0
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look)
        self.muted = False

    @property
    def ready(self) -> bool:
        """True once the sound module was imported (or found missing)."""
        return self._module is not None or self._missing

    def load(self) -> object:
        """Import the sound module: a few hundred milliseconds, so on a job's thread."""
        try:
            return self._import()
        except ImportError:
            return None

    def loaded(self, module: object) -> None:
        """What :meth:`load` returned."""
        self._module, self._missing = module, module is None

    @property
    def words(self) -> str:
        """What is used for sound, for the status bar."""
        return self._words

    @property
    def sounding(self) -> bool:
        """True while a device plays; its clock is then :meth:`clock`."""
        return self._sink is not None

    def start(
        self, plan: Plan, position: int, rate: Fraction, loop: tuple[int, int] | None = None
    ) -> bool:
        """Play ``plan`` from ``position``; False when it stays silent (no device, too fast)."""
        self.stop()
        if rate <= 0 or rate > 2 or self.muted:
            return False
        device = self._device()
        if device is None:
            return False
        try:
            sink, hz = self._open(device)
            source = SampleSource(plan, position, rate, hz, loop)
        except Exception as error:  # a device or file that fails must not stop the pictures
            self._say(f"sound cannot be played ({error}): playing by the wall clock")
            return False
        self._feed = PullDevice(source, hz, self)
        self._sink = sink
        sink.start(self._feed)
        self._seen_us, self._seen_at = 0, time.perf_counter_ns()
        self._watch.start()
        return True

    def stop(self) -> None:
        """Fall silent."""
        self._watch.stop()
        if self._sink is not None:
            self._sink.stop()
            self._sink = None
        if self._feed is not None:
            self._feed.finish()
            self._feed.deleteLater()
            self._feed = None

    def clock(self) -> int:
        """Nanoseconds the device has played, carried on between its steps."""
        if self._sink is None:
            return time.perf_counter_ns()
        now = time.perf_counter_ns()
        played = int(self._sink.processedUSecs())
        if played != self._seen_us:
            self._seen_us, self._seen_at = played, now
        # Never carried on further than two steps: a device that stands still must be seen to.
        return self._seen_us * 1000 + min(now - self._seen_at, 40_000_000)

    def close(self) -> None:
        """Fall silent for good."""
        self.stop()

    # -- the device --------------------------------------------------------------------------

    def _device(self) -> Any:
        """The default output, or ``None``; says which."""
        if not self.ready:
            self.loaded(self.load())
        if self._module is None:
            self._say("sound is not installed on this machine: playing by the wall clock")
            return None
        device = self._module.QMediaDevices.defaultAudioOutput()
        if device.isNull():
            self._say(_NO_DEVICE)
            return None
        self._say(f"sound: {device.description()}")
        return device

    def _open(self, device: Any) -> tuple[Any, int]:
        wanted = device.preferredFormat()
        hz = int(wanted.sampleRate()) or 48_000
        form = self._module.QAudioFormat()
        form.setSampleRate(hz)
        form.setChannelCount(1)
        form.setSampleFormat(self._module.QAudioFormat.SampleFormat.Int16)
        if not device.isFormatSupported(form):
            raise RuntimeError("the device takes no 16-bit sound")
        return self._module.QAudioSink(device, form), hz

    def _look(self) -> None:
        """The watchdog: a device that vanished stays Active with a stopped clock."""
        if self._sink is None:
            return
        self.clock()
        if time.perf_counter_ns() - self._seen_at > STOPPED_NS:
            self.stop()
            self._say("the audio device stopped: playing by the wall clock")
            self.lost.emit()

    def _say(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.changed.emit()
