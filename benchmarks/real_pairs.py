"""Recordings whose truth is known, searched as a person would: the truth beside what is stated.

Run as ``python -m benchmarks.real_pairs [--sample]``. The real recordings of ``../shared/media``
must behave as its manifest says; ``--sample`` searches those of the sample case instead, whose
truth is in ``sample_media/truth.json``. Exit status 1 when a row is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from sync.cache import Cache
from sync.case.all_pairs import allowing_for
from sync.correlate.recordings import correlate_recordings
from sync.correlate.result import SearchResult, SearchStatus
from sync.media.inspect import inspect
from sync.timebase import MediaTime, TimeRange

MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"
SAMPLE = Path(__file__).resolve().parents[1] / "sample_media"

MATCH: tuple[SearchStatus, ...] = ("significant",)
REFUSED: tuple[SearchStatus, ...] = ("no-match", "not-testable")
# A match is among the first so many candidates.
TOP = 3
# A 95 % range misses the truth once in twenty; 1.53 times as wide, as three standard uncertainties,
# once in 370. Farther off, a candidate is not the true one.
SURELY = 1.53


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One search, and what it must come to."""

    a: str
    b: str
    how: dict[str, Any] = field(default_factory=dict)
    what: str = ""
    """How it is searched, in words."""
    status: tuple[SearchStatus, ...]
    offset_s: float | None = None
    """Truth: what is added to B's media time to get A's, at ``epoch``."""
    known_to_s: float = 0.0
    """Half-width of what is not known of the truth itself."""
    within_s: float = math.inf
    """Farthest from the truth, whatever range is stated."""
    among: int = 1
    """Searches of one family, for which the chance allows before the answer is judged."""
    says: str = ""
    """What one of the reasons must contain."""

    @property
    def name(self) -> str:
        return f"{Path(self.a).name} × {Path(self.b).name}{self.what and f', {self.what}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to."""

    known: Known
    result: SearchResult
    place: int | None
    """Of the candidate that is the true one, from 0."""
    inside: bool
    """Whether its stated 95 % range holds the truth."""
    wrong: str
    """Why it is not as it must be; empty when it is."""


def look(known: Known, folder: Path, cache: Cache | None = None) -> Found:
    """Search, and hold the answer against the truth."""
    paths = folder / known.a, folder / known.b
    facts = [inspect(path, cache=cache).facts for path in paths]
    once = correlate_recordings(paths[0], facts[0], paths[1], facts[1], cache=cache, **known.how)
    result = allowing_for(once, known.among)
    # Of several alike none is the first.
    top = None if result.status == "ambiguous" else TOP
    place, inside = None, False
    for number, candidate in enumerate(result.candidates[:top]):
        if known.offset_s is None or place is not None:
            break
        off_s = abs(candidate.offset_s - known.offset_s)
        if off_s <= min(SURELY * candidate.U95_s + known.known_to_s, known.within_s):
            place, inside = number, off_s <= candidate.U95_s + known.known_to_s
    wrong = _wrong(known, result, place)
    return Found(known=known, result=result, place=place, inside=inside, wrong=wrong)


def _wrong(known: Known, result: SearchResult, place: int | None) -> str:
    if result.status not in known.status:
        return f"came to {result.status}, must be {' or '.join(known.status)}"
    if known.offset_s is not None and result.status not in REFUSED and place is None:
        return "no candidate is the true one"
    if result.status == "significant" and place not in (0, None):
        return "the first candidate is not the true one"
    if result.status != "significant" and not result.reasons:
        return "gives no reason"
    if known.says and not any(known.says in reason for reason in result.reasons):
        return f"no reason says {known.says!r}"
    return ""


def span(begin_s: float, end_s: float) -> TimeRange[MediaTime]:
    """A part of a recording."""
    return TimeRange(MediaTime.from_s(begin_s), MediaTime.from_s(end_s))


# -- real recordings ------------------------------------------------------------------------------

# The simulation rounds each delay to a sample of 32 kHz; sound at 343 m/s.
ARU_ROUNDING_S = 1.0 / 32_000
SOURCE_M = (10.0, 15.0)
SOUND_M_S = 343.0
ARUS_M = {1: (0, 50), 2: (50, 0), 3: (20, 30), 4: (30, 20), 5: (-10, -15)}
# Microphones of one array, less than a metre from each other.
ARRAY_S = 0.003


