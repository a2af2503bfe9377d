"""Exact access to single frames: the packet is found again and decoded, never guessed at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from sync.errors import MediaDamaged
from sync.media.dispensable import Dispensable
from sync.media.exact_frame import ExactFrame
from sync.media.frame_index import FrameIndex
from sync.media.frame_numbers import FrameNumbers
from sync.media.grey import digest_of, grey_of
from sync.media.packet_source import PacketsLost, PacketSource
from sync.media.packets import ordinal_of, tag
from sync.media.ring import Ring
from sync.timebase import MediaTime

__all__ = ["ExactFrame", "FrameReader"]

_KEYS_TRIED = 3
"""Key packets a frame is decoded from, one further back after the other, before its decode counts
as different from the indexed one: damage before the nearest reaches over it, seldom over two."""

_WHOLE_PACKETS = 4_000
"""Up to here a damaged frame is also tried from the very start; further on that would take longer
than anyone waits for a frame that is marked as damaged anyway."""

_LATE_PACKETS = 64
"""A frame that has not come this many packets after its own will not come: decoders reorder over
16 pictures at most and hold one more for each thread."""

_PIECE_S = 0.004
"""How long one piece of reading ahead goes on before it lets a waiting request through. With the
packet that is under way then, it stays within a display's 16 ms."""


_TURN = 4
"""Frames behind the playhead that are had ready for who turns round. The first step back after a
seek begins to fill the ring behind; these last until a person has seen where he is. Each costs a
seek what it would have left out, about half a picture."""


