"""Smallest and largest sample at several widths, so that any zoom of a waveform draws at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sync.cache import Cache
from sync.media.sound import SoundReader
from sync.progress import SILENT, Progress

FIRST_WIDTH = 256
"""Samples a column of the finest stored level."""

STEP = 4
"""Columns of one level that make one of the next."""

_BLOCK = FIRST_WIDTH * STEP**6
_PARAMETERS = {"first": FIRST_WIDTH, "step": STEP, "mix": "all channels"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pyramid:
    """Levels of (minimum, maximum) over all channels, widths 256, 1024, 4096 … samples.

    ``path`` is where samples are read for zooms finer than the first level.
    """

    path: Path
    cache: Cache | None
    sha256: str
    samples: int
    sample_rate_hz: int
    levels: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]

    def window(
        self, first_sample: int, last_sample: int, columns: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(minimum, maximum) of ``columns`` equal parts of samples ``first`` … ``last − 1``.

        Two float32 arrays of shape (columns,); NaN in columns outside the recording. A part
        narrower than two finest columns is read from the samples and exact; a wider one may
        include up to one stored column on either side of it.

        Raises
        ------
        ValueError
            When the range is empty or ``columns`` < 1.
        """
        if last_sample <= first_sample or columns < 1:
            raise ValueError("an empty window")
        edges = first_sample + np.arange(columns + 1) * (last_sample - first_sample) / columns
        low = np.floor(edges[:-1]).astype(np.int64)
        high = np.maximum(np.ceil(edges[1:]).astype(np.int64), low + 1)
        width = (last_sample - first_sample) / columns
        if width < 2 * FIRST_WIDTH:
            return self._from_samples(low, high)
        level = 0
        while level + 1 < len(self.levels) and FIRST_WIDTH * STEP ** (level + 1) <= width / 2:
            level += 1
        least, most = self.levels[level]
        wide = FIRST_WIDTH * STEP**level
        return _reduce(least, most, low // wide, -(-high // wide))

    def _from_samples(
        self, low: NDArray[np.int64], high: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        first = max(int(low[0]), 0)
        count = max(min(int(high[-1]), self.samples) - first, 0)
        with SoundReader(self.path, cache=self.cache, sha256=self.sha256) as reader:
            block = reader.read(first, count)
        if not len(block):
            empty = np.full(len(low), np.nan, np.float32)
            return empty, empty.copy()
        return _reduce(block.min(axis=1), block.max(axis=1), low - first, high - first)


def _reduce(
    least: NDArray[np.float32],
    most: NDArray[np.float32],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Extremes of ``least[low:high]`` and ``most[low:high]`` for each pair; NaN where empty."""
    n = len(least)
    outside = (high <= 0) | (low >= n)
    bounds = np.stack((np.clip(low, 0, n), np.clip(high, 0, n)), axis=1).ravel()
    # reduceat takes from each bound to the next; one padding value makes the bound n legal.
    small = np.minimum.reduceat(np.append(least, np.float32(np.inf)), bounds)[::2]
    large = np.maximum.reduceat(np.append(most, np.float32(-np.inf)), bounds)[::2]
    small[outside] = np.nan
    large[outside] = np.nan
    return small, large


def waveform_pyramid(
    path: Path | str, cache: Cache | None, sha256: str, progress: Progress = SILENT
) -> Pyramid:
    """The pyramid of a recording's sound, from the cache or by one read of it.

    Raises
    ------
    MediaEmpty and the other errors of :class:`SoundReader`; Cancelled through ``progress``.
    """
    file = Path(path)
    stored = None if cache is None else cache.arrays(sha256, "pyramid", _PARAMETERS)
    if cache is not None and stored is not None:
        found = _from_stored(file, cache, sha256, stored)
        if found is not None:
            return found
    least, most = [], []
    with SoundReader(file, progress.part(0.0, 0.5), cache=cache, sha256=sha256) as reader:
        samples, rate_hz = reader.samples, reader.sample_rate_hz
        for first, block in reader.blocks(_BLOCK):
            progress.report(0.5 + 0.5 * first / samples)
            starts = np.arange(0, len(block), FIRST_WIDTH)
            least.append(np.minimum.reduceat(block.min(axis=1), starts))
            most.append(np.maximum.reduceat(block.max(axis=1), starts))
    bottom = (np.concatenate(least), np.concatenate(most))
    if cache is not None:
        header = np.array([samples, rate_hz], np.int64)
        arrays = {"header": header, "least": bottom[0], "most": bottom[1]}
        cache.store(sha256, "pyramid", _PARAMETERS, arrays)
    return _build(file, cache, sha256, samples, rate_hz, bottom)


def _from_stored(
    path: Path, cache: Cache, sha256: str, stored: dict[str, np.ndarray]
) -> Pyramid | None:
    try:
        samples, rate_hz = (int(x) for x in stored["header"])
        bottom = (stored["least"].astype(np.float32), stored["most"].astype(np.float32))
    except (KeyError, ValueError):
        return None
    if len(bottom[0]) != len(bottom[1]) or len(bottom[0]) != -(-samples // FIRST_WIDTH):
        return None
    return _build(path, cache, sha256, samples, rate_hz, bottom)


def _build(
    path: Path,
    cache: Cache | None,
    sha256: str,
    samples: int,
    rate_hz: int,
    bottom: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> Pyramid:
    levels = [bottom]
    while len(levels[-1][0]) > STEP:
        least, most = levels[-1]
        starts = np.arange(0, len(least), STEP)
        levels.append((np.minimum.reduceat(least, starts), np.maximum.reduceat(most, starts)))
    return Pyramid(
        path=path,
        cache=cache,
        sha256=sha256,
        samples=samples,
        sample_rate_hz=rate_hz,
        levels=tuple(levels),
    )
