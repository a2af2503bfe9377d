"""What a pane says of the picture it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sync.timebase import MediaTime
from widgets.pane_text import Face, width_of

Extreme = Literal["earliest", "latest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneInfo:
    """What a pane says about the picture it shows."""

    source_id: str
    picture_number: int | None = None
    """Number of the distinct picture; ``None`` until the decode pass has counted them."""
    frames: tuple[int, int] | None = None
    """First and last file frame of this picture."""
    pts_s: str = ""
    """Presentation time in seconds, as text (exact, never through a float)."""
    media: MediaTime | None = None
    exact: bool = True
    """False for a preview: a proxy, or not yet the picture asked for."""
    damaged: bool = False
    """It was decoded with errors."""
    late_ms: float | None = None
    """By how much it was shown late, when that is more than half a picture."""
    dropped: int = 0
    """Frames that came too late to be shown since playing began."""
    field: str = ""
    """``field 1 of 2 (top)`` where one field of an interlaced frame is shown."""
    extreme: Extreme | None = None
    """Set while the earliest or the latest picture is shown that may belong to this instant."""
    displaced_s: str = ""
    """By how much that is away, as text: ``0.071 s before``."""

    @property
    def text(self) -> str:
        """``picture 3052 (frames 12204–12207) · PTS 813.800``."""
        return " · ".join(part for part in (*self._which(self._frames()), self._pts()) if part)

    def fitting(self, room: float, face: Face) -> str:
        """The longest form that fits: without the frames, then without the PTS."""
        text = self.text
        if width_of(text, face) <= room or self.picture_number is None:
            return text
        forms = (
            " · ".join(part for part in (*self._which(""), self._pts()) if part),
            " · ".join(part for part in self._which("") if part),
            f"picture {self.picture_number}",
        )
        return next((form for form in forms if width_of(form, face) <= room), forms[-1])

    def spoken(self, view: str = "") -> str:
        """All of it, for who hears it: ``…, preview, 3 dropped, earliest: 0.071 s before``."""
        said = [self.text, "original" if self.exact else "preview"]
        if self.damaged:
            said.append("damaged")
        if self.late_ms is not None:
            said.append(f"shown {self.late_ms:.0f} ms late")
        if self.dropped:
            said.append(f"{self.dropped} dropped")
        if self.extreme is not None:
            said.append(f"{self.extreme} consistent picture: {self.displaced_s}")
        if view:
            said.append(f"view changed: {view}")
        return ", ".join(part for part in said if part)

    def _which(self, frames: str) -> tuple[str, ...]:
        if self.picture_number is not None:
            return f"picture {self.picture_number}{frames}", self.field
        return frames.strip(" ()"), self.field

    def _pts(self) -> str:
        return f"PTS {self.pts_s}" if self.pts_s else ""

    def _frames(self) -> str:
        if self.frames is None:
            return ""
        first, last = self.frames
        return f" (frame {first})" if first == last else f" (frames {first}–{last})"
