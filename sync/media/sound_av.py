"""Sound that only FFmpeg decodes, addressed by sample number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import InputContainer
from numpy.typing import NDArray

from sync.errors import MediaEmpty
from sync.media.facts import HealthNote
from sync.media.notes import notes_from_arrays, notes_to_arrays
from sync.media.opening import open_container, open_media, sound_stream
from sync.media.packets import ordinal_of
from sync.media.ticks import tick_to_ns
from sync.progress import Progress
from sync.timebase import NS_PER_S, MediaTime

_JUMP_NS = 10_000_000
"""A timestamp this far from the sample count is a hole or an overlap: coarser time bases round to
1 ms, and no coding loses less than a block of some 10 ms."""

_WARM_UP_BLOCKS = 8
"""Blocks decoded before the asked one after a seek: codecs overlap blocks, Opus needs 80 ms."""

_NOTES_LISTED = 20

_OWN_ZERO = frozenset({"mp3", "aac"})
"""Formats without timestamps: FFmpeg makes them up, and starts a tagged MP3 late by what it then
cuts off. Sample 0 is time 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTable:
    """What one decode of a sound stream found: where every decoded block belongs."""

    codec: str
    container: str
    sample_rate_hz: int
    channels: int
    samples: int
    start_ns: int
    packet_pts: list[int]
    """Ticks of each packet in file order; −1 where it has none."""
    ordinals: list[int]
    """Packet of each decoded block."""
    first: list[int]
    """Number of the first sample of each block."""
    notes: tuple[HealthNote, ...]

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Named arrays for the cache."""
        header = [self.sample_rate_hz, self.channels, self.samples, self.start_ns]
        return {
            "header": np.array(header, np.int64),
            "names": np.array([self.codec, self.container], np.str_),
            "packet_pts": np.array(self.packet_pts, np.int64),
            "ordinals": np.array(self.ordinals, np.int64),
            "first": np.array(self.first, np.int64),
            **notes_to_arrays(self.notes),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> SoundTable:
        """The inverse of :meth:`to_arrays`; KeyError or ValueError where it cannot be."""
        rate_hz, channels, samples, start_ns = (int(x) for x in arrays["header"])
        codec, container = (str(x) for x in arrays["names"])
        if len(arrays["ordinals"]) != len(arrays["first"]):
            raise ValueError("a sound table with columns of unequal length")
        return cls(
            codec=codec,
            container=container,
            sample_rate_hz=rate_hz,
            channels=channels,
            samples=samples,
            start_ns=start_ns,
            packet_pts=arrays["packet_pts"].tolist(),
            ordinals=arrays["ordinals"].tolist(),
            first=arrays["first"].tolist(),
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
        context = stream.codec_context
        rate_hz, channels = context.sample_rate, context.layout.nb_channels
        time_base = stream.time_base or Fraction(1, rate_hz or 1)
        packets: list[tuple[int, int]] = []
        rows: list[tuple[int, int, int | None]] = []
        size = max(container.size, 1)
        for frame in _decoded(container, stream, packets):
            if not rows:
                rate_hz, channels = frame.sample_rate, frame.layout.nb_channels
            rows.append((ordinal_of(frame), frame.samples, frame.pts))
            if len(rows) % 256 == 0:
                progress.report(max(packets[-1][1], 0) / size)
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
            packet_pts=[pts for pts, _ in packets],
            ordinals=[ordinal for ordinal, _, _ in rows],
            first=first,
            notes=notes,
        )


def _place(
    rows: list[tuple[int, int, int | None]], start_ns: int, time_base: Fraction, rate_hz: int
) -> tuple[list[int], int, tuple[HealthNote, ...]]:
    """Number of the first sample of every block, by count, and by timestamp where that jumps."""
    placed: list[int] = []
    notes: list[HealthNote] = []
    position, drift_ns = 0, 0
    for _, samples, pts in rows:
        if pts is not None:
            counted_ns = start_ns + position * NS_PER_S // rate_hz
            off_ns = tick_to_ns(pts, time_base) - counted_ns
            if abs(off_ns - drift_ns) > _JUMP_NS:
                hole = max(0, round((off_ns - drift_ns) * rate_hz / NS_PER_S))
                notes.append(_jump_note(counted_ns, off_ns - drift_ns))
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
        self._packet_pts = table.packet_pts
        self._ordinals = table.ordinals
        self._first = table.first
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
        row = max(0, int(np.searchsorted(self._first, first, side="right")) - 1 - _WARM_UP_BLOCKS)
        self._held, self._held_first = np.empty((0, self.table.channels), np.float32), -1
        ordinal = self._ordinals[row] if self._ordinals else 0
        self._reopen()
        assert self._container is not None
        stream = sound_stream(self._container)
        assert stream is not None
        if row > 0 and 0 <= ordinal < len(self._packet_pts) and self._unique(ordinal):
            try:
                self._container.seek(self._packet_pts[ordinal], stream=stream, backward=True)
            except (av.FFmpegError, OSError):
                self._reopen()
            else:
                landed = self._landing()
                if landed is not None and landed <= ordinal:
                    self._container.seek(self._packet_pts[ordinal], stream=stream, backward=True)
                    self._blocks = self._placed(landed)
                    return
                self._reopen()
        self._blocks = self._placed(0)

    def _unique(self, ordinal: int) -> bool:
        pts = self._packet_pts[ordinal]
        return pts >= 0 and self._packet_pts.count(pts) == 1

    def _landing(self) -> int | None:
        """Ordinal of the first packet found where the seek led."""
        assert self._container is not None
        stream = sound_stream(self._container)
        for packet in self._container.demux(stream):
            if packet.size:
                pts = -1 if packet.pts is None else packet.pts
                rows = [i for i, known in enumerate(self._packet_pts) if known == pts]
                return rows[0] if len(rows) == 1 else None
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
        rows_of: dict[int, list[int]] = {}
        for row, ordinal in enumerate(self._ordinals):
            rows_of.setdefault(ordinal, []).append(row)
        taken: dict[int, int] = {}
        for frame in _decoded(self._container, stream, None, first_ordinal):
            ordinal = ordinal_of(frame)
            rows = rows_of.get(ordinal, [])
            nth = taken.get(ordinal, 0)
            taken[ordinal] = nth + 1
            if nth >= len(rows):
                continue
            row = rows[nth]
            samples = _float_samples(frame)
            ends = self._first[row + 1] if row + 1 < len(self._first) else self.table.samples
            room = ends - self._first[row]
            yield self._first[row], samples[-room:] if len(samples) > room else samples

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
) -> Iterator[AudioFrame]:
    """Decoded blocks, each carrying its packet's ordinal; packets that fail are passed over."""
    stream.codec_context.flags |= Flags.copy_opaque
    ordinal = first_ordinal
    try:
        for packet in container.demux(stream):
            if packet.size:
                packet.opaque = ordinal
                ordinal += 1
                if packets is not None:
                    packets.append((-1 if packet.pts is None else packet.pts, packet.pos or 0))
            try:
                yield from (f for f in packet.decode() if isinstance(f, AudioFrame) and f.samples)
            except (av.FFmpegError, ValueError):
                continue
    except (av.FFmpegError, OSError):
        return  # the file ends early; the scan's count says where


