"""What a file is, what is wrong with its timing, and the times it claims.

tiepoint inspect cam2_yard.mp4
tiepoint inspect cam2_yard.mp4 --frames --json
tiepoint inspect line7.ul --raw mulaw,8000
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome
from app.cli.printing import facts as fact_lines
from app.cli.printing import table
from app.cli.session import Session
from app.cli.typed import add_raw, raw_of

if TYPE_CHECKING:
    from sync.media.facts import MediaFacts
    from sync.media.frame_index import FrameIndex
    from sync.media.timing import TimingHealth


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--frames", action="store_true", help="list every frame with its time")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="read the container only: the index stays provisional, damage is not seen",
    )
    add_raw(parser)


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Inspect one file."""
    from sync.cache import Cache
    from sync.media.inspect import Inspection, inspect
    from sync.media.inspect_raw import inspect_raw

    path = Path(arguments.file)
    raw = raw_of(arguments.raw)
    progress = session.progress.part(0.0, 1.0, f"reading {path.name}")
    if raw is not None:
        found = Inspection(facts=inspect_raw(path, raw, progress), index=None)
    else:
        verify = not arguments.quick
        found = inspect(path, cache=Cache(), verify=verify, progress=progress)
    document = facts_entry(found.facts, found.index)
    lines = _lines(path, found.facts, found.index)
    if arguments.frames:
        document["frame_times"] = frame_times(found.index)
        lines += ["", *_frames_table(found.index)]
    return Outcome(document=document, lines=lines)


def facts_entry(facts: MediaFacts, index: FrameIndex | None) -> dict[str, Any]:
    """The facts of a file as JSON."""
    picture = facts.picture
    first_pts = index.pts[0] * index.time_base if index is not None and len(index) else None
    if first_pts is None and facts.sound is not None:
        first_pts = facts.sound.start.s
    return {
        "kind": facts.kind,
        "container": facts.container,
        "size_bytes": facts.size_bytes,
        "streams": _streams(facts),
        "frames": None if picture is None else picture.frames,
        "pictures": None if picture is None else picture.pictures,
        "duration_s": facts.duration.s,
        "nominal_rate": None if picture is None else picture.nominal_rate,
        "variable_rate": None if picture is None else picture.variable_rate,
        "first_pts_s": None if first_pts is None else float(first_pts),
        "index": None if picture is None else picture.index,
        "timing": timing_entry(facts, index),
        "sha256": facts.sha256,
        "encoder": facts.encoder,
        "health": [
            {"code": note.code, "at_s": None if note.at is None else note.at.s,
             "detail": note.detail}
            for note in facts.health
        ],
        "claims": [{"name": claim.name, "value": claim.value} for claim in facts.claims],
    }  # fmt: skip


def timing_entry(facts: MediaFacts, index: FrameIndex | None) -> dict[str, Any] | None:
    """The numbers of a picture stream's times; small whatever the length of the recording."""
    timing = _timing(facts, index)
    if timing is None:
        return None
    measured, claimed = timing.measured, timing.claimed
    against = None if measured is None or claimed is None else measured.against(claimed)
    return {
        "intervals": [
            {"from_s": one.low.s, "to_s": one.high.s, "count": one.count}
            for one in timing.intervals
        ],
        "measured_rate": None if measured is None else measured.per_s,
        "measured_rate_half": None if measured is None else measured.half_per_s,
        "measured_over_nominal_ppm": None if against is None else against[0],
        "measured_over_nominal_half_ppm": None if against is None else against[1],
        "gaps": timing.gaps,
        "missing": timing.missing,
        "equal": timing.equal,
        "backward": timing.backward,
        "wraps": timing.wraps,
        "discontinuities": timing.discontinuities,
        "repeated": None if timing.pictures is None else timing.frames - timing.pictures,
        "blended": timing.blended,
        "interlaced": timing.interlaced,
        "field_order": timing.field_order,
        "damaged": timing.damaged,
    }


def _timing(facts: MediaFacts, index: FrameIndex | None) -> TimingHealth | None:
    from sync.media.timing import claimed_rate, timing_health

    if index is None or facts.picture is None:
        return None
    return timing_health(index, claimed_rate(facts.picture.nominal_rate))


def _streams(facts: MediaFacts) -> list[dict[str, Any]]:
    streams: list[dict[str, Any]] = []
    if facts.picture is not None:
        picture = facts.picture
        streams.append(
            {
                "kind": "picture",
                "codec": picture.codec,
                "width_px": picture.width_px,
                "height_px": picture.height_px,
                "rotation_deg": picture.rotation_deg,
                "sample_aspect": picture.sample_aspect,
                "time_base": picture.time_base,
                "first_s": picture.first.s,
                "last_s": picture.last.s,
                "median_interval_s": picture.median_interval.s,
            }
        )
    if facts.sound is not None:
        sound = facts.sound
        streams.append(
            {
                "kind": "sound",
                "codec": sound.codec,
                "sample_rate_hz": sound.sample_rate_hz,
                "channels": sound.channels,
                "samples": sound.samples,
                "start_s": sound.start.s,
                "start_half_s": sound.start_half.s,
            }
        )
    return streams


