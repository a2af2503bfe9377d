"""One decode of a recording's pictures that feeds any number of consumers.

The pass knows no trace: index, record, colour, proxy and clock reader are consumers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags
from av.container import InputContainer
from av.video.stream import VideoStream

from sync.errors import MediaEmpty
from sync.media.dispensable import Dispensable
from sync.media.ffv1 import Ffv1Checksums
from sync.media.fields import field_order_of
from sync.media.frame_record import FROM_THE_START, FrameRecord, RecordDiffers, Resumption
from sync.media.frame_types import (
    DecodedFrame,
    FrameConsumer,
    PacketConsumer,
    Resumable,
    StreamBegin,
    StreamEnd,
)
from sync.media.index_consumer import IndexConsumer
from sync.media.limits import ByteBudget, refuse_outsized
from sync.media.opening import open_media, packets_of, picture_stream
from sync.media.packets import PacketRecorder, VideoPacket, ordinal_of, tag
from sync.media.ticks import tick_to_ns
from sync.progress import SILENT, Progress

__all__ = [
    "DecodedFrame",
    "FrameConsumer",
    "IndexConsumer",
    "StreamBegin",
    "decode_pass",
]

_READ_ERRORS_BORNE = 32
"""Read errors in a row after which the rest of a file counts as unreadable."""

_SLOWEST_HZ, _FASTEST_HZ = Fraction(1, 3600), 100_000
"""Time lapse and high-speed cameras; a damaged head claims anything, and where a file has no times
its frames would then lie centuries apart."""

_WITHOUT_TIMES = frozenset(
    {
        "avi", "av1", "avs2", "avs3", "cavsvideo", "dirac", "evc", "h261", "h263", "h264", "hevc",
        "ingenient", "ipu", "m4v", "mjpeg", "mjpeg_2000", "mpegvideo", "obu", "vc1", "vvc",
    }
)  # fmt: skip
"""FFmpeg's names of containers that store no presentation times; what it reports of them is its
own guess."""

_REPORT_EVERY = 16
"""Packets between two progress reports."""


def decode_pass(
    path: Path | str,
    consumers: Sequence[FrameConsumer],
    progress: Progress = SILENT,
    record: FrameRecord | None = None,
) -> None:
    """Decode every frame once, in presentation order, and hand each to every consumer.

    Frames decoded with errors are handed on and flagged, never replaced. A file that ends early
    ends the pass; :class:`PacketConsumer` learns of it.

    Parameters
    ----------
    record
        Is added to, and what it holds is not decoded again: see :mod:`sync.media.frame_record`.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
        When the file cannot be opened; MediaEmpty also when it has no picture stream.
    Cancelled
        Through ``progress``; no consumer's ``end`` is called then.
    RecordDiffers
        When the file does not decode as recorded; the consumers have been told too much by then.
    """
    file = Path(path)
    everyone = list(consumers) if record is None else [record, *consumers]
    with open_media(file) as container:
        stream = picture_stream(container)
        if stream is None:
            raise MediaEmpty(f"{file.name} holds no pictures, only sound.", path=file)
        refuse_outsized(file, stream)
        prepare_decoder(stream)
        begin = stream_begin(file, stream)
        for consumer in everyone:
            consumer.begin(begin)
        start = FROM_THE_START
        if record is not None:
            start = record.resumption(consumers)
            _tell_again(record, start, consumers, progress)
        end = _run(container, stream, begin.time_base, everyone, record, progress, start)
    for consumer in everyone:
        if isinstance(consumer, PacketConsumer):
            consumer.packets(end)
        consumer.end()
    progress.report(1.0)


def _tell_again(
    record: FrameRecord,
    start: Resumption,
    consumers: Sequence[FrameConsumer],
    progress: Progress,
) -> None:
    """What was decoded by an earlier pass, to those who keep no file of their own."""
    told = [consumer for consumer in consumers if not isinstance(consumer, Resumable)]
    if told:
        for frame in record.recorded(start.number):
            for consumer in told:
                consumer.frame(frame)
            if frame.number % _REPORT_EVERY == 0:
                progress.report(0.0, "reading on where it was left")


def prepare_decoder(stream: VideoStream) -> None:
    """Settings every exact decode shares.

    ``copy_opaque`` carries each packet's ordinal to its frame; ``output_corrupt`` makes the decoder
    hand over flawed frames with a flag where it would drop them without a word.
    """
    context = stream.codec_context
    context.flags |= Flags.copy_opaque | Flags.output_corrupt
    context.thread_type = "AUTO"
    context.thread_count = min(4, os.cpu_count() or 1)


def stream_begin(path: Path, stream: VideoStream) -> StreamBegin:
    """What is known of the picture stream before decoding."""
    return StreamBegin(
        path=path,
        codec=stream.codec_context.name,
        width_px=stream.codec_context.width,
        height_px=stream.codec_context.height,
        time_base=stream.time_base or Fraction(1, 90_000),
        nominal_rate=_nominal_rate(stream),
        sample_aspect=stream.sample_aspect_ratio or Fraction(1),
        frames_claimed=stream.frames,
        field_order=field_order_of(stream.codec_context.field_order),
        clock_ticks=1 << 33 if stream.container.format.name in ("mpegts", "mpeg") else None,
        times_written=stream.container.format.name not in _WITHOUT_TIMES,
    )


def _nominal_rate(stream: VideoStream) -> Fraction | None:
    """The claimed rate, unless nothing can record at it."""
    rate = stream.average_rate or stream.guessed_rate
    return rate if rate is not None and _SLOWEST_HZ <= rate <= _FASTEST_HZ else None


def read_packets(
    container: InputContainer, stream: VideoStream, errors: list[str]
) -> Iterator[VideoPacket]:
    """Packets of ``stream`` in file order, the flush packet last.

    Read errors are put into ``errors`` and reading goes on behind them while that gives packets.
    """
    in_a_row = 0
    budget = ByteBudget(container)
    while True:
        try:
            for packet in packets_of(container, stream):
                in_a_row = 0
                if budget.spent(packet.size):
                    errors.append("it hands out more than it holds")
                    yield _flush(stream)
                    return
                yield packet
            return
        except (av.FFmpegError, OSError) as error:
            errors.append(str(error) or type(error).__name__)
            in_a_row += 1
            if in_a_row >= _READ_ERRORS_BORNE or isinstance(error, av.EOFError):
                yield _flush(stream)
                return


def _flush(stream: VideoStream) -> VideoPacket:
    """The empty packet that draws out the frames a decoder still holds."""
    flush = av.Packet()
    flush.stream = stream
    return flush


def _run(
    container: InputContainer,
    stream: VideoStream,
    time_base: Fraction,
    consumers: Sequence[FrameConsumer],
    record: FrameRecord | None,
    progress: Progress,
    start: Resumption,
) -> StreamEnd:
    recorder = PacketRecorder()
    undecodable: list[int] = []
    errors: list[str] = []
    number = start.number
    found = start == FROM_THE_START
    size = max(container.size, 1)
    ffv1 = Ffv1Checksums() if stream.codec_context.name == "ffv1" else None
    flawed: set[int] = set()
    dispensable, not_referred = Dispensable(stream), bytearray()
    for packet in read_packets(container, stream, errors):
        ordinal = -1
        if packet.size:
            ordinal = recorder.add(packet)
            tag(packet, ordinal)
            not_referred.append(dispensable(packet))
            if ordinal % _REPORT_EVERY == 0:
                progress.report(max(packet.pos or 0, 0) / size)
            if ordinal < start.ordinal:
                continue
            if ffv1 is not None and not ffv1.hold(bytes(packet)):
                flawed.add(ordinal)
        try:
            decoded = packet.decode()
        except (av.FFmpegError, ValueError):
            undecodable.append(ordinal)
            if record is not None:
                record.refused()
            continue
        for video in decoded:
            if not isinstance(video, av.VideoFrame):
                continue
            carried = ordinal_of(video)
            # Frames shown before the key picture but stored behind it are recorded already.
            found = found or carried == start.ordinal
            if found:
                damaged = carried in flawed or bool(video.is_corrupt)
                _hand_on(video, number, carried, time_base, consumers, damaged=damaged)
                number += 1
    if not found:
        raise RecordDiffers
    return StreamEnd(
        packets=recorder.table(),
        not_referred=np.frombuffer(bytes(not_referred), np.bool_),
        undecodable=tuple(o for o in undecodable if o >= 0),
        read_error=errors[-1] if errors else None,
    )


def _hand_on(
    video: av.VideoFrame,
    number: int,
    ordinal: int,
    time_base: Fraction,
    consumers: Sequence[FrameConsumer],
    *,
    damaged: bool,
) -> None:
    frame = DecodedFrame(
        number=number,
        ordinal=ordinal,
        pts=video.pts,
        time_ns=None if video.pts is None else tick_to_ns(video.pts, time_base),
        key=bool(video.key_frame),
        damaged=damaged,
        interlaced=bool(video.interlaced_frame),
        rotation_deg=-int(video.rotation) % 360,
        video=video,
    )
    for consumer in consumers:
        consumer.frame(frame)
