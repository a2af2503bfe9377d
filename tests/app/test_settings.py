"""What is remembered of one person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray

from app.settings import MOST_RECENT, Settings, settings_folder


def test_the_folder_can_be_named(tmp_path: Path) -> None:
    assert settings_folder() == tmp_path / "settings"


def test_recent_cases_are_kept_latest_first(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.tiepoint" for n in range(MOST_RECENT + 3)]
    for path in paths:
        path.touch()
        Settings().add_recent(path)
    Settings().add_recent(paths[5])
    recent = Settings().recent
    assert recent[0] == paths[5]
    assert len(recent) == MOST_RECENT
    assert len(set(recent)) == MOST_RECENT


def test_one_recent_case_is_a_list_too(tmp_path: Path) -> None:
    (tmp_path / "a.tiepoint").touch()
    first = Settings()
    first.add_recent(tmp_path / "a.tiepoint")
    first.sync()
    assert Settings().recent == (tmp_path / "a.tiepoint",)


def test_cases_that_are_gone_are_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "a.tiepoint"
    path.touch()
    settings = Settings()
    settings.add_recent(path)
    path.unlink()
    assert settings.recent == ()


def test_theme_and_layout(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.theme == "system"
    settings.theme = "light"
    settings.set_layout("window", QByteArray(b"\x01\x02"))
    settings.examiner = "E. Xaminer"
    settings.sync()
    again = Settings()
    assert again.theme == "light"
    assert again.layout("window") == QByteArray(b"\x01\x02")
    assert again.layout("nothing") is None
    assert again.examiner == "E. Xaminer"


def test_nonsense_is_the_default(tmp_path: Path) -> None:
    settings = Settings()
    settings.theme = "purple"
    assert settings.theme == "system"
    settings.folder = tmp_path / "gone"
    assert settings.folder == Path.home()
