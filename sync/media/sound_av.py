"""Sound that only FFmpeg decodes, addressed by sample number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame, format_dtypes
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import InputContainer
from numpy.typing import NDArray

from sync.errors import MediaEmpty
from sync.media.coding_delay import stated_skip, unstated_delay
from sync.media.facts import HealthNote
from sync.media.limits import ByteBudget
from sync.media.notes import notes_from_arrays, notes_to_arrays
from sync.media.opening import open_container, open_media, packets_of, sound_stream
from sync.media.packets import ordinal_of, tag
from sync.media.ticks import furthest_tick, tick_to_ns
from sync.progress import Progress
from sync.timebase import NS_PER_S, MediaTime

_JUMP_NS = 10_000_000
"""A timestamp this far from the sample count is a hole or an overlap: coarser time bases round to
1 ms, and no coding loses less than a block of some 10 ms."""

_LONGEST_HOLE_NS = 24 * 3600 * NS_PER_S
"""A jump further ahead is a clock that was set, or a damaged timestamp: a day of silence, or a
thousand years of it, was not recorded."""

_SILENCE_MOST = 1 << 32
"""Samples that all holes may add, a day at 48 kHz: every one is drawn and searched, and a damaged
file can claim a day between any two blocks."""

_WARM_UP_BLOCKS = 8
"""Blocks decoded before the asked one after a seek: codecs overlap blocks, Opus needs 80 ms."""

_NOTES_LISTED = 20

_DIRECT_PLANES = 8
"""More than these PyAV 18 looks for until it meets a null, wherever that is: FFmpeg interleaves
them first."""

_Kind = tuple[int, int]
"""Samples a second, channels."""

_OWN_ZERO = frozenset({"mp3", "aac"})
"""Formats without timestamps: FFmpeg makes them up, and starts a tagged MP3 late by what it then
cuts off. Sample 0 is time 0."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundTable:
    """What one decode of a sound stream found: where every decoded block belongs."""

    codec: str
    container: str
    sample_rate_hz: int
    channels: int
    samples: int
    start_ns: int
    unstated: tuple[int, str] | None
    """Samples by which the first may lie off, either way, and why; ``None`` where exact."""
    packet_pts: NDArray[np.int64]
    """Ticks of each packet in file order; −1 where it has none."""
    ordinals: NDArray[np.int64]
    """Packet of each decoded block, ascending."""
    first: NDArray[np.int64]
    """Number of the first sample of each block."""
    notes: tuple[HealthNote, ...]

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Named arrays for the cache."""
        delay, why = self.unstated or (-1, "")
        header = [self.sample_rate_hz, self.channels, self.samples, self.start_ns, delay]
        return {
            "header": np.array(header, np.int64),
            "names": np.array([self.codec, self.container, why], np.str_),
            "packet_pts": self.packet_pts,
            "ordinals": self.ordinals,
            "first": self.first,
            **notes_to_arrays(self.notes),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> SoundTable:
        """The inverse of :meth:`to_arrays`; KeyError or ValueError where it cannot be."""
        rate_hz, channels, samples, start_ns, delay = (int(x) for x in arrays["header"])
        codec, container, why = (str(x) for x in arrays["names"])
        columns = [arrays[name].astype(np.int64) for name in ("packet_pts", "ordinals", "first")]
        if len(columns[1]) != len(columns[2]):
            raise ValueError("a sound table with columns of unequal length")
        return cls(
            codec=codec,
            container=container,
            sample_rate_hz=rate_hz,
            channels=channels,
            samples=samples,
            start_ns=start_ns,
            unstated=None if delay < 0 else (delay, why),
            packet_pts=columns[0],
            ordinals=columns[1],
            first=columns[2],
            notes=notes_from_arrays(arrays),
        )


def scan(path: Path, progress: Progress) -> SoundTable:
    """Decode a sound stream once: only that tells how many samples each packet really holds.

    Raises
    ------
    MediaEmpty
        When there is no sound stream; and the errors of opening a file.
    """
    with open_media(path) as container:
        stream = sound_stream(container)
        if stream is None:
            raise MediaEmpty(
                f"{path.name} holds no sound.",
                path=path,
                hint="Choose a recording with sound, or use its pictures.",
            )
        skip = stated_skip(container, stream)
    with open_media(path) as container:
        stream = sound_stream(container)
        assert stream is not None
        context = stream.codec_context
        rate_hz, channels = context.sample_rate, context.layout.nb_channels
        time_base = stream.time_base or Fraction(1, rate_hz or 1)
        packets: list[tuple[int, int]] = []
        rows: list[tuple[int, int, int | None]] = []
        kinds: list[_Kind] = []
        furthest = furthest_tick(time_base)
        size = max(container.size, 1)
        for ordinal, frame in _decoded(container, stream, packets):
            pts = frame.pts if frame.pts is not None and abs(frame.pts) <= furthest else None
            rows.append((ordinal, frame.samples, pts))
            kinds.append((frame.sample_rate, frame.layout.nb_channels))
            if len(rows) % 256 == 0:
                progress.report(max(packets[-1][1], 0) / size)
        if rows:
            rate_hz, channels = Counter(kinds).most_common(1)[0][0]
        others = _other_kinds(kinds, (rate_hz, channels))
        rows = [row for row, kind in zip(rows, kinds, strict=True) if kind[0] == rate_hz]
        name = container.format.name
        known = [pts for _, _, pts in rows if pts is not None]
        start_ns = tick_to_ns(known[0], time_base) if known else 0
        first, samples, notes = _place(rows, start_ns, time_base, rate_hz)
        return SoundTable(
            codec=context.name,
            container=name,
            sample_rate_hz=rate_hz,
            channels=channels,
            samples=samples,
            start_ns=0 if name in _OWN_ZERO else start_ns,
            unstated=unstated_delay(context.name, context.profile, rate_hz, skip),
            packet_pts=np.array([pts for pts, _ in packets], np.int64),
            ordinals=np.array([ordinal for ordinal, _, _ in rows], np.int64),
            first=np.array(first, np.int64),
            notes=(*others, *notes),
        )


def _other_kinds(kinds: list[_Kind], usual: _Kind) -> list[HealthNote]:
    """Notes on blocks that say they have another rate or other channels than most."""
    notes = []
    rates = sum(rate_hz != usual[0] for rate_hz, _ in kinds)
    if rates:
        detail = f"{rates} of {len(kinds)} blocks of sound claim another rate than {usual[0]} a "
        detail += "second: they are left out, since their samples would lie at wrong times."
        notes.append(HealthNote(code="damaged", at=None, detail=detail))
    layouts = sum(kind[0] == usual[0] and kind[1] != usual[1] for kind in kinds)
    if layouts:
        detail = f"{layouts} of {len(kinds)} blocks of sound do not have {usual[1]} channels as "
        detail += "the others: their channels are mixed into one, which all channels then hold."
        notes.append(HealthNote(code="channels-vary", at=None, detail=detail))
    return notes


def _place(
    rows: list[tuple[int, int, int | None]], start_ns: int, time_base: Fraction, rate_hz: int
) -> tuple[list[int], int, tuple[HealthNote, ...]]:
    """Number of the first sample of every block, by count, and by timestamp where that jumps."""
    placed: list[int] = []
    notes: list[HealthNote] = []
    position, drift_ns, silence = 0, 0, 0
    for _, samples, pts in rows:
        if pts is not None:
            counted_ns = start_ns + position * NS_PER_S // rate_hz
            off_ns = tick_to_ns(pts, time_base) - counted_ns
            if abs(off_ns - drift_ns) > _JUMP_NS:
                jump_ns = off_ns - drift_ns
                hole = max(0, round(jump_ns * rate_hz / NS_PER_S))
                if jump_ns > _LONGEST_HOLE_NS or silence + hole > _SILENCE_MOST:
                    hole = 0
                silence += hole
                notes.append(_jump_note(counted_ns, jump_ns, kept=hole > 0))
                position += hole
                off_ns -= hole * NS_PER_S // rate_hz
            drift_ns = off_ns
        placed.append(position)
        position += samples
    more = len(notes) - _NOTES_LISTED
    if more > 0:
        del notes[_NOTES_LISTED:]
        notes.append(HealthNote(code="gap", at=None, detail=f"{more} more holes in the sound."))
    if not notes and abs(drift_ns) > 2 * _JUMP_NS and position:
        ppm = drift_ns / (position * NS_PER_S / rate_hz) * 1e6
        detail = (
            "The sound's timestamps and its sample count part by "
            f"{drift_ns / 1e6:.0f} ms ({ppm:+.0f} ppm) over the file."
        )
        notes.append(HealthNote(code="rate-mismatch", at=None, detail=detail))
    return placed, position, tuple(notes)


class AvSound:
    """Reads a scanned sound stream by sample number."""

    def __init__(self, path: Path, table: SoundTable) -> None:
        self.path = path
        self.table = table
        self._container: InputContainer | None = None
        self._blocks: Iterator[tuple[int, NDArray[np.float32]]] | None = None
        self._held = np.empty((0, table.channels), np.float32)
        self._held_first = 0

    # -- reading ------------------------------------------------------------------------------

    def read(self, first: int, count: int) -> NDArray[np.float32]:
        """(count, channels) float32; what lies in a hole is zero."""
        out = np.zeros((count, self.table.channels), np.float32)
        ends = first + count
        held_end = self._held_first + len(self._held)
        if self._blocks is None or first < self._held_first or first > held_end + self._far():
            self._seek(first)
        while True:
            _copy(out, first, self._held, self._held_first)
            if self._held_first + len(self._held) >= ends:
                return out
            assert self._blocks is not None
            following = next(self._blocks, None)
            if following is None:
                self._blocks = None
                return out
            self._held_first, self._held = following

    def _far(self) -> int:
        return 2 * self.table.sample_rate_hz

    def _seek(self, first: int) -> None:
        """Stand before sample ``first``: by timestamp where that can be verified, else anew."""
        table = self.table
        row = max(0, int(np.searchsorted(table.first, first, side="right")) - 1 - _WARM_UP_BLOCKS)
        self._held, self._held_first = np.empty((0, table.channels), np.float32), -1
        ordinal = int(table.ordinals[row]) if len(table.ordinals) else 0
        self._reopen()
        assert self._container is not None
        stream = sound_stream(self._container)
        assert stream is not None
        pts = int(table.packet_pts[ordinal]) if 0 <= ordinal < len(table.packet_pts) else -1
        if row > 0 and self._ordinal_at(pts) == ordinal:
            try:
                self._container.seek(pts, stream=stream, backward=True)
                landed = self._landing()
                if landed is not None and landed <= ordinal:
                    self._container.seek(pts, stream=stream, backward=True)
                    self._blocks = self._placed(landed)
                    return
            except (av.FFmpegError, OSError):
                pass
            self._reopen()
        self._blocks = self._placed(0)

    def _ordinal_at(self, pts: int) -> int | None:
        """The packet with this timestamp, where exactly one has it."""
        rows = np.flatnonzero(self.table.packet_pts == pts)
        return int(rows[0]) if pts >= 0 and len(rows) == 1 else None

    def _landing(self) -> int | None:
        """Ordinal of the first packet found where the seek led."""
        assert self._container is not None
        stream = sound_stream(self._container)
        assert stream is not None
        for packet in packets_of(self._container, stream):
            if packet.size:
                return self._ordinal_at(-1 if packet.pts is None else packet.pts)
        return None

    def _reopen(self) -> None:
        self.close()
        self._container = open_container(self.path)

    def _placed(self, first_ordinal: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """(first sample, samples) of each block from a packet on.

        A block cut short after a seek (the decoder warming up) is aligned at its end, which
        is where the scan's and this decode's blocks meet.
        """
        assert self._container is not None
        stream = sound_stream(self._container)
        assert stream is not None
        table = self.table
        ordinals, first = table.ordinals, table.first
        row = int(np.searchsorted(ordinals, first_ordinal))
        last_ordinal = -1
        for ordinal, frame in _decoded(self._container, stream, None, first_ordinal):
            if ordinal != last_ordinal:
                row, last_ordinal = int(np.searchsorted(ordinals, ordinal)), ordinal
            if row >= len(ordinals) or ordinals[row] != ordinal:
                continue
            if frame.sample_rate != table.sample_rate_hz:
                continue
            samples = _float_samples(frame)
            if samples.shape[1] != table.channels:
                mixed = samples.mean(axis=1, keepdims=True)
                samples = np.repeat(mixed, table.channels, axis=1)
            ends = int(first[row + 1]) if row + 1 < len(first) else table.samples
            room = ends - int(first[row])
            yield int(first[row]), samples[-room:] if len(samples) > room else samples
            row += 1

    def close(self) -> None:
        """Let go of the file."""
        self._blocks = None
        if self._container is not None:
            self._container.close()
            self._container = None


def _decoded(
    container: InputContainer,
    stream: AudioStream,
    packets: list[tuple[int, int]] | None,
    first_ordinal: int = 0,
) -> Iterator[tuple[int, AudioFrame]]:
    """(ordinal of its packet, block), ordinals never falling; packets that fail are passed over."""
    stream.codec_context.flags |= Flags.copy_opaque
    ordinal = latest = first_ordinal
    budget = ByteBudget(container)
    try:
        for packet in packets_of(container, stream):
            if budget.spent(packet.size):
                return
            if packet.size:
                tag(packet, ordinal)
                ordinal += 1
                if packets is not None:
                    packets.append((-1 if packet.pts is None else packet.pts, packet.pos or 0))
            try:
                for frame in packet.decode():
                    if isinstance(frame, AudioFrame) and frame.samples and frame.sample_rate:
                        latest = max(latest, ordinal_of(frame))
                        yield latest, frame
            except (av.FFmpegError, ValueError):
                continue
    except (av.FFmpegError, OSError):
        return  # the file ends early; the scan's count says where


def _float_samples(frame: AudioFrame) -> NDArray[np.float32]:
    """(n, channels) float32, full scale ±1, from any sample format."""
    channels = frame.layout.nb_channels
    if frame.format.is_planar and channels > _DIRECT_PLANES:
        (frame,) = av.AudioResampler(format="flt").resample(frame)
    kind = np.dtype(format_dtypes[frame.format.name])
    if frame.format.is_planar:
        # Not frame.to_ndarray(): where there are eight planes PyAV 18 reads a ninth, and crashes.
        planes = [
            np.frombuffer(memoryview(plane), kind, frame.samples)
            for plane in frame.planes[:channels]
        ]
        samples = np.stack(planes, axis=1)
    else:
        whole = np.frombuffer(memoryview(frame.planes[0]), kind, frame.samples * channels)
        samples = whole.reshape(-1, channels)
    if samples.dtype == np.uint8:
        return np.asarray((samples.astype(np.float32) - 128) / 128, dtype=np.float32)
    if np.issubdtype(samples.dtype, np.integer):
        full = float(1 << (8 * samples.dtype.itemsize - 1))
        return np.asarray(samples / full, dtype=np.float32)
    return samples.astype(np.float32)  # a copy: the frame's memory is used again


def _copy(
    out: NDArray[np.float32], first: int, block: NDArray[np.float32], block_first: int
) -> None:
    """Copy the part of ``block`` that overlaps ``out``; both are placed by sample number."""
    low = max(first, block_first)
    high = min(first + len(out), block_first + len(block))
    if low < high:
        out[low - first : high - first] = block[low - block_first : high - block_first]


def _jump_note(at_ns: int, jump_ns: int, *, kept: bool) -> HealthNote:
    if jump_ns > 0 and not kept:
        detail = (
            f"The sound's clock jumps {jump_ns / NS_PER_S:.0f} s ahead; samples are counted on."
        )
        return HealthNote(code="discontinuity", at=MediaTime(at_ns), detail=detail)
    if jump_ns > 0:
        detail = f"{jump_ns / NS_PER_S:.3f} s of sound are missing; they read as silence."
        return HealthNote(code="gap", at=MediaTime(at_ns), detail=detail)
    detail = f"The sound's clock goes back {-jump_ns / NS_PER_S:.3f} s; samples are counted on."
    return HealthNote(code="backward", at=MediaTime(at_ns), detail=detail)