def real() -> Iterator[Known]:
    """The real recordings of the manifest, and what it says of them."""
    talk = "pairs/audio-offset-finder/timbl_{}.mp3"
    yield Known(
        a=talk.format(1), b=talk.format(2), status=MATCH, offset_s=12.254, within_s=0.005,
        # Cut at a time typed in milliseconds.
        known_to_s=0.0005,
    )  # fmt: skip
    yield from _mains()
    yield from _microphones()
    yield from _alarm()
    yield from _channels()
    yield from _radio()
    cameras = "cctv/multicam_caliscope/4_cam_recording/calibration/extrinsic/cam_{}.mp4"
    for i, j in combinations(range(4), 2):
        # timestamps.csv: the first pictures lie up to 11 ms apart, all within 46 ms.
        yield Known(
            a=cameras.format(i), b=cameras.format(j), status=(*MATCH, "not-testable"),
            offset_s=0.0, known_to_s=0.046, says="8 s",
        )  # fmt: skip


def _mains() -> Iterator[Known]:
    hum = "pairs/enf-whu/00{}_ref.wav"
    for n in range(1, 6):
        yield Known(
            a=hum.format(n), b=hum.format(n), what="0 to 300 s × 100 to 400 s",
            how={"span_a": span(0, 300), "span_b": span(100, 400)},
            status=MATCH, offset_s=0.0, within_s=0.0025,
        )  # fmt: skip
    for i, j in combinations(range(1, 6), 2):
        yield Known(a=hum.format(i), b=hum.format(j), among=10, status=("no-match",))


def _microphones() -> Iterator[Known]:
    far_m = {n: math.dist(SOURCE_M, where) for n, where in ARUS_M.items()}
    name = "pairs/opensoundscape/aru_{}.wav"
    for i, j in combinations(ARUS_M, 2):
        yield Known(
            a=name.format(i), b=name.format(j), status=MATCH,
            offset_s=(far_m[i] - far_m[j]) / SOUND_M_S, known_to_s=ARU_ROUNDING_S,
        )  # fmt: skip


def _alarm() -> Iterator[Known]:
    alarm = "events/alarm/fire_alarm.wav"
    for begin_s, end_s in ((0, 9), (3, 8), (10, 15), (2, 16)):
        yield Known(
            a=alarm, b=alarm, what=f"{begin_s} to {end_s} s", how={"span_b": span(begin_s, end_s)},
            status=("ambiguous",), offset_s=0.0, says="every 4.664 s",
        )  # fmt: skip
    yield Known(a=alarm, b=alarm, what="two copies", status=("not-testable",), says="same record")


def _channels() -> Iterator[Known]:
    for name in ("Audio_20240513T131718.wav", "Audio_20240514T194706.wav"):
        for channel in range(1, 8):
            yield Known(
                a=f"events/tdoa_gunshot/{name}", b=f"events/tdoa_gunshot/{name}",
                what=f"channels 1, {channel + 1}", how={"channel_a": 0, "channel_b": channel},
                status=MATCH, offset_s=0.0, known_to_s=ARRAY_S,
            )  # fmt: skip
    test = "pairs/syncstart/test.wav"
    yield Known(
        a=test, b=test, what="1 to 4 s", how={"span_b": span(1, 4)}, status=MATCH, offset_s=0.0
    )
    yield Known(
        a=test, b=test, what="channels 1, 2", how={"channel_a": 0, "channel_b": 1},
        status=MATCH, offset_s=0.0, known_to_s=ARRAY_S,
    )  # fmt: skip


def _radio() -> Iterator[Known]:
    names = ("dtmf", "hi_low_tone", "long_tone", "mdc", "pulsed", "two_tone")
    excerpts_s = {"dtmf": (1, 4), "hi_low_tone": (8, 12), "long_tone": (14, 18)}
    for name in names:
        begin_s, end_s = excerpts_s.get(name, (11, 14))
        yield Known(
            a=f"radio/icad/{name}_example.wav", b=f"radio/icad/{name}_example.wav",
            what=f"{begin_s} to {end_s} s", how={"span_b": span(begin_s, end_s)},
            # Tones that repeat may be called so.
            status=(*MATCH, "ambiguous"), offset_s=0.0,
        )  # fmt: skip
    for one, other in combinations(names, 2):
        yield Known(
            a=f"radio/icad/{one}_example.wav", b=f"radio/icad/{other}_example.wav",
            among=15, status=REFUSED,
        )  # fmt: skip


# -- the sample case ------------------------------------------------------------------------------

