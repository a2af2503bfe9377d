"""How well pictures are told from what exports make of them, on made clips whose truth is known.

python -m benchmarks.pictures [--seconds S]

1. Blended frames of rate conversions by FFmpeg's filters and by arithmetic: share flagged, and
   pictures flagged that are none.
2. Recordings without blends that look as if: nothing may be flagged.
3. Bounds of a mark: an instant falls at random into a recording, the mark is put on the first frame
   that shows it; share of bounds that hold the truth, and their width, with and without widening.
4. Cost of looking for blends against decoding.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sync.media.blends import BlendWatch
from sync.media.decode_pass import decode_pass
from sync.media.frame_index import FrameIndex
from sync.media.frame_types import DecodedFrame, StreamBegin
from sync.media.index_consumer import IndexConsumer
from sync.timebase import NS_PER_S, Duration
from tests.support.made_rates import (
    SCENES,
    Picture,
    Scene,
    blended,
    filmed,
    filtered,
    in_step,
    interlaced,
    pan,
    places,
    repeated,
    street,
    walker,
    write_pictures,
)

CRF = ("18", "23", "30")
CONVERSIONS = ((25, 30, 5, 6), (24, 30, 4, 5), (20, 30, 2, 3), (15, 25, 3, 5), (12.5, 25, 1, 2),
               (10, 25, 2, 5), (10, 30, 1, 3), (6.25, 25, 1, 4))  # fmt: skip
INSTANTS = 4000


def index_of(path: Path) -> FrameIndex:
    """The verified index of a clip."""
    indexer = IndexConsumer()
    decode_pass(path, [indexer])
    assert indexer.index is not None
    return indexer.index


def reach_of(path: Path) -> NDArray[np.uint8]:
    """How far each frame is mixed."""
    index = index_of(path)
    assert index.blend_reach is not None
    return index.blend_reach


@dataclass(frozen=True, slots=True)
class Clips:
    """Writes clips into a folder and looks at them."""

    folder: Path
    seconds: float

    def taken(self, scene: Scene, rate: float, noise: float = 2.0) -> list[Picture]:
        """Pictures of a scene at an even rate."""
        return filmed(scene, np.arange(round(self.seconds * rate) + 1) / rate, noise=noise)

    def write(self, pictures: Sequence[Picture], rate: float, crf: str = "23", **more: int) -> Path:
        """A clip of them."""
        options = {"preset": "veryfast", "crf": crf}
        whole = Fraction(rate).limit_denominator(1000)
        return write_pictures(self.folder / "c.mp4", pictures, rate=whole, options=options, **more)


def detection(clips: Clips) -> None:
    """Part 1."""
    print("1. Blended frames: share flagged (pictures flagged that are none), by x264 crf")
    print("   conversion      scene    made by        " + "".join(f"{'crf ' + c:>16}" for c in CRF))
    for source, rate, p, q in CONVERSIONS:
        common = (p, q) in ((5, 6), (2, 5), (1, 2))
        for name in ("street", "walker", "pan", "still") if common else ("street", "walker"):
            taken = clips.taken(SCENES[name], source)
            made = {"arithmetic": blended(taken, p, q)}
            if name == "street":
                made["as light"] = blended(taken, p, q, linear_light=True)
            if common and name == "street":
                fraction = Fraction(source).limit_denominator(100)
                made["framerate"] = filtered(taken, fraction, "framerate", f"fps={rate}")
                made["minterpolate"] = filtered(
                    taken, fraction, "minterpolate", f"fps={rate}:mi_mode=blend:scd=none"
                )
            for by, frames in made.items():
                cells = [_share(reach_of(clips.write(frames, rate, crf)), p, q) for crf in CRF]
                text = "".join(f"{hit:9.2f} ({false:.2f})" for hit, false in cells)
                print(f"   {source:>5} -> {rate:<5} {name:>8}    {by:<13}{text}", flush=True)


def _share(reach: NDArray[np.uint8], p: int, q: int) -> tuple[float, float]:
    part = places(p, q, len(reach)) % 1
    mixed = (part > 1e-6) & (part < 1 - 1e-6)
    # What a filter makes of the very end is its own affair.
    inner = np.arange(len(reach)) < len(reach) - q
    return float((reach[mixed & inner] > 0).mean()), float((reach[~mixed & inner] > 0).mean())


def controls(clips: Clips) -> None:
    """Part 2."""
    print("\n2. Recordings without blends: frames flagged, of all, by x264 crf")
    n = round(clips.seconds * 25)
    rng = np.random.default_rng(1)
    at = np.arange(n) / 25
    cases: dict[str, list[Picture]] = {name: clips.taken(scene, 25)
                                       for name, scene in SCENES.items()}  # fmt: skip
    cases["street without noise"] = clips.taken(street, 25, 0.0)
    cases["walker in heavy noise"] = clips.taken(walker, 25, 8.0)
    cases["slow motion (1/8)"] = filmed(street, at / 8)
    cases["pan without noise"] = clips.taken(pan, 25, 0.0)
    fade = 0.5 - 0.5 * np.cos(2 * np.pi * at / 4)
    cases["fades in and out"] = [
        np.rint(level * picture).astype(np.uint8)
        for level, picture in zip(fade, cases["street"], strict=False)
    ]
    cases["a lamp that blinks"] = [
        np.clip(picture + 60.0 * (k // 5 % 2), 0, 255).astype(np.uint8)
        for k, picture in enumerate(cases["walker"])
    ]
    cases["a lamp that glows up and down"] = [
        np.clip(picture + 40.0 * (1 + np.sin(k)), 0, 255).astype(np.uint8)
        for k, picture in enumerate(cases["walker"])
    ]
    cases["an edge in step with the cells"] = clips.taken(in_step, 25)
    cases["unsteady camera"] = filmed(
        lambda t: np.roll(street(t), int(rng.integers(-2, 3)), axis=1), at
    )
    cases["repeats 10 -> 25"] = repeated(clips.taken(street, 10), 2, 5)
    cases["repeats 10 -> 30"] = repeated(clips.taken(street, 10), 1, 3)
    cases["repeats 20 -> 25"] = repeated(clips.taken(street, 20), 4, 5)
    cases["repeats 25 -> 30"] = repeated(clips.taken(street, 25), 5, 6)
    cases["two fields a frame"] = interlaced(clips.taken(street, 50))
    for name, frames in cases.items():
        counts = [int((reach_of(clips.write(frames, 25, crf)) > 0).sum()) for crf in CRF]
        few = int((reach_of(clips.write(frames, 25, "36", b_frames=1, gop=12)) > 0).sum())
        text = "".join(f"{count:6d}" for count in counts)
        print(f"   {name:<32}{text}{few:6d} (crf 36, 1 B-frame) of {len(frames)}", flush=True)


@dataclass(frozen=True, slots=True)
class Export:
    """How an instant shows in an export."""

    name: str
    index: FrameIndex
    weights: NDArray[np.float64]
    """(frames, pictures) share of each picture in each frame."""
    taken_s: NDArray[np.float64]
    """(pictures,) when each was taken, in the file's time."""


