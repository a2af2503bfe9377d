"""One decode of a recording's pictures that feeds any number of consumers.

The pass knows no trace: index, grey sequence, traces, proxy and clock reader are consumers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.codec.context import Flags
from av.container import InputContainer
from av.video.stream import VideoStream

from sync.errors import MediaEmpty
from sync.media.frame_types import (
    DecodedFrame,
    FrameConsumer,
    PacketConsumer,
    StreamBegin,
    StreamEnd,
)
from sync.media.grey_sequence import GreyConsumer, GreySequence
from sync.media.index_consumer import IndexConsumer
from sync.media.opening import open_media, picture_stream
from sync.media.packets import PacketRecorder, VideoPacket, ordinal_of
from sync.media.ticks import tick_to_ns
from sync.progress import SILENT, Progress

__all__ = [
    "DecodedFrame",
    "FrameConsumer",
    "GreyConsumer",
    "GreySequence",
    "IndexConsumer",
    "StreamBegin",
    "decode_pass",
]

_READ_ERRORS_BORNE = 32
"""Read errors in a row after which the rest of a file counts as unreadable."""

_REPORT_EVERY = 16
"""Packets between two progress reports."""


def decode_pass(
    path: Path | str, consumers: Sequence[FrameConsumer], progress: Progress = SILENT
) -> None:
    """Decode every frame once, in presentation order, and hand each to every consumer.

    Frames decoded with errors are handed on and flagged, never replaced. A file that ends early
    ends the pass; :class:`PacketConsumer` learns of it.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
        When the file cannot be opened; MediaEmpty also when it has no picture stream.
    Cancelled
        Through ``progress``; no consumer's ``end`` is called then.
    """
    file = Path(path)
    with open_media(file) as container:
        stream = picture_stream(container)
        if stream is None:
            raise MediaEmpty(f"{file.name} holds no pictures, only sound.", path=file)
        prepare_decoder(stream)
        begin = stream_begin(file, stream)
        for consumer in consumers:
            consumer.begin(begin)
        end = _run(container, stream, begin.time_base, consumers, progress)
    for consumer in consumers:
        if isinstance(consumer, PacketConsumer):
            consumer.packets(end)
        consumer.end()
    progress.report(1.0)


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
        nominal_rate=stream.average_rate or stream.guessed_rate,
        sample_aspect=stream.sample_aspect_ratio or Fraction(1),
        frames_claimed=stream.frames,
    )


def read_packets(
    container: InputContainer, stream: VideoStream, errors: list[str]
) -> Iterator[VideoPacket]:
    """Packets of ``stream`` in file order, the flush packet last.

    Read errors are put into ``errors`` and reading goes on behind them while that gives packets.
    """
    in_a_row = 0
    while True:
        try:
            for packet in container.demux(stream):
                in_a_row = 0
                yield packet
            return
        except (av.FFmpegError, OSError) as error:
            errors.append(str(error) or type(error).__name__)
            in_a_row += 1
            if in_a_row >= _READ_ERRORS_BORNE or isinstance(error, av.EOFError):
                # The decoder still holds frames; an empty packet draws them out.
                flush = av.Packet()
                flush.stream = stream
                yield flush
                return


def _run(
    container: InputContainer,
    stream: VideoStream,
    time_base: Fraction,
    consumers: Sequence[FrameConsumer],
    progress: Progress,
) -> StreamEnd:
    recorder = PacketRecorder()
    undecodable: list[int] = []
    errors: list[str] = []
    number = 0
    size = max(container.size, 1)
    for packet in read_packets(container, stream, errors):
        ordinal = -1
        if packet.size:
            ordinal = recorder.add(packet)
            packet.opaque = ordinal
            if ordinal % _REPORT_EVERY == 0:
                progress.report(max(packet.pos or 0, 0) / size)
        try:
            decoded = packet.decode()
        except (av.FFmpegError, ValueError):
            undecodable.append(ordinal)
            continue
        for video in decoded:
            if not isinstance(video, av.VideoFrame):
                continue
            frame = DecodedFrame(
                number=number,
                ordinal=ordinal_of(video),
                pts=video.pts,
                time_ns=None if video.pts is None else tick_to_ns(video.pts, time_base),
                key=bool(video.key_frame),
                damaged=bool(video.is_corrupt),
                video=video,
            )
            number += 1
            for consumer in consumers:
                consumer.frame(frame)
    return StreamEnd(
        packets=recorder.table(),
        undecodable=tuple(o for o in undecodable if o >= 0),
        read_error=errors[-1] if errors else None,
    )
