"""How often unrelated real recordings are called a match.

Run as ``python -m benchmarks.real_unrelated [--pairs N]``. Excerpts are cut from the recordings of
``../shared/media`` side by side, so that no two overlap, and an excerpt is compared only with ones
of another origin (cuts of one talk, microphones of one sound, takes of one session are one origin).

There is not enough sound for 1,000 pairs of fresh excerpts, so they are drawn in rounds: in each
round every excerpt is used at most once, and no pair is drawn twice. The first round (``once``) is
of independent pairs; later rounds reuse its sounds in other company, so all pairs together are
fewer independent ones than their number, and their binomial limit is a little too narrow.

A calibrated search accepts 1 % at p ≤ 0.01. Exit status 1 when a kind accepts more than the upper
99 % limit of a binomial of 1 % allows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from scipy.stats import binom

from sync.cache import Cache
from sync.correlate.recordings import read_samples
from sync.correlate.result import SearchResult
from sync.correlate.search import search
from sync.correlate.sound import Samples, search_samples
from sync.media.inspect import inspect
from sync.timebase import MediaTime
from sync.traces.derive import derive_traces
from sync.traces.picture import Region
from sync.traces.trace import PICTURE_KINDS, SOUND_KINDS, Trace

MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"

# Folders and files of one origin; any other file is an origin of its own.
ORIGINS = (
    "pairs/audio-offset-finder", "pairs/opensoundscape/aru", "odd/wavinfo/sounddevices",
    "odd/wavinfo/cue_chunks", "odd/pydub", "cctv/dvr-scan/traffic_camera",
)  # fmt: skip
SOUNDS = (
    "radio/icad/*.wav", "pairs/audio-offset-finder/*.mp3", "pairs/syncstart/*.wav",
    "pairs/opensoundscape/aru_1.wav", "events/*/*.wav", "odd/wavinfo/*", "odd/pydub/*.mp3",
    "odd/pydub/*.m4a", "odd/pydub/bach.ogg", "cctv/*/*.mp4", "cctv/bgslibrary/video.avi",
)  # fmt: skip
PICTURES = (
    "cctv/vtest.avi", "cctv/intel/*.mp4", "cctv/dvr-scan/traffic_camera.mp4", "cctv/bgslibrary/*",
    "cctv/gopro/karma.mp4",
)  # fmt: skip
MAINS = ("pairs/enf-whu/*.wav",)
SOUND_RATE_HZ, MAINS_RATE_HZ = 8000, 400
SOUND_S, MAINS_S = 2.5, 8.0
# One of two traces must cover a minute; excerpts of the other are as short as is allowed.
LONG_S, SHORT_S = 60.0, 15.0

One = TypeVar("One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt(Generic[One]):
    """A part of a recording."""

    origin: str
    name: str
    of: One


def files(patterns: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Recordings, and the origin of each."""
    for path in sorted({path for pattern in patterns for path in MEDIA.glob(pattern)}):
        name = path.relative_to(MEDIA).as_posix()
        yield path, next((origin for origin in ORIGINS if name.startswith(origin)), name)


# -- sound ----------------------------------------------------------------------------------------


def sounds(patterns: Sequence[str], rate_hz: int, length_s: float) -> list[Excerpt[Samples]]:
    """Excerpts of one length, side by side."""
    out = []
    for path, origin in files(patterns):
        facts = inspect(path, cache=Cache()).facts
        if facts.sound is None or facts.sound.sample_rate_hz < rate_hz:
            continue
        whole = read_samples(path, rate_hz)
        count = round(length_s * rate_hz)
        for first in range(0, whole.count - count + 1, count):
            values = whole.values[first : first + count]
            part = Samples(values=values, rate_hz=whole.rate_hz, start=MediaTime(0))
            # Digital silence is refused before any chance is stated.
            if float(np.ptp(values)) > 0:
                out.append(
                    Excerpt(origin=origin, name=f"{path.name} {first / rate_hz:.1f} s", of=part)
                )
    return out


def of_sound(a: Samples, b: Samples, number: int) -> SearchResult:
    """One search."""
    return search_samples(a, b)


# -- traces ---------------------------------------------------------------------------------------


