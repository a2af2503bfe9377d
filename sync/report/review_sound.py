"""The sound of a review video: every stretch where its own clock puts it, silence elsewhere."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sync.media.placed_sound import PlacedSound
from sync.media.sound import SoundReader
from sync.timebase import NS_PER_S, MediaTime, ReferenceTime
from sync.timeline import Clip, Timeline

_LOUD = 0.02
"""Least peak that the strip is scaled to: below it there is only noise to enlarge."""


class FilmSound:
    """One recording's sound on the reference clock."""

    def __init__(self, source: str, reader: SoundReader, rate_hz: int) -> None:
        self.source = source
        self._reader, self._rate_hz = reader, rate_hz
        self._placed = PlacedSound(reader, rate_hz)
        self.channels = self._placed.channels

    def samples(
        self, timeline: Timeline, origin: ReferenceTime, first: int, count: int
    ) -> NDArray[np.float32]:
        """Samples ``first`` … of the film, (count, channels), the 0th of them at ``origin``."""
        made = np.zeros((count, self.channels), np.float32)
        for clip in self.clips(timeline):
            assert clip.start is not None and clip.end is not None and clip.model is not None
            begin = max(first, math.ceil((clip.start - origin).ns * self._rate_hz / NS_PER_S))
            end = min(first + count, math.ceil((clip.end - origin).ns * self._rate_hz / NS_PER_S))
            if begin < end:
                from_, to = (clip.model.from_reference(self._time(origin, n)) for n in (begin, end))
                made[begin - first : end - first] = self._placed.read(from_, to, end - begin)
        return made

    def _time(self, origin: ReferenceTime, sample: int) -> ReferenceTime:
        return ReferenceTime(origin.ns + sample * NS_PER_S // self._rate_hz)

    def clips(self, timeline: Timeline) -> list[Clip]:
        """The stretches that have a place; a later stretch of the file lies over an earlier."""
        track = timeline.track(self.source)
        clips = () if track is None else track.clips
        return [clip for clip in clips if clip.model is not None and clip.status != "conflict"]

    def heard_at(self, timeline: Timeline, t: ReferenceTime) -> tuple[str, MediaTime] | None:
        """What of the sound is heard at ``t``, or else lies nearest: (recording, media time)."""
        best: tuple[int, MediaTime] | None = None
        for clip in self.clips(timeline):
            assert clip.start is not None and clip.end is not None and clip.model is not None
            inside = min(max(t, clip.start), clip.end)
            away = abs((t - inside).ns)
            if best is None or away <= best[0]:
                media = clip.model.from_reference(inside)
                held = min(max(media, clip.media_start), MediaTime(clip.media_end.ns - 1))
                best = (away, held)
        return None if best is None else (self.source, best[1])

    def peaks(
        self, timeline: Timeline, start: ReferenceTime, end: ReferenceTime, columns: int
    ) -> tuple[tuple[float, float], ...]:
        """Least and greatest sample of each column, scaled to the loudest; NaN without sound."""
        low, high = np.full(columns, np.nan), np.full(columns, np.nan)
        edges = start.ns + np.arange(columns + 1) * ((end - start).ns / columns)
        for clip in self.clips(timeline):
            assert clip.start is not None and clip.end is not None and clip.model is not None
            inside = np.flatnonzero((edges[1:] > clip.start.ns) & (edges[:-1] < clip.end.ns))
            if not len(inside):
                continue
            a, b = int(inside[0]), int(inside[-1]) + 1
            times = np.clip(edges[a : b + 1], clip.start.ns, clip.end.ns)
            numbers = np.array([
                self._sample(clip.model.from_reference(ReferenceTime(int(at)))) for at in times
            ])  # fmt: skip
            found = self._reader.read(int(numbers[0]), int(numbers[-1] - numbers[0]) + 1)
            if not len(found):
                continue
            mono = found.mean(axis=1)
            at = np.minimum(numbers[:-1] - numbers[0], len(mono) - 1)
            low[a:b] = np.minimum.reduceat(mono, at)
            high[a:b] = np.maximum.reduceat(mono, at)
        loud = max(_LOUD, float(np.nanmax(np.abs([low, high]), initial=0.0)))
        return tuple(zip((low / loud).tolist(), (high / loud).tolist(), strict=True))

    def _sample(self, at: MediaTime) -> int:
        number = (at.ns - self._reader.start.ns) * self._reader.sample_rate_hz // NS_PER_S
        return min(max(number, 0), self._reader.samples)
