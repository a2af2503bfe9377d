"""One picture of one source with its times, or a card that says why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)  # fmt: skip
from PySide6.QtWidgets import QSizePolicy, QWidget

from sync.timebase import MediaTime
from widgets.parts import draw_text, theme_changed
from widgets.theme import current_theme, mono_font, text_width, ui_font

HEADER_PX = 26
FOOTER_PX = 24
OUTLINE_PX = 3
Marking = Literal["not yet", "happened"]


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

    @property
    def text(self) -> str:
        """``picture 3052 (frames 12204–12207) · PTS 813.800``."""
        parts = []
        if self.picture_number is not None:
            parts.append(f"picture {self.picture_number}{self._frames()}")
        elif self.frames is not None:
            parts.append(self._frames().strip(" ()"))
        if self.pts_s:
            parts.append(f"PTS {self.pts_s}")
        return " · ".join(parts)

    def fitting(self, room: float, font: QFont) -> str:
        """The longest form that fits: without the frames, then without the PTS."""
        forms = [self.text]
        if self.picture_number is not None:
            number = f"picture {self.picture_number}"
            forms += [f"{number} · PTS {self.pts_s}"] if self.pts_s else []
            forms.append(number)
        return next((form for form in forms if text_width(form, font) <= room), forms[-1])

    def _frames(self) -> str:
        if self.frames is None:
            return ""
        first, last = self.frames
        return f" (frame {first})" if first == last else f" (frames {first}–{last})"


class VideoPane(QWidget):
    """Header, picture and footer of one source. Everything said stands outside the picture.

    Signals
    -------
    focused(str)
        The person clicked it.
    size_wanted(str, int, int)
        Source id and the device pixels the picture can use.
    """

    focused = Signal(str)
    size_wanted = Signal(str, int, int)

    def __init__(
        self, source_id: str, name: str = "", colour: QColor | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.source_id = source_id
        self._name = name or source_id
        self._time_text = ""
        self._colour = QColor(colour or current_theme().faint)
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self._info: PaneInfo | None = None
        self._card: tuple[str, str] | None = ("waiting for a picture", "")
        self._focus = False
        self._marking: Marking | None = None
        self.setMinimumSize(140, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(f"Picture of {self._name}")

    def sizeHint(self) -> QSize:
        """A small video."""
        return QSize(480, 320)

    # -- values ------------------------------------------------------------------------------

    def set_header(self, name: str, time_text: str, colour: QColor | None = None) -> None:
        """Name, and the time or ``± 0.07 s to cam 1``."""
        self._name, self._time_text = name, time_text
        if colour is not None:
            self._colour = QColor(colour)
        self.setAccessibleName(f"Picture of {name}")
        self.update(0, 0, self.width(), HEADER_PX + OUTLINE_PX)

    def set_picture(self, bgra: NDArray[np.uint8], info: PaneInfo) -> None:
        """Show a picture: BGRA, shape (height, width, 4), uint8; it is kept, not copied."""
        if bgra.ndim != 3 or bgra.shape[2] != 4 or bgra.dtype != np.uint8:
            raise ValueError("a picture is an array of uint8, shape (height, width, 4)")
        self._pixels = np.ascontiguousarray(bgra)
        height, width = self._pixels.shape[:2]
        # RGB32 ignores the fourth byte: decoders do not all fill it.
        self._image = QImage(
            self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32
        )
        self._info, self._card = info, None
        self.setAccessibleDescription(info.text)
        self.update()

    def set_card(self, title: str, text: str = "") -> None:
        """Show no picture, and why (*no footage here*, *no link to the reference clock*)."""
        self._image = self._pixels = self._info = None
        self._card = (title, text)
        self.setAccessibleDescription(f"{title}. {text}")
        self.update()

    def set_focus(self, focus: bool) -> None:
        """Outline the focused source."""
        if focus != self._focus:
            self._focus = focus
            self.update()

    def set_marking(self, marking: Marking | None) -> None:
        """While a mark is refined: which of the two pictures is shown."""
        if marking != self._marking:
            self._marking = marking
            self.update()

    @property
    def info(self) -> PaneInfo | None:
        """What is said of the picture, ``None`` while a card is shown."""
        return self._info

    def picture_rect(self) -> QRect:
        """Where the picture lies, aspect kept, whole device pixels."""
        area = self._area()
        if self._image is None:
            return area.toRect()
        scale = min(area.width() / self._image.width(), area.height() / self._image.height())
        width = max(1, round(self._image.width() * scale))
        height = max(1, round(self._image.height() * scale))
        left = round(area.left() + (area.width() - width) / 2)
        return QRect(left, round(area.top() + (area.height() - height) / 2), width, height)

    def _area(self) -> QRectF:
        edge = OUTLINE_PX
        return QRectF(
            edge, HEADER_PX, self.width() - 2 * edge, self.height() - HEADER_PX - FOOTER_PX
        )

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture or card, strips, outline."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.card)
        if self._image is not None:
            target = self.picture_rect()
            ratio = self.devicePixelRatioF()
            shrunk = target.width() * ratio < self._image.width()
            # Enlarged pictures keep their pixels; a shrunk one is a view, said to be original
            # only of what was decoded.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
            painter.fillRect(self._area(), QColor("#000000"))
            painter.drawImage(target, self._image)
        elif self._card is not None:
            self._paint_card(painter, *self._card)
        self._paint_header(painter)
        self._paint_footer(painter)
        self._paint_outline(painter)

    def _paint_card(self, painter: QPainter, title: str, text: str) -> None:
        theme = current_theme()
        area = self._area().adjusted(16, 8, -16, -8)
        painter.setFont(ui_font(18 if area.width() > 300 else 14, bold=True))
        painter.setPen(theme.secondary)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        title_box = painter.boundingRect(area, int(flags), title)
        painter.setFont(ui_font(13))
        text_box = painter.boundingRect(area, int(flags), text) if text else QRectF()
        spare = area.height() - title_box.height() - text_box.height() - 8
        if spare < 0:  # half a sentence says less than none; the source's card has the next step
            text, spare = "", area.height() - title_box.height()
        top = area.top() + max(0.0, spare / 2)
        painter.setFont(ui_font(18 if area.width() > 300 else 14, bold=True))
        painter.drawText(QRectF(area.left(), top, area.width(), area.height()), int(flags), title)
        painter.setFont(ui_font(13))
        painter.setPen(theme.faint)
        below = top + title_box.height() + 8
        room = QRectF(area.left(), below, area.width(), max(0.0, area.bottom() - below))
        painter.setClipRect(room)
        painter.drawText(room, int(flags), text)
        painter.setClipping(False)

    def _paint_header(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.fillRect(0, 0, self.width(), HEADER_PX, theme.strip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(QPointF(14, HEADER_PX / 2), 4.5, 4.5)
        marking = text_width("HAPPENED", ui_font(13, bold=True)) + 22 if self._marking else 0
        room = self.width() - 35.0
        wanted = text_width(self._name, ui_font(13, bold=True)) + 2
        left = max(room * 0.62, room - wanted - 10)  # a short name leaves the time more room
        # Narrow: the range without what it is relative to, else the name alone; never half of it.
        shorter = self._time_text.partition(" to ")[0]
        shown = next((text for text in (self._time_text, shorter)
                      if text_width(text, mono_font(12)) < left), "")  # fmt: skip
        time_width = text_width(shown, mono_font(12)) + 1 if shown else 0.0
        if marking and room - time_width - marking - 20 < wanted:
            time_width = 0.0  # narrow: the name and the label matter more while marking
        name_width = max(0.0, room - time_width - marking - (20 if marking else 10))
        draw_text(
            painter, QRectF(25, 0, name_width, HEADER_PX), self._name, ui_font(13, bold=True),
            theme.text,
        )  # fmt: skip
        right = QRectF(self.width() - 10 - time_width, 0, time_width, HEADER_PX)
        right_align = Qt.AlignmentFlag.AlignRight
        if time_width:
            draw_text(painter, right, shown, mono_font(12), theme.text, right_align)
        if self._marking is not None:
            self._paint_marking(painter, QRectF(right.left() - marking - 10, 3, marking, 20))

    def _paint_marking(self, painter: QPainter, room: QRectF) -> None:
        """NOT YET hollow, HAPPENED filled: told apart without colour."""
        theme = current_theme()
        happened = self._marking == "happened"
        painter.setPen(QPen(theme.act, 1.5))
        painter.setBrush(theme.act if happened else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(room.adjusted(1, 0.5, -1, -0.5), 4, 4)
        draw_text(
            painter, room, "HAPPENED" if happened else "NOT YET", ui_font(13, bold=True),
            theme.on_act if happened else theme.act, Qt.AlignmentFlag.AlignHCenter,
        )  # fmt: skip

    def _paint_footer(self, painter: QPainter) -> None:
        theme = current_theme()
        top = self.height() - FOOTER_PX
        painter.fillRect(0, top, self.width(), FOOTER_PX, theme.strip)
        if self._info is None:
            return
        exact = self._info.exact
        said = [("■ original" if exact else "◧ preview", theme.linked if exact else theme.act)]
        if self._info.damaged:
            said.append(("▨ damaged", theme.disagree))
        if self._info.late_ms is not None:
            said.append((f"shown {self._info.late_ms:.0f} ms late", theme.act))
        if self._info.dropped:
            said.append((f"{self._info.dropped} dropped", theme.secondary))
        edge = self.width() - 10.0
        for text, colour in said:
            width = text_width(text, ui_font(12)) + 2
            room = QRectF(edge - width, top, width, FOOTER_PX)
            draw_text(painter, room, text, ui_font(12), colour)
            edge -= width + 12
        left = QRectF(10, top, max(0.0, edge - 10), FOOTER_PX)
        font = mono_font(12)
        text = self._info.fitting(left.width(), font)
        draw_text(painter, left, text, font, theme.secondary)

    def _paint_outline(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._focus:
            pen = QPen(self._colour, OUTLINE_PX)
        elif self.hasFocus():
            pen = QPen(theme.linked, 1, Qt.PenStyle.DashLine)
        else:
            pen = QPen(theme.line, 1)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        half = pen.widthF() / 2
        painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))

    # -- the person --------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Focus this source."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.focused.emit(self.source_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter focuses this source when the keyboard is on it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._focus:
            self.focused.emit(self.source_id)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard went elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say how large a picture is wanted."""
        super().resizeEvent(event)
        ratio, area = self.devicePixelRatioF(), self._area()
        self.size_wanted.emit(
            self.source_id, max(1, int(area.width() * ratio)), max(1, int(area.height() * ratio))
        )

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
