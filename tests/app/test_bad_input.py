"""What goes wrong at a real desk: each is handled, said in one line, and leaves the case whole."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from app.dialogs.offer_media import OfferMedia
from app.dialogs.relink import Relink
from app.dialogs.small import GoTo
from app.main_window import MainWindow
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.relink import find_recordings
from sync.case.store import CaseStore, load_case
from sync.errors import Cancelled, StorageError
from sync.progress import CancelToken, Progress
from tests.app.keyboard import in_dialog, press
from tests.app.test_files import drop, said
from tests.app.test_window import link

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


# -- dropping -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, clips: dict[str, Path]) -> Path:
    """Two recordings, one of them in a folder of its own, among other things."""
    made = tmp_path / "usb stick"
    (made / "sub").mkdir(parents=True)
    shutil.copy(clips["yard"], made / "sub" / "YARD.MP4")
    shutil.copy(clips["radio"], made / "radio.wav")
    for other in ("player.exe", "listing.pdf", ".hidden.mp4"):
        (made / other).write_bytes(b"something else")
    return made


def test_the_recordings_of_a_dropped_folder_are_offered(
    window: MainWindow, settle: Settle, make_case: MakeCase, folder: Path
) -> None:
    window.open(make_case("gate"))
    settle(window)
    offered: list[str] = []

    def choose(dialog: QDialog) -> None:
        assert isinstance(dialog, OfferMedia)
        offered.extend(dialog.list.item(n).text() for n in range(dialog.list.count()))
        dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
        dialog.list.item(1).setCheckState(Qt.CheckState.Unchecked)
        dialog.accept()
        assert "Tick one" in dialog.problem.text()
        dialog.list.item(1).setCheckState(Qt.CheckState.Checked)
        dialog.accept()

    in_dialog(choose)
    drop(window, folder)
    settle(window)
    assert offered == ["radio.wav", str(Path("sub") / "YARD.MP4")]
    assert [s.name for s in window.bench.document.case.sources] == ["gate", "YARD.MP4"]
    assert said(window) == ""


def test_a_dropped_folder_without_recordings_says_so(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path
) -> None:
    window.open(make_case("gate"))
    settle(window)
    (tmp_path / "papers").mkdir()
    drop(window, tmp_path / "papers")
    assert said(window) == "papers holds no file that is named like a recording."


def test_a_case_dropped_on_an_open_case_takes_its_place_and_loses_nothing(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    first, second = make_case("gate", "yard"), make_case("radio", name="other", datum=None)
    window.open(first)
    settle(window)
    link(window, settle)
    events = len(window.bench.document.case.events)
    drop(window, second)
    settle(window)
    assert window.bench.document.path == second
    assert len(load_case(first).events) == events, "what was not saved is in its log"


# -- times and places ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "soon", "25:99:99", "14:23:", "1e400", "nan"])
def test_nonsense_times_are_said_and_the_playhead_stays(
    window: MainWindow, settle: Settle, make_case: MakeCase, text: str
) -> None:
    window.open(make_case("gate"))
    settle(window)
    here = window.bench.playhead.position

    def type_it(dialog: QDialog) -> None:
        assert isinstance(dialog, GoTo)
        dialog.line.setText(text)
        dialog.accept()
        assert dialog.isVisible(), "it stays, with what was typed"
        assert dialog.problem.text()
        assert "\n" not in dialog.problem.text()
        dialog.reject()

    in_dialog(type_it)
    press(window, "Ctrl+G")
    assert window.bench.playhead.position == here


def test_marking_outside_a_clip_says_why_and_marks_nothing(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    window.bench.focus.set("yard")
    window.bench.playback.go_reference(100_000_000)  # yard begins at about 1 s
    settle(window)
    before = window.bench.document.case.evidence
    press(window, "M")
    settle(window)
    assert window.bench.marking.draft is None
    assert window.bench.document.case.evidence == before
    assert said(window) == "yard shows nothing at the playhead."
    press(window, "Esc")


# -- closing ------------------------------------------------------------------------------------


def test_closing_with_work_running_stops_it_and_keeps_every_act(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate", "yard")
    window.open(path)
    settle(window)
    link(window, settle)
    begun, stopped = threading.Event(), threading.Event()

    def endless(progress: Progress) -> None:
        begun.set()
        try:
            while True:
                progress.report(0.5)
                threading.Event().wait(0.01)
        except Cancelled:
            stopped.set()
            raise

    window.bench.jobs.start("A long one", endless)
    assert begun.wait(5)
    window.close()
    assert stopped.is_set()
    assert len(load_case(path).events) == 1
    assert not path.with_name(path.name + ".lock").exists() or CaseStore.open(path).close() is None


# -- missing recordings -------------------------------------------------------------------------


@pytest.fixture
def lost(tmp_path: Path, clips: dict[str, Path], folder: Path) -> tuple[Path, Path]:
    """A case whose two recordings were taken away, and the folder they lie in now, renamed."""
    home = tmp_path / "home"
    home.mkdir()
    path = home / "made.tiepoint"
    case = Case(id="", title="Made", examiner="E. Xaminer")
    for name in ("gate", "yard"):
        shutil.copy(clips[name], home / f"{name}.mp4")
        case, _ = add_recording(case, home / f"{name}.mp4", case_path=path, name=name)
    CaseStore.create(path, case.with_datum("gate"), "E. Xaminer").close()
    (home / "gate.mp4").rename(folder / "copy of something.bin")
    (home / "yard.mp4").unlink()
    (folder / "sub" / "YARD.MP4").unlink()
    return path, folder


def test_a_missing_recording_is_found_by_its_content_and_read_from_there(
    window: MainWindow, settle: Settle, lost: tuple[Path, Path], qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path, folder = lost
    size = (folder / "copy of something.bin").stat().st_size
    (folder / "gate.mp4").write_bytes(bytes(size))  # its name and its size, not its content
    window.open(path)
    settle(window)
    assert "There is no file" in said(window)
    assert "1 more recording" in said(window)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *a, **k: str(folder))
    window.bench.problems._chosen("Find …")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, Relink)
    assert not dialog.use.isEnabled()
    qtbot.mouseClick(dialog.choose, Qt.MouseButton.LeftButton)
    settle(window)
    assert dialog._states["gate"].text() == "● found: copy of something.bin"
    assert dialog._states["yard"].text() == "○ not found"
    assert "1 still missing" in dialog.note.text()
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    settle(window)
    bench = window.bench
    assert bench.recordings.usable("gate")
    assert not bench.recordings.usable("yard")
    assert bench.recordings.index("gate") is not None
    opened = bench.recordings.get("gate")
    assert opened is not None
    assert opened.path == folder / "copy of something.bin"
    press(window, "Ctrl+Z")
    settle(window)
    assert window.bench.document.case.source("gate").path == "gate.mp4"


def test_one_may_go_on_without_a_missing_recording(
    window: MainWindow, settle: Settle, lost: tuple[Path, Path], qtbot: QtBot
) -> None:
    path, _ = lost
    window.open(path)
    settle(window)
    before = window.bench.document.case
    window.bench.problems._chosen("Find …")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, Relink)
    qtbot.mouseClick(dialog.without, Qt.MouseButton.LeftButton)
    assert window.bench.document.case == before
    assert window.bench.document.is_open


def test_a_folder_that_is_gone_and_a_stopped_search_are_said(
    window: MainWindow, settle: Settle, lost: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = lost
    window.open(path)
    settle(window)
    window.bench.relinking.relink(["gate", "yard"])
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, Relink)
    dialog.look_in(folder / "gone")
    settle(window)
    assert "There is no folder" in dialog.note.text()

    def endless(*_: object, progress: Progress) -> None:
        while True:
            progress.report(0.5)
            threading.Event().wait(0.01)

    monkeypatch.setattr("sync.case.relink.find_recordings", endless)
    dialog.look_in(folder)
    window.bench.jobs.cancel_all()
    settle(window)
    assert dialog.note.text() == "Stopped: nothing was changed."
    assert dialog.choose.isEnabled()
    dialog.reject()


def test_looking_needs_the_same_size_before_it_hashes(
    lost: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = lost
    hashed: list[str] = []
    from sync.media import hashing

    real = hashing.sha256_of
    monkeypatch.setattr(
        hashing, "sha256_of", lambda path, progress: hashed.append(path.name) or real(path)
    )
    case = load_case(path)
    found = find_recordings(case.sources, folder)
    assert found == {"gate": folder / "copy of something.bin"}
    assert hashed == ["copy of something.bin"]
    with pytest.raises(StorageError, match="no folder"):
        find_recordings(case.sources, folder / "gone")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        find_recordings(case.sources, folder, progress=Progress(lambda *_: None, token))


def test_a_recording_of_another_size_is_not_one(lost: tuple[Path, Path]) -> None:
    path, folder = lost
    source = load_case(path).sources[0]
    longer = replace(source, facts=replace(source.facts, size_bytes=source.facts.size_bytes + 1))
    assert find_recordings([longer], folder) == {}
