"""Any file of labels, by what it is: captions, label tracks, tiers and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sync.case.annotation import Annotation
from sync.errors import FormatError
from sync.evidence import Provenance
from sync.interchange.audacity import read_audacity
from sync.interchange.cad import read_table
from sync.interchange.captions import read_captions
from sync.interchange.labels import Label
from sync.timebase import Duration, MediaTime, ReferenceTime

MOST_BYTES = 50 << 20
"""Far beyond a day of captions; what is larger is no file of labels."""


def _read_eaf(data: bytes, name: str) -> tuple[Label, ...]:
    from sync.interchange.eaf import read_eaf

    return read_eaf(data, name)


def _read_textgrid(data: bytes, name: str) -> tuple[Label, ...]:
    from sync.interchange.textgrid import read_textgrid

    return read_textgrid(data, name)


READERS: dict[str, Callable[[bytes, str], tuple[Label, ...]]] = {
    ".srt": read_captions,
    ".vtt": read_captions,
    ".txt": read_audacity,
    ".eaf": _read_eaf,
    ".textgrid": _read_textgrid,
}
TABLES = (".csv", ".tsv")
SUFFIXES = (*READERS, *TABLES)


def read_annotations(
    path: Path, *, source: str | None = None, clock: str | None = None, by: str = "", at: str = ""
) -> tuple[Annotation, ...]:
    """The labels of a file as annotations: of a recording's own time, or of a clock's scale.

    Parameters
    ----------
    path
        .srt, .vtt, .txt (Audacity labels), .eaf, .TextGrid, or .csv/.tsv with a header.
    source, clock
        One of them: what the times of the file are counted on. Ids are checked when the
        annotations are added to a case.

    Raises
    ------
    FormatError
        When the file is of no kind that is read, or not what its name says.
    """
    if (source is None) == (clock is None):
        raise ValueError("labels lie on a recording's time or on a clock's, one of them")
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise FormatError(
            f"{path.name} is of no kind that holds labels.",
            path=path,
            hint=f"These are read: {', '.join(SUFFIXES)}.",
        )
    data = _bytes_of(path)
    steps: list[Duration | None]
    if kind in TABLES:
        rows = read_table(data, path.name)
        labels, steps = tuple(row.label for row in rows), [row.granularity for row in rows]
    else:
        labels = READERS[kind](data, path.name)
        steps = [None] * len(labels)
    provenance = Provenance(by=by, at=at, method="imported", note=f"from {path.name}")
    return tuple(
        _annotation(label, step, source, clock, provenance)
        for label, step in zip(labels, steps, strict=True)
        if label.text.strip()
    )


def _annotation(
    label: Label,
    step: Duration | None,
    source: str | None,
    clock: str | None,
    provenance: Provenance,
) -> Annotation:
    end = label.end_ns if label.end_ns > label.start_ns else None
    if source is not None:
        return Annotation(
            id="", text=label.text, layer=label.layer, source=source,
            start=MediaTime(label.start_ns), end=None if end is None else MediaTime(end),
            provenance=provenance,
        )  # fmt: skip
    return Annotation(
        id="", text=label.text, layer=label.layer, clock=clock,
        displayed=ReferenceTime(label.start_ns),
        displayed_end=None if end is None else ReferenceTime(end),
        granularity=step, provenance=provenance,
    )  # fmt: skip


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FormatError(f"{path.name} is too large for a file of labels.", path=path)
        return path.read_bytes()
    except OSError as error:
        raise FormatError(
            f"{path.name} cannot be read ({error.strerror or error}).",
            path=path,
            hint="Check the name and that you may read it.",
        ) from error
