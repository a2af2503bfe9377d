"""Cases and recordings on disk, from the window: nothing half-done, everything explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.dialogs.exporting import ChooseExport
from app.dialogs.new_case import NewCase, NewCaseValues
from app.main_window import MainWindow
from sync.case.store import CaseStore, load_case
from sync.errors import CaseNewer
from tests.app.keyboard import in_dialog, press

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


def said(window: MainWindow) -> str:
    return window.desk.problem._what.text() if window.desk.problem.isVisible() else ""


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window.dropEvent(
        QDropEvent(
            QPointF(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_dropped_recordings_are_added(
    window: MainWindow, settle: Settle, make_case: MakeCase, clips: dict[str, Path]
) -> None:
    window.open(make_case("gate"))
    settle(window)
    drop(window, clips["yard"], clips["radio"])
    settle(window)
    sources = window.bench.document.case.sources
    assert [source.name for source in sources] == ["gate", "yard.mp4", "radio.wav"]
    assert window.desk.wall.shown == ("gate", sources[1].id)


def test_a_dropped_case_is_opened(window: MainWindow, settle: Settle, make_case: MakeCase) -> None:
    path = make_case("gate")
    drop(window, path)
    settle(window)
    assert window.bench.document.path == path
    assert window.settings.recent == (path,)


def test_recordings_dropped_without_a_case_ask_for_one(
    window: MainWindow, settle: Settle, clips: dict[str, Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "fresh.tiepoint"
    values = NewCaseValues(path, "Fresh", "7", "E. Xaminer")
    monkeypatch.setattr(NewCase, "ask", classmethod(lambda cls, *a, **k: values))
    drop(window, clips["gate"])
    settle(window)
    assert window.bench.document.path == path
    assert len(window.bench.document.case.sources) == 1
    assert window.settings.examiner == "E. Xaminer"


@pytest.mark.parametrize("kind", ["missing", "empty", "text"])
def test_a_file_that_is_no_recording_is_explained(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path, kind: str
) -> None:
    window.open(make_case("gate"))
    settle(window)
    path = tmp_path / f"{kind}.mp4"
    if kind != "missing":
        path.write_bytes(b"" if kind == "empty" else b"these are only words\n" * 50)
    window.bench.files.add((path,))
    settle(window)
    assert path.name in said(window)
    assert len(window.bench.document.case.sources) == 1


def test_the_same_recording_is_not_added_twice(
    window: MainWindow, settle: Settle, make_case: MakeCase, clips: dict[str, Path]
) -> None:
    window.open(make_case("gate"))
    settle(window)
    window.bench.files.add((clips["gate"],))
    settle(window)
    assert "in the case already" in said(window)
    assert len(window.bench.document.case.sources) == 1


def test_adding_can_be_cancelled(
    window: MainWindow, settle: Settle, make_case: MakeCase, clips: dict[str, Path]
) -> None:
    window.open(make_case("gate"))
    settle(window)
    window.bench.files.add((clips["yard"],))
    window.bench.jobs.cancel_all()
    settle(window)
    assert len(window.bench.document.case.sources) == 1
    assert said(window) == ""


def test_a_case_that_somebody_else_has_open_is_read_only(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate", "yard")
    with CaseStore.open(path):
        window.open(path)
        settle(window)
        assert window.bench.document.read_only
        assert "(read only)" in window.windowTitle()
        assert "reading only" in window.desk.notice.text()
        assert not window.acts["mark"].isEnabled()
        assert not window.acts["save"].isEnabled()
        press(window, "Space", "K")
    assert load_case(path).evidence == ()


def newer(path: Path, **more: object) -> bytes:
    """Make a case one of a later version; returns its bytes."""
    plain = json.loads(path.read_text()) | {"schema_version": 99} | more
    path.write_text(json.dumps(plain))
    return path.read_bytes()


def test_a_newer_case_is_opened_for_reading_only_and_untouched(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate", "yard")
    before = newer(path, lunar_clocks=[1, 2])
    window.open(path)
    settle(window)
    assert window.bench.document.is_open
    assert [source.name for source in window.bench.document.case.sources] == ["gate", "yard"]
    notice = window.desk.notice
    assert notice.isVisible()
    assert "later version" in notice.text()
    for name in ("mark", "save", "save_as", "add_media", "calculate"):
        assert not window.acts[name].isEnabled(), name
    with pytest.raises(CaseNewer):
        window.bench.document.save()
    with pytest.raises(CaseNewer):
        window.bench.document.save_as(path.with_name("copy.tiepoint"))
    window.bench.document.close()
    assert path.read_bytes() == before
    assert not path.with_name("copy.tiepoint").exists()


def test_a_newer_case_that_would_be_misread_is_refused(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate")
    sources = json.loads(path.read_text())["sources"]
    before = newer(path, sources=[{**source, "tilt": 3} for source in sources])
    window.open(path)
    settle(window)
    assert "later version" in said(window)
    assert not window.bench.document.is_open
    assert path.read_bytes() == before


def test_a_damaged_case_is_refused_and_the_open_one_stays(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path
) -> None:
    good = make_case("gate")
    window.open(good)
    settle(window)
    bad = tmp_path / "bad.tiepoint"
    bad.write_text("{ half a case")
    window.open(bad)
    settle(window)
    assert "bad.tiepoint" in said(window)
    assert window.bench.document.path == good


def test_a_recording_that_changed_is_said_and_not_used(
    window: MainWindow, settle: Settle, make_case: MakeCase, clips: dict[str, Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    from sync.case.case import Case
    from sync.case.recordings import add_recording

    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clips["gate"].read_bytes())
    path = tmp_path / "case.tiepoint"
    case, _ = add_recording(Case(id=""), copy, case_path=path)
    CaseStore.create(path, case).close()
    copy.write_bytes(clips["yard"].read_bytes())
    window.open(path)
    settle(window)
    assert "copy.mp4" in said(window)
    assert not window.bench.recordings.usable("copy")
    pane = window.desk.wall.pane("copy")
    assert pane is not None
    assert pane.info is None, "no picture of the other file is shown"


def test_save_as_goes_on_in_the_copy(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path,
    choose_files: Callable[..., None],
) -> None:  # fmt: skip
    window.open(make_case("gate"))
    settle(window)
    choose_files(tmp_path / "copy")
    press(window, "Ctrl+Shift+S")
    settle(window)
    assert window.bench.document.path == tmp_path / "copy.tiepoint"
    assert load_case(tmp_path / "copy.tiepoint").title == "Made"


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_export(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path,
    choose_files: Callable[..., None], suffix: str,
) -> None:  # fmt: skip
    window.open(make_case("gate", "yard"))
    settle(window)
    choose_files(tmp_path / f"out{suffix}")

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, ChooseExport)
        dialog.format.setCurrentIndex(dialog.format.findData(suffix[1:]))
        dialog.accept()

    in_dialog(fill)
    press(window, "Ctrl+E")
    settle(window)
    assert (tmp_path / f"out{suffix}").stat().st_size > 50


def test_what_was_not_saved_comes_back_from_the_log(
    qtbot: QtBot, window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate", "yard", datum=None)
    window.open(path)
    settle(window)
    case = window.bench.document.case
    window.bench.document.act(case.with_datum("gate"), "choose reference clock")
    settle(window)
    window.bench.files.close_case()
    window.open(path)
    settle(window)
    assert window.bench.document.case.datum == "gate"
    assert "from the log" in window.desk.status.line.text()
