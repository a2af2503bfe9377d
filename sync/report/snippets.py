"""What marks saw and heard, small enough to travel inside a report.

Of every mark the pictures, or the sound, kept in ``CASE.files``; where nothing was kept, what the
recording itself shows there.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sync.case.case import Case, Source
from sync.errors import TiepointError
from sync.evidence import Mark
from sync.report.figures import heard
from sync.report.sightings import Sightings
from sync.timebase import NS_PER_S, MediaTime

if TYPE_CHECKING:
    from PIL.Image import Image

    from sync.media.sound import SoundReader

PICTURE_PX = (240, 180)
QUALITY = 78
MOST_BYTES = 3_200_000
"""Of all pictures of one report together: with a third more for base64, and the text, the file
stays below 5 MB. What comes later is named, not shown."""
SMALL = ".small.jpg"
"""In place of ``.png``: the name of the one a report shows, made when the picture was kept."""
_COLUMNS = 300
_AROUND_NS = NS_PER_S // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What a mark saw or heard. ``picture`` is a data URI, ``svg`` a drawing; one of them."""

    caption: str
    picture: str = ""
    svg: str = ""
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class _Small:
    """A picture as it travels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One picture of a mark: what it is called, where it was kept, and its time in the file."""

    mark: Mark
    words: str
    kept: Path | None
    at: MediaTime


def snippets(
    case: Case, folder: Path | None, sightings: Sightings
) -> dict[str, tuple[Snippet, ...]]:  # fmt: skip
    """Of every mark that has some, by its id.

    Parameters
    ----------
    folder
        ``CASE.files``.
    sightings
        Of the recordings that can be read.
    """
    found: dict[str, list[Snippet]] = {}
    left = MOST_BYTES
    for wanted, small, caption in _pictures(case, folder, sightings):
        kept = wanted.kept
        if small is None or len(small.data) > left:
            if kept is None:
                continue
            shown = Snippet(caption=f"{wanted.words}: see {kept.name} (not shown here)")
        else:
            left -= len(small.data)
            shown = Snippet(caption=caption, picture=_uri("jpeg", small.data),
                            width_px=small.width, height_px=small.height)  # fmt: skip
        found.setdefault(wanted.mark.id, []).append(shown)
    for mark in case.of_kind(Mark):
        sound = _sound(case.source(mark.source), mark, folder, sightings)
        if sound is not None:
            found[mark.id] = [sound]
    return {mark: tuple(shown) for mark, shown in found.items()}


