"""Deriving a trace from a recording, with a cache, and keeping traces in files."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sync.cache import Cache
from sync.errors import StorageError, TimeFormatError, TraceError
from sync.media.facts import MediaFacts
from sync.progress import SILENT, Progress
from sync.timebase import MediaTime, format_seconds, parse_time_ns
from sync.traces import picture, sound
from sync.traces.grid import FAST_HZ, SLOW_HZ, Bool, Float
from sync.traces.trace import PICTURE_KINDS, SOUND_KINDS, Trace, TraceKind

VERSION = 1
"""Raise when a method changes: old entries of the cache are then not used."""

RATES_HZ: dict[str, float] = {"flash": FAST_HZ, "onset": FAST_HZ}
LOWEST_HZ, HIGHEST_HZ = 1.0, 100.0
METHODS: dict[str, str] = {
    "motion": "mean absolute difference of successive distinct pictures (160×90 grey)",
    "luminance": "mean grey level",
    "flash": "brightening against the last 0.25 s and 2 s, grey levels",
    "envelope": "log(1 + energy / quiet level)",
    "onset": "rise of 12 bands' log energy over 20 ms",
    "transmissions": "channel open (1) or closed (0), from a tracked noise floor",
}
_PICTURE: dict[str, Callable[..., picture.PictureSignal]] = {
    "motion": picture.motion,
    "luminance": picture.luminance,
    "flash": picture.flash,
}
_SOUND: dict[str, Callable[..., sound.SoundSignal]] = {
    "envelope": sound.envelope,
    "onset": sound.onset,
    "transmissions": sound.transmissions,
}


def derive_trace(
    path: Path | str,
    facts: MediaFacts,
    kind: TraceKind,
    *,
    roi: picture.Region | None = None,
    rate_hz: float | None = None,
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> Trace:
    """One signal of one recording on an even grid of media time.

    Parameters
    ----------
    path, facts
        The recording and what is known of it.
    kind
        ``motion``, ``luminance``, ``flash`` (picture); ``envelope``, ``onset``,
        ``transmissions`` (sound).
    roi
        Region X, Y, W, H in pixels of the original; picture kinds only.
    rate_hz
        Samples a second, 1 to 100; by default 10, and 25 for ``flash`` and ``onset``.
    cache
        Where the trace is kept for the next time.

    Raises
    ------
    TraceError
        When the recording has no such stream, or the region or rate makes no sense.
    """
    rate = RATES_HZ.get(kind, SLOW_HZ) if rate_hz is None else rate_hz
    if not LOWEST_HZ <= rate <= HIGHEST_HZ:
        raise TraceError(f"A trace has {LOWEST_HZ:.0f} to {HIGHEST_HZ:.0f} samples a second.")
    _require_stream(path, facts, kind, roi)
    parameters: dict[str, object] = {
        "kind": kind,
        "method": METHODS[kind],
        "version": VERSION,
        "rate_hz": rate,
        "roi": None if roi is None else list(roi),
    }
    if cache is not None:
        stored = cache.arrays(facts.sha256, "trace", parameters)
        if stored is not None:
            try:
                return _from_arrays(kind, facts.sha256, parameters, stored)
            except (KeyError, ValueError, IndexError):
                pass  # an entry of another make: absent
    if kind in PICTURE_KINDS:
        arrays = _picture_arrays(path, facts, kind, rate, roi, cache, progress)
    else:
        arrays = _sound_arrays(path, facts, kind, rate, progress)
    if cache is not None:
        cache.store(facts.sha256, "trace", parameters, arrays)
    progress.report(1.0)
    return _from_arrays(kind, facts.sha256, parameters, arrays)


def _require_stream(
    path: Path | str, facts: MediaFacts, kind: TraceKind, roi: picture.Region | None
) -> None:
    name = Path(path).name
    if kind in PICTURE_KINDS:
        if facts.picture is None:
            raise TraceError(
                f"{name} has no picture, so there is no {kind} in it.",
                path=path,
                hint="Of a sound recording: envelope, onset or transmissions.",
            )
    elif kind in SOUND_KINDS:
        if facts.sound is None:
            raise TraceError(
                f"{name} has no sound, so there is no {kind} in it.",
                path=path,
                hint="Of a silent recording: motion, luminance or flash.",
            )
        if roi is not None:
            raise TraceError(f"A region belongs to the picture; {kind} is taken from the sound.")
    else:
        raise TraceError(
            f"This version cannot derive the trace {kind!r}.",
            hint=f"Kinds: {', '.join(PICTURE_KINDS + SOUND_KINDS)}.",
        )


def _picture_arrays(
    path: Path | str,
    facts: MediaFacts,
    kind: TraceKind,
    rate_hz: float,
    roi: picture.Region | None,
    cache: Cache | None,
    progress: Progress,
) -> dict[str, np.ndarray]:
    from sync.media.inspect import grey_sequence  # the decoder loads only when it is needed

    sequence = grey_sequence(path, facts, cache, progress.part(0.0, 0.9))
    try:
        signal = _PICTURE[kind](sequence, rate_hz, roi=roi, progress=progress.part(0.9, 1.0))
    except TraceError as error:
        raise TraceError(
            f"{Path(path).name}: {error.message}", path=path, hint=error.hint
        ) from error
    return _arrays(signal.grid.start, signal.grid.step_ns, signal.values, signal.valid) | {
        "picture_interval_ns": np.array([signal.picture_interval_ns], np.int64)
    }


def _sound_arrays(
    path: Path | str, facts: MediaFacts, kind: TraceKind, rate_hz: float, progress: Progress
) -> dict[str, np.ndarray]:
    from sync.media.sound import SoundReader

    with SoundReader(path) as reader:
        signal = _SOUND[kind](reader, rate_hz, progress)
        holes = [note.at for note in reader.notes if note.code == "gap" and note.at is not None]
        if holes:
            signal = sound.without_holes(signal, reader, holes)
    return _arrays(signal.grid.start, signal.grid.step_ns, signal.values, signal.valid)


def _arrays(start: MediaTime, step_ns: int, values: Float, valid: Bool) -> dict[str, np.ndarray]:
    grid = np.array([start.ns, step_ns], np.int64)
    return {"grid_ns": grid, "values": values, "valid": valid}


def _from_arrays(
    kind: TraceKind,
    sha256: str,
    parameters: dict[str, object],
    arrays: dict[str, np.ndarray],
) -> Trace:
    start_ns, step_ns = (int(v) for v in arrays["grid_ns"])
    if "picture_interval_ns" in arrays:
        interval = int(arrays["picture_interval_ns"][0])
        parameters = {**parameters, "picture_interval_ns": interval}
    return Trace(
        kind=kind,
        source_sha256=sha256,
        start=MediaTime(start_ns),
        step_ns=step_ns,
        values=np.asarray(arrays["values"], np.float64),
        valid=np.asarray(arrays["valid"], np.bool_),
        parameters=parameters,
    )


# -- files ----------------------------------------------------------------------------------------


def write_trace(trace: Trace, path: Path | str) -> None:
    """Write a trace as ``.csv`` (header ``time_s,value``, empty value = masked) or ``.npz``.

    Times are written exactly, to the nanosecond; ``.npz`` also keeps kind, source and parameters.

    Raises
    ------
    TraceError
        For another ending of the name.
    StorageError
        When the file cannot be written.
    """
    target = Path(path)
    try:
        if target.suffix.lower() == ".csv":
            _write_csv(trace, target)
        elif target.suffix.lower() == ".npz":
            about = {
                "kind": trace.kind,
                "source_sha256": trace.source_sha256,
                "parameters": dict(trace.parameters),
            }
            text = np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)
            fields = _arrays(trace.start, trace.step_ns, trace.values, trace.valid)
            with target.open("wb") as stream:
                np.savez(stream, allow_pickle=False, about=text, **fields)
        else:
            raise TraceError(f"{target.name}: a trace is written as .csv or .npz.", path=target)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}.", path=target) from error


def _write_csv(trace: Trace, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as stream:
        stream.write("time_s,value\n")
        for i, (value, valid) in enumerate(zip(trace.values, trace.valid, strict=True)):
            at = format_seconds(trace.time_of(i).ns, 9)
            stream.write(f"{at},{float(value)!r}\n" if valid else f"{at},\n")


def read_trace(path: Path | str, kind: TraceKind = "envelope") -> Trace:
    """Read a trace written by :func:`write_trace`, or a table of the same form.

    Parameters
    ----------
    kind
        What a CSV file holds (it does not say); ``.npz`` says itself.

    Raises
    ------
    TraceError
        When the file is not a trace: names the line at fault.
    """
    source = Path(path)
    try:
        content = source.read_bytes()
    except OSError as error:
        raise TraceError(f"{source.name} cannot be read: {error.strerror}.", path=source) from error
    if content[:2] == b"PK":
        return _read_npz(source)
    return _read_csv(source, content, kind)


def _read_npz(source: Path) -> Trace:
    try:
        with np.load(source, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about = json.loads(arrays["about"].tobytes().decode())
        parameters = dict(about["parameters"])
        return _from_arrays(about["kind"], str(about["source_sha256"]), parameters, arrays)
    except Exception as error:  # a damaged archive fails in many ways, all of them this one
        raise TraceError(f"{source.name} is not a trace file.", path=source) from error


def _read_csv(source: Path, content: bytes, kind: TraceKind) -> Trace:
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    if not lines or [cell.strip() for cell in lines[0].split(",")] != ["time_s", "value"]:
        raise TraceError(
            f"{source.name} is not a trace: its first line must be time_s,value.", path=source
        )
    times: list[int] = []
    values: list[float] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        at, comma, value = line.partition(",")
        try:
            times.append(parse_time_ns(at))
            values.append(float(value) if value.strip() else math.nan)
        except (TimeFormatError, ValueError) as error:
            raise TraceError(
                f"{source.name}, line {number}: {line!r} is not a time and a value.", path=source
            ) from error
        if not comma or math.isinf(values[-1]):
            raise TraceError(f"{source.name}, line {number}: a value is missing.", path=source)
    start, step_ns = _even_grid(np.array(times, np.int64), source)
    kept = np.array(values)
    valid = np.isfinite(kept)
    return Trace(
        kind=kind,
        source_sha256=hashlib.sha256(content).hexdigest(),
        start=start,
        step_ns=step_ns,
        values=np.where(valid, kept, 0.0),
        valid=valid,
        parameters={"method": "read from a table", "file": source.name},
    )


def _even_grid(times: NDArray[np.int64], source: Path) -> tuple[MediaTime, int]:
    """Start and step of evenly spaced times; rounding of the last digit is allowed."""
    if len(times) < 2:
        raise TraceError(f"{source.name} holds fewer than two samples.", path=source)
    step_ns = round((int(times[-1]) - int(times[0])) / (len(times) - 1))
    if step_ns <= 0:
        raise TraceError(f"{source.name}: the times do not increase.", path=source)
    ideal = times[0] + np.arange(len(times), dtype=np.int64) * step_ns
    uneven = np.flatnonzero(np.abs(times - ideal) > 0.05 * step_ns)
    if uneven.size:
        raise TraceError(
            f"{source.name}, line {int(uneven[0]) + 2}: the times are not evenly spaced.",
            path=source,
            hint="A trace has one step throughout; leave the value empty where nothing is known.",
        )
    return MediaTime(int(times[0])), step_ns
