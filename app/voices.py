"""What is heard: the samples of several recordings at positions of the playhead, mixed to stereo.

Used by the sound thread only, which keeps the files open from one piece of sound to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.playhead import WRAP_SILENCE_NS
from sync.cache import Cache
from sync.errors import TiepointError
from sync.timebase import NS_PER_S

if TYPE_CHECKING:
    from sync.media.raw_sound import RawSound
    from sync.media.sound import SoundReader
    from sync.media.stretch import Stretch

Samples = NDArray[np.float32]
_OPEN_MOST = 12
"""Files kept open: nine clips and what was heard before."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Where sound comes from: positions ``first`` … ``last`` of the playhead are the media times
    ``media_first`` … ``media_last`` (ns), evenly in between."""

    first: int
    last: int
    media_first: int
    media_last: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One voice: a sound stream, where its stretches lie, and how it is heard."""

    path: Path
    pieces: tuple[Piece, ...]
    raw: RawSound | None = None
    """How the file is read where a person stated it."""
    gain: float = 1.0
    """Factor of amplitude."""
    channel: int | None = None
    """The only channel heard, from 0; ``None``: all, two of them left and right."""
    cache: Cache | None = None
    sha256: str | None = None
    """Where the scan is kept that some codings need before they can be read, and by what name."""


class Voices:
    """Reads and mixes plans."""

    def __init__(self) -> None:
        self._readers: dict[tuple[Path, RawSound | None], SoundReader | None] = {}

    def mix(self, plans: tuple[Plan, ...], first_ns: float, step_ns: float, count: int) -> Samples:
        """Samples at ``first_ns``, ``first_ns + step_ns`` …, (count, 2) float32.

        Voices are added at equal power, so that four are about as loud as one. A recording that
        cannot be read there is silent; its own pane says why.
        """
        at: NDArray[np.float64] = first_ns + np.arange(count, dtype=np.float64) * step_ns
        mixed = np.zeros((count, 2), np.float32)
        for plan in plans:
            try:
                self._add(plan, at, mixed)
            except (TiepointError, OSError, ValueError):
                continue
        return mixed / np.float32(max(1, len(plans)) ** 0.5)

    def _add(self, plan: Plan, at: NDArray[np.float64], mixed: Samples) -> None:
        for piece in plan.pieces:
            inside = (at >= piece.first) & (at < piece.last)
            if not inside.any():
                continue
            reader = self._reader(plan)
            if reader is None:
                return
            part = (at[inside] - piece.first) / (piece.last - piece.first)
            media = part * (piece.media_last - piece.media_first) + (
                piece.media_first - reader.start.ns
            )
            place = media * reader.sample_rate_hz / NS_PER_S
            first = max(0, int(np.floor(place[0])))
            block = reader.read(first, max(0, int(np.ceil(place[-1])) - first + 2))
            if not len(block):
                continue
            number = np.arange(len(block))
            for side, samples in enumerate(_sides(block, plan.channel)):
                heard = np.interp(place - first, number, samples, 0.0, 0.0)
                mixed[inside, side] += np.float32(plan.gain) * heard.astype(np.float32)

    def _reader(self, plan: Plan) -> SoundReader | None:
        from sync.media.sound import SoundReader

        key = (plan.path, plan.raw)
        if key not in self._readers:
            while len(self._readers) >= _OPEN_MOST:
                gone = self._readers.pop(next(iter(self._readers)))
                if gone is not None:
                    gone.close()
            try:
                self._readers[key] = SoundReader(
                    plan.path, cache=plan.cache, sha256=plan.sha256, raw=plan.raw
                )
            except (TiepointError, OSError):
                self._readers[key] = None
        return self._readers[key]

    def close(self) -> None:
        """Let go of the files."""
        for reader in self._readers.values():
            if reader is not None:
                reader.close()
        self._readers.clear()


@dataclass(frozen=True, slots=True)
class Run:
    """Playing on from a position."""

    plans: tuple[Plan, ...]
    start: int
    rate: Fraction
    loop: tuple[int, int] | None = None
    pitch_kept: bool = False


class Playing:
    """The samples of a run, in order.

    At another rate than 1 pitch changes and onsets stay where they are (varispeed), unless pitch
    is kept: then onsets wander by up to 30 ms.
    """

    def __init__(self, voices: Voices, run: Run, out_hz: int) -> None:
        self._voices, self._run, self._out_hz = voices, run, out_hz
        self._step_ns = float(run.rate) * NS_PER_S / out_hz
        self._begin(float(run.start))

    def _begin(self, position: float) -> None:
        from sync.media.stretch import Stretch

        self._position = self._read_to = position
        self._stretch: Stretch | None = None
        if self._run.pitch_kept and self._run.rate != 1:
            self._stretch = Stretch(self._unstretched, float(self._run.rate), self._out_hz)

    def take(self, count: int) -> Samples:
        """The next ``count`` samples, (count, 2) float32."""
        parts: list[Samples] = [np.zeros((0, 2), np.float32)]
        loop = self._run.loop
        while count > 0:
            room = count
            if loop is not None:
                left = int((loop[1] - self._position) / self._step_ns)
                if left <= 0:
                    room = self._out_hz * WRAP_SILENCE_NS // NS_PER_S
                    parts.append(np.zeros((room, 2), np.float32))
                    count -= room
                    # Less than a sample is left over: kept, or a loop would lag after many rounds.
                    self._begin(loop[0] + min(0.0, self._position - loop[1]))
                    continue
                room = min(room, left)
            parts.append(self._straight(room))
            count -= room
        return np.concatenate(parts)

    def _straight(self, count: int) -> Samples:
        at = self._position
        self._position += count * self._step_ns
        if self._stretch is not None:
            return self._stretch.take(count)
        return self._voices.mix(self._run.plans, at, self._step_ns, count)

    def _unstretched(self, count: int) -> Samples:
        at, step_ns = self._read_to, NS_PER_S / self._out_hz
        self._read_to += count * step_ns
        return self._voices.mix(self._run.plans, at, step_ns, count)


def _sides(block: Samples, channel: int | None) -> tuple[Samples, Samples]:
    """What goes to the left and to the right ear."""
    if channel is not None and channel < block.shape[1]:
        return block[:, channel], block[:, channel]
    if block.shape[1] == 2:
        return block[:, 0], block[:, 1]
    mono = block.mean(axis=1)
    return mono, mono
