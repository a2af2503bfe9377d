"""Traces in files: CSV for people and other programs, NPZ with everything."""

from __future__ import annotations

import hashlib
import json
import math
import re
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sync.errors import StorageError, TimeFormatError, TraceError
from sync.timebase import MediaTime, format_seconds, parse_time_ns
from sync.traces.trace import KINDS, Trace, TraceKind


def write_trace(trace: Trace, path: Path | str) -> None:
    """Write a trace as ``.csv`` (header ``time_s,value``, empty value = masked) or ``.npz``.

    Times are written exactly, to the nanosecond; ``.npz`` also keeps kind, source and parameters.
    A CSV is the bare table, which every program reads (a line before the header would be taken
    for it by most): its kind is read back from the file's name where that says it.

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
            fields = trace.to_arrays()
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
        What a CSV file holds where neither a first line ``# kind=motion`` nor its name
        (``cam1 motion.csv``) says it; ``.npz`` says itself.

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
        return Trace.from_arrays(about["kind"], str(about["source_sha256"]), parameters, arrays)
    except Exception as error:  # a damaged archive fails in many ways, all of them this one
        raise TraceError(f"{source.name} is not a trace file.", path=source) from error


def _read_csv(source: Path, content: bytes, kind: TraceKind) -> Trace:
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    said = re.fullmatch(r"#\s*kind\s*[=:]\s*(\S+)\s*", lines[0]) if lines else None
    head = 1 if said else 0
    if said and said[1] not in KINDS:
        raise TraceError(
            f"{source.name}: there is no kind of trace {said[1]!r}.",
            path=source,
            hint=f"Kinds: {', '.join(KINDS)}.",
        )
    if [cell.strip() for cell in "".join(lines[head : head + 1]).split(",")] != ["time_s", "value"]:
        raise TraceError(
            f"{source.name} is not a trace: its first line must be time_s,value.", path=source
        )
    named = [word for word in re.split(r"[^a-z]+", source.stem.lower()) if word in KINDS]
    if said or len(set(named)) == 1:
        kind = cast(TraceKind, said[1] if said else named[0])
    times: list[int] = []
    values: list[float] = []
    for number, line in enumerate(lines[head + 1 :], start=head + 2):
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
    start, step_ns = _even_grid(np.array(times, np.int64), source, head + 2)
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


def _even_grid(times: NDArray[np.int64], source: Path, first_line: int) -> tuple[MediaTime, int]:
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
            f"{source.name}, line {int(uneven[0]) + first_line}: the times are not evenly spaced.",
            path=source,
            hint="A trace has one step throughout; leave the value empty where nothing is known.",
        )
    return MediaTime(int(times[0])), step_ns
