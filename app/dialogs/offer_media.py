"""A folder was dropped: which of the recordings in it are to be added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.dialogs.form import Form
from sync.errors import EvidenceError


class OfferMedia(Form[tuple[Path, ...]]):
    """The files that look like recordings, all ticked."""

    def __init__(self, parent: QWidget | None, found: Sequence[Path], folder: Path) -> None:
        super().__init__(
            parent, f"Recordings in {folder.name}",
            "Untick what does not belong to the case. Files are read and never changed.",
            ok="Add them",
        )  # fmt: skip
        self.list = QListWidget()
        self.list.setAccessibleName("Recordings")
        for path in found:
            item = QListWidgetItem(str(path.relative_to(folder)))
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setCheckState(Qt.CheckState.Checked)
            self.list.addItem(item)
        self.fields.addRow(self.list)
        self.starts_in(self.list)
        self.reads(self._value)

    def _value(self) -> tuple[Path, ...]:
        items = [self.list.item(n) for n in range(self.list.count())]
        chosen = tuple(
            Path(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        )
        if not chosen:
            raise EvidenceError("Tick one recording at least, or cancel.")
        return chosen