def traces(*, long: bool) -> list[Excerpt[Trace]]:
    """Parts of traces: a minute of pictures and of their quarters, or 15 s of pictures or sound."""
    length_s = LONG_S if long else SHORT_S
    out: list[Excerpt[Trace]] = []
    for path, origin in files(PICTURES if long else (*PICTURES, *SOUNDS)):
        facts = inspect(path, cache=Cache()).facts
        kinds = [*(SOUND_KINDS if facts.sound is not None and not long else ())]
        regions: list[Region | None] = [None]
        if facts.picture is not None:
            kinds += PICTURE_KINDS
            wide, high = facts.picture.width_px // 2, facts.picture.height_px // 2
            regions += [(x, y, wide, high) for x in (0, wide) for y in (0, high)] if long else []
        if not kinds:
            continue
        for (kind, roi), trace in derive_traces(
            path, facts, kinds, regions=regions, cache=Cache()
        ).items():
            count = round(length_s * trace.rate_hz)
            for first in range(0, len(trace) - count + 1, count):
                part = replace(
                    trace, start=MediaTime(0), values=trace.values[first : first + count],
                    valid=trace.valid[first : first + count],
                )  # fmt: skip
                name = f"{kind} of {path.name} {roi or ''} {first / trace.rate_hz:.0f} s"
                out.append(Excerpt(origin=origin, name=name, of=part))
    return out


def of_traces(a: Trace, b: Trace, number: int) -> SearchResult:
    """One search; which of the two comes first alternates."""
    return search(*((a, b) if number % 2 else (b, a)), surrogates=199, seed=number)


# -- counting -------------------------------------------------------------------------------------


def rounds(
    first: Sequence[Excerpt[One]], second: Sequence[Excerpt[One]], seed: int
) -> Iterator[tuple[int, Excerpt[One], Excerpt[One]]]:
    """Pairs of two origins: (round, a, b). No excerpt twice in a round, no pair twice at all."""
    rng = np.random.default_rng(seed)
    seen: set[frozenset[str]] = set()
    for number in range(1, 10_000):
        used: set[str] = set()
        order = [second[k] for k in rng.permutation(len(second))]
        for k in rng.permutation(len(first)):
            a = first[k]
            if a.name in used:
                continue
            for b in order:
                pair = frozenset((a.name, b.name))
                if b.origin != a.origin and b.name not in used and pair not in seen:
                    seen.add(pair)
                    used |= pair
                    yield number, a, b
                    break
        if not used:
            return


def count(
    name: str,
    first: Sequence[Excerpt[One]],
    second: Sequence[Excerpt[One]],
    once: Callable[[One, One, int], SearchResult],
    wanted: int,
    seed: int,
) -> bool:
    """Print the row of one kind; True where it accepts more than chance allows."""
    tested = accepted = weak = fresh = fresh_accepted = refused = last = 0
    hits = []
    for number, a, b in rounds(first, second, seed):
        result = once(a.of, b.of, tested + refused)
        if result.status == "not-testable":
            refused += 1
            continue
        p = min((candidate.p for candidate in result.candidates), default=1.0)
        tested, last = tested + 1, number
        accepted, weak = accepted + (p <= 0.01), weak + (p <= 0.05)
        fresh, fresh_accepted = fresh + (number == 1), fresh_accepted + (number == 1 and p <= 0.01)
        if p <= 0.01:
            hits.append(
                f"    {a.name} × {b.name}: p = {p:.4f}, "
                f"offset {result.candidates[0].offset_s:.3f} s"
            )
        if tested == wanted:
            break
    allowed = int(binom.ppf(0.99, max(tested, 1), 0.01))
    used = {e.name for e in (*first, *second)}
    print(
        f"{name:22} {len(used):8d} {tested:6d} {last:6d} {accepted:9d} {allowed:8d} "
        f"{accepted / max(tested, 1):7.2%} {weak / max(tested, 1):8.2%} "
        f"{f'{fresh_accepted} of {fresh}':>10} {refused:8d}",
        flush=True,
    )
    print("\n".join(hits[:12]), end="\n" if hits else "", flush=True)
    return accepted > allowed


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a kind accepts more than chance allows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=1000, help="pairs of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if not MEDIA.is_dir():
        print("the real recordings (../shared/media) are not on this machine")
        return 1
    print(
        f"{'kind':22} {'excerpts':>8} {'pairs':>6} {'rounds':>6} {'accepted':>9} {'allowed':>8} "
        f"{'share':>7} {'p<=0.05':>8} {'once':>10} {'refused':>8}"
    )
    short = sounds(SOUNDS, SOUND_RATE_HZ, SOUND_S)
    hum = sounds(MAINS, MAINS_RATE_HZ, MAINS_S)
    minutes, quarters = traces(long=True), traces(long=False)
    beyond = [
        count("sound × sound", short, short, of_sound, options.pairs, options.seed),
        count("mains × mains", hum, hum, of_sound, options.pairs, options.seed),
        count("trace × trace", minutes, quarters, of_traces, options.pairs, options.seed),
    ]
    return int(any(beyond))


if __name__ == "__main__":
    raise SystemExit(main())
