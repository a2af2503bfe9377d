"""Which recording is heard, and keeping the loudspeaker at the playhead."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from PySide6.QtCore import QObject

from app.audio_out import AudioOut, Piece, Plan
from app.controllers.places import Places
from app.controllers.recordings import Recordings
from app.focus import Focus
from app.jobs import Jobs
from app.playhead import Axis, Playhead
from sync.case.case import Source
from widgets.transport_bar import TransportBar


class Sounding(QObject):
    """Starts and stops sound with the playhead; its clock is then the device's."""

    def __init__(
        self, *, places: Places, recordings: Recordings, playhead: Playhead, focus: Focus,
        audio: AudioOut, jobs: Jobs, transport: TransportBar, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._places, self._recordings, self._playhead = places, recordings, playhead
        self._focus, self._audio, self._transport = focus, audio, transport
        self._jobs, self._loading = jobs, False
        self._chosen: str | None = None
        self._state: tuple[bool, Fraction, Axis] = (False, Fraction(1), None)
        self.only_focused: Callable[[], bool] = lambda: False
        playhead.changed.connect(self._changed)
        playhead.wrapped.connect(self.restart)
        playhead.jumped.connect(self.restart)
        audio.lost.connect(lambda: playhead.set_clock(None))

    @property
    def heard(self) -> Source | None:
        """The source that sounds: the chosen one, else the focused, else the first linked.

        While answers are covered only the focused one does.
        """
        can = [source for source in self._places.sources if source.facts.sound is not None]
        focused = next((s for s in can if s.id == self._focus.source), None)
        if self.only_focused() or self._playhead.axis is not None:
            return focused
        chosen = next((s for s in can if s.id == self._chosen), None)
        return chosen or focused or next((s for s in can if self._places.linked(s.id)), None)

    def hear(self, source: str | None) -> None:
        """Choose what is heard; ``None`` leaves it to the focus."""
        self._chosen = source
        self.restart()
        self.show()

    def show(self) -> None:
        """Say what is heard in the transport."""
        heard = self.heard
        off = "sound: off" if self._audio.muted else ""
        self._transport.set_sound("" if heard is None else off or f"sound: {heard.name}")

    def _changed(self) -> None:
        self.show()
        state = (self._playhead.playing, self._playhead.rate, self._playhead.axis)
        if state != self._state:
            self._state = state
            self.restart()

    def restart(self) -> None:
        """Sound from where the playhead is now, or silence."""
        self._playhead.set_clock(None)
        self._audio.stop()
        heard = self.heard
        plan = None if heard is None or not self._playhead.playing else self._plan(heard)
        if plan is not None and not self._audio.ready:
            self._load()
            return
        if plan is not None and self._audio.start(
            plan, self._playhead.position, self._playhead.rate, self._playhead.loop
        ):
            self._playhead.set_clock(self._audio.clock)

    def _load(self) -> None:
        """Sound is asked for the first time: pictures play on while its module is imported."""
        if self._loading or self._audio.muted:
            return
        self._loading = True
        job = self._jobs.start(
            "Looking for sound", lambda _: self._audio.load(), line="opening", shown=False
        )
        job.finished.connect(self._loaded)

    def _loaded(self, module: object) -> None:
        self._loading = False
        self._audio.loaded(module)
        self.restart()

    def _plan(self, source: Source) -> Plan | None:
        opened = self._recordings.get(source.id)
        if opened is None or opened.problem:
            return None
        if self._playhead.axis == source.id:
            start, end = source.start.ns, source.end.ns
            return Plan(opened.path, (Piece(start, end, start, end),))
        track = self._places.track(source.id)
        pieces = tuple(
            Piece(clip.start.ns, clip.end.ns, clip.media_start.ns, clip.media_end.ns)
            for clip in (track.clips if track is not None else ())
            if clip.model is not None and clip.start is not None and clip.end is not None
        )
        return Plan(opened.path, pieces) if pieces else None
