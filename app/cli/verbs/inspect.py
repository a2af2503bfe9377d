"""What a file is, what is wrong with its timing, and the times it claims.

tiepoint inspect cam2_yard.mp4
tiepoint inspect cam2_yard.mp4 --frames --json
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome
from app.cli.printing import facts as fact_lines
from app.cli.printing import table
from app.cli.session import Session

if TYPE_CHECKING:
    from sync.media.facts import MediaFacts
    from sync.media.frame_index import FrameIndex


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--frames", action="store_true", help="list every frame with its time")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="read the container only: the index stays provisional, damage is not seen",
    )


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Inspect one file."""
    from sync.cache import Cache
    from sync.media.inspect import inspect

    path = Path(arguments.file)
    found = inspect(
        path,
        cache=Cache(),
        verify=not arguments.quick,
        progress=session.progress.part(0.0, 1.0, f"reading {path.name}"),
    )
    document = facts_entry(found.facts, found.index)
    lines = _lines(path, found.facts)
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
        "sha256": facts.sha256,
        "encoder": facts.encoder,
        "health": [
            {"code": note.code, "at_s": None if note.at is None else note.at.s,
             "detail": note.detail}
            for note in facts.health
        ],
        "claims": [{"name": claim.name, "value": claim.value} for claim in facts.claims],
    }  # fmt: skip


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


def _lines(path: Path, facts: MediaFacts) -> list[str]:
    from sync.timebase import format_seconds

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