class FrameReader:
    """Frames of one recording by presentation number; a context manager, one for each thread.

    Frames around the last one asked for are held (:class:`Ring`), so that a step costs nothing;
    :meth:`read_ahead` keeps them coming. Pictures that nothing else is predicted from are left out
    on the way to a frame (:class:`Dispensable`); the index's digest shows that it made no
    difference.

    Parameters
    ----------
    path
        The file the index was made from.
    index
        Verified, or provisional: then frames are not marked ``exact``.

    Raises
    ------
    MediaMissing, MediaUnreadable, MediaEmpty, MediaNotRecognised, MediaDamaged
    """

    def __init__(self, path: Path | str, index: FrameIndex) -> None:
        self.path = Path(path)
        self.index = index
        if index.packets is None:
            raise ValueError("this index names no packets; make it with sync.media.inspect")
        self._numbers = FrameNumbers(index.ordinal, len(index.packets))
        keys = np.flatnonzero(index.packets.key)
        shown = self._numbers.first(keys)
        # A key packet that shows nothing (damaged) is no place to start from.
        self._keys, self._keys_shown = keys[shown >= 0], shown[shown >= 0]
        self._ring: Ring[av.VideoFrame | ExactFrame] = Ring()
        self._asked: int | None = None
        self._towards = 1
        self._refill: _Refill | None = None
        self._vain: set[int] = set()
        """Frames that reading ahead has not met where they should be."""
        self._left_out = 0
        damaged = index.damaged is not None and bool(index.damaged.any())
        self._source = PacketSource(self.path, index.packets, as_indexed=damaged)
        self._dispensable = Dispensable(self._source.stream)
        self._sample_aspect = self._source.stream.sample_aspect_ratio or Fraction(1)
        self._stand()

    # -- what callers use ---------------------------------------------------------------------

    def frame(self, i: int) -> ExactFrame:
        """Frame number ``i`` in presentation order.

        Raises
        ------
        IndexError
            When there is no such frame.
        MediaDamaged
            When the file no longer gives that frame: its packets or times differ from the index.
        MediaChanged, MediaMissing
            When it does not because the file was changed or taken away while it was open.
        """
        self.index.time_of(i)
        before = i if self._asked is None else self._asked
        if i != before:
            self._towards = 1 if i > before else -1
        self._asked = i
        self._ring.turn(i, self._towards)
        if self._refill is not None and self._refill.towards > 0 and self._refill.last < i:
            self._refill = None  # was for who turns round here, and he goes on
        held = self.held(i)
        if held is not None:
            return held
        # Who steps back and has overtaken the ring wants the frames before this one next.
        steps_back = 0 < before - i <= self._ring.reach
        return self._decoded(i, first=i - (self._ring.reach if steps_back else _TURN))

    def at(self, t: MediaTime) -> ExactFrame | None:
        """The frame shown at ``t`` (greatest time ≤ ``t``); ``None`` before the first."""
        i = self.index.frame_at(t)
        return None if i is None else self.frame(i)

    def held(self, i: int) -> ExactFrame | None:
        """Frame ``i`` if it need not be decoded; ``None`` otherwise, also where there is none."""
        kept = self._ring.get(i)
        if kept is None or isinstance(kept, ExactFrame):
            return kept
        frame = self._checked(i, kept)
        if not frame.exact and self.index.state == "verified":
            # Decoded on the way to another frame, from a key packet that does not serve this one.
            self._ring.drop(i)
            return None
        self._ring.replace(i, frame)
        return frame

    def read_ahead(self, towards: int) -> bool:
        """Decode a few milliseconds of what a person who steps ``towards`` (+1 on, −1 back) from
        the last asked frame will want next. False when there is nothing left to do."""
        if self._asked is None:
            return False
        self._towards = towards
        self._ring.turn(self._asked, towards)
        if self._refill is None or self._refill.towards != towards:
            if towards > 0:
                self._refill = self._missing_ahead() or self._missing_before_group()
            else:
                self._refill = self._missing_behind()
        if self._refill is None:
            return False
        self._work(self._refill)
        return True

    def close(self) -> None:
        """Let go of the file and the frames held."""
        self._ring.clear()
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- decoding to one frame ----------------------------------------------------------------

    def _decoded(self, i: int, *, first: int) -> ExactFrame:
        """Frame ``i``, and on the way to it those from ``first`` on."""
        self._refill = None
        self._vain.clear()
        self._ring.forget_far()
        best: ExactFrame | None = None
        last: Exception | None = None
        for start in self._starts(i):
            self._left_out = 0
            try:
                if start.key is not None:
                    self._go_to(start.key)
                video = self._decode_to(i, first if start.sparing else 0)
            except (PacketsLost, av.FFmpegError) as error:
                last = error
                self._stand()
                continue
            best = self._checked(i, video)
            if best.exact or self.index.state == "provisional":
                break
        if best is None or not best.exact:
            self._source.refuse_changed()
        if best is None:
            raise MediaDamaged(
                f"{self.path.name} no longer gives frame {i} ({self.index.time_of(i).s:.3f} s) as "
                "it was indexed, so no picture is shown for it.",
                path=self.path,
                hint="Check whether the file was changed; inspect it again.",
            ) from last
        self._ring.replace(i, best)
        return best

    def _starts(self, i: int) -> Iterator[_Start]:
        """Where to decode frame ``i`` from, best first.

        Asked for one after the other, each after the one before has failed: only what was left
        out on the way makes it worth while to decode from the same key packet again.
        """
        before = self._keys_before(i)
        nearest = before[0] if before else 0
        if self._goes_on_to(i, nearest):
            yield _Start(None)
        yield _Start(nearest)
        if self._left_out:
            yield _Start(nearest, sparing=False)
        for key in before[1:]:
            yield _Start(key, sparing=False)
        if nearest and before[-1] and int(self.index.ordinal[i]) < _WHOLE_PACKETS:
            yield _Start(0, sparing=False)

    def _keys_before(self, i: int) -> list[int]:
        """The key packets frame ``i`` can be decoded from, the nearest first."""
        at = int(np.searchsorted(self._keys, int(self.index.ordinal[i]), side="right"))
        found: list[int] = []
        while at > 0 and len(found) < _KEYS_TRIED:
            at -= 1
            # Frames shown before an open group's key frame need the group before.
            if self._keys_shown[at] <= i:
                found.append(int(self._keys[at]))
        return found

    def _goes_on_to(self, i: int, nearest: int) -> bool:
        """Decoding on from here meets frame ``i`` sooner than a new start at key ``nearest``."""
        return self._fed is not None and self._last < i and nearest <= self._fed

    def _decode_to(self, i: int, spare_below: int) -> av.VideoFrame:
        while True:
            for number, video in self._feed(spare_below):
                if number == i:
                    return video
            if self._gone(i):
                raise PacketsLost

    def _gone(self, i: int) -> bool:
        """Frame ``i`` should have come by now."""
        if self._fed is None:
            return True
        return self._last > i and self._fed > int(self.index.ordinal[i]) + _LATE_PACKETS

    # -- the decoder --------------------------------------------------------------------------

    def _stand(self) -> None:
        """The decoder's position is not known."""
        self._fed: int | None = None
        """Ordinal of the packet last given to the decoder; ``None`` when it cannot go on."""
        self._last = -1
        """Highest frame number it has given since."""
        self._taken: dict[int, int] = {}

    def _go_to(self, key: int) -> None:
        self._stand()
        stream = self._source.stream
        self._source.go_to(key)
        if stream is not self._source.stream:
            self._dispensable = Dispensable(self._source.stream)

    def _feed(self, spare_below: int) -> list[tuple[int, av.VideoFrame]]:
        """Decode one packet, unless it serves only frames below ``spare_below``; what comes out."""
        ordinal, packet = self._source.next()
        if ordinal >= 0:
            self._fed = ordinal
            if 0 <= self._numbers.last(ordinal) < spare_below and self._dispensable(packet):
                self._left_out += 1
                return []
            tag(packet, ordinal)
        else:
            self._fed = None
        try:
            decoded = packet.decode()
        except (av.FFmpegError, ValueError):
            return []
        given = []
        for video in decoded:
            carried = ordinal_of(video)
            nth = self._taken.get(carried, 0)
            self._taken[carried] = nth + 1
            number = self._numbers.nth(carried, nth)
            if number >= 0:
                self._last = max(self._last, number)
                self._ring.keep(number, video, _size_bytes(video))
                given.append((number, video))
        return given

    def _checked(self, i: int, video: av.VideoFrame) -> ExactFrame:
        same = self.index.state == "verified"
        if self.index.digest is not None and same:
            same = digest_of(grey_of(video)) == int(self.index.digest[i])
        damaged = bool(video.is_corrupt)
        if self.index.damaged is not None:
            damaged |= bool(self.index.damaged[i])
        return ExactFrame(
            index=i,
            pts=int(self.index.pts[i]),
            time=self.index.time_of(i),
            exact=same,
            damaged=damaged,
            video=video,
            rotation_deg=-int(video.rotation) % 360,
            sample_aspect=self._sample_aspect,
        )

    # -- reading ahead ------------------------------------------------------------------------

    def _missing_ahead(self) -> _Refill | None:
        assert self._asked is not None
        end = min(self._asked + self._ring.reach, len(self.index) - 1)
        first = self._first_missing(range(self._asked + 1, end + 1))
        if first is None:
            return None
        key = (self._keys_before(first) or [0])[0]
        if self._goes_on_to(first, key):
            return _Refill(first=first, last=end, key=None, towards=1)
        if first - self._asked > self._ring.reach // 2:
            return None
        return _Refill(first=first, last=end, key=key, towards=1)

    def _missing_behind(self) -> _Refill | None:
        """The frames missing before the playhead, as far as one run from a key packet gives them.

        A run can begin only at a key packet, so it is worth while for many frames, not for one.
        """
        assert self._asked is not None
        begin = max(0, self._asked - self._ring.reach)
        last = self._first_missing(range(self._asked - 1, begin - 1, -1))
        if last is None or self._asked - last > (self._ring.reach + 1) // 2:
            return None
        before = self._keys_before(last)
        key = before[0] if before else 0
        return _Refill(first=max(begin, self._shown_by(key)), last=last, key=key, towards=-1)

    def _missing_before_group(self) -> _Refill | None:
        """The last frames of the group before, where the playhead is near the start of its own.

        To have them takes decoding a whole group, too long for the step that wants them. Farther
        on in a group they came with the frame itself, and going back to where the decoder stood
        would cost as much again; here that is a few frames.
        """
        assert self._asked is not None
        begin = max(0, self._asked - min(_TURN, self._ring.reach_behind))
        last = self._first_missing(range(self._asked - 1, begin - 1, -1))
        if last is None:
            return None
        own, before = self._keys_before(self._asked)[:1], self._keys_before(last)[:1]
        if own == before:
            return None
        key = before[0] if before else 0
        return _Refill(first=max(begin, self._shown_by(key)), last=last, key=key, towards=1)

    def _shown_by(self, key: int) -> int:
        return int(self._numbers.first(np.array([key]))[0])

    def _first_missing(self, numbers: range) -> int | None:
        for number in numbers:
            if number not in self._ring and number not in self._vain:
                return number
        return None

    def _work(self, refill: _Refill) -> None:
        until = time.perf_counter() + _PIECE_S
        try:
            if refill.key is not None:
                self._go_to(refill.key)
                refill.key = None
            while self._last < refill.last:
                for number, _ in self._feed(refill.first):
                    if refill.first <= number <= refill.last:
                        self.held(number)  # held against its digest now, not when it is wanted
                if self._gone(refill.last):
                    break
                if time.perf_counter() > until:
                    return
        except (PacketsLost, av.FFmpegError):
            self._stand()
        self._refill = None
        self._vain.update(n for n in range(refill.first, refill.last + 1) if n not in self._ring)


@dataclass(frozen=True, slots=True)
class _Start:
    key: int | None
    """Packet to begin at; ``None`` to go on from where the decoder stands."""
    sparing: bool = True
    """Leave out what the frame does not need."""


@dataclass(slots=True, kw_only=True)
class _Refill:
    """Frames ``first`` to ``last``, to be decoded piece by piece."""

    first: int
    last: int
    key: int | None
    """Packet to begin at; ``None`` once begun."""
    towards: int


def _size_bytes(video: av.VideoFrame) -> int:
    return sum(plane.buffer_size for plane in video.planes)
