"""A person at the mouse: buttons, menus, lanes and dropped files; the keyboard stays untouched."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QMenu, QWidget

LEFT = Qt.MouseButton.LeftButton


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """Press and release the left button; only what can be seen and used can be clicked."""
    assert widget.isVisible(), f"{widget.accessibleName() or widget} cannot be seen"
    assert widget.isEnabled(), f"{widget.accessibleName() or widget} cannot be used"
    QTest.mouseClick(widget, LEFT, pos=at if at is not None else widget.rect().center())


def button_of(parent: QWidget, text: str) -> QAbstractButton:
    """The button in sight whose text begins so."""
    found = [b for b in parent.findChildren(QAbstractButton)
             if b.isVisible() and b.text().startswith(text)]  # fmt: skip
    assert found, f"no button {text!r} in sight"
    return found[0]


def called(parent: QWidget, name: str) -> QAbstractButton:
    """The button a screen reader calls so."""
    (found,) = [b for b in parent.findChildren(QAbstractButton) if b.accessibleName() == name]
    return found


def choose(window: QMainWindow, menu_name: str, text: str) -> None:
    """Open a menu and click one of its rows."""
    bar = window.menuBar()
    (head,) = [a for a in bar.actions() if a.text() == menu_name]
    QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(head).center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu), f"{menu_name} did not open"
    click_row(menu, text)


def click_row(menu: QMenu, text: str) -> None:
    """Click a row of an open menu."""
    rows = [a for a in menu.actions() if a.text() == text]
    assert rows, f"{text!r} is not among {[a.text() for a in menu.actions()]}"
    assert rows[0].isEnabled(), f"{text!r} cannot be chosen now"
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(rows[0]).center())


def drop(window: QWidget, *paths: Path) -> None:
    """Drag files onto the window and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = window.rect().center()
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle, action, data, LEFT, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted(), "nothing can be dropped here"
    QApplication.sendEvent(window, QDropEvent(QPointF(middle), action, data, LEFT, none))
