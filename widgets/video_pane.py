"""One picture of one source with its times, or a card that says why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.pane_card import paint_card
from widgets.pane_info import PaneInfo
from widgets.pane_picture import PanePicture
from widgets.pane_strips import FOOTER_PX, HEADER_PX, Header, HeaderStrip, paint_footer
from widgets.pane_view import Look, Stage, Zoom
from widgets.parts import theme_changed
from widgets.theme import current_theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FOOTER_PX", "HEADER_PX", "OUTLINE_PX", "PaneInfo", "VideoPane"]

OUTLINE_PX = 3
Marking = Literal["not yet", "happened"]


class VideoPane(QWidget):
    """Header, picture and footer of one source. Everything said stands outside the picture.

    Ctrl and the wheel look closer about the cursor, a drag then moves the picture, a double click
    shows all of it again.

    Signals
    -------
    focused(str)
        The person clicked it.
    size_wanted(str, int, int)
        Source id and the device pixels the picture can use.
    menu_wanted(str, QPoint)
        Source id and a place on the screen.
    view_changed(str)
        It is looked at otherwise: closer, brighter.
    shape_changed()
        Its picture is wider or higher than was known.
    """

    focused = Signal(str)
    size_wanted = Signal(str, int, int)
    menu_wanted = Signal(str, QPoint)
    view_changed = Signal(str)
    shape_changed = Signal()

    def __init__(
        self, source_id: str, name: str = "", colour: QColor | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.source_id = source_id
        self._header = Header(
            name=name or source_id, colour=QColor(colour or current_theme().faint).name()
        )
        self._strip = HeaderStrip()
        self._picture = PanePicture()
        self._info: PaneInfo | None = None
        self._card: tuple[str, str] | None = ("waiting for a picture", "")
        self._focus = False
        self._marking: Marking | None = None
        self._look, self._zoom, self._own = Look(), Zoom(), QSize()
        self._badge = QRectF()
        self._grip: QPointF | None = None
        self.setMinimumSize(96, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(f"Picture of {self._header.name}")

    def sizeHint(self) -> QSize:
        """A small video."""
        return QSize(480, 320)

    # -- values ------------------------------------------------------------------------------

    def set_header(self, name: str, time_text: str, colour: QColor | None = None) -> None:
        """Name, and the time or ``± 0.07 s to cam 1``."""
        code = self._header.colour if colour is None else QColor(colour).name()
        if (name, time_text, code) == (self._header.name, self._header.time, self._header.colour):
            return
        if code != self._header.colour:
            self.update()
        self._header = replace(self._header, name=name, time=time_text, colour=code)
        self.setAccessibleName(f"Picture of {name}")
        self.update(0, 0, self.width(), HEADER_PX + OUTLINE_PX)

    def set_own_size(self, own: QSize) -> None:
        """How large the picture is in its own (square) pixels, turned upright."""
        if own != self._own:
            self._own = own
            self.set_zoom(self._zoom)
            self._ask_size()
            self.shape_changed.emit()

    @property
    def shape(self) -> float:
        """Width to height of its picture; 16:9 until it is known."""
        return 16 / 9 if self._own.isEmpty() else self._own.width() / self._own.height()

    def set_picture(self, bgra: NDArray[np.uint8], info: PaneInfo) -> None:
        """Show a picture: BGRA, shape (height, width, 4), uint8; it is kept, not copied."""
        whole = self._picture.take(bgra) or self._card is not None
        if self._zoom.scale is not None and self._picture.size.width() < self._own.width():
            info = replace(info, exact=False)  # its own pixels are still on their way
        self._info, self._card = info, None
        self._say_chip()
        self._describe()
        if whole:
            self.update()
        else:
            self.update(0, HEADER_PX, self.width(), self.height() - HEADER_PX)

    def set_card(self, title: str, text: str = "") -> None:
        """Show no picture, and why (*no footage here*, *no link to the reference clock*)."""
        if self._card == (title, text):
            return
        self._info = None
        self._picture.clear()
        self._card, self._badge = (title, text), QRectF()
        self._say_chip()
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
            self._say_chip()

    def _say_chip(self) -> None:
        """What the picture is shown as, in the header."""
        chip, filled, room = "", False, ""
        if self._marking is not None:
            chip, filled, room = self._marking.upper(), self._marking == "happened", "HAPPENED"
        elif self._info is not None and self._info.extreme is not None:
            filled = self._info.extreme == "latest"
            away = self._info.displaced_s.rpartition(" ")[0]
            chip = f"{self._info.extreme.upper()} {'+' if filled else '−'}{away}"
        if (chip, filled) != (self._header.chip, self._header.filled):
            self._header = replace(self._header, chip=chip, filled=filled, chip_room=room)
            self.update(0, 0, self.width(), HEADER_PX)

    def _describe(self) -> None:
        if self._info is not None:
            self.setAccessibleDescription(self._info.spoken(self.view_words))

    @property
    def pixels(self) -> NDArray[np.uint8] | None:
        """The picture as recorded, ``None`` while a card is shown."""
        return self._picture.pixels

    @property
    def info(self) -> PaneInfo | None:
        """What is said of the picture, ``None`` while a card is shown."""
        return self._info

    # -- looking closer ----------------------------------------------------------------------

    @property
    def look(self) -> Look:
        """Brightness, contrast and gamma, for looking only."""
        return self._look

    @property
    def zoom(self) -> Zoom:
        """How close it is looked at."""
        return self._zoom

    @property
    def view_words(self) -> str:
        """What is changed for looking, in words; empty where nothing is."""
        return " · ".join(part for part in (self._zoom.words(), self._look.words()) if part)

    def set_look(self, look: Look) -> None:
        """Show it brighter, or otherwise; the picture itself stays."""
        if look != self._look:
            self._look = look
            self._picture.look_anew()
            self._view_changed()

    def stage(self) -> Stage:
        """Where the picture can be shown."""
        own = self._own
        if own.isEmpty():
            own = self._picture.size
        return Stage(area=self._area(), own=own, ratio=self.devicePixelRatioF())

    def set_zoom(self, zoom: Zoom) -> None:
        """Look as close as this."""
        stage = self.stage()
        if zoom.scale is not None and zoom.scale not in stage.scales():
            zoom = Zoom()
        zoom = stage.held(zoom)
        if zoom != self._zoom:
            whole, self._zoom = zoom.scale is None, zoom
            self._picture.look_anew()
            self.setCursor(Qt.CursorShape.ArrowCursor if whole else Qt.CursorShape.OpenHandCursor)
            self._ask_size()
            self._view_changed()

    def zoom_by(self, steps: int, about: QPointF | None = None) -> None:
        """Closer by steps, about a place of the pane or its middle."""
        self.set_zoom(self.stage().stepped(self._zoom, steps, about))

    def pan(self, across: float, down: float) -> None:
        """Move the picture by so many pixels of the window."""
        self.set_zoom(self.stage().panned(self._zoom, across, down))

    def reset_view(self) -> None:
        """The whole picture with its own levels."""
        self.set_zoom(Zoom())
        self.set_look(Look())

    def _view_changed(self) -> None:
        self._describe()
        self.setToolTip(f"View changed: {self.view_words}" if self.view_words else "")
        self.view_changed.emit(self.source_id)
        self.update()

    def _ask_size(self) -> None:
        """A picture as large as the room, or in its own pixels to look closer."""
        ratio, area = self.devicePixelRatioF(), self._area()
        size = QSize(int(area.width() * ratio), int(area.height() * ratio))
        if self._zoom.scale is not None and not self._own.isEmpty():
            size = self._own
        elif not self._own.isEmpty():
            # An even width: swscale takes three times as long for an odd one. The line more keeps
            # the width what decides.
            width = int(min(size.width(), size.height() * self.shape)) // 2 * 2
            size = QSize(width, int(width / self.shape) + 2)
        self.size_wanted.emit(self.source_id, max(1, size.width()), max(1, size.height()))

    def picture_rect(self) -> QRect:
        """Where the picture can be seen, aspect kept, whole device pixels."""
        if self.pixels is None:
            return self._area().toRect()
        target = self._picture.target(self.stage(), self._zoom)
        return target.intersected(self._area()).toRect()

    def _area(self) -> QRectF:
        edge = OUTLINE_PX
        return QRectF(
            edge, HEADER_PX, self.width() - 2 * edge, self.height() - HEADER_PX - FOOTER_PX
        )

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Card or picture, strips, outline."""
        painter, stage = QPainter(self), self.stage()
        if self.pixels is not None:
            room = stage.area.adjusted(-OUTLINE_PX, 0, OUTLINE_PX, 0)
            self._picture.paint_beside(painter, room, stage, self._zoom)
        else:
            painter.fillRect(self.rect(), current_theme().card)
            if self._card is not None:
                paint_card(painter, stage.area, *self._card)
        if event.rect().top() < HEADER_PX:
            self._strip.paint(painter, self, self._header)
        foot = QRectF(0, self.height() - FOOTER_PX, self.width(), FOOTER_PX)
        if event.rect().bottom() >= foot.top():
            self._badge = paint_footer(painter, foot, self._info, self.view_words)
        # After the strips: megabytes of pixels put everything else out of the processor's caches.
        if self.pixels is not None:
            self._picture.paint(painter, stage, self._zoom, self._look)
        self._paint_outline(painter)

    def _paint_outline(self, painter: QPainter) -> None:
        theme = current_theme()
        if self.hasFocus() and not self._focus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.linked, 1, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
            return
        thick = OUTLINE_PX if self._focus else 1
        width, height = self.width(), self.height()
        colour = QColor(self._header.colour) if self._focus else theme.line
        for side in (
            QRect(0, 0, width, thick), QRect(0, height - thick, width, thick),
            QRect(0, 0, thick, height), QRect(width - thick, 0, thick, height),
        ):  # fmt: skip
            painter.fillRect(side, colour)

    # -- the person --------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Focus this source; on the label of a changed view, undo the change; close up, hold on."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.focused.emit(self.source_id)
        if self._badge.contains(event.position()):
            self.reset_view()
        elif self._zoom.scale is not None and self._area().contains(event.position()):
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The picture follows the hand."""
        if self._grip is not None:
            moved, self._grip = event.position() - self._grip, event.position()
            self.pan(moved.x(), moved.y())
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The hand lets go."""
        if self._grip is not None:
            self._grip = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The whole picture again."""
        self._grip = None
        self.set_zoom(Zoom())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl: closer, wider."""
        turned = event.angleDelta().y() if self.pixels is not None else 0
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and turned:
            self.zoom_by(1 if turned > 0 else -1, event.position())
            event.accept()
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with this picture."""
        self.menu_wanted.emit(self.source_id, event.globalPos())

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
        self._picture.look_anew()
        self.set_zoom(self._zoom)
        self._ask_size()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in another theme."""
        if theme_changed(event):
            self.update()
        super().changeEvent(event)
