"""What a person sets once for all their cases, and how it takes effect in a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from shiboken6 import isValid

from app.controllers.draft import SOUND_HALF_NS
from app.controllers.times import TimeFormat
from app.settings import Settings
from sync.cache import LIMIT_BYTES

if TYPE_CHECKING:
    from app.dialogs.preferences import EditPreferences
    from app.main_window import MainWindow

ThemeName = Literal["system", "dark", "light"]
SAVE_EVERY_MIN = (0, 5, 15)
GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The settings; the defaults are what the program is without any."""

    theme: ThemeName = "system"
    times: TimeFormat = "reference"
    sound_half_ms: int = SOUND_HALF_NS // 1_000_000
    """Half-width a mark in sound begins with."""
    radio_longest_s: float = 1.0
    """The radio chain's delay is taken to lie between 0 and this until somebody states it."""
    save_every_min: int = 0
    """Writes the case file by itself; 0: only when asked. The log has every act anyway."""
    audio_device: str = ""
    """Id of the output; empty: what the system uses."""
    cache_folder: str = ""
    """Empty: the person's own cache folder."""
    cache_limit_gib: int = LIMIT_BYTES // GIB
    tips: bool = True

    @property
    def is_sound(self) -> bool:
        """False where a remembered value is none that could have been chosen."""
        return (
            self.theme in get_args(ThemeName)
            and self.times in get_args(TimeFormat)
            and 1 <= self.sound_half_ms <= 1000
            and 0 < self.radio_longest_s <= 60
            and self.save_every_min in SAVE_EVERY_MIN
            and 1 <= self.cache_limit_gib <= 100_000
        )


def load(settings: Settings) -> Preferences:
    """What is remembered; a value that cannot be read is its default."""
    found, kept = Preferences(), settings.preferences
    for field in fields(Preferences):
        value, usual = kept.get(field.name), getattr(found, field.name)
        if type(value) is type(usual):
            changed = replace(found, **{field.name: value})  # type: ignore[arg-type]
            found = changed if changed.is_sound else found
    return found


def store(settings: Settings, wanted: Preferences) -> None:
    """Remember them."""
    settings.preferences = asdict(wanted)
    settings.theme = wanted.theme


def apply(window: MainWindow, wanted: Preferences) -> None:
    """Make them hold in a window, now."""
    bench = window.bench
    if not wanted.tips:
        window.desk.welcome.set_tip("")
    bench.times.set_format(wanted.times)
    if bench.document.is_open and bench.times.why_not_utc:
        window.desk.status.say(bench.times.why_not_utc)
    bench.drafting.sound_half_ns = wanted.sound_half_ms * 1_000_000
    bench.marking.closing.radio_longest_s = wanted.radio_longest_s
    bench.autosave.set_every(wanted.save_every_min)
    bench.audio.wanted = wanted.audio_device
    cache = bench.recordings.cache
    if not cache.named_by_environment:
        cache.limit_bytes = wanted.cache_limit_gib * GIB
        if wanted.cache_folder:
            cache.folder = Path(wanted.cache_folder)


def edit(window: MainWindow) -> None:
    """Ask for them, remember them, and let them hold."""
    from app.dialogs.preferences import EditPreferences, size_text

    bench = window.bench
    cache = bench.recordings.cache

    def empty(say: Callable[[str], None]) -> None:
        job = bench.jobs.start("Emptying the cache", cache.empty, line="quick")
        job.finished.connect(lambda freed: say(f"freed {size_text(freed)}"))
        job.failed.connect(lambda error: say(str(error)))

    before = load(window.settings)
    form = EditPreferences(window, before, cache, empty)
    _list_devices(window, form)
    wanted = form.run()
    if wanted is None:
        return
    store(window.settings, wanted)
    if wanted.theme != before.theme:
        window.set_theme(wanted.theme)
    apply(window, wanted)


def _list_devices(window: MainWindow, form: EditPreferences) -> None:
    """The sound system is loaded in the background: that takes longer than a dialog may."""
    audio = window.bench.audio
    if audio.ready:
        form.set_devices(audio.outputs())
        return

    def loaded(module: object) -> None:
        audio.loaded(module)
        if isValid(form) and form.isVisible():
            form.set_devices(audio.outputs())

    job = window.bench.jobs.start("Sound", lambda _: audio.load(), line="quick", shown=False)
    job.finished.connect(loaded)
