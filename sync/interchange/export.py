"""Every format a calculated case is written in, by name, for the window and the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from sync.case.case import Case
from sync.case.storage import write_atomically
from sync.errors import FormatError

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline

    from sync.interchange.labels import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The content of a file and what has to be said of it."""

    data: bytes
    rounding_s: float
    """Largest rounding of a time in it."""
    remarks: tuple[str, ...] = ()
    """What could not be placed, and what the format cannot hold."""
    more: Mapping[str, bytes] = field(default_factory=dict)
    """Further files, by what their name gets added: a format that holds one track needs many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be written."""

    case: Case
    media: Mapping[str, Path]
    """Where each recording lies, by source id."""
    on: str | None = None
    """A recording, for times in its own file; ``None`` for the reference clock."""
    allow_stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: what it is for, and how it is written."""

    name: str
    suffix: str
    words: str
    own_time: bool
    """Whether it can be written on a recording's own time (``Request.on``)."""
    write: Callable[[Request], Exported]


def export(kind: str, request: Request) -> Exported:
    """The case in one format.

    Raises
    ------
    FormatError
        When there is no such format, or it cannot hold what was asked.
    CaseStale
        When the case is not calculated, or its times are out of date.
    """
    known = FORMATS.get(kind)
    if known is None:
        raise FormatError(f"There is no format {kind!r}.", hint=f"One of: {', '.join(FORMATS)}.")
    if request.on is not None and not known.own_time:
        raise FormatError(
            f"{known.name} is not written on one recording's own time.",
            hint="Leave out the recording; captions, labels and tiers can be on its own time.",
        )
    return known.write(request)


def write_all(out: Path, written: Exported) -> tuple[Path, ...]:
    """Write the file, and further ones beside it; each whole or not at all.

    Raises
    ------
    StorageError
        When one cannot be written; what was there is then unchanged.
    """
    files = {out: written.data}
    for name, data in written.more.items():
        files[out.with_name(f"{out.stem} - {_file_name(name)}{out.suffix}")] = data
    for file, data in files.items():
        write_atomically(file, data)
    return tuple(files)


def _file_name(name: str) -> str:
    """A track's name as part of a file name on any system."""
    return "".join(c if c.isalnum() or c in " -_()" else "_" for c in name).strip()[:60] or "track"


# -- formats: each imports its own module only when it is used ----------------------------------


def _csv(request: Request) -> Exported:
    from sync.interchange.csv import csv_bytes
    from sync.interchange.table import ROUNDING_S, table_of

    table = table_of(request.case, allow_stale=request.allow_stale)
    return Exported(data=csv_bytes(table), rounding_s=ROUNDING_S)


def _json(request: Request) -> Exported:
    from sync.interchange.json import json_bytes
    from sync.interchange.table import ROUNDING_S, table_of

    table = table_of(request.case, allow_stale=request.allow_stale)
    return Exported(data=json_bytes(table), rounding_s=ROUNDING_S)


def _srt(request: Request) -> Exported:
    from sync.interchange.captions import ROUNDING_S, before_zero, srt_bytes

    sheet = _sheet(request)
    remarks = (*sheet.left_out, *before_zero(sheet))
    return Exported(data=srt_bytes(sheet), rounding_s=ROUNDING_S, remarks=remarks)


def _vtt(request: Request) -> Exported:
    from sync.interchange.captions import ROUNDING_S, before_zero, vtt_bytes

    sheet = _sheet(request)
    remarks = (*sheet.left_out, *before_zero(sheet))
    return Exported(data=vtt_bytes(sheet), rounding_s=ROUNDING_S, remarks=remarks)


def _audacity(request: Request) -> Exported:
    from sync.interchange.audacity import ROUNDING_S, audacity_bytes

    sheet = _sheet(request)
    return Exported(data=audacity_bytes(sheet), rounding_s=ROUNDING_S, remarks=sheet.left_out)


def _textgrid(request: Request) -> Exported:
    from sync.interchange.textgrid import ROUNDING_S, textgrid_bytes

    sheet = _sheet(request)
    return Exported(data=textgrid_bytes(sheet), rounding_s=ROUNDING_S, remarks=sheet.left_out)


