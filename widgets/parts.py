"""Small parts that several widgets share: labels, chips, cards, symbols, icons."""

from __future__ import annotations

import re

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QIcon,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)  # fmt: skip
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QWidget,
)  # fmt: skip

from widgets.theme import blend, current_theme, mono_font, text_width, ui_font, with_alpha

CHIP_HEIGHT = 20.0
_UNIT = re.compile(
    r"(?<=\d) (?=(?:s|ms|%|Hz|kHz|ppm|±)(?!\w))|(?<=±) (?=\d)|(?<=\bw) (?==)|(?<=w =) (?=\S)"
)
"""The blanks inside ``14:23:25.3 ± 0.4 s``, ``95 %`` and ``w = +4.1``."""


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """One line of text, centred vertically, elided where it does not fit; returns its width."""
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, shown)
    return text_width(shown, font)


def draw_symbol(painter: QPainter, symbol: str, middle: QPointF, colour: QColor) -> None:
    """A state symbol (◆ ● ◐ ⟨ ⟩ ✕ ○ ⟳), painted so that no font has to have it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(colour, 1.5))
    x, y, r = middle.x(), middle.y(), 4.0
    if symbol == "◆":
        painter.setBrush(colour)
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)])
        )
    elif symbol in ("●", "○", "◐"):
        painter.setBrush(colour if symbol == "●" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, r, r)
        if symbol == "◐":
            painter.setBrush(colour)
            painter.drawPie(QRectF(x - r, y - r, 2 * r, 2 * r), 90 * 16, 180 * 16)
    elif symbol == "✕":
        painter.setPen(QPen(colour, 2.0))
        painter.drawLine(QPointF(x - r, y - r), QPointF(x + r, y + r))
        painter.drawLine(QPointF(x - r, y + r), QPointF(x + r, y - r))
    elif symbol == "⟳":
        painter.drawArc(QRectF(x - r, y - r, 2 * r, 2 * r), 45 * 16, 285 * 16)
        end, along = QPointF(x + 0.71 * r, y - 0.71 * r), QPointF(0.71, 0.71)
        across = QPointF(along.y(), -along.x())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(
            QPolygonF([end + along * 4, end - along + across * 3, end - along - across * 3])
        )
    else:
        for side in (-1, 1):
            painter.drawPolyline(
                QPolygonF(
                    [
                        QPointF(x + side * 2, y - 5),
                        QPointF(x + side * 5, y),
                        QPointF(x + side * 2, y + 5),
                    ]
                )
            )
    painter.restore()


def chip_width(text: str) -> float:
    """Width of a chip with this word."""
    return text_width(text, ui_font(12)) + 32


def draw_chip(
    painter: QPainter, x: float, y: float, symbol: str, text: str, colour: QColor, room: float
) -> float:
    """A state chip at (x, y), at most ``room`` wide; returns its width."""
    width = min(room, chip_width(text))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(colour, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush if symbol == "○" else with_alpha(colour, 0.16))
    painter.drawRoundedRect(QRectF(x + 0.5, y + 0.5, width - 1, CHIP_HEIGHT - 1), 9.5, 9.5)
    draw_symbol(painter, symbol, QPointF(x + 13, y + CHIP_HEIGHT / 2), colour)
    inner = QRectF(x + 23, y, width - 31, CHIP_HEIGHT)
    draw_text(painter, inner.adjusted(0, 0, 1, 0), text, ui_font(12), colour)
    painter.restore()
    return width


class StateChip(QWidget):
    """A chip by itself: symbol, word and colour of a state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ("○", "", QColor())
        self.setFixedHeight(int(CHIP_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_state(self, symbol: str, word: str, colour: QColor) -> None:
        """Show what :func:`widgets.theme.state_symbol` returned."""
        self._state = (symbol, word, colour)
        self.setAccessibleName(word)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the word."""
        return QSize(int(chip_width(self._state[1])) + 1, int(CHIP_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Symbol and an ellipsis."""
        return QSize(48, int(CHIP_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The chip."""
        painter = QPainter(self)
        draw_chip(painter, 0, 0, *self._state, room=self.width())


class ElidedLabel(QLabel):
    """One line that ends in … where it does not fit, with the whole text as its tooltip."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(24)

    def shown_text(self) -> str:
        """What fits."""
        return self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text that fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.shown_text()
        self.setToolTip(self.text() if shown != self.text() else "")
        painter.drawText(self.contentsRect(), self.alignment(), shown)


class Choice(QComboBox):
    """A combo box whose arrow is painted in the theme's colour."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().secondary)
        x, y = self.width() - 13.0, self.height() / 2
        painter.drawPolygon(
            QPolygonF([QPointF(x - 4, y - 2), QPointF(x + 4, y - 2), QPointF(x, y + 3)])
        )


def draw_frame(painter: QPainter, where: QRect, focused: bool) -> None:
    """The frame of a tick box: the style's own cannot be seen on a dark ground."""
    theme = current_theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(theme.linked if focused else theme.faint, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(where).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    painter.restore()


class Tick(QCheckBox):
    """A tick box whose frame is seen in every theme, and names the box that has the keyboard."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box as the style has it, then its frame."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        where = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        draw_frame(QPainter(self), where, self.hasFocus())


class Words(QLabel):
    """Text that wraps between words, and never between a number and its unit or its range."""

    def setText(self, text: str) -> None:
        """Show this."""
        super().setText(_UNIT.sub("\u00a0", text))

    def text(self) -> str:
        """What was to be shown."""
        return super().text().replace("\u00a0", " ")


class FramedTicks(QStyledItemDelegate):
    """Rows whose tick box has the frame of :class:`Tick`."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The row as the style has it, then the frame."""
        super().paint(painter, option, index)
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        part = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        draw_frame(painter, shown.widget.style().subElementRect(part, shown, shown.widget), False)


def label(text: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """A label in one of the roles of the style sheet; wraps unless told not to."""
    made = Words()
    made.setText(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def selectable(text: str = "", role: str = "") -> QLabel:
    """A label whose text can be selected and copied."""
    made = label(text, role)
    flags = Qt.TextInteractionFlag
    made.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    return made


def set_role(widget: QWidget, name: str, value: object) -> None:
    """Change a property the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


def rule() -> QFrame:
    """A thin horizontal line."""
    made = QFrame()
    made.setObjectName("rule")
    return made


def button(text: str, *, act: bool = False, kind: str = "", tip: str = "") -> QPushButton:
    """A push button; ``kind`` is ``flat`` or ``link``. It takes focus by Tab, not by the mouse."""
    made = QPushButton(text)
    if act:
        made.setProperty("act", True)
    if kind:
        made.setProperty(kind, True)
    made.setToolTip(tip)
    made.setAccessibleName(text)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def discard(widget: QWidget) -> None:
    """Take a widget away, now."""
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()


def clear(layout: QLayout) -> None:
    """Remove everything from a layout, now (nothing is left for the event loop)."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            return
        inner = item.widget()
        if inner is not None:
            discard(inner)
        nested = item.layout()
        if nested is not None:
            clear(nested)


def theme_changed(event: QEvent) -> bool:
    """True for the events that follow :func:`widgets.theme.apply_theme`."""
    kinds = QEvent.Type
    return event.type() in (
        kinds.PaletteChange, kinds.ApplicationPaletteChange, kinds.StyleChange, kinds.FontChange
    )  # fmt: skip


def swatch(colour: QColor) -> QIcon:
    """A square of a colour, for menus."""
    pixmap = QPixmap(14, 14)
    pixmap.fill(colour)
    return QIcon(pixmap)


def transport_icon(name: str, colour: QColor, size: int = 20) -> QIcon:
    """Icon of a transport button: start, back, play, pause, forward, end."""
    icon = QIcon()
    for scale in (1, 2):
        pixmap = QPixmap(size * scale, size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.scale(size / 20, size / 20)
        painter.fillPath(_transport_path(name), colour)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _transport_path(name: str) -> QPainterPath:
    path = QPainterPath()

    def triangle(back: float, tip: float, half: float = 6.0) -> None:
        path.addPolygon(
            QPolygonF([QPointF(back, 10 - half), QPointF(tip, 10), QPointF(back, 10 + half)])
        )
        path.closeSubpath()

    if name == "play":
        triangle(5, 16, 6.5)
    elif name == "pause":
        path.addRect(QRectF(5, 4, 3.6, 12))
        path.addRect(QRectF(11.4, 4, 3.6, 12))
    elif name == "back":
        triangle(11, 2)
        path.addRect(QRectF(13, 4, 4, 12))
    elif name == "forward":
        triangle(9, 18)
        path.addRect(QRectF(3, 4, 4, 12))
    elif name == "start":
        path.addRect(QRectF(2, 4, 2, 12))
        triangle(11, 4)
        triangle(18, 11)
    elif name == "end":
        path.addRect(QRectF(16, 4, 2, 12))
        triangle(9, 16)
        triangle(2, 9)
    else:
        raise ValueError(f"no icon {name!r}")
    return path


__all__ = [
    "CHIP_HEIGHT", "Choice", "ElidedLabel", "FramedTicks", "StateChip", "Tick", "blend", "button",
    "chip_width", "clear", "current_theme", "discard", "draw_chip", "draw_frame", "draw_symbol",
    "draw_text", "label", "mono_font", "rule", "selectable", "set_role", "swatch", "theme_changed",
    "transport_icon",
]  # fmt: skip
