"""The About page names every library with the licence its package states."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.dialogs.about import About, about_text, libraries
from app.main_window import MainWindow
from sync import ENGINE_VERSION


def test_every_library_is_there_with_version_and_licence() -> None:
    found = {library.name.lower(): library for library in libraries()}
    for name in ("numpy", "scipy", "av", "pyside6", "shiboken6", "soundfile", "markupsafe"):
        assert found[name].version == metadata.version(name)
        assert found[name].licence not in ("", "see its own files")
        assert len(found[name].licence) < 120
    assert "pytest" not in found, "what only tests need is not shipped"


def test_a_package_that_is_not_installed_has_no_libraries() -> None:
    assert libraries("no-such-package-here") == []


def test_the_page_is_opened_and_copied(window: MainWindow) -> None:
    window.acts["about"].trigger()
    (page,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, About)]
    page.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == about_text()
    for said in (f"Tiepoint {ENGINE_VERSION}, MIT", f"Qt {qVersion()}", "FFmpeg", "LGPL"):
        assert said in copied
    page.accept()
