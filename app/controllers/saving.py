"""Keeping a table or a plot as a file: asks for the place, writes it whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.settings import Settings
from sync.case.storage import write_atomically
from sync.errors import TiepointError
from widgets.saving import Keepsake

_KINDS = {
    "csv": "Tables (*.csv)", "png": "Pictures (*.png)", "svg": "Drawings (*.svg)",
}  # fmt: skip


class Saving(QObject):
    """Writes what the widgets offer.

    Signals
    -------
    said(str)
        One line for the status bar.
    """

    said = Signal(str)

    def __init__(
        self, settings: Settings, window: QWidget, problem: Callable[[Exception], None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._settings, self._window, self._problem = settings, window, problem

    def keep_file(self, keepsake: Keepsake) -> None:
        """Ask where, and write there; the suffix typed or chosen says as what."""
        suffixes = list(keepsake.content)
        plain = "".join(c if c.isalnum() else " " for c in keepsake.name.lower())
        start = self._settings.folder / f"{'-'.join(plain.split()) or 'table'}.{suffixes[0]}"
        name, kind = QFileDialog.getSaveFileName(
            self._window, f"Export: {keepsake.name}", str(start),
            ";;".join(_KINDS[suffix] for suffix in suffixes),
        )  # fmt: skip
        if not name:
            return
        path = Path(name)
        typed = path.suffix.lower().removeprefix(".")
        chosen = next((one for one in suffixes if _KINDS[one] == kind), suffixes[0])
        suffix = typed if typed in suffixes else chosen
        if typed != suffix:
            path = path.with_name(f"{path.name}.{suffix}")
        try:
            write_atomically(path, keepsake.content[suffix]())
        except TiepointError as error:
            self._problem(error)
            return
        self._settings.folder = path.parent
        self.said.emit(f"Exported as {path.name}.")
