"""CSV and JSON: every time with its range, nothing out of date unsaid, no cell that runs."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sync.case.acts import choose_datum, mark_event, radio_chain, set_aside, with_delay
from sync.case.calculate import calculate
from sync.case.case import Case
from sync.errors import CaseStale, StorageError
from sync.interchange.csv import COLUMNS, safe_text
from sync.interchange.export import Request, export, write_all
from sync.interchange.table import ROUNDING_S, table_of
from sync.timebase import MediaTime, format_seconds
from tests.sync.case.made import s, small_case


def two_anchors(**changes: Any) -> Case:
    """Phone against cam 1 (the reference), 30 s later, by two events; a lonely mark too."""
    case = with_delay(small_case(), radio_chain())
    for event, at in (("door", 10.0), ("flash", 50.0)):
        for source, shift in (("cam1", 0.0), ("phone", -7.0)):
            case, _ = mark_event(
                case,
                event=event,
                source=source,
                stream="picture",
                earliest=s(at + shift - 0.04),
                latest=s(at + shift + 0.04),
                frames=(149, 150),
                **changes,
            )
    case, _ = mark_event(
        case, event="knock", source="dispatch", stream="sound", earliest=s(1), latest=s(1.5),
        delays=("radio-chain",),
    )  # fmt: skip
    case, late = mark_event(
        case, event="knock", source="phone", stream="sound", earliest=None, latest=s(20)
    )
    case = set_aside(case, late.id, "another knock")
    return choose_datum(case, "cam1")


@pytest.fixture(scope="module")
def case() -> Case:
    return calculate(two_anchors())


def write(kind: str, case: Case, out: Path, *, allow_stale: bool = False) -> None:
    write_all(out, export(kind, Request(case=case, media={}, allow_stale=allow_stale)))


def read_csv(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    head, _, body = path.read_bytes().decode("utf-8").partition("\r\n\r\n")
    statement = {row[0].removeprefix("# "): row[1] for row in csv.reader(io.StringIO(head))}
    return statement, list(csv.DictReader(io.StringIO(body)))


def test_csv_has_a_row_a_mark_and_a_row_an_event(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    write("csv", case, out)
    statement, rows = read_csv(out)
    assert [row["kind"] for row in rows] == ["mark"] * 6 + ["event"] * 3
    assert tuple(rows[0]) == COLUMNS
    assert statement["datum"] == "cam1"
    assert statement["ranges"] == "95 %"
    assert statement["engine_version"] == "0.1.0"
    assert case.solution is not None
    assert statement["inputs_digest"] == case.solution.inputs_digest
    assert statement["stale"] == "no"
    assert float(statement["rounding_s"]) == ROUNDING_S
    first = rows[0]
    assert (first["event"], first["source"], first["stream"]) == ("door", "cam1", "picture")
    assert (first["media_earliest_s"], first["media_latest_s"]) == ("9.960000000", "10.040000000")
    assert (first["first_frame"], first["last_frame"]) == ("149", "150")
    assert (first["pts_earliest"], first["time_base"]) == (str(round(9.96 * 15360)), "1/15360")
    assert first["sha256"] == case.source("cam1").facts.sha256
    assert all(row["calculation"] == "current" for row in rows)


def test_every_stated_time_carries_its_range(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    write("csv", case, out)
    _, rows = read_csv(out)
    stated = [row for row in rows if row["reference_s"]]
    assert {(row["kind"], row["id"]) for row in stated} >= {
        ("mark", "mark-1"), ("mark", "mark-2"), ("event", "door"), ("event", "flash"),
    }  # fmt: skip
    for row in stated:
        low, at, high = (float(row[key]) for key in ("low_s", "reference_s", "high_s"))
        assert low < at < high
        assert high - at == pytest.approx(float(row["U95_s"]), abs=2e-9)
        assert float(row["U95_s"]) == pytest.approx(
            float(row["k"]) * float(row["u_s"]), rel=1e-6, abs=3e-9
        )
        assert row["reference_clock"].startswith("00:00:")
        assert row["status"] in ("ok", "unchecked")


def test_what_is_not_known_is_empty_and_said(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    write("csv", case, out)
    rows = {(row["kind"], row["id"]): row for row in read_csv(out)[1]}
    lonely = rows["mark", "mark-5"]
    assert lonely["reference_s"] == lonely["low_s"] == lonely["u_s"] == ""
    assert lonely["status"] == "unconstrained"
    assert (lonely["first_sample"], lonely["last_sample"]) == ("8000", "12000")
    assert lonely["delays"] == "radio-chain"
    aside = rows["mark", "mark-6"]
    assert (aside["decision"], aside["reason"]) == ("set-aside", "another knock")
    assert (aside["media_earliest_s"], aside["first_sample"]) == ("", "")
    assert rows["event", "knock"]["reference_s"] == ""


def test_json_says_the_same(case: Case, tmp_path: Path) -> None:
    write("json", case, tmp_path / "t.json")
    write("csv", case, tmp_path / "t.csv")
    document = json.loads((tmp_path / "t.json").read_bytes())
    _, rows = read_csv(tmp_path / "t.csv")
    assert document["format"] == "tiepoint-table"
    assert document["statement"]["ranges"] == "95 %"
    assert document["statement"]["rounding_s"] == ROUNDING_S
    assert len(document["rows"]) == len(rows)
    for plain, row in zip(document["rows"], rows, strict=True):
        assert plain["id"] == row["id"]
        assert plain["stale"] is False
        at = plain["reference_ns"]
        assert row["reference_s"] == ("" if at is None else format_seconds(at, 9))
        assert (plain["U95_s"] is None) == (row["U95_s"] == "")


def test_an_uncalculated_case_is_refused(tmp_path: Path) -> None:
    for kind in ("csv", "json"):
        for allow in (False, True):
            with pytest.raises(CaseStale, match="not been calculated") as error:
                write(kind, two_anchors(), tmp_path / "t", allow_stale=allow)
            assert error.value.hint
    assert list(tmp_path.iterdir()) == []


def test_an_out_of_date_case_is_refused_or_says_so_in_every_row(case: Case, tmp_path: Path) -> None:
    stale, _ = mark_event(
        case, event="late", source="cam1", stream="picture", earliest=s(70), latest=s(71)
    )
    for kind in ("csv", "json"):
        with pytest.raises(CaseStale, match="out of date") as error:
            write(kind, stale, tmp_path / "t")
        assert error.value.hint
    assert list(tmp_path.iterdir()) == []
    write("csv", stale, tmp_path / "t.csv", allow_stale=True)
    statement, rows = read_csv(tmp_path / "t.csv")
    assert statement["stale"] == "yes"
    assert all(row["calculation"] == "out of date" for row in rows)
    door = next(row for row in rows if row["id"] == "mark-1")
    assert float(door["reference_s"]) == pytest.approx(10.0, abs=0.05)
    assert float(door["u_s"]) > 0
    write("json", stale, tmp_path / "t.json", allow_stale=True)
    document = json.loads((tmp_path / "t.json").read_bytes())
    assert document["statement"]["stale"] is True
    assert all(row["stale"] for row in document["rows"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\r=1", "\n=1"])
def test_a_spreadsheet_runs_nothing_that_was_typed(text: str, tmp_path: Path) -> None:
    assert safe_text(text) == f"'{text}"
    typed = replace(two_anchors(note=text, by=text), title=text)
    source = typed.source("cam1")
    typed = calculate(typed.with_source(replace(source, item=text)))
    write("csv", typed, tmp_path / "t.csv")
    data = (tmp_path / "t.csv").read_bytes().decode()
    for record in csv.reader(io.StringIO(data)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in record)
    assert safe_text("a=1") == "a=1"


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    case = two_anchors()
    source = case.source("phone")
    assert source.facts.picture is not None
    picture = replace(source.facts.picture, first=s(-1))
    case = case.with_source(replace(source, facts=replace(source.facts, picture=picture)))
    case, _ = mark_event(
        case, event="early", source="phone", stream="picture", earliest=s(-0.5), latest=s(-0.4)
    )
    write("csv", calculate(case), tmp_path / "t.csv")
    row = next(row for row in read_csv(tmp_path / "t.csv")[1] if row["event"] == "early")
    assert row["media_earliest_s"] == "-0.500000000"


def test_lines_and_quotes_in_a_note_stay_one_cell(tmp_path: Path) -> None:
    note = 'he said "now", then\nnothing; 日本 \udcff'
    case = calculate(two_anchors(note=note))
    write("csv", case, tmp_path / "t.csv")
    assert read_csv(tmp_path / "t.csv")[1][0]["note"] == note.replace("\udcff", "\\udcff")
    write("json", case, tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_bytes())["rows"][0]["note"] == note


def test_a_failed_export_leaves_the_old_file(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    for kind in ("csv", "json"):
        out = tmp_path / f"t.{kind}"
        out.write_bytes(b"old")
        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", fail)
            with pytest.raises(StorageError, match="no space"):
                write(kind, case, out)
        assert out.read_bytes() == b"old"
        with pytest.raises(StorageError, match="no such folder"):
            write(kind, case, tmp_path / "no" / out.name)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["t.csv", "t.json"]


def test_exports_are_the_same_every_time(case: Case, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write("csv", case, tmp_path / f"{name}.csv")
        write("json", case, tmp_path / f"{name}.json")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_media_times_are_exact_to_the_nanosecond(case: Case) -> None:
    row = table_of(case).rows[0]
    assert row.earliest == MediaTime(9_960_000_000)
