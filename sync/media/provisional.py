"""A first index from the container alone, before anything is decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from sync.errors import MediaEmpty
from sync.media.boxes import BoxesUnreadable, Samples, tracks_of
from sync.media.decode_pass import read_packets, stream_begin
from sync.media.facts import HealthNote
from sync.media.frame_index import FrameIndex
from sync.media.frame_times import settle_times
from sync.media.health import timing_notes
from sync.media.limits import refuse_outsized
from sync.media.opening import open_media, packets_of, picture_stream
from sync.media.packets import PacketRecorder, PacketTable, VideoPacket
from sync.media.ticks import NO_TIME
from sync.progress import SILENT, Progress

_REPORT_EVERY = 256

_HEAD = 32
"""Packets at the beginning that are held against the tables; twice the deepest reordering."""

_SET_S = 10
"""Decoding times never go back, and by more than this forth only where a clock was set."""

_TAIL = 2000
"""Packets from the last place FFmpeg can seek to, at most, until the tables are given up."""


def provisional_index(
    path: Path | str, progress: Progress = SILENT
) -> tuple[FrameIndex, tuple[HealthNote, ...]]:
    """Frames as the container announces them: one a packet, ordered by presentation time.

    From the tables of an MP4 or MOV at once (30 minutes in some 20 ms), where the packets at its
    beginning and end agree with them; otherwise by going through the file's packets, some 500
    times faster than real time. Which frames really decode, and which show the same picture, only
    the decode pass knows.

    Raises
    ------
    MediaEmpty
        When there is no picture stream or no packet in it; and the errors of opening a file.
    """
    file = Path(path)
    with open_media(file) as container:
        stream = picture_stream(container)
        if stream is None:
            raise MediaEmpty(f"{file.name} holds no pictures, only sound.", path=file)
        refuse_outsized(file, stream)
        begin = stream_begin(file, stream)
        found = _by_tables(file, container, stream)
    if found is None:
        with open_media(file) as container:  # afresh: the tables were tried by seeking
            stream = picture_stream(container)
            assert stream is not None
            found = _by_packets(container, stream, progress)
    packets = found.packets
    shown = np.flatnonzero(~found.hidden)
    if not len(shown):
        raise MediaEmpty(f"{file.name} holds not one picture.", path=file)
    order = _presentation_order(packets, shown, begin.time_base)
    times = settle_times(
        pts=packets.pts[order],
        dts=packets.dts[order],
        time_base=begin.time_base,
        nominal_rate=begin.nominal_rate or Fraction(25),
        clock_ticks=begin.clock_ticks,
        times_written=begin.times_written,
    )
    index = FrameIndex(
        pts=times.pts,
        time_ns=times.time_ns,
        ordinal=order.astype(np.int32),
        key=packets.key[order],
        picture=np.full(len(order), -1, np.int32),
        time_base=begin.time_base,
        state="provisional",
        field_order=begin.field_order,
        packets=packets,
    )
    return index, (*times.notes, *timing_notes(index, begin.nominal_rate))


def _presentation_order(
    packets: PacketTable, shown: NDArray[np.int64], time_base: Fraction
) -> NDArray[np.int64]:
    """``shown`` in the order a decoder puts the pictures out.

    By time, but never across a place where the file's clock was set: times before and after it
    are not of one scale.
    """
    pts, dts = packets.pts[shown], packets.dts[shown]
    if (pts == NO_TIME).any():
        return shown
    known = np.flatnonzero(dts != NO_TIME)
    steps = np.diff(dts[known])
    set_at = known[1:][(steps < 0) | (steps > round(_SET_S / time_base))]
    clock = np.searchsorted(set_at, np.arange(len(dts)), side="right")
    return shown[np.lexsort((pts, clock))]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    packets: PacketTable
    hidden: NDArray[np.bool_]
    """Cut off by an edit list: decoded, never shown."""


def _by_packets(container: InputContainer, stream: VideoStream, progress: Progress) -> _Found:
    recorder = PacketRecorder()
    hidden = bytearray()
    size = max(container.size, 1)
    for packet in read_packets(container, stream, []):
        if packet.size:
            recorder.add(packet)
            hidden.append(packet.is_discard)
        if len(recorder) % _REPORT_EVERY == 0:
            progress.report(max(packet.pos or 0, 0) / size)
    return _Found(recorder.table(), np.frombuffer(bytes(hidden), np.bool_))


def _by_tables(path: Path, container: InputContainer, stream: VideoStream) -> _Found | None:
    """The packets as the file's own tables list them, or ``None`` where that cannot be relied on.

    FFmpeg shifts times by the edit list and leaves out what it cuts away. So first and last
    sample, shift and what is hidden are taken from packets it really gives, at both ends of the
    file, and every one of these must agree with the tables.
    """
    try:
        track = next((t for t in tracks_of(path) if t.number == stream.id), None)
        if track is None or stream.time_base != Fraction(1, max(track.ticks_per_s, 1)):
            return None
        shown = [(e.start, e.duration_s) for e in track.edits if e.start is not None]
        if len(shown) > 1:
            return None
        samples = track.samples()
        head, tail = _ends(container, stream)
    except (BoxesUnreadable, OSError, ValueError, av.FFmpegError):
        return None
    first = _sample_of(samples, head[:1])
    last_first = _sample_of(samples, tail[:1])
    if first is None or last_first is None or head[0].pts is None or head[0].dts is None:
        return None
    stop = last_first + len(tail)
    shift_pts = head[0].pts - int(samples.cts[first])
    shift_dts = head[0].dts - int(samples.dts[first])
    hidden = np.zeros(len(samples), np.bool_)
    for start, duration_s in shown:
        hidden |= samples.cts < start
        if duration_s:
            hidden |= samples.cts >= start + round(duration_s * track.ticks_per_s)
    packets = PacketTable(
        position=samples.position[first:stop],
        pts=samples.cts[first:stop] + shift_pts,
        dts=samples.dts[first:stop] + shift_dts,
        size=samples.size[first:stop],
        key=samples.key[first:stop],
    )
    hidden = hidden[first:stop]
    agree = _agree(packets, hidden, head, 0) and _agree(packets, hidden, tail, last_first - first)
    return _Found(packets, hidden) if agree else None


def _ends(
    container: InputContainer, stream: VideoStream
) -> tuple[list[VideoPacket], list[VideoPacket]]:
    """The first packets of a stream, and all from its last key packet on."""
    head: list[VideoPacket] = []
    for packet in packets_of(container, stream):
        if not packet.size or len(head) == _HEAD:
            break
        head.append(packet)
    container.seek(1 << 62, stream=stream, backward=True)
    tail: list[VideoPacket] = []
    for packet in packets_of(container, stream):
        if packet.size:
            tail.append(packet)
        if len(tail) > _TAIL:
            raise ValueError("no key packet near the end")
    return head, tail


def _sample_of(samples: Samples, packets: Sequence[VideoPacket]) -> int | None:
    """Number of the sample that the first of ``packets`` holds."""
    if not packets:
        return None
    at = np.flatnonzero(samples.position == packets[0].pos)
    return int(at[0]) if len(at) == 1 else None


def _agree(
    packets: PacketTable,
    hidden: NDArray[np.bool_],
    seen: Sequence[VideoPacket],
    first: int,
) -> bool:
    """Whether packets ``first`` and on are those FFmpeg gave."""
    if first < 0 or first + len(seen) > len(packets):
        return False
    return all(
        (packet.pos, packet.size, packet.pts, packet.dts, packet.is_keyframe, packet.is_discard)
        == (
            packets.position[i],
            packets.size[i],
            packets.pts[i],
            packets.dts[i],
            packets.key[i],
            hidden[i],
        )
        for i, packet in enumerate(seen, first)
    )
