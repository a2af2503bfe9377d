"""What a moment of a recording looks or sounds like, as small pictures without any time in them."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage, QPainter

from app.controllers.recordings import Opened, waveform_columns
from sync.evidence import StreamName
from sync.progress import Progress
from sync.timebase import MediaTime
from widgets.blind_check import VIEW_PX
from widgets.columns import columns_image
from widgets.theme import current_theme

BEFORE_S = 0.4
"""The second picture of a moment shows what changed up to it."""
AROUND_NS = 500_000_000


def views_of(
    wanted: list[tuple[Opened | None, StreamName, float]], progress: Progress
) -> list[list[QImage]]:
    """Two pictures, or one waveform of a second, of each moment; without any time in them."""
    out: list[list[QImage]] = []
    for number, (opened, stream, at_s) in enumerate(wanted):
        progress.report(number / len(wanted))
        if opened is None:
            out.append([])
        elif stream == "picture":
            out.append(_pictures(opened, at_s))
        else:
            out.append(_waveform(opened, at_s))
    return out


def _pictures(opened: Opened, at_s: float) -> list[QImage]:
    from sync.media.frames import FrameReader

    if opened.index is None:
        return []
    width, height = VIEW_PX
    images = []
    with FrameReader(opened.path, opened.index) as reader:
        for at in (at_s - BEFORE_S, at_s):
            frame = reader.at(MediaTime.from_s(at))
            if frame is None:
                continue
            picture = frame.image(width, height)
            h, w = picture.shape[:2]
            images.append(QImage(picture.data, w, h, 4 * w, QImage.Format.Format_RGB32).copy())
    return images


def _waveform(opened: Opened, at_s: float) -> list[QImage]:
    if opened.pyramid is None:
        return []
    width, height = VIEW_PX
    at_ns, theme = MediaTime.from_s(at_s).ns, current_theme()
    columns = waveform_columns(opened.pyramid, opened.source)
    low, high = columns(at_ns - AROUND_NS, at_ns + AROUND_NS, width)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(theme.ground)
    painter = QPainter(image)
    shown = columns_image(low, high, height, QColor(theme.sources[0]), 0.9, waveform=True)
    painter.drawImage(0, 0, shown)
    painter.fillRect(width // 2, 0, 1, height, theme.act)
    painter.end()
    return [image]
