"""Every format at every rate: the same times come back, to the precision that was stated."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pympi
import pysubs2
import pytest

from sync.case.acts import choose_datum, mark_event
from sync.case.calculate import calculate, prepare
from sync.case.case import Case
from sync.case.placing import place_all
from sync.evidence import Mark, Place
from sync.interchange.export import FORMATS, Exported, Request, export
from sync.timebase import NS_PER_S, MediaTime
from tests.sync.case.made import small_case

TICK = Fraction(1, 15360)
RATES = {"12.5": Fraction(25, 2), "15": Fraction(15), "25": Fraction(25),
         "29.97": Fraction(30000, 1001), "30": Fraction(30)}  # fmt: skip
FRAMES = (123, 777)
NAMES = ("door", "flash")


def frame_s(rate: Fraction | None, number: int) -> Fraction:
    """Time of a frame; without a rate, at ticks that no rate explains."""
    if rate is None:
        return round((Fraction(number, 13) + Fraction(number % 7, 311)) / TICK) * TICK
    return number / rate


def at_rate(rate: Fraction | None) -> Case:
    """Two events, each marked on one frame of both cameras of that rate."""
    case = small_case()
    for one in case.sources:
        if one.facts.picture is not None:
            picture = replace(
                one.facts.picture, nominal_rate=str(rate or 25), variable_rate=rate is None,
                time_base=str(TICK) if rate is None else str(1 / (rate * 512)),
            )  # fmt: skip
            case = case.with_source(replace(one, facts=replace(one.facts, picture=picture)))
    for name, number in zip(NAMES, FRAMES, strict=True):
        for where, shift in (("cam1", 0), ("phone", -20)):
            before, after = (MediaTime(round(frame_s(rate, number + shift + n) * NS_PER_S))
                             for n in (0, 1))  # fmt: skip
            case, _ = mark_event(case, event=name, source=where, stream="picture",
                                 earliest=before, latest=after,
                                 frames=(number + shift + 1,) * 2)  # fmt: skip
    return calculate(choose_datum(case, "cam1"))


@pytest.fixture(scope="module", params=[*RATES, "variable"])
def case(request: pytest.FixtureRequest) -> Case:
    return at_rate(RATES.get(request.param))


def written(case: Case, kind: str) -> Exported:
    media = {source.id: Path("/media") / source.path for source in case.sources}
    on = "cam1" if FORMATS[kind].own_time else None
    return export(kind, Request(case=case, media=media, on=on))


# -- readers that know nothing of this program: times of NAMES, seconds ---------------------------


def labelled(found: list[tuple[float, str]]) -> list[float]:
    """Starts of the labels of the marks in cam 1."""
    return [at for name in NAMES for at, text in found
            if text.startswith(f"{name}, marked in cam1.mp4")]  # fmt: skip


def of_captions(kind: str) -> Callable[[Exported, Path], list[float]]:
    def read(out: Exported, _: Path) -> list[float]:
        lines = pysubs2.SSAFile.from_string(out.data.decode(), format_=kind)
        return labelled([(line.start / 1000, line.plaintext) for line in lines])

    return read


def of_eaf(out: Exported, folder: Path) -> list[float]:
    (folder / "a.eaf").write_bytes(out.data)
    eaf = pympi.Eaf(str(folder / "a.eaf"))
    assert {one["TIME_ORIGIN"] for one in eaf.get_linked_files()
            if one["MEDIA_URL"].endswith("cam1.mp4")} == {"0"}  # fmt: skip
    return labelled([(start / 1000, text) for tier in eaf.get_tier_names()
                     for start, _, text in eaf.get_annotation_data_for_tier(tier)])  # fmt: skip


def of_textgrid(out: Exported, folder: Path) -> list[float]:
    (folder / "a.TextGrid").write_bytes(out.data)
    tiers = pympi.TextGrid(str(folder / "a.TextGrid")).get_tiers()
    return labelled([(start, text) for tier in tiers
                     for start, _, text in tier.get_all_intervals()])  # fmt: skip


def of_audacity(out: Exported, _: Path) -> list[float]:
    rows = [line.split("\t") for line in out.data.decode().splitlines()]
    return labelled([(float(row[0]), row[2].partition("] ")[2]) for row in rows])


def of_fcp(out: Exported, _: Path) -> list[float]:
    ElementTree.fromstring(out.data)
    read: Any = otio.adapters.read_from_string(out.data.decode(), "fcp_xml")
    return [seconds(m.marked_range.start_time) for name in NAMES
            for m in read.tracks.markers if m.name == name]  # fmt: skip


def of_edl(out: Exported, _: Path) -> list[float]:
    text = out.data.decode()
    rate = 0.5 / out.rounding_s
    found = re.findall(r"C +(\d\d):(\d\d):(\d\d):(\d\d) .*\n \|C:\w+ \|M:(\w+)", text)
    at = {name: (int(h) * 3600 + int(m) * 60 + int(s)) * round(rate) + int(f)
          for h, m, s, f, name in found}  # fmt: skip
    return [at[name] / rate for name in NAMES]


def seconds(at: Any) -> float:
    return float(Fraction(at.value) / Fraction(at.rate))


READERS: dict[str, Callable[[Exported, Path], list[float]]] = {
    "srt": of_captions("srt"), "vtt": of_captions("vtt"), "eaf": of_eaf,
    "textgrid": of_textgrid, "audacity": of_audacity,
}  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
def test_labels_on_a_recordings_own_time(case: Case, kind: str, tmp_path: Path) -> None:
    out = written(case, kind)
    marks = [mark for mark in case.of_kind(Mark) if mark.source == "cam1"]
    expected = [mark.earliest.ns / NS_PER_S for mark in marks if mark.earliest is not None]
    read = READERS[kind](out, tmp_path)
    # Ends of a range are rounded outwards where the format is coarse: by a whole step at most.
    assert read == pytest.approx(expected, abs=2 * out.rounding_s + 1e-9)
    assert len(read) == 2


@pytest.mark.parametrize("kind", ["fcpxml7", "edl"])
def test_events_in_one_smpte_rate(case: Case, kind: str, tmp_path: Path) -> None:
    out = written(case, kind)
    placed = place_all(prepare(case), [Place(event=name) for name in NAMES])
    zero_s = min(c.valid_from.s for c in (case.solution.clocks if case.solution else ())
                 if c.is_reference)  # fmt: skip
    assert zero_s == 0
    read = of_fcp(out, tmp_path) if kind == "fcpxml7" else of_edl(out, tmp_path)
    truth = [one.at_ns / NS_PER_S for one in placed if one.at_ns is not None]
    assert read == pytest.approx(truth, abs=out.rounding_s + 1e-6)
    assert len(read) == 2


def test_tables_and_otio_are_exact(case: Case) -> None:
    text = written(case, "csv").data.decode()
    rows = list(csv.DictReader(io.StringIO(text.partition("\r\n\r\n")[2])))
    plain = json.loads(written(case, "json").data)["rows"]
    back: Any = otio.adapters.read_from_string(written(case, "otio").data.decode(), "otio_json")
    in_clips = {
        marker.metadata["tiepoint"]["mark"]: seconds(marker.marked_range.start_time)
        for clip in back.find_clips() for marker in clip.markers
    }  # fmt: skip
    marks = case.of_kind(Mark)
    assert len([row for row in rows if row["kind"] == "mark"]) == len(marks) == 4
    assert len([row for row in rows if row["kind"] == "event"]) == 2
    for mark, row, same in zip(marks, rows, plain, strict=False):
        assert mark.earliest is not None and mark.latest is not None
        assert round(Fraction(row["media_earliest_s"]) * NS_PER_S) == mark.earliest.ns
        assert same["media_earliest_ns"] == mark.earliest.ns
        ticks = Fraction(mark.latest.ns, NS_PER_S) / Fraction(row["time_base"])
        assert int(row["pts_latest"]) == same["pts"][1] == round(ticks)
        assert abs(ticks - round(ticks)) < Fraction(1, 1000), "a frame begins on a tick"
        assert (int(row["first_frame"]), row["sha256"]) == (
            mark.frames[0] if mark.frames else None, case.source(mark.source).facts.sha256
        )  # fmt: skip
        assert in_clips[mark.id] == pytest.approx(mark.centre.s, abs=2e-9)
        for key in ("reference_s", "u_s", "U95_s", "k", "low_s", "high_s", "status"):
            assert row[key]


@pytest.mark.parametrize("kind", FORMATS)
def test_out_of_date_is_in_every_file(kind: str) -> None:
    """Also in each list of a format that needs several."""
    case = at_rate(Fraction(25))
    stale = replace(case, evidence=case.evidence[:-1])
    media = {source.id: Path("/media") / source.path for source in case.sources}
    out = export(kind, Request(case=stale, media=media, allow_stale=True))
    for data in (out.data, *out.more.values()):
        assert "out of date" in data.decode().lower() or '"stale": true' in data.decode()


@pytest.mark.parametrize("kind", FORMATS)
def test_five_thousand_marks(kind: str) -> None:
    """A whole file, and every one of them in it where the format holds marks."""
    case = at_rate(Fraction(25))
    first = next(mark for mark in case.of_kind(Mark) if mark.source == "cam1")
    more = [
        replace(first, id=f"many-{n}", earliest=MediaTime(n * 15_000_000),
                latest=MediaTime(n * 15_000_000 + 12_000_000))
        for n in range(5000)
    ]  # fmt: skip
    full = replace(case, evidence=(*case.evidence, *more))
    media = {source.id: Path("/media") / source.path for source in case.sources}
    on = "cam1" if FORMATS[kind].own_time else None
    out = export(kind, Request(case=full, media=media, on=on, allow_stale=True))
    if kind in ("csv", "json", "otio"):
        assert all(f"many-{n}".encode() in out.data for n in (0, 2500, 4999))
    elif kind not in ("fcpxml7", "edl"):
        assert out.data.count(b"door, marked in cam1.mp4") >= 5000
    assert len(out.data) + sum(map(len, out.more.values())) > 100
