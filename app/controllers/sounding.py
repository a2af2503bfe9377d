"""Which recordings are heard, and keeping the loudspeaker at the playhead."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from app.audio_out import FASTEST, AudioOut
from app.controllers.places import Places
from app.controllers.recordings import Recordings
from app.focus import Focus
from app.lane_sounds import LaneSound, LaneSounds
from app.playhead import Playhead
from app.sound_feed import Grain
from app.voices import Piece, Plan, Run
from sync.case.case import Source
from sync.timebase import NS_PER_S
from widgets.transport_bar import TransportBar

_STEP_LEAST_NS = 60_000_000
"""Less is a click, whatever sounded."""
_STEP_MOST_NS = 2 * NS_PER_S
"""A picture may stand for minutes; what is heard of it ends when nobody waits for it any more."""
_SCRUB_NS = 80_000_000
_SCRUB_EVERY_S = 1 / 12
BY_EAR = "do not mark onsets by ear"


class Sounding(QObject):
    """Starts and stops sound with the playhead; its clock is then the device's."""

    def __init__(
        self, *, places: Places, recordings: Recordings, playhead: Playhead, focus: Focus,
        audio: AudioOut, transport: TransportBar, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._places, self._recordings, self._playhead = places, recordings, playhead
        self._focus, self._audio, self._transport = focus, audio, transport
        self.lanes = LaneSounds(self)
        self._state: object = None
        self._pitch_kept = False
        self._scrubbed_at = 0.0
        self.only_focused: Callable[[], bool] = lambda: False
        playhead.changed.connect(self.follow)
        playhead.jumped.connect(self.restart)
        focus.changed.connect(lambda _: self.follow())
        self.lanes.changed.connect(lambda _: self.follow())
        audio.lost.connect(lambda: playhead.set_clock(None))
        audio.changed.connect(self._show)

    # -- who is heard ------------------------------------------------------------------------

    @property
    def heard(self) -> tuple[Source, ...]:
        """The recordings that sound: those alone heard, else all that are linked and not muted.

        While answers are covered, and on a recording's own time, only the focused one does.
        """
        can = [source for source in self._places.sources if source.facts.sound is not None]
        if self.only_focused() or self._playhead.axis is not None:
            can = [source for source in can if source.id == self._focus.source]
        else:
            can = [source for source in can if self._places.linked(source.id)]
            if self.lanes.any_solo:
                can = [source for source in can if self.lanes[source.id].solo]
        return tuple(source for source in can if not self.lanes[source.id].mute)

    def hear(self, source: str | None) -> None:
        """Only this recording; ``None``: every one that is not muted."""
        for known in self._places.sources:
            alone = known.id == source
            sound = replace(self.lanes[known.id], solo=alone)
            self.lanes.choose(known.id, replace(sound, mute=False) if alone else sound)
        self.follow()

    def set_muted(self, muted: bool) -> None:
        """No sound at all, or as chosen."""
        self._audio.muted = muted
        self.follow()

    @property
    def pitch_kept(self) -> bool:
        """True while slow sound keeps its pitch: for speech, not for onsets."""
        return self._pitch_kept

    def keep_pitch(self, kept: bool) -> None:
        """Slow and fast sound at its own pitch, or as varispeed."""
        self._pitch_kept = kept
        self.follow()

    def _show(self) -> None:
        """Say what is heard in the transport."""
        heard, rate = self.heard, self._playhead.rate
        if not any(source.facts.sound is not None for source in self._places.sources):
            text = ""
        elif self._audio.muted:
            text = "sound: off"
        elif not heard:
            text = "sound: none"
        elif self._audio.failing:
            text = "no audio device"
        elif not 0 < rate <= FASTEST:
            text = "no sound at this speed"
        elif self._pitch_kept and rate != 1:
            text = f"pitch kept: {BY_EAR}"
        else:
            text = f"sound: {heard[0].name if len(heard) == 1 else f'{len(heard)} recordings'}"
        self._transport.set_sound(text)

    # -- playing -----------------------------------------------------------------------------

    def follow(self) -> None:
        """Something is other than it was: play on as it is now."""
        self._show()
        playhead = self._playhead
        state = (
            playhead.playing, playhead.rate, playhead.axis, playhead.loop, self._pitch_kept,
            self._audio.muted, [(source.id, self.lanes[source.id]) for source in self.heard],
        )  # fmt: skip
        if state != self._state:
            self._state = state
            self.restart()

    def restart(self) -> None:
        """Sound from where the playhead is now, or silence."""
        playhead = self._playhead
        playhead.set_clock(None)
        self._audio.stop()
        if not playhead.playing or not (plans := self._plans()):
            return
        run = Run(plans, playhead.position, playhead.rate, playhead.loop, self._pitch_kept)
        if self._audio.start(run):
            playhead.set_clock(self._audio.clock, run.start)

    # -- stepping and scrubbing --------------------------------------------------------------

    def step(self, shown_ns: int) -> None:
        """Sound what is shown: so much from the playhead on, at least 60 ms."""
        self._grain(min(max(shown_ns, _STEP_LEAST_NS), _STEP_MOST_NS))

    def scrub(self) -> None:
        """Sound 80 ms at the playhead, at most twelve times a second."""
        now = time.monotonic()
        if now - self._scrubbed_at >= _SCRUB_EVERY_S:
            self._scrubbed_at = now
            self._grain(_SCRUB_NS)

    def _grain(self, length_ns: int) -> None:
        if not self._playhead.playing and (plans := self._plans()):
            self._audio.sound(Grain(plans, self._playhead.position, length_ns))

    def _plans(self) -> tuple[Plan, ...]:
        plans = (self._plan(source, self.lanes[source.id]) for source in self.heard)
        return tuple(plan for plan in plans if plan is not None)

    def _plan(self, source: Source, sound: LaneSound) -> Plan | None:
        opened = self._recordings.get(source.id)
        if opened is None or opened.problem:
            return None
        if self._playhead.axis == source.id:
            start, end = source.start.ns, source.end.ns
            pieces: tuple[Piece, ...] = (Piece(start, end, start, end),)
        else:
            track = self._places.track(source.id)
            pieces = tuple(
                Piece(clip.start.ns, clip.end.ns, clip.media_start.ns, clip.media_end.ns)
                for clip in (track.clips if track is not None else ())
                if clip.model is not None and clip.start is not None and clip.end is not None
            )
        if not pieces:
            return None
        return Plan(
            opened.path, pieces, opened.raw, gain=sound.gain, channel=sound.channel,
            cache=self._recordings.cache, sha256=source.facts.sha256,
        )  # fmt: skip