def frame_times(index: FrameIndex | None) -> list[dict[str, Any]]:
    """``{index, picture, pts, media_time_s, key}`` of every frame."""
    if index is None:
        return []
    known = index.state == "verified"
    columns = zip(
        index.picture.tolist(),
        index.pts.tolist(),
        index.time_ns.tolist(),
        index.key.tolist(),
        strict=True,
    )
    return [
        {
            "index": number,
            "picture": picture if known else None,
            "pts": pts,
            "media_time_s": time_ns / 1e9,
            "key": key,
        }
        for number, (picture, pts, time_ns, key) in enumerate(columns)
    ]


def _lines(path: Path, facts: MediaFacts, index: FrameIndex | None) -> list[str]:
    from sync.timebase import format_seconds

    timing = _timing(facts, index)

    pairs = [("file", path.name), ("container", facts.container)]
    pairs.append(("length", f"{format_seconds(facts.duration.ns)} s"))
    if facts.picture is not None:
        picture = facts.picture
        pairs.append(("picture", f"{picture.codec}, {picture.width_px} × {picture.height_px} px"))
        distinct = "not counted" if picture.pictures is None else f"{picture.pictures} distinct"
        pairs.append(("frames", f"{picture.frames}, pictures {distinct}"))
        rate = "variable" if picture.variable_rate else "even"
        pairs.append(
            (
                "rate",
                f"{rate}, one frame every {format_seconds(picture.median_interval.ns, 4)} s "
                f"(median); the file claims {picture.nominal_rate} a second",
            )
        )
        pairs.append(("frame times", f"index {picture.index}"))
    if facts.sound is not None:
        sound = facts.sound
        start = f"begins at {format_seconds(sound.start.ns)} s"
        if sound.start_half.ns:
            start += f", within {format_seconds(sound.start_half.ns)} s either side"
        pairs.append(
            ("sound", f"{sound.codec}, {sound.sample_rate_hz} Hz, {sound.channels} ch; {start}")
        )
    pairs += [("encoder", facts.encoder or ""), ("SHA-256", facts.sha256)]
    lines = fact_lines(pairs)
    if timing is not None:
        lines += ["", *_timing_lines(timing)]
    if facts.health:
        rows = [
            [note.code, "" if note.at is None else format_seconds(note.at.ns), note.detail]
            for note in facts.health
        ]
        lines += ["", *table(["timing note", "at s", "what"], rows, right=".r.")]
    if facts.claims:
        rows = [[claim.name, claim.value] for claim in facts.claims]
        lines += ["", *table(["the file claims", "value (not checked)"], rows)]
    return lines


def _timing_lines(timing: TimingHealth) -> list[str]:
    """The histogram of intervals, and what else was counted."""
    rows = [
        [
            f"{one.low.s * 1000:.3f}"
            + ("" if one.low == one.high else f"–{one.high.s * 1000:.3f}"),
            str(one.count),
        ]
        for one in timing.intervals
    ]
    counted = {
        "gaps": timing.gaps,
        "pictures missing in them": timing.missing,
        "equal times": timing.equal,
        "steps back": timing.backward,
        "clock set": timing.discontinuities,
        "clock started again": timing.wraps,
        "repeated": timing.frames - (timing.pictures or timing.frames),
        "blended": timing.blended or 0,
        "interlaced": timing.interlaced,
    }
    found = [f"{what} {count}" for what, count in counted.items() if count]
    lines = table(["from frame to frame ms", "times"], rows, right="rr")
    if timing.measured is not None:
        low, high = (timing.measured.per_s + way * timing.measured.half_per_s for way in (-1, 1))
        lines.append(f"by their own times between {low:.7g} and {high:.7g} frames a second")
    return [*lines, "irregular: " + (", ".join(found) or "nothing found")]


def _frames_table(index: FrameIndex | None) -> list[str]:
    if index is None:
        return ["The recording has no pictures."]
    rows = [
        [
            str(frame["index"]),
            "" if frame["picture"] is None else str(frame["picture"]),
            str(frame["pts"]),
            f"{frame['media_time_s']:.6f}",
            "key" if frame["key"] else "",
        ]
        for frame in frame_times(index)
    ]
    return table(["frame", "picture", "PTS", "time in the file s", ""], rows, right="rrrr.")
