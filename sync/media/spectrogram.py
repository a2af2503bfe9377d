"""How loud each pitch is over time, for the part of a recording that is on screen.

Power of the short-time Fourier transform with a Hann window, in decibels below a given level, as
bytes that a colour map turns into a picture. A column of the picture is centred on its own time;
where a column spans more sound than a window, the loudest of several windows spread over it counts,
so that a click does not vanish between two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from sync.media.sound import SoundReader
from sync.progress import SILENT, Progress

TOP_HZ = 8000.0
"""Speech, sirens and tones lie below; a recording of fewer samples a second ends earlier."""

RANGE_DB = 72.0
"""From the darkest to the lightest: what a 12-bit radio logger can hold."""

_LONGEST_S, _SHORTEST_S = 0.032, 0.008
"""Of a window: two pitches 60 Hz apart are told apart, or two clicks 8 ms apart when zoomed in."""

_LOOKS = 6
"""Windows looked at in a column that spans more than one: of an hour on a screen 4 % is read."""

_SEEK_SAMPLES = 16_000
"""A seek costs as much as reading on so far (60 µs against 4 ns a sample of WAV, 0.3 ms against
18 ns of FLAC): windows further apart are read one by one."""

_HELD_SAMPLES = 1 << 19
"""Read at once where windows are close: 4 MB of stereo."""

_BATCH = 256
"""Windows transformed together: their samples and spectra stay in a core's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A spectrogram's window and rows, for one recording at one zoom.

    ``window`` in samples (a power of 2), ``rows`` from 0 Hz up to ``top_hz``.
    """

    window: int
    rows: int
    top_hz: float

    @classmethod
    def of(cls, sample_rate_hz: int, column_s: float) -> Shape:
        """For columns of ``column_s`` seconds each: a shorter window when zoomed in."""
        wanted_s = min(_LONGEST_S, max(_SHORTEST_S, 16 * column_s))
        window = 1 << max(4, round(np.log2(wanted_s * sample_rate_hz)))
        top_hz = min(TOP_HZ, sample_rate_hz / 2)
        rows = max(1, round(top_hz * window / sample_rate_hz))
        return cls(window=window, rows=rows, top_hz=top_hz)


def spectrogram(
    reader: SoundReader,
    first_sample: float,
    last_sample: float,
    columns: int,
    *,
    full_db: float = 0.0,
    progress: Progress = SILENT,
) -> NDArray[np.uint8]:
    """Levels of ``columns`` equal parts of samples ``first`` … ``last``, lowest pitch first.

    Parameters
    ----------
    reader
        Its channels are taken together: the loudest counts. One channel: a reader of it alone.
    full_db
        The level shown as 255, in dB of a full-scale sine; 0 is ``RANGE_DB`` below it.

    Returns
    -------
    levels : shape (rows, columns) uint8, rows as in :meth:`Shape.of`; 0 outside the recording.

    Raises
    ------
    ValueError
        When the range is empty or ``columns`` < 1.
    MediaDamaged
        Where the sound cannot be decoded; Cancelled through ``progress``.
    """
    if last_sample <= first_sample or columns < 1:
        raise ValueError("an empty window")
    step = (last_sample - first_sample) / columns
    shape = Shape.of(reader.sample_rate_hz, step / reader.sample_rate_hz)
    looks = int(np.clip(np.ceil(step / shape.window), 1, _LOOKS))
    places = first_sample + (np.arange(columns * looks) + 0.5) * (step / looks)
    starts = np.round(places - shape.window / 2).astype(np.int64)
    power = np.zeros((columns * looks, shape.rows), np.float32)
    taper = np.hanning(shape.window + 1)[:-1].astype(np.float32)
    spacing = max(1, int(step / looks))
    size = int(np.clip(_HELD_SAMPLES // spacing, 1, _BATCH)) if spacing < _SEEK_SAMPLES else _BATCH
    for low in range(0, len(starts), size):
        progress.report(low / len(starts))
        batch = starts[low : low + size]
        for windows in _windows(reader, batch, shape.window):
            spectra = scipy.fft.rfft(windows * taper, axis=1)[:, : shape.rows]
            found = spectra.real**2 + spectra.imag**2
            np.maximum(power[low : low + len(batch)], found, out=power[low : low + len(batch)])
    loudest = power.reshape(columns, looks, shape.rows).max(axis=1)
    # A full-scale sine has |X| = sum(taper) / 2 in its bin.
    reference = (float(taper.sum()) / 2) ** 2 * 10 ** (full_db / 10)
    level = 10 * np.log10(np.maximum(loudest, 1e-20) / reference)
    shown = np.clip(1 + level / RANGE_DB, 0, 1) * 255
    return np.ascontiguousarray(np.round(shown).astype(np.uint8).T)


def _windows(
    reader: SoundReader, starts: NDArray[np.int64], window: int
) -> list[NDArray[np.float32]]:
    """The samples of every window, (n, window), for each channel; 0 outside the recording."""
    span = int(starts[-1] - starts[0]) + window
    if span > _SEEK_SAMPLES * len(starts):
        parts = np.stack([_padded(reader, int(start), window) for start in starts])
        return [parts[:, :, channel] for channel in range(reader.channels)]
    block = _padded(reader, int(starts[0]), span)
    rows = starts - starts[0]
    return [
        np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(channel), window)[rows]
        for channel in block.T
    ]


def _padded(reader: SoundReader, first: int, count: int) -> NDArray[np.float32]:
    """(count, channels) samples from ``first`` on, 0 where there are none."""
    out = np.zeros((count, reader.channels), np.float32)
    begin, end = max(first, 0), min(first + count, reader.samples)
    if begin < end:
        block = reader.read(begin, end - begin)
        out[begin - first : begin - first + len(block)] = block
    return out


__all__ = ["RANGE_DB", "TOP_HZ", "Shape", "spectrogram"]