def small_picture(picture: Image) -> bytes:
    """A picture as a report shows it, JPEG; made once beside a kept one, it need not be again."""
    small = picture if picture.mode == "RGB" else picture.convert("RGB")
    if small is picture:
        small = picture.copy()
    small.thumbnail(PICTURE_PX, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


# -- pictures -------------------------------------------------------------------------------------


def _pictures(
    case: Case, folder: Path | None, sightings: Sightings
) -> Iterator[tuple[_Wanted, _Small | None, str]]:
    """Every picture of every mark, with its caption, recording by recording in order of time."""
    wanted = [
        _Wanted(mark, words, _kept(folder, f"{mark.id}-{suffix}.png"), at)
        for mark in case.of_kind(Mark) if mark.stream == "picture"
        for suffix, words, at in (("not-yet", "not yet", mark.earliest),
                                  ("happened", "happened", mark.latest))
        if at is not None
    ]  # fmt: skip
    wanted.sort(key=lambda one: (one.mark.source, one.at))
    with ThreadPoolExecutor() as pool:  # nearly all is unpacking and decoding, outside the GIL
        read = {
            source: pool.submit(_of_recording, case.source(source), list(those), sightings)
            for source, those in groupby(
                (one for one in wanted if one.kept is None), key=lambda one: one.mark.source
            )
        }
        kept = pool.map(lambda one: None if one.kept is None else _of_file(one.kept), wanted)
        for one, small in zip(wanted, kept, strict=True):
            if one.kept is not None:
                yield one, small, f"{one.words}; reduced from {one.kept.name}"
                continue
            found = read[one.mark.source].result()[one]
            if found is not None:
                yield one, *found


def _of_recording(
    source: Source, wanted: list[_Wanted], sightings: Sightings
) -> dict[_Wanted, tuple[_Small, str] | None]:
    """Pictures of one recording, in order of time, so that what was decoded serves the next."""
    from PIL import Image

    found: dict[_Wanted, tuple[_Small, str] | None] = dict.fromkeys(wanted)
    for one in wanted:
        seen = sightings.picture(source, one.at, *PICTURE_PX)
        if seen is not None:
            number = f"frame {seen.frame}" if seen.exact else "frame number not verified"
            height, width = seen.pixels.shape[:2]
            small = _Small(small_picture(Image.fromarray(seen.pixels)), width, height)
            found[one] = (small, f"{one.words}; {number}, reduced")
    return found


def _kept(folder: Path | None, name: str) -> Path | None:
    file = None if folder is None else folder / name
    return file if file is not None and file.is_file() else None


def _of_file(file: Path) -> _Small | None:
    """``None`` where the file is no picture any more."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as full:
            shape = full.size
            beside = file.with_suffix(SMALL)
            if beside.is_file() and beside.stat().st_mtime_ns >= file.stat().st_mtime_ns:
                data = beside.read_bytes()
            else:
                data = small_picture(full)
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as small:
            width, height = small.size
    except (OSError, UnidentifiedImageError, ValueError):
        return None
    scale = min(1.0, PICTURE_PX[0] / shape[0], PICTURE_PX[1] / shape[1])
    if abs(width - shape[0] * scale) > 1 or abs(height - shape[1] * scale) > 1:
        return None  # of another picture than the one beside it
    return _Small(data, width, height)


# -- sound ----------------------------------------------------------------------------------------


def _sound(
    source: Source, mark: Mark, folder: Path | None, sightings: Sightings
) -> Snippet | None:  # fmt: skip
    """The waveform and the spectrogram within half a second, with the ends of the mark."""
    from sync.media.sound import SoundReader

    if mark.stream != "sound":
        return None
    file = _kept(folder, f"{mark.id}.wav")
    start = source.start if source.facts.sound is None else source.facts.sound.start
    begin = max(mark.centre.ns - _AROUND_NS, start.ns)
    try:
        if file is not None:
            with SoundReader(file) as reader:
                drawn = _drawn(reader, mark, begin, first=0)
        else:
            opened = sightings.sound(source)
            if opened is None:
                return None
            first = round((begin - opened.start.ns) * opened.sample_rate_hz / NS_PER_S)
            drawn = _drawn(opened, mark, begin, first=max(0, first))
    except TiepointError:
        return None
    if not drawn:
        return None
    of = "" if file is None else f"; {file.name}"
    return Snippet(caption=f"the sound within 0.5 s: loudness, and pitch from below{of}", svg=drawn)


def _drawn(reader: SoundReader, mark: Mark, begin_ns: int, *, first: int) -> str:
    """Of at most a second from sample ``first``, which is ``begin_ns`` in the recording's time."""
    from sync.media.spectrogram import Shape, spectrogram

    rate = reader.sample_rate_hz
    last = min(reader.samples, first + round((mark.centre.ns + _AROUND_NS - begin_ns)
                                             * rate / NS_PER_S))  # fmt: skip
    if last - first < 2:
        return ""
    samples = reader.read(first, last - first).mean(axis=1)
    columns = min(_COLUMNS, len(samples))
    parts = np.array_split(samples, columns)
    loudest = float(np.abs(samples).max())
    full_db = 20 * np.log10(loudest) if loudest > 0 else 0.0
    levels = spectrogram(reader, first, last, columns, full_db=full_db)
    shape = Shape.of(rate, (last - first) / columns / rate)
    ends = [end.ns for end in (mark.earliest, mark.latest) if end is not None]
    length_ns = (last - first) * NS_PER_S / rate
    return heard(
        _extremes(parts, least=True), _extremes(parts, least=False),
        picture=_uri("png", _grey(levels)), top_hz=shape.top_hz,
        from_s=begin_ns / NS_PER_S, to_s=(begin_ns + length_ns) / NS_PER_S,
        marks_s=[end / NS_PER_S for end in ends],
    )  # fmt: skip


def _grey(levels: NDArray[np.uint8]) -> bytes:
    """A picture of levels, loud black, the highest pitch on top."""
    from PIL import Image

    out = io.BytesIO()
    # Sixteen greys are as many as an eye tells apart on paper, and a third of the bytes.
    Image.fromarray((255 - (levels[::-1] >> 4) * 17).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def _uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _extremes(parts: Sequence[NDArray[np.float32]], *, least: bool) -> list[float]:
    return [float(part.min() if least else part.max()) for part in parts]
