"""ELAN annotation files (.eaf), both ways: recordings linked with TIME_ORIGIN, tiers of labels.

Annotation time zero is the start of the earliest linked recording, or time zero of the recording
whose own time is asked for. A recording's TIME_ORIGIN is the time in its file at that zero, in
whole milliseconds; it is negative for one that begins later. ELAN knows one offset a recording and
no drift: :attr:`Elan.remarks` says by how much each is out at its far end, and which stretches of
an edited recording the offset does not hold for.
"""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pympi

from sync.case.case import Case
from sync.errors import FormatError
from sync.interchange.labels import Label, Sheet, end_of, in_rows
from sync.timebase import MediaTime, ReferenceTime, format_seconds
from sync.timeline import Clip, build_timeline

ROUNDING_S = 0.0005
"""ELAN holds whole milliseconds."""
MS_NS = 1_000_000
_MIME = {
    ".wav": "audio/x-wav", ".mp4": "video/mp4", ".m4v": "video/mp4", ".mpg": "video/mpeg",
    ".mpeg": "video/mpeg", ".mov": "video/quicktime",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Elan:
    """An annotation file and what it cannot hold."""

    data: bytes
    remarks: tuple[str, ...]


def eaf_of(case: Case, sheet: Sheet, media: dict[str, Path]) -> Elan:
    """The labels of ``sheet`` with the recordings that have a link.

    Parameters
    ----------
    media
        Where each recording lies, by source id.
    """
    clips = _linked(case)
    zero = _zero(sheet, clips)
    shift_ns = 0 if sheet.source is not None else zero.ns
    head = ElementTree.Element("HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    remarks = [f"Annotation time zero is {format_seconds(shift_ns)} s on: {sheet.scale}."]
    for name, own in clips.items():
        at_zero = own[0].model.from_reference(zero)  # type: ignore[union-attr]
        path = media[name]
        ElementTree.SubElement(
            head, "MEDIA_DESCRIPTOR", MEDIA_URL="file://" + quote(path.as_posix()),
            MIME_TYPE=_MIME.get(path.suffix.lower(), "unknown"),
            RELATIVE_MEDIA_URL="./" + quote(path.name),
            TIME_ORIGIN=str(round(at_zero.ns / MS_NS)),
        )  # fmt: skip
        remarks += _limits_of(case.source(name).name, own, zero, at_zero)
    remarks += [f"Not shown: {reason}" for reason in sheet.left_out]
    last = ElementTree.SubElement(head, "PROPERTY", NAME="lastUsedAnnotationId")
    for number, remark in enumerate(remarks, start=1):
        ElementTree.SubElement(head, "PROPERTY", NAME=f"tiepoint-{number}").text = remark
    return Elan(data=_document(head, last, sheet.labels, shift_ns), remarks=tuple(remarks))


def read_eaf(data: bytes, name: str) -> tuple[Label, ...]:
    """The time-aligned annotations of every tier, on ELAN's own annotation time.

    Raises
    ------
    FormatError
        When it is no ELAN file, or holds no annotation with a time.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "a.eaf"
            copy.write_bytes(data)
            eaf = pympi.Eaf(str(copy))
        labels = tuple(
            Label(start_ns=start * MS_NS, end_ns=end * MS_NS, text=text.strip(), layer=tier)
            for tier in eaf.get_tier_names()
            for start, end, text, *_ in eaf.get_annotation_data_for_tier(tier)
            if text and text.strip()
        )
    except Exception as error:  # pympi raises whatever its parsing runs into
        raise FormatError(f"{name} cannot be read as an ELAN file ({error}).") from error
    if not labels:
        raise FormatError(f"{name} holds no annotation with a time.")
    return labels


# -- the recordings -----------------------------------------------------------------------------


def _linked(case: Case) -> dict[str, list[Clip]]:
    """Stretches that have a clock, by recording."""
    tracks = build_timeline(case, stale=False).tracks
    linked = {t.source: [clip for clip in t.clips if clip.model is not None] for t in tracks}
    return {source: clips for source, clips in linked.items() if clips}


def _zero(sheet: Sheet, clips: dict[str, list[Clip]]) -> ReferenceTime:
    if sheet.source is not None and sheet.source in clips:
        model = clips[sheet.source][0].model
        assert model is not None
        return model.to_reference(MediaTime(0))
    starts = [clip.start for own in clips.values() for clip in own if clip.start is not None]
    labels = [ReferenceTime(label.start_ns) for label in sheet.labels if sheet.source is None]
    return min([*starts, *labels], default=ReferenceTime(0))


def _limits_of(
    name: str, own: list[Clip], zero: ReferenceTime, at_zero: MediaTime
) -> Iterable[str]:
    """What one offset cannot say of a recording."""
    first, *rest = own
    model = first.model
    assert model is not None and first.end is not None
    far_ns = first.media_end.ns - at_zero.ns - (first.end.ns - zero.ns)
    if abs(far_ns) > MS_NS // 2:
        yield (f"{name}: its clock drifts, and ELAN cannot; at the end of the first linked stretch "
               f"its picture is {format_seconds(abs(far_ns))} s off.")  # fmt: skip
    if rest or first.stretch:
        yield (f"{name}: TIME_ORIGIN holds for its stretch {first.stretch + 1} only; the others "
               "begin elsewhere on the clock.")  # fmt: skip


# -- the document -------------------------------------------------------------------------------


def _document(
    head: ElementTree.Element, last: ElementTree.Element, labels: Iterable[Label], shift_ns: int
) -> bytes:
    root = ElementTree.Element("ANNOTATION_DOCUMENT", {
        "AUTHOR": "Tiepoint", "DATE": "1970-01-01T00:00:00+00:00", "FORMAT": "3.0",
        "VERSION": "3.0",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
    })  # fmt: skip
    root.append(head)
    order = ElementTree.SubElement(root, "TIME_ORDER")
    slots: dict[str, int] = {}
    number = 0
    for name, row in in_rows(labels, MS_NS).items():
        tier = ElementTree.SubElement(
            root, "TIER", LINGUISTIC_TYPE_REF="label", TIER_ID=_xml_text(name)
        )
        for label in row:
            number += 1
            ends = label.start_ns - shift_ns, end_of(label, MS_NS) - shift_ns
            own = [f"ts{len(slots) + 1}", f"ts{len(slots) + 2}"]
            slots[own[0]], slots[own[1]] = ends[0] // MS_NS, -(-ends[1] // MS_NS)
            holder = ElementTree.SubElement(tier, "ANNOTATION")
            aligned = ElementTree.SubElement(
                holder, "ALIGNABLE_ANNOTATION", ANNOTATION_ID=f"a{number}",
                TIME_SLOT_REF1=own[0], TIME_SLOT_REF2=own[1],
            )  # fmt: skip
            ElementTree.SubElement(aligned, "ANNOTATION_VALUE").text = _xml_text(label.text)
    for slot, ms in sorted(slots.items(), key=lambda item: (item[1], int(item[0][2:]))):
        ElementTree.SubElement(order, "TIME_SLOT", TIME_SLOT_ID=slot, TIME_VALUE=str(ms))
    ElementTree.SubElement(
        root, "LINGUISTIC_TYPE", GRAPHIC_REFERENCES="false", LINGUISTIC_TYPE_ID="label",
        TIME_ALIGNABLE="true",
    )  # fmt: skip
    last.text = str(number)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _xml_text(text: str) -> str:
    """Without the control characters XML 1.0 has no way to write."""
    kept = (c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd"
            or c >= "\U00010000" else "�" for c in text)  # fmt: skip
    return "".join(kept)
