"""What marks saw and heard, read from the recordings themselves where nothing was kept of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from sync.case.case import Source
from sync.errors import TiepointError
from sync.timebase import Duration, MediaTime

if TYPE_CHECKING:
    from sync.cache import Cache
    from sync.media.frames import FrameReader
    from sync.media.sound import SoundReader

NEAR = Duration(1_000_000)
"""A mark's time may have been typed to the millisecond: it then names the frame that begins so
soon after it, not the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A picture fitted into a given size, (h, w, 3) uint8 red green blue, and its frame."""

    pixels: NDArray[np.uint8]
    frame: int
    exact: bool


class Sightings:
    """Pictures and sound of recordings; a context manager. What cannot be read is ``None``.

    Parameters
    ----------
    files
        Where each recording lies, by source id; only those that still are the ones of the case.
    """

    def __init__(self, files: Mapping[str, Path], cache: Cache | None) -> None:
        self._files, self._cache = files, cache
        self._open = contextlib.ExitStack()
        self._frames: dict[str, FrameReader | None] = {}
        self._sounds: dict[str, SoundReader | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._open.close()

    def picture(self, source: Source, at: MediaTime, width: int, height: int) -> Seen | None:
        """The frame on screen at ``at``, within ``width`` × ``height`` px."""
        if source.id not in self._frames:
            self._frames[source.id] = self._reader(source)
        reader = self._frames[source.id]
        try:
            frame = None if reader is None else reader.at(at + NEAR)
        except TiepointError:
            return None
        if frame is None:
            return None
        pixels = np.ascontiguousarray(frame.image(width, height)[:, :, 2::-1])
        return Seen(pixels=pixels, frame=frame.index, exact=frame.exact)

    def sound(self, source: Source) -> SoundReader | None:
        """The sound of a recording; it stays open as long as this does."""
        from sync.media.raw_sound import RawSound
        from sync.media.sound import SoundReader

        if source.id not in self._sounds:
            self._sounds[source.id] = None
            path, facts = self._files.get(source.id), source.facts
            with contextlib.suppress(TiepointError):
                if path is not None and facts.sound is not None:
                    sha256 = None if self._cache is None else facts.sha256
                    raw = RawSound.of_facts(facts.sound)
                    reader = SoundReader(path, cache=self._cache, sha256=sha256, raw=raw)
                    self._sounds[source.id] = self._open.enter_context(reader)
        return self._sounds[source.id]

    def _reader(self, source: Source) -> FrameReader | None:
        from sync.media.frames import FrameReader
        from sync.media.inspect import quick_index

        path = self._files.get(source.id)
        if path is None or source.facts.picture is None:
            return None
        try:
            index = quick_index(path, source.facts, self._cache)
            return self._open.enter_context(FrameReader(path, index))
        except TiepointError:
            return None
