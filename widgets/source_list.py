"""Cards of all sources with their state, and the place to drop more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QStandardItem,
    QStandardItemModel,
)  # fmt: skip
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHBoxLayout,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from sync.adjustment.solution import ResultStatus
from widgets.parts import draw_chip, draw_symbol, draw_text, label
from widgets.theme import current_theme, mono_font, state_symbol, text_width, ui_font

_CARD_ROLE = Qt.ItemDataRole.UserRole + 1
_WHOLE_PX, _SHORT_PX, _LOW_PX = 98, 69, 37
"""Heights of a card: whole; without the line about the file; name and state alone. Whichever is
the tallest at which all cards are seen at once; what a card leaves out its tooltip says."""
_SPACE_PX = {_WHOLE_PX: 8, _SHORT_PX: 6, _LOW_PX: 3}
"""Under a card of each height."""
_NAME_TOP_PX = {_WHOLE_PX: 7, _SHORT_PX: 4, _LOW_PX: 0}
"""Above the name, in a card of each height."""
_AROUND_PX = 88
"""Of the column, what heading, drop card and margins take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """What one card says."""

    source_id: str
    name: str
    line: str
    """One line about the file: ``15 fps · 26:14 · burnt-in clock read``."""
    status: ResultStatus
    colour: QColor
    is_reference: bool = False
    stale: bool = False
    half_text: str = ""
    """``± 0.04 s``; empty where nothing can be stated."""
    hint: str = ""
    hint_acts: bool = False
    """True when the hint is something for the person to do (amber)."""

    @property
    def spoken(self) -> str:
        """The whole card as one sentence, for screen readers."""
        _, word, _ = state_symbol(self.status, self.is_reference, self.stale)
        return ", ".join(p for p in (self.name, word, self.half_text, self.line, self.hint) if p)


