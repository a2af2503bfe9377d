"""How each recording is heard: mute, solo, gain, which channel. For the session; no evidence."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

GAINS_DB = (12, 6, 0, -6, -12)


@dataclass(frozen=True, slots=True)
class LaneSound:
    """The choice for one recording."""

    mute: bool = False
    solo: bool = False
    gain_db: int = 0
    channel: int | None = None
    """The only one heard, from 0; ``None``: all."""

    @property
    def gain(self) -> float:
        """Factor of amplitude."""
        return float(10 ** (self.gain_db / 20))

    @property
    def sign(self) -> str:
        """``S +6 dB``: what stands on the lane where it is not as it was found."""
        parts = ["M"] if self.mute else ["S"] if self.solo else []
        if self.gain_db:
            parts.append(f"{'+' if self.gain_db > 0 else '−'}{abs(self.gain_db)} dB")
        return " ".join(parts)


class LaneSounds(QObject):
    """Holds the choices.

    Signals
    -------
    changed(str)
        Source id.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen: dict[str, LaneSound] = {}

    def __getitem__(self, source: str) -> LaneSound:
        return self._chosen.get(source, LaneSound())

    @property
    def any_solo(self) -> bool:
        """True while some recordings are heard alone."""
        return any(sound.solo for sound in self._chosen.values())

    def choose(self, source: str, sound: LaneSound) -> None:
        """Hear a recording like this."""
        if sound != self[source]:
            self._chosen[source] = sound
            self.changed.emit(source)
