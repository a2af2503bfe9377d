"""Every preference does something, at once and after a new start; what cannot be is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QDialog

from app import preferences
from app.controllers.autosave import Autosave
from app.dialogs.preferences import EditPreferences, size_text
from app.main_window import MainWindow
from app.preferences import Preferences, load, store
from app.settings import Settings
from sync.cache import Cache
from sync.case.delays import radio_chain
from sync.errors import StorageError
from sync.uncertainty import Distribution
from tests.app.keyboard import in_dialog, press
from tests.app.test_window import link
from widgets.theme import current_theme

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """A cache of two entries beside a file of somebody else."""
    monkeypatch.delenv("TIEPOINT_CACHE", raising=False)
    cache = Cache(tmp_path / "cache")
    for sha256 in ("aa" * 32, "bb" * 32):
        cache.store(sha256, "made", {}, {"values": np.zeros(1000)})
    (tmp_path / "cache" / "aa" / "holiday.jpg").write_bytes(b"not ours")
    return cache


def form(cache: Cache, now: Preferences = Preferences()) -> EditPreferences:  # noqa: B008
    return EditPreferences(None, now, cache, lambda say: say("freed 1 MB"))


def test_outputs_are_offered_when_they_are_known(qtbot: object, cached: Cache) -> None:
    made = form(cached, Preferences(audio_device="gone"))
    made.set_devices([("Headphones", "hp")])
    offered = [made.device.itemText(n) for n in range(made.device.count())]
    assert offered == [
        "what the system uses", "Headphones", "the one chosen before: not there now",
    ]  # fmt: skip
    assert made.device.currentData() == "gone", "what was chosen is not lost by opening the dialog"
    made.deleteLater()


def test_they_are_there_again() -> None:
    wanted = Preferences(
        theme="light", times="elapsed", sound_half_ms=35, radio_longest_s=2.5, save_every_min=5,
        audio_device="hp", cache_folder="/x", cache_limit_gib=7, tips=False,
    )  # fmt: skip
    settings = Settings()
    store(settings, wanted)
    settings.sync()
    assert load(Settings()) == wanted
    assert Settings().theme == "light"


@pytest.mark.parametrize(
    "kept", ["nonsense", "[1]", json.dumps({"times": "tai", "sound_half_ms": "20",
             "radio_longest_s": -1.0, "save_every_min": 3, "tips": 1, "cache_limit_gib": 0})]
)  # fmt: skip
def test_what_cannot_be_read_is_the_default(kept: str) -> None:
    settings = Settings()
    settings._ini.setValue("preferences", kept)
    assert load(settings) == Preferences()


def test_the_window_takes_them_up(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.delenv("TIEPOINT_CACHE", raising=False)
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    window.bench.playback.go_reference(3_000_000_000)
    time = window.desk.transport.time
    on_clock = time.accessibleDescription()
    window.bench.recordings.cache.named_by_environment = False
    folder = window.bench.recordings.cache.folder
    wanted = Preferences(
        times="elapsed", sound_half_ms=35, radio_longest_s=2.5, save_every_min=5,
        audio_device="hp", cache_folder=str(tmp_path / "other"), cache_limit_gib=7,
    )  # fmt: skip
    preferences.apply(window, wanted)
    bench = window.bench
    assert "elapsed since 00:00:00" in time.accessibleDescription()
    assert "elapsed" not in on_clock
    assert window.desk.lanes.ruler._mode == "elapsed"
    assert bench.drafting.sound_half_ns == 35_000_000
    assert bench.marking.closing.radio_longest_s == 2.5
    assert bench.autosave.every_ms == 300_000
    assert bench.audio.wanted == "hp"
    assert (bench.recordings.cache.folder, bench.recordings.cache.limit_bytes) == (
        tmp_path / "other", 7 << 30
    )  # fmt: skip
    preferences.apply(window, Preferences(cache_folder=str(folder)))
    assert time.accessibleDescription() == on_clock
    assert bench.autosave.every_ms == 0
    settle(window)


@pytest.mark.qt_log_ignore("multimedia|PulseAudio|propagateSizeHints", extend=True)
def test_the_dialog_changes_the_theme_and_is_remembered(window: MainWindow) -> None:
    def choose(dialog: QDialog) -> None:
        assert isinstance(dialog, EditPreferences)
        dialog.theme.setCurrentIndex(dialog.theme.findData("light"))
        dialog.tips.setChecked(False)
        dialog.accept()

    in_dialog(choose)
    press(window, "Ctrl+,")
    assert current_theme().name == "light"
    assert load(Settings()).tips is False


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("sound_half", "0", "whole number from 1 to 1000"),
        ("sound_half", "soon", "whole number"),
        ("radio", "-1", "above 0"),
        ("limit", "1e3", "whole number"),
        ("folder", "/proc/none/here", "cannot be a cache"),
        ("folder", "somewhere/else", "cannot be a cache"),
    ],
)
def test_nonsense_is_said_in_one_line_and_kept_out(
    qtbot: object, cached: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str,
    text: str, said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    made = form(cached)
    made.show()
    getattr(made, field).setText(text)
    made.accept()
    assert said in made.problem.text()
    assert "\n" not in made.problem.text()
    assert made.value is None
    made.reject()
    made.deleteLater()


def test_a_folder_that_can_be_is_made_and_taken(
    qtbot: object, cached: Cache, tmp_path: Path
) -> None:
    made = form(cached)
    made.show()
    made.folder.setText(str(tmp_path / "new" / "cache"))
    made.accept()
    assert made.value is not None
    assert made.value.cache_folder == str(tmp_path / "new" / "cache")
    assert (tmp_path / "new" / "cache").is_dir()
    made.deleteLater()


@pytest.mark.qt_log_ignore("multimedia|PulseAudio|propagateSizeHints", extend=True)
def test_emptying_the_cache_says_how_much_and_leaves_what_is_not_ours(
    window: MainWindow, cached: Cache, settle: Settle
) -> None:
    window.bench.recordings.cache.folder = cached.folder
    held = cached.held_bytes()
    assert held > 16_000
    said: list[str] = []

    def empty(dialog: QDialog) -> None:
        assert isinstance(dialog, EditPreferences)
        assert dialog.held.text() == size_text(held)
        dialog.empty_button.click()
        settle(window)
        said.append(dialog.held.text())
        dialog.reject()

    in_dialog(empty)
    press(window, "Ctrl+,")
    assert said == [f"0 MB (freed {size_text(held)})"]
    assert [path.name for path in cached.folder.rglob("*") if path.is_file()] == ["holiday.jpg"]


def test_a_cache_named_by_the_environment_is_not_for_the_dialog(
    qtbot: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEPOINT_CACHE", str(tmp_path / "named"))
    made = form(Cache())
    assert not made.folder.isEnabled()
    assert "TIEPOINT_CACHE" in made.folder.toolTip()
    made.deleteLater()


def test_autosave_writes_the_case_file_only_where_there_is_news(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate", "yard")
    window.open(path)
    settle(window)
    link(window, settle)
    before = path.read_bytes()
    assert window.bench.document.unsaved
    window.bench.autosave.save()
    saved = path.read_bytes()
    assert saved != before
    assert not window.bench.document.unsaved
    window.bench.autosave.save()
    assert path.read_bytes() == saved
    settle(window)


def test_a_case_file_that_cannot_be_written_is_said(
    window: MainWindow, settle: Settle, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open(make_case("gate"))
    settle(window)
    document = window.bench.document
    document.act(document.case.with_evidence(radio_chain()), "a delay")

    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr("sync.case.store.write_atomically", full)
    failing: list[Exception] = []
    Autosave(document, failing.append).save()
    assert [str(error) for error in failing] == ["The disk is full."]
    settle(window)


def test_the_radio_chain_is_as_long_as_is_stated() -> None:
    made = radio_chain(longest_s=2.5)
    assert made.value.s == 1.25
    assert made.distribution == Distribution.rectangular(1.25)