def _eaf(request: Request) -> Exported:
    from sync.interchange.eaf import ROUNDING_S, eaf_of

    elan = eaf_of(request.case, _sheet(request), dict(request.media))
    return Exported(data=elan.data, rounding_s=ROUNDING_S, remarks=elan.remarks)


def _otio(request: Request) -> Exported:
    from sync.interchange.otio import ROUNDING_S, otio_bytes

    timeline, left_out = _timeline(request)
    return Exported(data=otio_bytes(timeline), rounding_s=ROUNDING_S, remarks=left_out)


def _fcpxml7(request: Request) -> Exported:
    from sync.interchange.conformed import fcp7_bytes, smpte_rate

    timeline, left_out = _timeline(request)
    rate = smpte_rate(request.case)
    said = (_conformed_to(rate), *left_out)
    return Exported(data=fcp7_bytes(timeline, rate), rounding_s=0.5 / float(rate), remarks=said)


def _edl(request: Request) -> Exported:
    from sync.interchange.conformed import edl_bytes, marker_edl_bytes, smpte_rate

    timeline, left_out = _timeline(request)
    rate = smpte_rate(request.case)
    return Exported(
        data=marker_edl_bytes(timeline, rate),
        rounding_s=0.5 / float(rate),
        remarks=(_conformed_to(rate), *left_out),
        more=edl_bytes(timeline, rate),
    )


def _conformed_to(rate: Fraction) -> str:
    shown = f"{float(rate):.3f}".rstrip("0").rstrip(".")
    return f"Conformed to {shown} frames a second: times are rounded by up to {0.5 / rate:.4f} s."


def _sheet(request: Request) -> Sheet:
    from sync.interchange.labels import sheet_of

    sheet = sheet_of(request.case, on=request.on, allow_stale=request.allow_stale)
    if sheet.left_out and not sheet.labels:
        _refuse_empty(request.case, sheet.left_out, on_clock=request.on is None)
    return sheet


def _timeline(request: Request) -> tuple[Timeline, tuple[str, ...]]:
    from sync.interchange.otio import timeline_of

    made, left_out = timeline_of(request.case, request.media, allow_stale=request.allow_stale)
    if left_out and not len(made.tracks):
        _refuse_empty(request.case, left_out, on_clock=True)
    return made, left_out


def _refuse_empty(case: Case, left_out: tuple[str, ...], *, on_clock: bool) -> None:
    """An empty file of a case that holds something would look like a finding that nothing
    happened."""
    chosen = case.solution is not None and case.solution.datum is not None
    if on_clock and not chosen:
        why, hint = "no reference clock is held by anything observed", "Choose the reference clock"
    else:
        why, hint = left_out[0].rstrip("."), "Mark an event that two recordings share"
    raise FormatError(f"Nothing can be written: {why}.", hint=f"{hint}, and calculate again.")


FORMATS: dict[str, Format] = {
    "csv": Format(name="CSV table", suffix=".csv", own_time=False, write=_csv,
                  words="every mark and event, for a spreadsheet"),
    "json": Format(name="JSON table", suffix=".json", own_time=False, write=_json,
                   words="the same, for programs"),
    "otio": Format(name="OpenTimelineIO", suffix=".otio", own_time=False, write=_otio,
                   words="clips at their own rates, ranges in the metadata"),
    "fcpxml7": Format(name="Final Cut Pro 7 XML", suffix=".xml", own_time=False, write=_fcpxml7,
                      words="for Premiere and Resolve, in one SMPTE rate"),
    "edl": Format(name="EDL", suffix=".edl", own_time=False, write=_edl,
                  words="events as markers, and a CMX3600 list a track"),
    "eaf": Format(name="ELAN", suffix=".eaf", own_time=True, write=_eaf,
                  words="tiers, with the recordings linked"),
    "vtt": Format(name="WebVTT captions", suffix=".vtt", own_time=True, write=_vtt,
                  words="captions for a browser"),
    "srt": Format(name="SubRip captions", suffix=".srt", own_time=True, write=_srt,
                  words="captions for a player"),
    "audacity": Format(name="Audacity labels", suffix=".txt", own_time=True, write=_audacity,
                       words="a label track"),
    "textgrid": Format(name="Praat TextGrid", suffix=".TextGrid", own_time=True,
                       write=_textgrid, words="tiers for Praat"),
}  # fmt: skip