class SourceList(QFrame):
    """The column of sources. Up and Down move, Enter chooses.

    Signals
    -------
    selected(str)
        Source id, by click, Enter or Up/Down.
    menu_wanted(str, QPoint)
        Source id and where on the screen a menu should open.
    files_dropped(list)
        Paths.
    add_wanted()
        The *drop media here* card was clicked.
    """

    selected = Signal(str)
    menu_wanted = Signal(str, QPoint)
    files_dropped = Signal(list)
    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAcceptDrops(True)
        self.setMinimumWidth(200)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 8, 8)
        column.setSpacing(8)
        self._head = QHBoxLayout()
        self._head.setSpacing(10)
        heading = label("SOURCES", "heading", wrap=False)
        heading.setContentsMargins(8, 0, 0, 0)
        self._head.addWidget(heading)
        column.addLayout(self._head)
        self.list = QListView()
        self.list.setAccessibleName("Sources")
        self.list.setModel(QStandardItemModel(self))
        self._delegate = _CardDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setMouseTracking(True)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.activated.connect(self._choose)
        self.list.clicked.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._moved)
        column.addWidget(self.list, 1)
        self.drop_card = DropCard()
        self.drop_card.clicked.connect(self.add_wanted)
        self._column = column
        column.addWidget(self.drop_card)
        self._cards: tuple[SourceCard, ...] = ()
        self._quiet = False

    def sizeHint(self) -> QSize:
        """The width of the mock."""
        return QSize(268, 600)

    # -- values ------------------------------------------------------------------------------

    def set_cards(self, cards: Sequence[SourceCard], focused: str | None = None) -> None:
        """Show these cards; ``focused`` is the focused source."""
        self._quiet = True
        model = self._model()
        while model.rowCount() > len(cards):
            model.removeRow(model.rowCount() - 1)
        for row, card in enumerate(cards):
            item = model.item(row)
            if item is None:
                item = QStandardItem()
                model.appendRow(item)
            item.setText(card.name)
            item.setData(card, _CARD_ROLE)
            item.setData(card.spoken, Qt.ItemDataRole.AccessibleTextRole)
            item.setToolTip("\n".join(t for t in (card.name, card.line, card.hint) if t))
        self._cards = tuple(cards)
        self._share_height()
        self._quiet = False
        self.set_focus_source(focused)

    def set_focus_source(self, source_id: str | None) -> None:
        """Mark the focused source, without a signal."""
        self._quiet = True
        index = QModelIndex()
        for row, card in enumerate(self._cards):
            if card.source_id == source_id:
                index = self._model().index(row, 0)
        self.list.setCurrentIndex(index)
        self._quiet = False

    def current(self) -> str | None:
        """Id of the card marked as focused."""
        card = self.list.currentIndex().data(_CARD_ROLE)
        return card.source_id if isinstance(card, SourceCard) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cards as tall as there is room for all of them."""
        super().resizeEvent(event)
        self._share_height()

    def _share_height(self) -> None:
        """Choose the height of the cards; in a low column the drop card stands in the head."""
        room = self.height() - _AROUND_PX
        fitting = (px for px, space in _SPACE_PX.items() if len(self._cards) * (px + space) <= room)
        height = next(fitting, _LOW_PX)
        if height == self._delegate.height:
            return
        self._delegate.height = height
        is_low = height == _LOW_PX
        self.drop_card.set_low(is_low)
        if is_low:
            self._head.addWidget(self.drop_card, 1)
        else:
            self._column.addWidget(self.drop_card)
        self.list.scheduleDelayedItemsLayout()

    def _model(self) -> QStandardItemModel:
        model = self.list.model()
        assert isinstance(model, QStandardItemModel)
        return model

    # -- the person --------------------------------------------------------------------------

    def _choose(self, index: QModelIndex) -> None:
        card = index.data(_CARD_ROLE)
        if isinstance(card, SourceCard):
            self.selected.emit(card.source_id)

    def _moved(self, index: QModelIndex, _before: QModelIndex) -> None:
        """The keyboard moved on; a click says so by itself."""
        if not self._quiet and self.list.hasFocus() and not self._pressed():
            self._choose(index)

    def _pressed(self) -> bool:
        return QApplication.mouseButtons() != Qt.MouseButton.NoButton

    def _menu(self, at: QPoint) -> None:
        card = self.list.indexAt(at).data(_CARD_ROLE)
        if isinstance(card, SourceCard):
            self.menu_wanted.emit(card.source_id, self.list.viewport().mapToGlobal(at))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may come."""
        if event.mimeData().hasUrls():
            self.drop_card.set_hot(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went away."""
        self.drop_card.set_hot(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Files came."""
        self.drop_card.set_hot(False)
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.files_dropped.emit(paths)
            event.acceptProposedAction()


class DropCard(QWidget):
    """The dashed card *drop media here*; a click asks for a file dialog."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hot = False
        self.set_low(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Add media")

    def set_low(self, low: bool) -> None:
        """As low as a heading."""
        self.setFixedHeight(24 if low else 36)

    def set_hot(self, hot: bool) -> None:
        """Files are being dragged over."""
        self._hot = hot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dashed border and text."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        tone = theme.act if self._hot else (theme.linked if self.hasFocus() else theme.line)
        painter.setPen(QPen(tone, 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        words = theme.act if self._hot else theme.faint
        centred = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, QRectF(self.rect()), "drop media here", ui_font(13), words, centred)

    def mouseReleaseEvent(self, event: object) -> None:
        """Ask for files."""
        self.clicked.emit()

    def keyPressEvent(self, event: object) -> None:
        """Enter asks for files."""
        key = getattr(event, "key", lambda: None)()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()


class _CardDelegate(QStyledItemDelegate):
    """Paints a card."""

    height = _WHOLE_PX
    """Of every card, px."""

    @property
    def _space(self) -> int:
        return _SPACE_PX[self.height]

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """One height for all."""
        return QSize(180, self.height + self._space)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Stripe, name with ±, line, chip, hint; as many of them as the height holds."""
        card = index.data(_CARD_ROLE)
        if not isinstance(card, SourceCard):
            return
        area = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -self._space - 0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_ground(painter, area, card, option.state)
        left, width = area.left() + 14, area.width() - 24
        is_low = self.height == _LOW_PX
        self._paint_name(
            painter, QRectF(left, area.top() + _NAME_TOP_PX[self.height], width, 20), card
        )
        theme = current_theme()
        symbol, word, tone = state_symbol(card.status, card.is_reference, card.stale)
        if is_low:
            draw_symbol(painter, symbol, QPointF(left + 5, area.top() + 26.5), tone)
            room = QRectF(left + 16, area.top() + 17.5, width - 16, 18)
            draw_text(painter, room, word, ui_font(12), tone)
        else:
            top = area.top() + _NAME_TOP_PX[self.height] + 21
            if self.height == _WHOLE_PX:
                line = QRectF(left, top, width, 18)
                draw_text(painter, line, card.line, ui_font(12), theme.secondary)
                top += 22
            draw_chip(painter, left - 2, top, symbol, word, tone, width)
            shade = theme.act if card.hint_acts else theme.faint
            draw_text(painter, QRectF(left, top + 24, width, 18), card.hint, ui_font(12), shade)
        painter.restore()

    @staticmethod
    def _paint_ground(
        painter: QPainter, area: QRectF, card: SourceCard, state: QStyle.StateFlag
    ) -> None:
        theme = current_theme()
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(card.colour if chosen else theme.line, 1.5 if chosen else 1))
        painter.setBrush(theme.raised if chosen or hovered else theme.panel)
        painter.drawRoundedRect(area, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(card.colour)
        stripe = QRectF(area.left() - 0.5, area.top() + 10, 3, area.height() - 20)
        painter.drawRoundedRect(stripe, 1, 1)

    @staticmethod
    def _paint_name(painter: QPainter, row: QRectF, card: SourceCard) -> None:
        theme = current_theme()
        half_width = text_width(card.half_text, mono_font(12)) + 1 if card.half_text else 0
        if half_width:
            right = Qt.AlignmentFlag.AlignRight
            draw_text(painter, row, card.half_text, mono_font(12), theme.text, right)
        name = row.adjusted(0, 0, -half_width - 8 if half_width else 0, 0)
        draw_text(painter, name, card.name, ui_font(14, bold=True), theme.text)
