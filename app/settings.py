"""What the program remembers of one person: recent cases, theme, layout. One ini file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 12
MOST_CASES = 60
"""Cases whose looks are remembered; those looked at longest ago are forgotten."""
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
    def starts(self) -> int:
        """How often the window was opened."""
        kept = str(self._ini.value("starts", "0"))
        return int(kept) if kept.isdecimal() else 0

    @starts.setter
    def starts(self, count: int) -> None:
        self._ini.setValue("starts", count)

    @property
    def examiner(self) -> str:
        """The name last typed for a new case."""
        return str(self._ini.value("examiner", ""))

    @examiner.setter
    def examiner(self, name: str) -> None:
        self._ini.setValue("examiner", name)

    @property
    def analyst(self) -> str:
        """Name of the person who sits here and signs; empty: the case's examiner signs."""
        return str(self._ini.value("analyst", ""))

    @analyst.setter
    def analyst(self, name: str) -> None:
        self._ini.setValue("analyst", name)

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

    def word(self, name: str) -> str:
        """A remembered word of the layout, by name; empty when there is none."""
        kept = self.layout(name)
        return "" if kept is None else bytes(kept.data()).decode(errors="replace")

    def set_word(self, name: str, word: str) -> None:
        """Remember a word of the layout."""
        self.set_layout(name, QByteArray(word.encode()))

    def set_layout(self, name: str, state: QByteArray) -> None:
        """Remember a size or state."""
        self._ini.setValue(f"layout/{name}", state)

    @property
    def preferences(self) -> dict[str, object]:
        """Remembered preferences by name, as plain values."""
        try:
            found = json.loads(str(self._ini.value("preferences", "{}")))
        except ValueError:
            return {}
        known = found if isinstance(found, dict) else {}
        return known | {"theme": self.theme}

    @preferences.setter
    def preferences(self, values: Mapping[str, object]) -> None:
        self._ini.setValue("preferences", json.dumps(dict(values)))

    def case_look(self, case: str) -> dict[str, object]:
        """How a case was looked at last (lanes, colours), by its id: a view, never evidence."""
        look = self._case_looks().get(case)
        return look if isinstance(look, dict) else {}

    def set_case_look(self, case: str, look: Mapping[str, object]) -> None:
        """Remember how a case is looked at; an empty look is forgotten."""
        looks = self._case_looks()
        looks.pop(case, None)
        if look:
            looks[case] = dict(look)
        kept = dict(list(looks.items())[-MOST_CASES:])
        self._ini.setValue("cases", json.dumps(kept))

    def _case_looks(self) -> dict[str, object]:
        try:
            found = json.loads(str(self._ini.value("cases", "{}")))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def sync(self) -> None:
        """Write the file now."""
        self._ini.sync()
