"""A folder was dropped: which of the recordings in it are to be added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.dialogs.form import Form, TickList
from sync.errors import EvidenceError


class OfferMedia(Form[tuple[Path, ...]]):
    """The files that look like recordings, all ticked."""

    def __init__(self, parent: QWidget | None, found: Sequence[Path], folder: Path) -> None:
        super().__init__(
            parent, f"Recordings in {folder.name}",
            "Untick what does not belong to the case. Files are read and never changed.",
            ok="Add them",
        )  # fmt: skip
        self.list = TickList("Recordings")
        for path in found:
            self.list.add(str(path.relative_to(folder)), str(path), True)
        self.fields.addRow(self.list)
        self.starts_in(self.list)
        self.reads(self._value)

    def _value(self) -> tuple[Path, ...]:
        chosen = tuple(Path(str(path)) for path in self.list.ticked())
        if not chosen:
            raise EvidenceError("Tick one recording at least, or cancel.")
        return chosen
