"""Smallest and largest sample at several widths, so that any zoom of a waveform draws at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sync.cache import Cache
from sync.media.raw_sound import RawSound
from sync.media.sound import SoundReader
from sync.progress import SILENT, Progress

FIRST_WIDTH = 256
"""Samples a column of the finest stored level."""

STEP = 4
"""Columns of one level that make one of the next."""

PROBED_COLUMNS = 250
"""Columns of a first picture, which must appear at once: a seek in FLAC takes some 0.3 ms."""

_BLOCK = FIRST_WIDTH * STEP**5
"""Half a megabyte of 16-bit mono: stays in a core's cache between being read and being reduced."""
_PARAMETERS: dict[str, object] = {"version": 2, "first": FIRST_WIDTH, "step": STEP}
_COMPARED, _ALIKE = 4000, 0.7
"""Columns at most by which channels are compared, and the correlation of their loudness from which
they are taken for one scene. It chooses only what a lane shows first."""
_Extremes = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pyramid:
    """Levels of (minimum, maximum), each (channels, columns), of ``first_width``, then four times
    as many samples a column, in the file's own numbers (``full_scale`` is 1.0).

    ``path`` is where samples are read for zooms finer than the first level.
    """

    path: Path
    cache: Cache | None
    sha256: str
    raw: RawSound | None
    samples: int
    sample_rate_hz: int
    channels: int
    first_width: int
    full_scale: float
    levels: tuple[_Extremes, ...]
    sparse: bool
    """True for a first picture: every column knows only its first samples."""

    @property
    def peak(self) -> float:
        """The largest sample of any channel, 0…1."""
        least, most = self.levels[-1]
        return max(float(most.max()), -float(least.min()), 0.0) / self.full_scale

    @property
    def channels_differ(self) -> bool:
        """Whether channels are loud at different times, as talk groups of a logger are.

        Two microphones of one device, or one signal twice, rise and fall together.
        """
        level = next((lv for lv in self.levels if lv[0].shape[1] <= _COMPARED), self.levels[-1])
        loud = (level[1].astype(np.float64) - level[0]).clip(0)
        if self.channels < 2 or loud.shape[1] < 2 or not loud.any():
            return False
        loud -= loud.mean(axis=1, keepdims=True)
        energy = np.sqrt((loud**2).sum(axis=1))
        likeness = (loud[0] * loud[1:]).sum(axis=1) / np.maximum(energy[0] * energy[1:], 1e-12)
        return bool(likeness.min() < _ALIKE)

    def window(
        self, first_sample: int, last_sample: int, columns: int, channel: int | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(minimum, maximum) of ``columns`` equal parts of samples ``first`` … ``last − 1``.

        Two float32 arrays of shape (columns,), full scale ±1; NaN in columns outside the
        recording. A part narrower than two finest columns is read from the samples and exact; a
        wider one may include up to one stored column on either side of it.

        Parameters
        ----------
        channel
            One channel, counted from 0; ``None``: the extremes over all of them.

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
            return self._from_samples(low, high, channel)
        level = 0
        while level + 1 < len(self.levels) and self.first_width * STEP ** (level + 1) <= width / 2:
            level += 1
        wide = self.first_width * STEP**level
        return self._scaled(self.levels[level], low // wide, -(-high // wide), channel)

    def _from_samples(
        self, low: NDArray[np.int64], high: NDArray[np.int64], channel: int | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        first = max(int(low[0]), 0)
        count = max(min(int(high[-1]), self.samples) - first, 0)
        with SoundReader(
            self.path, cache=self.cache, sha256=self.sha256, raw=self.raw, channel=channel
        ) as reader:
            block = reader.read(first, count).T
        return _reduce((block, block), low - first, high - first, 1.0)

    def _scaled(
        self, level: _Extremes, low: NDArray[np.int64], high: NDArray[np.int64], channel: int | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        chosen = slice(None) if channel is None else slice(channel, channel + 1)
        count = level[0].shape[1]
        begin, end = (int(np.clip(at, 0, count)) for at in (low[0], high[-1]))
        least, most = (part[chosen, begin:end] for part in level)
        return _reduce((least, most), low - begin, high - begin, self.full_scale)


def _reduce(
    level: _Extremes, low: NDArray[np.int64], high: NDArray[np.int64], full_scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Extremes over channels and columns ``low`` … ``high − 1``, for each pair; NaN where empty."""
    n = level[0].shape[1]
    outside = (high <= 0) | (low >= n)
    found = []
    for part, ufunc in zip(level, (np.minimum, np.maximum), strict=True):
        if n == 0 or not len(part):
            found.append(np.full(len(low), np.nan, np.float32))
            continue
        values = ufunc.reduce(part, axis=0)
        bounds = np.stack((np.clip(low, 0, n), np.clip(high, 0, n)), axis=1).ravel()
        # reduceat takes from each bound to the next; one more value makes the bound n legal.
        padded = np.append(values, values[-1:])
        reduced = (ufunc.reduceat(padded, bounds)[::2] / full_scale).astype(np.float32)
        reduced[outside] = np.nan
        found.append(reduced)
    return found[0], found[1]


def stored_pyramid(
    path: Path | str, cache: Cache | None, sha256: str, raw: RawSound | None = None
) -> Pyramid | None:
    """The pyramid of a recording's sound where the cache holds it."""
    stored = None if cache is None else cache.arrays(sha256, "pyramid", _parameters(raw))
    if stored is None:
        return None
    try:
        samples, rate_hz, channels = (int(x) for x in stored["header"])
        full_scale = float(stored["full_scale"])
        count = len([name for name in stored if name.startswith("least")])
        levels = tuple((stored[f"least{i}"], stored[f"most{i}"]) for i in range(count))
        shapes = {part.shape for part in levels[0]}
    except (KeyError, ValueError, IndexError, TypeError):
        return None
    if shapes != {(channels, -(-samples // FIRST_WIDTH))}:
        return None
    return Pyramid(
        path=Path(path), cache=cache, sha256=sha256, raw=raw, samples=samples,
        sample_rate_hz=rate_hz, channels=channels, first_width=FIRST_WIDTH,
        full_scale=full_scale, levels=levels, sparse=False,
    )  # fmt: skip


def waveform_pyramid(
    path: Path | str,
    cache: Cache | None,
    sha256: str,
    progress: Progress = SILENT,
    *,
    raw: RawSound | None = None,
) -> Pyramid:
    """The pyramid of a recording's sound, from the cache or by one read of it.

    Raises
    ------
    MediaEmpty and the other errors of :class:`SoundReader`; Cancelled through ``progress``.
    """
    found = stored_pyramid(path, cache, sha256, raw)
    if found is not None:
        return found
    columns: list[_Extremes] = []
    with SoundReader(path, progress.part(0.0, 0.5), cache=cache, sha256=sha256, raw=raw) as reader:
        for first, block in reader.native_blocks(_BLOCK):
            progress.report(0.5 + 0.5 * first / reader.samples)
            columns.append(_narrowed(block.T, block.T, FIRST_WIDTH))
        made = _pyramid_of(reader, cache, sha256, raw, _joined(columns), FIRST_WIDTH, sparse=False)
    if cache is not None:
        arrays = {
            "header": np.array([made.samples, made.sample_rate_hz, made.channels], np.int64),
            "full_scale": np.array(made.full_scale),
        }
        for number, (least, most) in enumerate(made.levels):
            arrays |= {f"least{number}": least, f"most{number}": most}
        cache.store(sha256, "pyramid", _parameters(raw), arrays)
    return made


def probed_pyramid(
    path: Path | str, sha256: str, progress: Progress = SILENT, *, raw: RawSound | None = None
) -> Pyramid:
    """A first picture of a long recording: of every column only its first 256 samples.

    For files that soundfile reads (``SoundFacts.reader``): others have no way to look at single
    places before their first whole pass.
    """
    with SoundReader(path, progress, raw=raw) as reader:
        width = max(FIRST_WIDTH, -(-reader.samples // PROBED_COLUMNS))
        places = range(0, reader.samples, width)
        looked = []
        for first in places:
            progress.report(first / reader.samples)
            looked.append(reader.read_native(first, FIRST_WIDTH))
        # The last place may hold fewer samples than the others: repeated, they change no extreme.
        rows = np.stack([np.resize(look, (FIRST_WIDTH, reader.channels)) for look in looked])
        bottom = rows.min(axis=1).T, rows.max(axis=1).T
        return _pyramid_of(reader, None, sha256, raw, bottom, width, sparse=True)


def _parameters(raw: RawSound | None) -> dict[str, object]:
    typed = None if raw is None else [raw.coding, raw.rate_hz, raw.channels]
    return {**_PARAMETERS, "raw": typed}


def _joined(parts: list[_Extremes]) -> _Extremes:
    least, most = zip(*parts, strict=True)
    return np.concatenate(least, axis=1), np.concatenate(most, axis=1)


def _narrowed(least: NDArray[Any], most: NDArray[Any], width: int) -> _Extremes:
    """(channels, n) → extremes of every ``width`` of them, (channels, ⌈n / width⌉)."""
    starts = np.arange(0, least.shape[1], width)

    def each(ufunc: np.ufunc, rows: NDArray[Any]) -> NDArray[Any]:
        # A channel at a time from contiguous memory: reduceat is four times slower without.
        return np.stack([ufunc.reduceat(np.ascontiguousarray(row), starts) for row in rows])

    return each(np.minimum, least), each(np.maximum, most)


def _pyramid_of(
    reader: SoundReader, cache: Cache | None, sha256: str, raw: RawSound | None,
    bottom: _Extremes, first_width: int, *, sparse: bool,
) -> Pyramid:  # fmt: skip
    levels = [bottom]
    while levels[-1][0].shape[1] > STEP:
        levels.append(_narrowed(*levels[-1], STEP))
    return Pyramid(
        path=reader.path, cache=cache, sha256=sha256, raw=raw, samples=reader.samples,
        sample_rate_hz=reader.sample_rate_hz, channels=reader.channels, first_width=first_width,
        full_scale=reader.full_scale, levels=tuple(levels), sparse=sparse,
    )  # fmt: skip
