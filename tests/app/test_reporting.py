"""The report from the window: a job that writes pages, or says why there are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.main_window import MainWindow
from app.print_pdf import pdf_bytes
from sync.case.paths import media_path_of
from sync.errors import CaseError
from tests.app.keyboard import press
from tests.app.test_files import MakeCase, Settle, said


@pytest.mark.parametrize(("name", "begins"), [("r.pdf", b"%PDF"), ("r.html", b"<!DOCTYPE")])
def test_the_report_is_written_in_the_background(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path,
    choose_files: Callable[..., None], name: str, begins: bytes,
) -> None:  # fmt: skip
    window.open(make_case("gate", "yard"))
    settle(window)
    choose_files(tmp_path / name)
    press(window, "Ctrl+Shift+P")
    settle(window)
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert f"Wrote the report {name}" in window.desk.status.line.text()


def test_a_name_without_a_suffix_is_pages(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path,
    choose_files: Callable[..., None],
) -> None:  # fmt: skip
    window.open(make_case("gate", "yard"))
    settle(window)
    choose_files(tmp_path / "r")
    press(window, "Ctrl+Shift+P")
    settle(window)
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_what_cannot_be_written_is_said(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path
) -> None:
    window.open(make_case("gate", "yard"))
    settle(window)
    window.bench.handing_over.report_to(tmp_path / "no" / "r.pdf")
    settle(window)
    assert "no such folder" in said(window)
    with pytest.raises(CaseError, match="neither"):
        window.bench.handing_over.report_to(tmp_path / "r.doc")


def test_nothing_is_written_over_the_case_or_its_recordings(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate", "yard")
    window.open(path)
    settle(window)
    for own in (path, path.with_name(path.name + ".log")):
        with pytest.raises(CaseError, match="is the case itself"):
            window.bench.handing_over.export_to(own, "csv")
    source = window.bench.document.case.sources[0]
    with pytest.raises(CaseError, match="never written to"):
        window.bench.handing_over.export_to(media_path_of(path, source.path), "csv")


def test_a_figure_is_drawn_as_lines_and_never_wider_than_the_page(qapp: object) -> None:
    """A drawing of any width gives a page; a picture of it would be far larger."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="5000" height="200" '
        'viewBox="0 0 5000 200"><rect x="0" y="0" width="5000" height="200"/></svg>'
    )
    data = pdf_bytes(f"<html><body><p>{svg}</p></body></html>", footer="x")
    assert data.startswith(b"%PDF")
    assert b"/Subtype /Image" not in data and b"/XObject <<\n>>" in data
