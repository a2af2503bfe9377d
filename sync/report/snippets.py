"""What was kept of a mark in ``CASE.files``, small enough to travel inside a report."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sync.case.case import Case
from sync.evidence import Mark
from sync.report.figures import waveform

PICTURE_PX = (240, 180)
QUALITY = 78
MOST_BYTES = 3_200_000
"""Of all pictures of one report together: with a third more for base64, and the text, the file
stays below 5 MB. What comes later is named, not shown."""
_COLUMNS = 300
_AROUND_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What a mark saw or heard. ``picture`` is a data URI, ``svg`` a drawing; one of them."""

    caption: str
    picture: str = ""
    svg: str = ""
    width_px: int = 0
    height_px: int = 0


def snippets(case: Case, folder: Path | None) -> dict[str, tuple[Snippet, ...]]:
    """Of every mark that has some, by its id; ``folder`` is ``CASE.files``."""
    found: dict[str, tuple[Snippet, ...]] = {}
    if folder is None or not folder.is_dir():
        return found
    left = MOST_BYTES
    for mark in case.of_kind(Mark):
        shown, spent = _of_mark(case, mark, folder, left)
        left -= spent
        if shown:
            found[mark.id] = shown
    return found


def _of_mark(
    case: Case, mark: Mark, folder: Path, left: int
) -> tuple[tuple[Snippet, ...], int]:  # fmt: skip
    if mark.stream == "sound":
        heard = folder / f"{mark.id}.wav"
        drawn = _heard(case, mark, heard) if heard.is_file() else ""
        caption = f"the sound within {_AROUND_S:g} s; {heard.name}"
        return ((Snippet(caption=caption, svg=drawn),) if drawn else ()), 0
    shown: list[Snippet] = []
    spent = 0
    for suffix, words in (("not-yet", "not yet"), ("happened", "happened")):
        file = folder / f"{mark.id}-{suffix}.png"
        if not file.is_file():
            continue
        small = _small(file)
        if small is None or spent + len(small[0]) > left:
            shown.append(Snippet(caption=f"{words}: see {file.name} (not shown here)"))
            continue
        data, width, height = small
        spent += len(data)
        uri = f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}"
        shown.append(Snippet(caption=f"{words}; reduced from {file.name}", picture=uri,
                             width_px=width, height_px=height))  # fmt: skip
    return tuple(shown), spent


def _small(file: Path) -> tuple[bytes, int, int] | None:
    """(JPEG, width, height); ``None`` where the file is no picture any more."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as opened:
            opened.load()
            picture = opened if opened.mode == "RGB" else opened.convert("RGB")
    except (OSError, UnidentifiedImageError, ValueError):
        return None
    picture.thumbnail(PICTURE_PX, reducing_gap=2.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), picture.width, picture.height


def _heard(case: Case, mark: Mark, file: Path) -> str:
    """The waveform, with the ends of the mark; empty where the file holds no sound."""
    try:
        with wave.open(str(file), "rb") as opened:
            rate = opened.getframerate()
            data = opened.readframes(opened.getnframes())
            plain = (opened.getnchannels(), opened.getsampwidth()) == (1, 2)
    except (OSError, EOFError, wave.Error):
        return ""
    samples = np.frombuffer(data, dtype="<i2").astype(np.float64) if plain else np.zeros(0)
    if len(samples) < 2:
        return ""
    columns = [part for part in np.array_split(samples, min(_COLUMNS, len(samples)))]
    # A snippet begins with the recording where the mark lies less than half a second into it.
    sound = case.source(mark.source).facts.sound
    before_s = _AROUND_S
    if sound is not None:
        before_s = min(_AROUND_S, (mark.centre - sound.start).s)
    length_s = len(samples) / rate
    ends = [end for end in (mark.earliest, mark.latest) if end is not None]
    at = [(before_s + (end - mark.centre).s) / length_s for end in ends]
    return waveform(_extremes(columns, least=True), _extremes(columns, least=False), at)


def _extremes(columns: Sequence[np.ndarray], *, least: bool) -> list[float]:
    return [float(column.min() if least else column.max()) for column in columns]
