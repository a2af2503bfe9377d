"""About: version and licence of the program and of every library it ships with."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from sync import ENGINE_VERSION
from widgets.parts import button, label
from widgets.theme import mono_font

_CLASSIFIER = "License :: "
_LONGEST = 60
"""Some packages put the whole text of their licence where its name belongs."""


@dataclass(frozen=True, slots=True)
class Library:
    """One installed package."""

    name: str
    version: str
    licence: str


def libraries(root: str = "tiepoint") -> list[Library]:
    """Everything the program needs, and what that needs in turn, by name."""
    found: dict[str, Library] = {}
    waiting = _required(root)
    while waiting:
        name = waiting.pop()
        key = _key(name)
        if key in found:
            continue
        try:
            known = metadata.metadata(name)
        except metadata.PackageNotFoundError:  # for another system or version of Python
            continue
        found[key] = Library(known["Name"], known["Version"], _licence(known))
        waiting += _required(name)
    return sorted(found.values(), key=lambda library: library.name.lower())


def _required(name: str) -> list[str]:
    """Names of what a package needs, without what belongs to its extras."""
    try:
        needed = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    plain = (line for line in needed if "extra ==" not in line)
    return [match[0] for line in plain if (match := re.match(r"[A-Za-z0-9._-]+", line))]


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(known: metadata.PackageMetadata) -> str:
    """The licence as its package states it."""
    stated = _field(known, "License-Expression")
    classed = [
        line.removeprefix(_CLASSIFIER).removeprefix("OSI Approved :: ")
        for line in known.get_all("Classifier") or []
        if line.startswith(_CLASSIFIER)
    ]
    if not stated:
        lines = _field(known, "License").strip().splitlines() or [""]
        named = lines[0].strip() if len(lines) == 1 and len(lines[0]) <= _LONGEST else ""
        stated = named or ", ".join(classed)
    return stated or "see its own files"


def _field(known: metadata.PackageMetadata, name: str) -> str:
    return str(known[name]) if name in known else ""


def about_text() -> str:
    """All of it, as it is shown and copied."""
    from PySide6 import __version__ as pyside_version

    from sync.media.libraries import media_libraries

    rows = libraries()
    wide = max((len(f"{row.name} {row.version}") for row in rows), default=0)
    return "\n".join([
        f"Tiepoint {ENGINE_VERSION}, MIT licence",
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"Qt {qVersion()} through PySide6 {pyside_version}, LGPL-3.0",
        *media_libraries(),
        "",
        *(f"{f'{row.name} {row.version}':<{wide}}  {row.licence}" for row in rows),
    ])  # fmt: skip


class About(QDialog):
    """The page."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Tiepoint")
        self.resize(680, 560)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(10)
        column.addWidget(label(f"Tiepoint {ENGINE_VERSION}", "headline"))
        column.addWidget(
            label(
                "Says when things happened across recordings whose clocks disagree, and how sure "
                "that is. MIT licence; the libraries it stands on keep theirs.",
                "secondary",
            )
        )
        self.text = QPlainTextEdit(about_text())
        self.text.setReadOnly(True)
        self.text.setFont(mono_font(12))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Versions and licences")
        column.addWidget(self.text, 1)
        row = QHBoxLayout()
        self.copy = button("Copy")
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.text.toPlainText())
        )
        close = button("Close", act=True)
        close.clicked.connect(self.accept)
        row.addWidget(self.copy)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
