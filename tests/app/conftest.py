"""Fixtures for tests of the window and its core: own settings, small clips, nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.settings import Settings
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from tests.support.made_media import click_track, write_clip
from widgets.theme import apply_theme

CLIP_S, RATE = 6, 10


HERE = Path(__file__).parent
_NOT_OFFSCREEN = ("propagateSizeHints", r"raise\(\)", "grabbing the keyboard")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of every window and menu what it has no use for."""
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.qt_log_ignore(*_NOT_OFFSCREEN, extend=True))


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the person's own settings."""
    monkeypatch.setenv("TIEPOINT_SETTINGS", str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """No thread, running timer or window outlives a test."""
    before = set(threading.enumerate())
    yield
    app = QApplication.instance()
    if app is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        shown = [w for w in QApplication.topLevelWidgets() if w.isVisible()]  # type: ignore[union-attr]
        assert not shown, f"windows left open: {shown}"
        running = [t for t in app.findChildren(QTimer) if t.isActive()]
        assert not running, f"timers left running: {running}"
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert not left, f"threads left running: {left}"


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two silent clips of the same scene, the second 1 s later, and a sound with clicks."""
    import soundfile

    folder = tmp_path_factory.mktemp("clips")
    count = CLIP_S * RATE
    sound = click_track(CLIP_S, 8000, [1.0, 2.5, 4.2])
    noisy = sound + np.random.default_rng(1).normal(0, 0.002, len(sound)).astype(np.float32)
    soundfile.write(folder / "radio.wav", noisy, 8000)
    return {
        "gate": write_clip(folder / "gate.mp4", range(count), rate=RATE, gop=12, noise=2),
        "yard": write_clip(folder / "yard.mp4", range(10, count + 10), rate=RATE, gop=12, noise=2),
        "radio": folder / "radio.wav",
    }  # fmt: skip


@pytest.fixture
def make_case(tmp_path: Path, clips: dict[str, Path]) -> Callable[..., Path]:
    """Makes a case of some of the clips on disk; gate's clock is the reference."""

    def make(*names: str, datum: str | None = "gate", name: str = "made") -> Path:
        path = tmp_path / f"{name}.tiepoint"
        case = Case(id="", title="Made", examiner="E. Xaminer")
        for clip in names:
            case, _ = add_recording(case, clips[clip], case_path=path, name=clip)
        if datum is not None and datum in names:
            case = case.with_datum(case.source(datum).clock)
        CaseStore.create(path, case, "E. Xaminer").close()
        return path

    return make


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A shown window without a case."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, "dark")
    app.setQuitOnLastWindowClosed(False)
    made = MainWindow(settings=Settings())
    made.resize(1280, 720)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def settle(qtbot: QtBot) -> Callable[[MainWindow], None]:
    """Waits until nothing runs any more."""

    def wait(window: MainWindow) -> None:
        calm = [0]

        def still() -> bool:
            calm[0] = calm[0] + 1 if window.is_idle else 0
            return calm[0] >= 3

        try:
            qtbot.waitUntil(still, timeout=20_000)
        except Exception:
            bench = window.bench
            raise AssertionError(
                f"not idle: jobs {[(j.title, j.state) for j in bench.jobs.active]}, "
                f"frames {bench.frames.idle}, calculating {bench.calculation.busy}, "
                f"resting {bench.playback.resting}"
            ) from None

    return wait


@pytest.fixture
def choose_files(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Answers the next file dialogs with these paths."""

    def choose(*paths: Path) -> None:
        names = [str(path) for path in paths]
        monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a, **k: (names, ""))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: (names[0], ""))
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (names[0], ""))

    return choose
