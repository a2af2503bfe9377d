"""Sound while playing, stepping and scrubbing, and the clock it plays by.

QtMultimedia is imported only when sound is first asked for. The device is fed in pull mode from
samples that a thread reads ahead; position is what the device says it has played, carried on
between its 5 ms steps by the wall clock. Without a device, or when one stops, the wall clock takes
over, and :attr:`AudioOut.words` says so.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.sound_feed import Grain, SoundFeed
from app.voices import Run

WATCH_MS = 250
STOPPED_NS = 500_000_000
"""A device whose clock stands still for this long has gone."""
_FIRST_WAIT_S = 0.03
"""How long starting may wait for the first samples, so that they are not cut off: two ticks of the
window, and enough wherever the file is open."""
_GRAIN_BUFFER_S = 0.06
"""Short, so that a grain is heard where the picture is."""
_REST_MS = 1000
"""After the last grain the device is let go."""
FASTEST = 2
"""Above, sound is a twitter nobody can place anything by: silent."""
_NO_DEVICE = "no audio device: playing by the wall clock"


class AudioOut(QObject):
    """Plays one run or grain at a time.

    Signals
    -------
    changed()
        :attr:`words` is another.
    lost()
        The device stopped; follow the wall clock. :meth:`clock` is still the device's.
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
        self.failing = False
        """True since sound was wanted and could not be had, until it can be again."""
        self.wanted = ""
        """Id of the output the person chose; empty: what the system uses."""
        self._sink: Any = None
        self._feed: SoundFeed | None = None
        self._playing = False
        self._seen_us = 0
        self._seen_at = 0
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.stop)
        self.muted = False

    @property
    def ready(self) -> bool:
        """True once the sound module was imported (or found missing)."""
        return self._module is not None or self._missing

    def load(self) -> object:
        """Import the sound module, on the window's thread: PySide makes a class when it is first
        named, and two threads that do so at once can end the process."""
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
        return self._playing

    def start(self, run: Run) -> bool:
        """Play ``run``; False when it stays silent (no device, nothing to play, too fast)."""
        self.stop()
        if not run.plans or not 0 < run.rate <= FASTEST:
            return False
        feed = self._begin()
        if feed is None:
            return False
        feed.play(run)
        feed.wait(_FIRST_WAIT_S)
        self._sink.start(feed)
        self._playing = True
        self._seen_us, self._seen_at = 0, time.perf_counter_ns()
        self._watch.start()
        return True

    def sound(self, grain: Grain) -> bool:
        """Sound a short piece now, in the place of one that still sounds; not while playing."""
        if self._playing or not grain.plans:
            return False
        if self._sink is None:
            feed = self._begin(_GRAIN_BUFFER_S)
            if feed is None:
                return False
            sink: Any = self._sink
            sink.start(feed)
        assert self._feed is not None
        self._feed.sound(grain)
        self._rest.start()
        return True

    def stop(self) -> None:
        """Fall silent."""
        self._watch.stop()
        self._rest.stop()
        self._playing = False
        if self._sink is not None:
            self._sink.stop()
            self._sink = None
        if self._feed is not None:
            self._feed.silence()

    def clock(self) -> int:
        """Nanoseconds the device has played, carried on between its steps."""
        if not self._playing:
            return time.perf_counter_ns()
        now = time.perf_counter_ns()
        played = int(self._sink.processedUSecs())
        if played != self._seen_us:
            self._seen_us, self._seen_at = played, now
        # Never carried on further than two steps: a device that stands still must be seen to.
        return self._seen_us * 1000 + min(now - self._seen_at, 40_000_000)

    def close(self) -> None:
        """Fall silent for good; no thread or file is left."""
        self.stop()
        if self._feed is not None:
            self._feed.finish()
            self._feed.deleteLater()
            self._feed = None

    # -- the device --------------------------------------------------------------------------

    def _begin(self, buffer_s: float | None = None) -> SoundFeed | None:
        """A new sink, and the feed in its format; ``None`` when there is no sound to be had."""
        if self.muted:
            return None
        device = self._device()
        if device is None:
            return None
        try:
            self._sink, hz, channels = self._open(device, buffer_s)
        except Exception as error:  # a device that fails must not stop the pictures
            self._say(f"sound cannot be played ({error}): playing by the wall clock", failing=True)
            return None
        if self._feed is None:
            self._feed = SoundFeed(self)
        self._feed.set_format(hz, channels)
        return self._feed

    def outputs(self) -> list[tuple[str, str]]:
        """(name, id) of every output there is."""
        if not self.ready:
            self.loaded(self.load())
        return [(d.description(), _id_of(d)) for d in self._outputs()]

    def _outputs(self) -> list[Any]:
        return [] if self._module is None else list(self._module.QMediaDevices.audioOutputs())

    def _device(self) -> Any:
        """The default output, or ``None``; says which."""
        if not self.ready:
            self.loaded(self.load())
        if self._module is None:
            words = "sound is not installed on this machine: playing by the wall clock"
            self._say(words, failing=True)
            return None
        # Only where one was chosen: to list them takes a while.
        listed = self._outputs() if self.wanted else []
        device = next((d for d in listed if _id_of(d) == self.wanted), None)
        if device is None:
            device = self._module.QMediaDevices.defaultAudioOutput()
        if device.isNull():
            self._say(_NO_DEVICE, failing=True)
            return None
        self._say(f"sound: {device.description()}")
        return device

    def _open(self, device: Any, buffer_s: float | None) -> tuple[Any, int, int]:
        hz = int(device.preferredFormat().sampleRate()) or 48_000
        form = self._module.QAudioFormat()
        form.setSampleRate(hz)
        form.setSampleFormat(self._module.QAudioFormat.SampleFormat.Int16)
        for channels in (2, 1):
            form.setChannelCount(channels)
            if device.isFormatSupported(form):
                sink = self._module.QAudioSink(device, form)
                if buffer_s is not None:
                    sink.setBufferSize(2 * channels * round(buffer_s * hz))
                return sink, hz, channels
        raise RuntimeError("the device takes no 16-bit sound")

    def _look(self) -> None:
        """The watchdog: a device that vanished stays Active with a stopped clock."""
        if not self._playing:
            return
        self.clock()
        if time.perf_counter_ns() - self._seen_at > STOPPED_NS:
            self.lost.emit()  # while its clock still says where it stopped
            self.stop()
            self._say("the audio device stopped: playing by the wall clock", failing=True)

    def _say(self, words: str, *, failing: bool = False) -> None:
        if (words, failing) != (self._words, self.failing):
            self._words, self.failing = words, failing
            self.changed.emit()


def _id_of(device: Any) -> str:
    return bytes(device.id().data()).decode(errors="replace")