def _float_samples(frame: AudioFrame) -> NDArray[np.float32]:
    """(n, channels) float32, full scale ±1, from any sample format."""
    raw = frame.to_ndarray()
    channels = frame.layout.nb_channels
    samples = raw.T if frame.format.is_planar else raw.reshape(-1, channels)
    if samples.dtype == np.uint8:
        return np.asarray((samples.astype(np.float32) - 128) / 128, dtype=np.float32)
    if np.issubdtype(samples.dtype, np.integer):
        full = float(1 << (8 * samples.dtype.itemsize - 1))
        return np.asarray(samples / full, dtype=np.float32)
    return np.asarray(samples, dtype=np.float32)


def _copy(
    out: NDArray[np.float32], first: int, block: NDArray[np.float32], block_first: int
) -> None:
    """Copy the part of ``block`` that overlaps ``out``; both are placed by sample number."""
    low = max(first, block_first)
    high = min(first + len(out), block_first + len(block))
    if low < high:
        out[low - first : high - first] = block[low - block_first : high - block_first]


def start_uncertainty(container: str, codec: str) -> tuple[int, str] | None:
    """(samples, why) by which a coding may start late, measured on made files at 8 kHz.

    MPEG: encoder 576 + decoder 529 samples.
    """
    if codec == "aac" and container in ("aac", "mpegts", "avi", "flv"):
        return 1024, "AAC in a container that does not give its encoder's delay"
    if codec.startswith("mp3") or codec in ("mp2", "mp2float"):
        return 1105, "MP3 or MP2 without its encoder's delay"
    if codec.startswith("wma"):
        return 256, "Windows Media Audio"
    if codec == "speex":
        return 80, "Speex"
    return None


def _jump_note(at_ns: int, jump_ns: int) -> HealthNote:
    if jump_ns > 0:
        detail = f"{jump_ns / NS_PER_S:.3f} s of sound are missing; they read as silence."
        return HealthNote(code="gap", at=MediaTime(at_ns), detail=detail)
    detail = f"The sound's clock goes back {-jump_ns / NS_PER_S:.3f} s; samples are counted on."
    return HealthNote(code="backward", at=MediaTime(at_ns), detail=detail)
