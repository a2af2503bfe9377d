"""Spectrograms for the lanes: made in the background, for what is on screen only."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.jobs import Job, Jobs
from sync.progress import Progress
from sync.timebase import NS_PER_S
from widgets.spectrum import Levels

if TYPE_CHECKING:
    from sync.cache import Cache
    from sync.case.case import Source

_KEPT = 400
"""Pictures of one tile each, 65 kB at most: some 25 MB, forty screens of one lane."""
_WAITING = 24
"""Tiles asked for and not yet made; older ones have left the screen."""
_LONGEST_DECODED_S = 1.0
"""A column's share of sound that only FFmpeg decodes: wider, every tile would decode hours."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One tile of a lane: what of which recording, how wide, and the level shown as loudest."""

    source: str
    channel: int | None
    first_ns: int
    last_ns: int
    width: int
    full_db: float


class Spectra(QObject):
    """Keeps finished tiles and makes the missing ones, the latest asked for first.

    Signals
    -------
    ready(str)
        Tiles of this source have come: its lane is to be painted again.
    """

    ready = Signal(str)

    def __init__(self, jobs: Jobs, cache: Cache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._cache = jobs, cache
        self._tiles: OrderedDict[_Wanted, Levels] = OrderedDict()
        self._waiting: OrderedDict[_Wanted, tuple[Source, Path]] = OrderedDict()
        self._job: Job | None = None

    def tile(
        self, source: Source, path: Path, channel: int | None, full_db: float,
        first_ns: int, last_ns: int, width: int,
    ) -> Levels | None:  # fmt: skip
        """Levels of a media range, or ``None`` until :attr:`ready`."""
        sound = source.facts.sound
        assert sound is not None
        column_s = (last_ns - first_ns) / NS_PER_S / width
        if sound.reader != "soundfile" and column_s > _LONGEST_DECODED_S:
            return None
        wanted = _Wanted(source.id, channel, first_ns, last_ns, width, full_db)
        if wanted in self._tiles:
            self._tiles.move_to_end(wanted)
            return self._tiles[wanted]
        self._waiting[wanted] = (source, path)
        self._waiting.move_to_end(wanted)
        while len(self._waiting) > _WAITING:
            self._waiting.popitem(last=False)
        if self._job is None:
            self._start()
        return None

    def forget(self, source: str) -> None:
        """Its file is not to be used any more."""
        for known in [wanted for wanted in self._tiles if wanted.source == source]:
            del self._tiles[known]
        for known in [wanted for wanted in self._waiting if wanted.source == source]:
            del self._waiting[known]

    def _start(self) -> None:
        """All waiting tiles of the recording and channel that was asked for last."""
        last, (source, path) = next(reversed(self._waiting.items()))
        batch = [w for w in self._waiting if (w.source, w.channel) == (last.source, last.channel)]
        for wanted in batch:
            del self._waiting[wanted]
        self._job = self._jobs.start(
            f"Spectrogram of {source.name}", partial(_make, batch, source, path, self._cache),
            line="opening", shown=False,
        )  # fmt: skip
        self._job.finished.connect(self._take)
        self._job.ended.connect(self._ended)

    def _take(self, made: list[tuple[_Wanted, Levels]]) -> None:
        for wanted, levels in made:
            self._tiles[wanted] = levels
        while len(self._tiles) > _KEPT:
            self._tiles.popitem(last=False)
        for source in {wanted.source for wanted, _ in made}:
            self.ready.emit(source)

    def _ended(self) -> None:
        self._job = None
        if self._waiting:
            self._start()


def _make(
    batch: list[_Wanted], source: Source, path: Path, cache: Cache, progress: Progress
) -> list[tuple[_Wanted, Levels]]:
    """On the jobs' thread: every tile from one opening of the file. A tile that cannot be decoded
    is dark, like a part outside the recording."""
    from sync.errors import MediaError
    from sync.media.raw_sound import RawSound
    from sync.media.sound import SoundReader
    from sync.media.spectrogram import spectrogram

    facts = source.facts
    assert facts.sound is not None
    made: list[tuple[_Wanted, Levels]] = []
    with SoundReader(
        path, cache=cache, sha256=facts.sha256, raw=RawSound.of_facts(facts.sound),
        channel=batch[0].channel,
    ) as reader:  # fmt: skip
        rate = reader.sample_rate_hz
        for number, wanted in enumerate(sorted(batch, key=lambda tile: tile.first_ns)):
            part = progress.part(number / len(batch), (number + 1) / len(batch))
            first, last = (
                (ns - reader.start.ns) * rate / NS_PER_S for ns in (wanted.first_ns, wanted.last_ns)
            )
            try:
                levels = spectrogram(
                    reader, first, last, wanted.width, full_db=wanted.full_db, progress=part
                )
            except MediaError:
                levels = np.zeros((1, wanted.width), np.uint8)
            made.append((wanted, levels))
    return made
