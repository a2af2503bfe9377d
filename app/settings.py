"""What the program remembers of one person: recent cases, theme, layout. One ini file."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 12
VARIABLE = "TIEPOINT_SETTINGS"


def settings_folder() -> Path:
    """The folder named by ``TIEPOINT_SETTINGS``, else the person's own."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(platformdirs.user_config_dir("tiepoint"))


class Settings:
    """Reads and writes ``window.ini``; a value that cannot be read is the default."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or settings_folder()) / "window.ini"
        self._ini = QSettings(str(self.path), QSettings.Format.IniFormat)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Cases opened lately that are still there, latest first."""
        kept = self._ini.value("recent", [])
        texts = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        return tuple(Path(str(text)) for text in texts if Path(str(text)).is_file())

    def add_recent(self, path: Path) -> None:
        """Put a case first."""
        first = str(path.resolve())
        rest = [str(other) for other in self.recent if str(other) != first]
        self._ini.setValue("recent", [first, *rest][:MOST_RECENT])

    @property
    def theme(self) -> str:
        """``system``, ``dark`` or ``light``."""
        name = str(self._ini.value("theme", "system"))
        return name if name in ("system", "dark", "light") else "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._ini.setValue("theme", name)

    @property
    def examiner(self) -> str:
        """The name last typed for a new case."""
        return str(self._ini.value("examiner", ""))

    @examiner.setter
    def examiner(self, name: str) -> None:
        self._ini.setValue("examiner", name)

    @property
    def folder(self) -> Path:
        """Where the last case or recording was chosen."""
        kept = Path(str(self._ini.value("folder", "")))
        return kept if str(kept) not in ("", ".") and kept.is_dir() else Path.home()

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._ini.setValue("folder", str(folder))

    def layout(self, name: str) -> QByteArray | None:
        """A remembered size or state, by name."""
        kept = self._ini.value(f"layout/{name}")
        return kept if isinstance(kept, QByteArray) else None

    def set_layout(self, name: str, state: QByteArray) -> None:
        """Remember a size or state."""
        self._ini.setValue(f"layout/{name}", state)

    def sync(self) -> None:
        """Write the file now."""
        self._ini.sync()
