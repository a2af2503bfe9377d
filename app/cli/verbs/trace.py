"""Derive one signal from a recording and write it as CSV or NPZ.

tiepoint trace cam1.mp4 --kind motion --out motion.csv
tiepoint trace cam3.mp4 --kind luminance --roi 420,80,60,140 --out lamp.npz
tiepoint trace logger.wav --kind transmissions --channel 2 --out group2.npz

The CSV has the header time_s,value; an empty value is masked: the recording says nothing there.
Name the kind in the name of a CSV (cam1-motion.csv) and correlate knows it; an NPZ says it itself.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from app.cli.outcome import Outcome, UsageError
from app.cli.printing import facts
from app.cli.session import Session
from app.cli.typed import output_file

KINDS = (
    "motion", "luminance", "flash", "steps", "lightbar", "activity",
    "envelope", "onset", "transmissions", "tone", "impulses",
)  # fmt: skip
"""As in ``sync.traces.trace.TraceKind``, which would bring numpy; a test holds them equal."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--kind", required=True, choices=KINDS)
    parser.add_argument("--out", required=True, metavar="FILE.csv|.npz")
    parser.add_argument(
        "--roi", type=roi, metavar="X,Y,W,H", help="only this part of the picture, in pixels"
    )
    parser.add_argument(
        "--channel", type=channel, metavar="N", help="only this channel of the sound, from 1"
    )
    parser.add_argument("--rate", type=float, metavar="HZ", help="samples a second")


def roi(text: str) -> tuple[int, int, int, int]:
    """``X,Y,W,H`` in pixels, for argparse."""
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y,W,H in whole pixels") from error
    if min(x, y) < 0 or min(width, height) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a region: it has no area")
    return x, y, width, height


def channel(text: str) -> int:
    """A channel counted from 1, as the engine counts it, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no channel: they are counted from 1")
    return int(text) - 1


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Derive and write the trace."""
    from sync.cache import Cache
    from sync.media.inspect import inspect
    from sync.timebase import format_seconds
    from sync.traces.derive import derive_trace
    from sync.traces.files import write_trace
    from sync.traces.trace import TraceKind

    assert arguments.kind in get_args(TraceKind)
    path = Path(arguments.file)
    out = output_file(arguments.out, path)
    if out.suffix.lower() not in (".csv", ".npz"):
        raise UsageError(
            f"{out.name} is neither .csv nor .npz.", "Choose one of the two for --out."
        )
    if arguments.rate is not None and not 0 < arguments.rate <= 10_000:
        raise UsageError("--rate must be more than 0 and at most 10000 samples a second.")
    cache = Cache()
    reading = session.progress.part(0.0, 0.6, f"reading {path.name}")
    found = inspect(path, cache=cache, progress=reading)
    trace = derive_trace(
        path,
        found.facts,
        arguments.kind,
        roi=arguments.roi,
        channel=arguments.channel,
        rate_hz=arguments.rate,
        cache=cache,
        progress=session.progress.part(0.6, 1.0, f"deriving {arguments.kind}"),
    )
    write_trace(trace, out)
    valid = int(trace.valid.sum())
    return Outcome(
        document={
            "kind": trace.kind,
            "rate_hz": trace.rate_hz,
            "samples": len(trace),
            "valid": valid,
            "start_s": trace.start.s,
            "file": str(out),
        },
        lines=facts(
            [
                ("trace", f"{trace.kind} of {path.name}"),
                ("samples", f"{len(trace)} at {trace.rate_hz:g} a second, "
                 f"{len(trace) - valid} of them masked"),
                ("begins at", f"{format_seconds(trace.start.ns)} s in the file"),
                ("written to", str(out)),
            ]
        ),
    )  # fmt: skip
