"""Exports of tables and plots: the place asked for, the suffix, and what cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from app.main_window import MainWindow
from widgets.saving import keeper_of

Make = Callable[..., Path]


@pytest.fixture
def opened(window: MainWindow, make_case: Make, settle: Callable[[MainWindow], None]) -> MainWindow:
    window.open(make_case("gate", "yard"))
    settle(window)
    return window


def answer(monkeypatch: pytest.MonkeyPatch, path: Path, kind: str = "") -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(path), kind))


def test_every_table_of_the_window_is_exported_with_its_note(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = opened.desk
    for table in (desk.clocks.table, desk.evidence.table, desk.evidence_tab.remarks.table):
        assert keeper_of(table) is opened
    answer(monkeypatch, tmp_path / "clocks")
    desk.clocks.table.export()
    text = (tmp_path / "clocks.csv").read_text("utf-8")
    assert "# table,Clocks" in text
    assert "Times are those of clock of gate." in text and "calculated" in text
    assert text.splitlines()[-2].startswith("gate,")
    assert desk.status.line.text() == "Exported as clocks.csv."
    assert opened.settings.folder == tmp_path


def test_a_plot_is_written_as_what_was_chosen(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.show_tab("clocks")
    opened.desk.clocks.pages.show_page("offset")
    plot = opened.desk.clocks.offsets
    assert plot is not None
    answer(monkeypatch, tmp_path / "offset", "Drawings (*.svg)")
    plot.export()
    assert (tmp_path / "offset.svg").read_bytes().startswith(b"<?xml")
    answer(monkeypatch, tmp_path / "offset.png", "Drawings (*.svg)")
    plot.export()
    assert not QImage(str(tmp_path / "offset.png")).isNull()


def test_a_place_that_cannot_be_written_is_said(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, tmp_path / "nowhere" / "clocks.csv")
    opened.desk.clocks.table.export()
    assert opened.desk.problem.isVisible()
    answer(monkeypatch, Path())
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: ("", ""))
    before = opened.desk.status.line.text()
    opened.desk.clocks.table.export()
    assert opened.desk.status.line.text() == before
