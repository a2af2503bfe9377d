"""Damage in FFV1, which FFmpeg's decoder covers up without a flag.

A slice of FFV1 version 3 and later ends in its length and, where the coder was told to, a CRC-32
(RFC 9043, section 4.9). FFmpeg's decoder notices a wrong one, shows the *previous* picture in its
place, and raises no flag. So the checksums are counted here.
"""

from __future__ import annotations

import zlib

_LENGTH_BYTES = 3
_FOOTERS_BYTES = (_LENGTH_BYTES + 5, _LENGTH_BYTES)
"""With an error status and a checksum, and without."""
_STARTS = (0, 0x79408C7A)
"""What the checksum begins with, in version 3 and in version 4 as FFmpeg writes it."""
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Ffv1Checksums:
    """Holds the packets of one stream against the checksums in them.

    Where the stream carries none only broken lengths are found; before version 3, nothing.
    """

    def __init__(self) -> None:
        self._footer_bytes: int | None = None

    def hold(self, data: bytes) -> bool:
        """False when the packet is not what was written; packets are passed in file order."""
        if self._footer_bytes is None:
            self._footer_bytes = next((n for n in _FOOTERS_BYTES if slices(data, n)), None)
        if self._footer_bytes is None:
            return True
        parts = slices(data, self._footer_bytes)
        if not parts or self._footer_bytes == _LENGTH_BYTES:
            return bool(parts)
        # The checksum is such that the whole slice, with it, gives what it began with.
        return any(all(checksum(part, start) == start for part in parts) for start in _STARTS)


def slices(data: bytes, footer_bytes: int) -> list[bytes]:
    """Slices of a packet, the last first; empty where their lengths do not add up to it."""
    found, end = [], len(data)
    while end > 0:
        at = end - footer_bytes
        begin = at - int.from_bytes(data[max(at, 0) : at + _LENGTH_BYTES], "big")
        if at < 0 or begin < 0:
            return []
        found.append(data[begin:end])
        end = begin
    return found


def checksum(data: bytes, start: int = 0) -> int:
    """CRC-32 with the generator 0x04C11DB7, most significant bit first (RFC 9043, 4.9.3).

    ``zlib`` has the same one with the least significant bit first.
    """
    ours = zlib.crc32(data.translate(_BITS_REVERSED), _mirrored(start) ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    return _mirrored(ours)


def _mirrored(word: int) -> int:
    return int(f"{word:032b}"[::-1], 2)
