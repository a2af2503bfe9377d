"""Preferences: what holds for all cases of one person, and the cache."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QWidget

from app.dialogs.form import Form
from app.preferences import SAVE_EVERY_MIN, Preferences
from sync.cache import Cache
from sync.errors import EvidenceError, StorageError
from widgets.parts import button, label


class EditPreferences(Form[Preferences]):
    """All of them on one page; what cannot be is said in one line and nothing is changed.

    Parameters
    ----------
    empty
        Empties the cache in the background, then says in its argument what was freed.
    """

    def __init__(
        self, parent: QWidget | None, now: Preferences, cache: Cache,
        empty: Callable[[Callable[[str], None]], object],
    ) -> None:  # fmt: skip
        super().__init__(parent, "Preferences", "They hold for every case, and change none.", "OK")
        self.setMinimumWidth(560)
        self._cache, self._empty = cache, empty
        self.theme = self.add_choice(
            "Theme", [("as the system", "system"), ("dark", "dark"), ("light", "light")], now.theme
        )
        self.times = self.add_choice(
            "Times", [("on the reference clock", "reference"),
                      ("in UTC, where it was observed", "utc"),
                      ("elapsed since the first picture or sound", "elapsed")], now.times,
            tip="On the ruler and at the playhead. UTC only where a clock of the case was held "
            "against it. Answers and reports are always on the reference clock.",
        )  # fmt: skip
        self.sound_half = self.add_line(
            "A new mark in sound, ± ms",
            str(now.sound_half_ms),
            tip="Until you widen it; a mark in a picture is the time between two pictures.",
        )
        self.radio = self.add_line(
            "Radio chain, 0 to … s",
            f"{now.radio_longest_s:g}",
            tip="Put on a mark in radio sound that is tied to a picture, until a delay is stated. "
            "Delays that are in a case stay as they are.",
        )
        every = [("only when asked" if not n else f"every {n} minutes", n) for n in SAVE_EVERY_MIN]
        self.save_every = self.add_choice(
            "Write the case file",
            list(every),
            now.save_every_min,
            tip="Every act is in the log on the disk at once, saved or not: nothing is lost either "
            "way. A saved case only opens sooner.",
        )
        known: list[tuple[str, object]] = [("what the system uses", "")]
        if now.audio_device:
            known.append(("the one chosen before", now.audio_device))
        self.device = self.add_choice("Sound output", known, now.audio_device)
        self.folder, self.limit = self._add_cache(now)
        self.tips = self.add_tick("Say one tip at each start", now.tips)
        self.reads(self._value)

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """Offer these outputs, (name, id) each: they are known only after a while."""
        chosen = self.device.currentData()
        self.device.clear()
        self.device.addItem("what the system uses", "")
        for name, device in devices:
            self.device.addItem(name, device)
        if chosen and self.device.findData(chosen) < 0:
            self.device.addItem("the one chosen before: not there now", chosen)
        self.device.setCurrentIndex(max(0, self.device.findData(chosen)))

    def _add_cache(self, now: Preferences) -> tuple[QLineEdit, QLineEdit]:
        """Where it is, what it may hold, and emptying it."""
        folder = QLineEdit(str(self._cache.folder))
        folder.setAccessibleName("Cache folder")
        choose = button("Choose …")
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(folder, 1)
        row.addWidget(choose)
        self.fields.addRow(QLabel("Cache folder"), row)
        limit = self.add_line("It may hold, GB", str(now.cache_limit_gib))
        self.held = label("", "secondary", wrap=False)
        self.empty_button = button("Empty the cache")
        self.empty_button.setAutoDefault(False)
        self.empty_button.clicked.connect(self._empty_now)
        held_row = QHBoxLayout()
        held_row.addWidget(self.held, 1)
        held_row.addWidget(self.empty_button)
        self.fields.addRow(QLabel("It holds"), held_row)
        if self._cache.named_by_environment:
            for part in (folder, choose, limit):
                part.setEnabled(False)
                part.setToolTip("The environment variable TIEPOINT_CACHE names the folder.")
        self._say_held()
        return folder, limit

    def _say_held(self, freed: str = "") -> None:
        self.held.setText(f"{size_text(self._cache.held_bytes())}{freed}")
        self.empty_button.setEnabled(True)

    def _empty_now(self) -> None:
        self.empty_button.setEnabled(False)
        self.held.setText("emptying …")
        self._empty(lambda freed: self._say_held(f" ({freed})"))

    def _choose(self) -> None:
        found = QFileDialog.getExistingDirectory(self, "Cache folder", self.folder.text())
        if found:
            self.folder.setText(found)

    def _value(self) -> Preferences:
        wanted = Preferences(
            theme=self.theme.currentData(), times=self.times.currentData(),
            sound_half_ms=_whole(self.sound_half, "The half-width of a mark in sound", 1, 1000),
            radio_longest_s=_seconds(self.radio, "The radio chain's longest delay", 60.0),
            save_every_min=self.save_every.currentData(),
            audio_device=self.device.currentData(), cache_folder=self._folder(),
            cache_limit_gib=_whole(self.limit, "What the cache may hold", 1, 100_000),
            tips=self.tips.isChecked(),
        )  # fmt: skip
        return wanted

    def _folder(self) -> str:
        """The folder that was typed, once it can be written in; empty for the usual one."""
        text = self.folder.text().strip()
        if not text or Path(text) == Cache.usual_folder():
            return ""
        folder = Path(text)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"{text} cannot be a cache: {error.strerror or error}.",
                path=folder,
                hint="Choose a folder you may write to.",
            ) from error
        if not folder.is_absolute() or not os.access(folder, os.W_OK):
            raise StorageError(
                f"{text} cannot be a cache: it cannot be written to.",
                path=folder,
                hint="Choose a folder you may write to, by its whole path.",
            )
        return str(folder)


def size_text(count: int) -> str:
    """``1.2 GB``, ``340 MB``, ``0 MB``."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 or not count else f"{count / 1e3:.0f} kB"


def _whole(field: QLineEdit, what: str, low: int, high: int) -> int:
    try:
        number = int(field.text().strip())
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        field.setFocus()
        raise EvidenceError(f"{what} is a whole number from {low} to {high}.")
    return number


def _seconds(field: QLineEdit, what: str, high: float) -> float:
    try:
        number = float(field.text().strip().replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 < number <= high:
        field.setFocus()
        raise EvidenceError(f"{what} is a number of seconds above 0, up to {high:g}.")
    return number