def bounds(clips: Clips) -> None:
    """Part 3."""
    print("\n3. Bounds of a mark: share that holds the instant, and median width")
    print("   export                           faintest seen   as built          without widening")
    for export in _exports(clips):
        plain = replace(
            export.index, blend_reach=None, interlaced=None, field_order=None,
            raster_half=Duration(0),
        )  # fmt: skip
        for faintest in (0.05, 0.5):
            now, before = (_held(one, export, faintest) for one in (export.index, plain))
            print(
                f"   {export.name:<33}{faintest:>8.0%}       {now[0]:.3f} {now[1]:5.0f} ms"
                f"       {before[0]:.3f} {before[1]:5.0f} ms",
                flush=True,
            )


def _exports(clips: Clips) -> list[Export]:
    found = []
    for source, rate, p, q in ((25, 30, 5, 6), (10, 25, 2, 5), (12.5, 25, 1, 2)):
        taken = clips.taken(street, source)
        frames = blended(taken, p, q)
        index = index_of(clips.write(frames, rate))
        place = places(p, q, len(frames))
        weights = np.zeros((len(frames), len(taken)))
        for k, at in enumerate(place):
            left = floor(at + 1e-9)
            weights[k, left] = 1 - (at - left)
            weights[k, left + 1] += at - left
        when = np.arange(len(taken)) / source
        found.append(Export(f"blended {source:g} -> {rate:g}", index, weights, when))
    for source, rate, p, q in ((10, 30, 1, 3), (10, 25, 2, 5), (6.25, 25, 1, 4), (20, 25, 4, 5)):
        taken = clips.taken(street, source)
        frames = repeated(taken, p, q)
        index = index_of(clips.write(frames, rate))
        weights = np.zeros((len(frames), len(taken)))
        shown = np.arange(len(frames)) * p // q
        weights[np.arange(len(frames)), shown] = 1
        when = np.arange(len(taken)) / source
        # The latest one taken is shown up to a frame late; on average that is part of the clock's
        # offset, not of a mark's range.
        first = np.searchsorted(shown, np.arange(len(taken)), side="left") / rate
        when = when + float((first - when)[: shown.max()].mean())
        found.append(Export(f"repeated {source:g} -> {rate:g}", index, weights, when))
    fields = clips.taken(street, 50)
    index = index_of(
        write_pictures(
            clips.folder / "i.mp4", interlaced(fields), rate=25,
            options={"x264-params": "tff=1", "preset": "veryfast"},
        )
    )  # fmt: skip
    n = len(index)
    weights = np.zeros((n, 2 * n))
    weights[np.arange(n), 2 * np.arange(n)] = weights[np.arange(n), 2 * np.arange(n) + 1] = 0.5
    found.append(Export("interlaced, seen in either field", index, weights, np.arange(2 * n) / 50))
    return found