FILES = {
    "cam1": "cam1_gate.mp4", "cam2": "cam2_yard.mp4", "cam3": "cam3_door.mp4",
    "cam4": "cam4_hall.mp4", "phone": "phone.mp4", "dispatch": "dispatch.flac",
}  # fmt: skip
# Where the strobe lights the wall in camera 1, the strobe of camera 3, and a region of the hall.
STROBE_1, HALL_4 = (210, 62, 35, 35), (200, 100, 200, 200)


def truth() -> dict[str, Any]:
    """The sample's table of what truly happened."""
    table: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    return table


def _media_s(table: dict[str, Any], event: str, source: str, stream: str) -> float:
    """Where a source shows an event, in its file."""
    [found] = [
        float(mark["media_s"])
        for one in table["events"] if one["name"] == event
        for mark in one["marks"] if (mark["source"], mark["stream"]) == (source, stream)
    ]  # fmt: skip
    return found


def sample() -> Iterator[Known]:
    """Every pair of the sample's recordings, with regions and calls where a person would."""
    table = truth()

    def apart_s(event: str, a: str, b: str, *streams: str) -> float:
        places = (_media_s(table, event, *one) for one in zip((a, b), streams, strict=True))
        first, second = places
        return first - second

    lit = {("cam1", "cam3"), ("cam1", "phone"), ("cam3", "phone")}
    for a, b in combinations(FILES, 2):
        if (a, b) in lit:
            offset_s = apart_s("light_bar", a, b, "picture", "picture")
            yield Known(a=FILES[a], b=FILES[b], status=MATCH, offset_s=offset_s)
        elif (a, b) == ("phone", "dispatch"):
            offset_s = apart_s("siren", a, b, "sound", "sound")
            call = table["sources"]["dispatch"]["segments"][8]
            part = span(call["from_s"], call["to_s"])
            yield Known(
                a=FILES[a], b=FILES[b], what="call 9", how={"span_b": part}, status=MATCH,
                offset_s=offset_s,
            )  # fmt: skip
        else:
            # Nothing in common, or a single event: a person marks that by hand.
            yield Known(a=FILES[a], b=FILES[b], status=REFUSED)
    alarm = table["sources"]["dispatch"]["segments"][2]
    yield Known(
        a=FILES["cam1"], b=FILES["dispatch"], what="strobe × call 3",
        how={
            "roi_a": STROBE_1, "span_b": span(alarm["from_s"], alarm["to_s"]),
            # A strobe flickers and an alarm is loud and quiet: no other kinds need to be tried.
            "kind_a": "motion", "kind_b": "envelope",
        },
        status=("ambiguous",), offset_s=apart_s("strobe", "cam1", "dispatch", "picture", "sound"),
        says="every 4.00 s",
    )  # fmt: skip
    for other in ("cam1", "cam2", "cam3", "phone", "dispatch"):
        yield Known(
            a=FILES["cam4"], b=FILES[other], what="part of the hall", how={"roi_a": HALL_4},
            status=REFUSED,
        )  # fmt: skip


# -- printing -------------------------------------------------------------------------------------


def _row(found: Found) -> str:
    known, result = found.known, found.result
    best = None
    if result.candidates:
        best = result.candidates[found.place if found.place is not None else 0]
    true = "" if known.offset_s is None or result.status in REFUSED else f"{known.offset_s:.5f}"
    stated = "" if best is None else f"{best.offset_s:.5f}"
    half = "" if best is None else f"{1e3 * best.U95_s:.3f}"
    place = "" if found.place is None else f"{found.place + 1}"
    held = "" if found.place is None else "inside" if found.inside else "OUTSIDE"
    return (
        f"{known.name[:58]:58} {result.status:12} {true:>10} {stated:>10} {half:>8} {place:>5} "
        f"{held:7} {found.wrong or 'as it must'}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a row is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sample", action="store_true", help="the sample case's recordings")
    options = parser.parse_args(arguments)
    folder = SAMPLE if options.sample else MEDIA
    if not folder.is_dir():
        print("the real recordings (../shared/media) are not on this machine")
        return 1
    print(
        f"{'search':58} {'came to':12} {'truth s':>10} {'stated s':>10} {'± ms':>8} {'place':>5} "
        f"{'range':7} so it is"
    )
    wrong = count = true = inside = 0
    for known in sample() if options.sample else real():
        found = look(known, folder, Cache())
        print(_row(found), flush=True)
        wrong += bool(found.wrong)
        count += 1
        true += found.place is not None
        inside += found.inside
    print(f"\n{count - wrong} of {count} as they must be")
    print(f"{inside} of {true} stated 95 % ranges of true matches hold the truth")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
