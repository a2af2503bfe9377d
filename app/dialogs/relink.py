"""Recordings that are missing: find them again in a folder, by their content, or go on without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.dialogs.preferences import size_text
from sync.case.case import Source
from widgets.parts import ElidedLabel, button, label, set_role

Search = Callable[[Path, Callable[[Mapping[str, Path]], None], Callable[[str], None]], object]


class Relink(QDialog):
    """One row a missing recording, with what became of the search for it.

    Parameters
    ----------
    search
        Looks in a folder in the background, then says what was found, or why nothing.
    """

    def __init__(self, parent: QWidget | None, missing: Sequence[Source], search: Search) -> None:
        super().__init__(parent)
        self.setWindowTitle("Missing recordings")
        self.setMinimumWidth(620)
        self._missing, self._search = tuple(missing), search
        self.found: dict[str, Path] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label("Missing recordings", "title"))
        column.addWidget(
            label(
                "Choose the folder they are in now. A file counts only when its content is that of "
                "the recording, whatever its name: size first, then SHA-256.",
                "secondary",
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        self._states: dict[str, ElidedLabel] = {}
        for row, source in enumerate(self._missing):
            grid.addWidget(label(source.name, wrap=False), row, 0)
            facts = f"{size_text(source.facts.size_bytes)} · SHA-256 {source.facts.sha256[:12]}…"
            grid.addWidget(label(facts, "mono", wrap=False), row, 1)
            state = self._states[source.id] = ElidedLabel("not looked for yet", "faint")
            state.setAlignment(Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(state, row, 2)
        column.addLayout(grid)
        self.note = label("", "secondary")
        column.addWidget(self.note)
        row_box = QHBoxLayout()
        self.choose = button("Choose a folder …", act=True)
        self.use = button("Use what was found")
        self.without = button("Go on without")
        self.choose.clicked.connect(self._choose)
        self.use.clicked.connect(self.accept)
        self.without.clicked.connect(self.reject)
        self.use.setEnabled(False)
        row_box.addWidget(self.choose)
        row_box.addStretch(1)
        row_box.addWidget(self.use)
        row_box.addWidget(self.without)
        column.addLayout(row_box)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of the recordings")
        if folder:
            self.look_in(Path(folder))

    def look_in(self, folder: Path) -> None:
        """Look for what is still missing."""
        self.choose.setEnabled(False)
        self.note.setText(f"Looking in {folder} …")
        self._search(folder, lambda found: self._take(folder, found), self._failed)

    def _take(self, folder: Path, found: Mapping[str, Path]) -> None:
        self.found |= found
        for source in self._missing:
            path = self.found.get(source.id)
            if path is not None:
                self._states[source.id].setText(f"● found: {path.name}")
            elif source.id not in found:
                self._states[source.id].setText("○ not found")
        missing = len(self._missing) - len(self.found)
        here = f"{len(found)} found in {folder.name}."
        self._done(f"{here} {missing} still missing: choose another folder, or go on." if missing
                   else here)  # fmt: skip
        self.use.setEnabled(bool(self.found))
        set_role(self.choose, "act", bool(missing))
        set_role(self.use, "act", not missing)

    def _failed(self, why: str) -> None:
        self._done(why)

    def _done(self, text: str) -> None:
        self.note.setText(text)
        self.choose.setEnabled(True)