def _held(index: FrameIndex, export: Export, faintest: float) -> tuple[float, float]:
    """Share of instants inside their bounds, and the median width in ms."""
    rng = np.random.default_rng(3)
    last = export.taken_s[-1] - 1
    seen = np.cumsum(export.weights[:, ::-1], axis=1)[:, ::-1]  # share taken from picture j on
    held, widths = 0, []
    for instant in rng.uniform(1.0, last, INSTANTS):
        j = int(np.searchsorted(export.taken_s, instant))
        frame = int(np.argmax(seen[:, j] >= faintest))
        after, by = index.picture_bounds(index.picture_of(frame))
        start = -np.inf if after is None else after.ns / NS_PER_S
        held += start <= instant <= by.ns / NS_PER_S
        if after is not None:
            widths.append(by.ns - after.ns)
    return held / INSTANTS, float(np.median(widths)) / 1e6


class _Watcher:
    """Looks for blends and nothing else."""

    def __init__(self, looks: bool) -> None:
        self._watch = BlendWatch() if looks else None

    def begin(self, stream: StreamBegin) -> None:
        """Nothing to do."""

    def frame(self, frame: DecodedFrame) -> None:
        """The grey in both cases, so that only the looking differs."""
        grey = frame.grey
        if self._watch is not None:
            self._watch.add(grey)

    def end(self) -> None:
        """Nothing to do."""


def cost(clips: Clips) -> None:
    """Part 4."""
    path = clips.write(clips.taken(street, 25), 25)
    frames = len(index_of(path))
    spent: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(5):
        for looks in (False, True):
            start = time.process_time()
            decode_pass(path, [_Watcher(looks)])
            spent[looks].append(time.process_time() - start)
    extra = float(np.median(np.array(spent[True]) - np.array(spent[False])))
    print(
        f"\n4. Looking for blends: {1e3 * extra / frames:.3f} ms of CPU a frame (median of 5 pairs)"
    )


def main() -> None:
    """Print the four parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each clip")
    parser.add_argument("--part", type=int, choices=(1, 2, 3, 4), help="only this part")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clips = Clips(Path(folder), chosen.seconds)
        for number, part in enumerate((detection, controls, bounds, cost), 1):
            if chosen.part in (None, number):
                part(clips)


if __name__ == "__main__":
    main()
