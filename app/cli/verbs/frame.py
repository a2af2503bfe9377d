"""Save exact frames of a recording as PNG, with the time of each.

tiepoint frame cam1.mp4 --index 0 812 813 --out frames/
tiepoint frame cam1.mp4 --at 1:23.25 --out flash.png

--at takes the frame on screen at that time: the one with the greatest time not after it. A file
that says "exact: no" was decoded, but not confirmed against the verified index.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome, UsageError
from app.cli.printing import table
from app.cli.session import Session
from app.cli.typed import media_time, output_file

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex
    from sync.media.frames import ExactFrame
    from sync.timebase import MediaTime


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("file", metavar="FILE")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--index", type=int, nargs="+", metavar="N", help="frame numbers, from 0")
    which.add_argument("--at", type=media_time, nargs="+", metavar="T", help="times in the file")
    parser.add_argument("--out", required=True, metavar="PNG_or_DIR")


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Decode and write the frames asked for."""
    from sync.cache import Cache
    from sync.errors import MediaEmpty
    from sync.media.frames import FrameReader
    from sync.media.inspect import inspect

    path = Path(arguments.file)
    out = output_file(arguments.out, path)
    wanted = len(arguments.index or arguments.at)
    single = out.suffix.lower() == ".png" and not out.is_dir()
    if single and wanted > 1:
        raise UsageError("Several frames need a folder.", "Give --out a folder's name.")
    reading = session.progress.part(0.0, 0.9, f"reading {path.name}")
    index = inspect(path, cache=Cache(), progress=reading).index
    if index is None:
        raise MediaEmpty(f"{path.name} holds no pictures, only sound.", path=path)
    numbers = _numbers(arguments.index, arguments.at, index, path)
    entries = []
    with FrameReader(path, index) as reader:
        for done, number in enumerate(numbers):
            session.progress.part(0.9, 1.0).report(done / len(numbers), "writing frames")
            frame = reader.frame(number)
            file = out if single else out / f"{path.stem}_{number:06d}.png"
            _write_png(file, frame, path.name)
            entries.append(_entry(frame, file))
    return Outcome(document={"frames": entries}, lines=_lines(entries))


def _numbers(
    typed: list[int] | None, at: list[MediaTime] | None, index: FrameIndex, path: Path
) -> list[int]:
    """The frame numbers asked for; refuses what the recording does not have."""
    from sync.errors import MediaError
    from sync.timebase import MediaTime, format_seconds

    if typed is not None:
        for number in typed:
            if not 0 <= number < len(index):
                raise MediaError(
                    f"{path.name} has no frame {number}: it has 0 to {len(index) - 1}.",
                    path=path,
                    hint="Frames are counted from 0.",
                )
        return typed
    numbers = []
    ends = MediaTime(max(index.end_of(int(index.time_ns.argmax())).ns, int(index.time_ns.max())))
    for time in at or []:
        shown = index.frame_at(time)
        if shown is None or time > ends:
            raise MediaError(
                f"{path.name} shows nothing at {format_seconds(time.ns)} s: it runs from "
                f"{format_seconds(int(index.time_ns.min()))} to {format_seconds(ends.ns)} s.",
                path=path,
                hint="Ask for a time inside the recording.",
            )
        numbers.append(shown)
    return numbers


def _write_png(file: Path, frame: ExactFrame, name: str) -> None:
    """The pixels as decoded, and beside them what picture it is."""
    import io

    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from sync.case.storage import write_atomically

    about = PngInfo()
    about.add_text("Source", f"{name}, frame {frame.index}")
    about.add_text("Comment", f"PTS {frame.pts}, media time {frame.time.ns} ns")
    buffer = io.BytesIO()
    Image.fromarray(frame.bgr()[:, :, ::-1].copy()).save(buffer, "PNG", pnginfo=about)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, buffer.getvalue())


def _entry(frame: ExactFrame, file: Path) -> dict[str, Any]:
    return {
        "index": frame.index,
        "media_time_s": frame.time.s,
        "pts": frame.pts,
        "file": str(file),
        "exact": frame.exact,
    }


def _lines(entries: list[dict[str, Any]]) -> list[str]:
    rows = [
        [
            str(entry["index"]),
            f"{entry['media_time_s']:.6f}",
            str(entry["pts"]),
            "yes" if entry["exact"] else "no",
            entry["file"],
        ]
        for entry in entries
    ]
    return table(["frame", "time in the file s", "PTS", "exact", "written to"], rows, right="rrr..")
