"""Recordings and cases for ``benchmarks.window``: long, cheap to make, no two the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sync.case.acts import mark_event
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.timebase import MediaTime
from tests.support.made_media import write_clip

SOUND_HOURS = 12
CLIPS, CHANNELS, ANCHORS = 16, 8, 100
RATE_HZ = 8000
CLIP_S, PICTURES_HZ = 40, 10
_CALL_S, _CALLS_AN_HOUR = 4, 30


def make_long_sound(path: Path, hours: int, seed: int) -> Path:
    """A radio channel: calls of noise in silence, 16 bit, 8 kHz; silence takes no disk."""
    if path.exists():
        return path
    rng = np.random.default_rng(seed)
    count = hours * 3600 * RATE_HZ
    with path.open("wb") as stream:
        stream.write(_head(count))
        begin = stream.tell()
        stream.truncate(begin + 2 * count)
        for at in np.sort(rng.integers(0, count - _CALL_S * RATE_HZ, hours * _CALLS_AN_HOUR)):
            call = (rng.normal(0, 4000, _CALL_S * RATE_HZ)).clip(-32000, 32000).astype("<i2")
            stream.seek(begin + 2 * int(at))
            stream.write(call.tobytes())
    return path


def _head(count: int) -> bytes:
    """The head of a WAV file of ``count`` samples of one channel."""
    size = 2 * count
    return b"".join([
        b"RIFF", (36 + size).to_bytes(4, "little"), b"WAVEfmt ", (16).to_bytes(4, "little"),
        (1).to_bytes(2, "little"), (1).to_bytes(2, "little"), RATE_HZ.to_bytes(4, "little"),
        (2 * RATE_HZ).to_bytes(4, "little"), (2).to_bytes(2, "little"), (16).to_bytes(2, "little"),
        b"data", size.to_bytes(4, "little"),
    ])  # fmt: skip


def _clips(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"clip{number}.mp4" for number in range(count)]
    for number, path in enumerate(paths):
        if not path.exists():
            pictures = range(100 * number, 100 * number + CLIP_S * PICTURES_HZ)
            write_clip(path, pictures, rate=PICTURES_HZ, gop=20, noise=2)
    return paths


def make_case(folder: Path) -> Path:
    """16 clips tied to the first, and 8 channels of 12 h."""
    path = folder / "large.tiepoint"
    if path.exists():
        return path
    case = Case(id="", title="Large", examiner="E. Xaminer")
    names = [folder / f"radio{number}.wav" for number in range(CHANNELS)]
    sounds = [make_long_sound(name, SOUND_HOURS, n + 2) for n, name in enumerate(names)]
    for media in (*_clips(folder, CLIPS), *sounds):
        case, _ = add_recording(case, media, case_path=path, name=media.stem, verify=False)
    case = case.with_datum(case.sources[0].clock)
    for number, source in enumerate(case.sources[1:]):
        case = _tied(case, f"tie {number}", (case.sources[0].id, source.id), 5.0 + number)
    CaseStore.create(path, case, "E. Xaminer").close()
    return path


def make_tied_case(folder: Path) -> Path:
    """Four clips with a hundred anchors between them."""
    path = folder / "tied.tiepoint"
    if path.exists():
        return path
    case = Case(id="", title="Tied", examiner="E. Xaminer")
    for media in _clips(folder, 4):
        case, _ = add_recording(case, media, case_path=path, name=media.stem, verify=False)
    case = case.with_datum(case.sources[0].clock)
    rng = np.random.default_rng(3)
    ids = [source.id for source in case.sources]
    for number in range(ANCHORS):
        pair = rng.choice(ids, 2, replace=False)
        case = _tied(case, f"event {number}", tuple(pair), float(rng.uniform(1, CLIP_S - 2)))
    CaseStore.create(path, case, "E. Xaminer").close()
    return path


def _tied(case: Case, name: str, sources: tuple[str, ...], at_s: float) -> Case:
    """One event between two pictures (or within 50 ms of sound) of each of these recordings."""
    rng = np.random.default_rng(len(case.evidence))
    for source in sources:
        low = at_s + float(rng.uniform(-0.03, 0.03))
        case, _ = mark_event(
            case, event=name, source=source, stream=None, earliest=MediaTime.from_s(low),
            latest=MediaTime.from_s(low + 0.1), definition="as made",
        )  # fmt: skip
    return case
