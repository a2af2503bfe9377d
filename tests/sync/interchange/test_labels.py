"""Captions, label tracks and tiers: read back by other libraries, every time with its range."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pympi
import pysubs2
import pytest

from sync.case.annotate import add_annotations
from sync.case.annotation import Annotation
from sync.case.calculate import calculate, prepare
from sync.case.case import Case
from sync.case.placing import place_all
from sync.errors import CaseStale, EvidenceError, FormatError
from sync.evidence import Place
from sync.interchange.export import FORMATS, Request, export
from sync.interchange.labels import Label, in_rows, sheet_of
from sync.interchange.reading import read_annotations
from sync.timebase import Duration, ReferenceTime
from tests.sync.case.made import s
from tests.sync.interchange.test_tables import two_anchors

NASTY = 'a "quoted" <b> & \\ tab\there, \u202eright to left\u202c =1+1, \x07bell'
LABEL_FORMATS = [name for name, known in FORMATS.items() if known.own_time]


def with_remarks(case: Case) -> Case:
    wanted = [
        Annotation(id="", text=NASTY, source="phone", start=s(3), end=s(4), layer="talk"),
        Annotation(id="", text="two\nlines", clock="cam1", displayed=ReferenceTime(20 * 10**9)),
    ]
    return add_annotations(case, wanted)[0]


@pytest.fixture(scope="module")
def case() -> Case:
    return with_remarks(calculate(two_anchors()))


def written(case: Case, kind: str, on: str | None = None) -> bytes:
    media = {source.id: Path("/media") / source.path for source in case.sources}
    return export(kind, Request(case=case, media=media, on=on)).data


# -- places on a scale --------------------------------------------------------------------------


def test_a_place_on_a_recording_has_the_range_of_the_difference(case: Case) -> None:
    ready = prepare(case)
    on_phone, on_clock = (place_all(ready, [Place(event="door")], on)[0] for on in ("phone", None))
    assert on_phone.at_ns is not None and on_clock.at_ns is not None
    assert on_phone.at_ns == pytest.approx(3.0e9, abs=0.05e9)
    assert on_clock.at_ns == pytest.approx(10.0e9, abs=0.05e9)
    assert on_phone.U95_s is not None and 0.02 < on_phone.U95_s < 0.2


def test_a_time_in_the_recording_itself_is_known_as_it_stands(case: Case) -> None:
    (placed,) = place_all(prepare(case), [Place(source="phone", time=s(5))], "phone")
    assert (placed.at_ns, placed.U95_s, placed.status) == (5 * 10**9, 0.0, "ok")


def test_there_and_back_is_the_same_instant(case: Case) -> None:
    ready = prepare(case)
    (there,) = place_all(ready, [Place(source="phone", time=s(40))], "cam1")
    assert there.at_ns is not None
    (back,) = place_all(ready, [Place(source="cam1", time=s(there.at_ns / 1e9))], "phone")
    assert back.at_ns == pytest.approx(40 * 10**9, abs=2)


def test_what_has_no_link_or_no_footage_says_so(case: Case) -> None:
    ready = prepare(case)
    (lonely,) = place_all(ready, [Place(event="knock")], None)
    assert lonely.at_ns is None and "links" in lonely.reason
    (outside,) = place_all(ready, [Place(source="cam1", time=s(1))], "phone")
    assert outside.at_ns is None and "outside the footage" in outside.reason
    with pytest.raises(EvidenceError, match="no recording"):
        place_all(ready, [], "nobody")


# -- the sheet ----------------------------------------------------------------------------------


def test_every_label_states_its_range_and_what_is_left_out_is_named(case: Case) -> None:
    sheet = sheet_of(case)
    door = next(label for label in sheet.labels if label.text.startswith("door;"))
    assert "95 % range" in door.text
    assert door.start_ns < 10 * 10**9 < door.end_ns
    assert any("knock" in reason for reason in sheet.left_out)
    assert "cam1" in sheet.scale or "cam 1" in sheet.scale


def test_a_mark_lies_exactly_where_it_was_made_in_its_own_recording(case: Case) -> None:
    sheet = sheet_of(case, on="phone")
    mark = next(label for label in sheet.labels if label.text == "door, marked in phone.mp4")
    assert (mark.start_ns, mark.end_ns) == (2_960_000_000, 3_040_000_000)


def test_out_of_date_is_refused_or_said_on_every_label(case: Case) -> None:
    stale = replace(case, evidence=case.evidence[:-1])
    with pytest.raises(CaseStale):
        sheet_of(stale)
    assert all(label.text.startswith("OUT OF DATE")
               for label in sheet_of(stale, allow_stale=True).labels)  # fmt: skip
    with pytest.raises(CaseStale):
        sheet_of(replace(case, solution=None), allow_stale=True)


@pytest.mark.parametrize("kind", ["otio", "fcpxml7", "edl", "eaf", "srt", "audacity", "textgrid"])
def test_where_nothing_has_a_place_no_empty_file_is_written(case: Case, kind: str) -> None:
    """It would look like a finding that nothing happened."""
    adrift = calculate(replace(case, datum=None))
    with pytest.raises(FormatError, match="no reference clock") as refused:
        written(adrift, kind)
    assert refused.value.hint is not None and "Choose the reference clock" in refused.value.hint
    if FORMATS[kind].own_time:
        assert written(adrift, kind, "cam1")


def test_rows_never_overlap() -> None:
    labels = [Label(start_ns=a, end_ns=b, text="x", layer="l") for a, b in
              ((0, 10), (5, 7), (7, 7), (7, 7), (10, 12))]  # fmt: skip
    rows = in_rows(labels, least_ns=2)
    assert sorted(len(row) for row in rows.values()) == [1, 2, 2]
    for row in rows.values():
        for before, after in itertools.pairwise(row):
            assert max(before.end_ns, before.start_ns + 2) <= after.start_ns


def test_a_layer_that_is_called_like_a_second_row_stays_its_own() -> None:
    labels = [Label(start_ns=0, end_ns=5, text=text, layer=layer)
              for text, layer in (("a", "l"), ("b", "l"), ("c", "l (2)"))]  # fmt: skip
    rows = {name: [label.text for label in row] for name, row in in_rows(labels).items()}
    assert rows == {"l": ["a"], "l (3)": ["b"], "l (2)": ["c"]}


def test_thousands_of_labels_at_one_instant_are_laid_in_rows_without_comparing_each_with_each() -> (
    None
):
    labels = [Label(start_ns=0, end_ns=0, text=str(n), layer="l") for n in range(20_000)]
    begun = time.process_time()
    rows = in_rows(labels)
    assert time.process_time() - begun < 2.0  # each with each: minutes
    assert len(rows) == 20_000


# -- read back by others ------------------------------------------------------------------------


def starts_ms(sheet_labels: tuple[Label, ...]) -> list[int]:
    return sorted(label.start_ns // 1_000_000 for label in sheet_labels)


@pytest.mark.parametrize("kind", ["srt", "vtt"])
@pytest.mark.parametrize("on", [None, "cam1"])
def test_pysubs2_reads_every_caption(case: Case, kind: str, on: str | None) -> None:
    found = pysubs2.SSAFile.from_string(written(case, kind, on).decode(), format_=kind)
    assert sorted(line.start for line in found) == starts_ms(sheet_of(case, on=on).labels)
    words = "\n".join(line.plaintext for line in found)
    assert "right to left" in words and "95 % range" in words


@pytest.mark.parametrize("on", [None, "phone"])
def test_pympi_reads_every_annotation_and_where_the_recordings_begin(
    case: Case, tmp_path: Path, on: str | None
) -> None:
    path = tmp_path / "a.eaf"
    path.write_bytes(written(case, "eaf", on))
    eaf = pympi.Eaf(str(path))
    sheet = sheet_of(case, on=on)
    read = [a for tier in eaf.get_tier_names() for a in eaf.get_annotation_data_for_tier(tier)]
    shift_ms = 0
    origins = {Path(one["MEDIA_URL"]).name: int(one["TIME_ORIGIN"])
               for one in eaf.get_linked_files()}  # fmt: skip
    if on is None:
        shift_ms = min(0, *starts_ms(sheet.labels))
        assert origins["cam1.mp4"] == shift_ms
    assert sorted(start + shift_ms for start, *_ in read) == starts_ms(sheet.labels)
    # The phone began 7 s after cam 1, by the anchors.
    assert origins["cam1.mp4"] - origins["phone.mp4"] == pytest.approx(7000, abs=60)


@pytest.mark.parametrize("on", [None, "phone"])
def test_pympi_reads_every_interval(case: Case, tmp_path: Path, on: str | None) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_bytes(written(case, "textgrid", on))
    grid = pympi.TextGrid(str(path))
    spans = [span for tier in grid.get_tiers() for span in tier.get_all_intervals()]
    found = sorted(round(start * 1e9) for start, _, text in spans if text)
    assert found == pytest.approx(
        sorted(one.start_ns for one in sheet_of(case, on=on).labels), abs=2
    )
    assert any('""quoted""' in text or '"quoted"' in text for *_, text in spans)


@pytest.mark.parametrize("kind", LABEL_FORMATS)
def test_our_own_reader_takes_what_we_write(case: Case, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"labels{FORMATS[kind].suffix}"
    path.write_bytes(written(case, kind, "phone"))
    read = read_annotations(path, source="phone", by="me")
    assert len(read) == len(sheet_of(case, on="phone").labels)
    again, added = add_annotations(replace(case, annotations=()), read)
    assert len(again.annotations) == len(added) == len(read)
    assert all(item.provenance.note == f"from labels{FORMATS[kind].suffix}" for item in added)


@pytest.mark.parametrize("kind", LABEL_FORMATS)
def test_a_case_without_any_label_still_makes_a_file(kind: str, tmp_path: Path) -> None:
    bare = calculate(replace(two_anchors(), evidence=(), events=()))
    path = tmp_path / f"none{FORMATS[kind].suffix}"
    path.write_bytes(written(bare, kind))
    with pytest.raises(FormatError):
        read_annotations(path, source="phone")


def test_five_thousand_labels(case: Case) -> None:
    many = [
        Annotation(id="", text=f"n {i}", source="phone", start=s(i * 0.01)) for i in range(5000)
    ]
    full, _ = add_annotations(case, many)
    found = pysubs2.SSAFile.from_string(written(full, "srt", "phone").decode(), format_="srt")
    assert len(found) >= 5000


def test_an_unknown_format_and_an_own_time_it_does_not_have(case: Case) -> None:
    with pytest.raises(FormatError, match="no format"):
        export("wordstar", Request(case=case, media={}))
    with pytest.raises(FormatError, match="not written on one"):
        export("csv", Request(case=case, media={}, on="phone"))


# -- files that come in -------------------------------------------------------------------------


def test_a_log_keeps_how_coarsely_its_times_were_written(tmp_path: Path) -> None:
    path = tmp_path / "cad.csv"
    path.write_text("time,unit,text\n14:23,LIMA 2,Shots reported\n14:23:02,GATE,Start\n"
                    "14:23:04.5,GATE,End\n,,ignored\n")  # fmt: skip
    read = read_annotations(path, clock="dispatch clock")
    assert [item.text for item in read] == [
        "Shots reported (unit LIMA 2)", "Start (unit GATE)", "End (unit GATE)"]  # fmt: skip
    assert [item.granularity for item in read] == [
        Duration(60 * 10**9), Duration(10**9), Duration(10**8)]  # fmt: skip
    assert read[0].displayed == ReferenceTime((14 * 3600 + 23 * 60) * 10**9)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"who,what\nme,x\n", "No column of a.csv says when"),
        ("a.csv", b"time,text\nsoon,x\n", "row 2 of a.csv"),
        ("a.csv", b"time,text\n", "No row"),
        ("a.csv", b"\xff\xfe\x00", "not UTF-8"),
        ("a.csv", b"start,end,text\n5,4,x\n", "end comes before"),
        ("a.srt", b"no caption here", "no caption"),
        ("a.vtt", b"\xff\xff\xff", "not UTF-8"),
        ("a.txt", b"1.0\tx\tword\n", "Line 1"),
        ("a.txt", b"", "no label"),
        ("a.eaf", b"<html></html>", "cannot be read as an ELAN file"),
        ("a.TextGrid", b"what", "cannot be read as a TextGrid"),
        ("a.docx", b"x", "of no kind"),
    ],
)
def test_a_file_that_is_not_what_it_says(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormatError, match=words):
        read_annotations(path, source="phone")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_annotations(tmp_path / "none.srt", source="phone")


def test_the_command_line_annotates_and_exports(case: Case, tmp_path: Path) -> None:
    from sync.case.store import CaseStore

    path = tmp_path / "hall.tiepoint"
    CaseStore.create(path, replace(case, annotations=())).close()

    def tiepoint(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "app", *words], capture_output=True,
                              text=True, timeout=60, check=False)  # fmt: skip

    done = tiepoint("annotate", str(path), "--source", "phone", "--at", "3", "--text", "siren")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "a.srt"
    done = tiepoint("export", str(path), "--format", "srt", "--on", "phone", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "siren" in out.read_text()
    done = tiepoint("annotate", str(path), "--source", "phone", "--text", "when?")
    assert done.returncode == 2 and "needs a time" in done.stderr
