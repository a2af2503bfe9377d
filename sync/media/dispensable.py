"""Which coded pictures nothing else is predicted from, so that a seek need not decode them.

H.264 (Rec. ITU-T H.264, 7.4.1): a slice with ``nal_ref_idc`` 0 belongs to a picture that no other
refers to. HEVC (Rec. ITU-T H.265, 7.4.2.2): a sub-layer non-reference picture (TRAIL_N, TSA_N,
STSA_N, RADL_N, RASL_N) is not referred to by pictures of its own temporal sub-layer, only perhaps
by higher ones; of the highest sub-layer it is not referred to at all. Neither kind takes part in
the counting of picture order or frame numbers of what follows. Coded pictures of other formats
leave traces in the decoder's state (VP9's probabilities) or come in groups too short to matter.
"""

from __future__ import annotations

from collections.abc import Iterator

from av.video.stream import VideoStream

from sync.media.packets import VideoPacket

_H264_SLICE = 1
_H264_BESIDE = frozenset({6, 9, 12})
"""What may stand beside the slices: supplemental information, access unit delimiter, filler."""

_HEVC_NOT_REFERRED = frozenset({0, 2, 4, 6, 8})
_HEVC_BESIDE = frozenset({35, 38, 39, 40})
_HEVC_SPS = 33
_HEVC_MOST_LAYERS = 7


class Dispensable:
    """Tells for each packet of one stream whether its picture can be left out without a trace.

    Pass the packets in file order: a parameter set on the way may change the answer. Unknown
    codecs, parameter sets and anything odd in a packet make it indispensable.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._codec = stream.codec_context.name
        head = bytes(stream.codec_context.extradata or b"")
        self._length_bytes = 0  # 0: start codes
        self._layers = _HEVC_MOST_LAYERS
        if self._codec == "h264" and len(head) > 6 and head[0] == 1:
            self._length_bytes = (head[4] & 3) + 1
        elif self._codec == "hevc":
            if len(head) > 22 and head[0] == 1:
                self._length_bytes = (head[21] & 3) + 1
                self._layers = _layers(_stored_units(head))
            else:
                self._layers = _layers(_started_units(head))

    def __call__(self, packet: VideoPacket) -> bool:
        """True when no other picture needs this one."""
        if self._codec == "h264":
            return self._h264(self._units(packet))
        if self._codec == "hevc":
            return self._hevc(self._units(packet))
        return False

    def _units(self, packet: VideoPacket) -> Iterator[bytes]:
        coded = bytes(packet)
        if self._length_bytes:
            return _counted_units(coded, 0, self._length_bytes)
        return _started_units(coded)

    def _h264(self, units: Iterator[bytes]) -> bool:
        pictured = False
        for unit in units:
            kind = unit[0] & 31
            if kind == _H264_SLICE:
                if unit[0] >> 5 & 3:
                    return False
                pictured = True
            elif kind not in _H264_BESIDE:
                return False
        return pictured

    def _hevc(self, units: Iterator[bytes]) -> bool:
        pictured = False
        for unit in units:
            if len(unit) < 3:
                return False
            kind, layer, temporal = (
                unit[0] >> 1 & 63,
                (unit[0] & 1) << 5 | unit[1] >> 3,
                unit[1] & 7,
            )
            if kind == _HEVC_SPS:
                self._layers = max(self._layers, (unit[2] >> 1 & 7) + 1)
            if kind in _HEVC_NOT_REFERRED and layer == 0 and temporal == self._layers:
                pictured = True
            elif kind not in _HEVC_BESIDE:
                return False
        return pictured


def _layers(units: Iterator[bytes]) -> int:
    """Highest ``nuh_temporal_id_plus1`` the sequence parameter sets allow."""
    most = [(unit[2] >> 1 & 7) + 1 for unit in units if len(unit) > 2 and unit[0] >> 1 == _HEVC_SPS]
    return max(most, default=_HEVC_MOST_LAYERS)


def _counted_units(coded: bytes, at: int, length_bytes: int) -> Iterator[bytes]:
    """The first bytes of units that follow their length; an empty one where a length is wrong."""
    while at < len(coded):
        begin = at + length_bytes
        at = begin + int.from_bytes(coded[at:begin], "big")
        if begin >= len(coded) or at > len(coded) or at == begin:
            yield b"\xff\xff"  # no such unit: not dispensable
            return
        yield coded[begin : begin + 3]


def _started_units(coded: bytes) -> Iterator[bytes]:
    """The first bytes of units that follow a start code."""
    at = coded.find(b"\0\0\1")
    while at >= 0:
        if at + 3 < len(coded):
            yield coded[at + 3 : at + 6]
        at = coded.find(b"\0\0\1", at + 3)


def _stored_units(head: bytes) -> Iterator[bytes]:
    """The parameter sets in an ``HEVCDecoderConfigurationRecord`` (ISO/IEC 14496-15, 8.3.3)."""
    at = 23
    for _ in range(head[22]):
        count = int.from_bytes(head[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            length = int.from_bytes(head[at : at + 2], "big")
            yield head[at + 2 : at + 5]
            at += 2 + length
        if at >= len(head):
            return
