"""A person at the keyboard: keys go to whatever has the keyboard, dialogs are typed into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

KEYS = {
    "Enter": Qt.Key.Key_Return, "Esc": Qt.Key.Key_Escape, "Left": Qt.Key.Key_Left,
    "Right": Qt.Key.Key_Right, "Up": Qt.Key.Key_Up, "Down": Qt.Key.Key_Down,
    "Space": Qt.Key.Key_Space, "Tab": Qt.Key.Key_Tab, "Home": Qt.Key.Key_Home,
    "End": Qt.Key.Key_End, "F6": Qt.Key.Key_F6, "F5": Qt.Key.Key_F5, "Del": Qt.Key.Key_Delete,
    "Backspace": Qt.Key.Key_Backspace, "F1": Qt.Key.Key_F1, "F2": Qt.Key.Key_F2,
    "F3": Qt.Key.Key_F3, "[": Qt.Key.Key_BracketLeft, "]": Qt.Key.Key_BracketRight,
    ".": Qt.Key.Key_Period, ",": Qt.Key.Key_Comma,
}  # fmt: skip
MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier, "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}  # fmt: skip


def target(window: QWidget) -> QWidget:
    """What has the keyboard: of a dialog if one is open, else of the window."""
    modal = QApplication.activeModalWidget()
    top = modal if modal is not None else window
    return QApplication.focusWidget() or top.focusWidget() or top


def press(window: QWidget, *keys: str) -> None:
    """Press keys one after another: ``M``, ``Ctrl+S``, ``Enter``."""
    for key in keys:
        activate(window)
        *held, last = key.split("+") if key != "+" else ["+"]
        modifiers = Qt.KeyboardModifier.NoModifier
        for name in held:
            modifiers |= MODIFIERS[name]
        code: Any = KEYS.get(last)
        QTest.keyClick(target(window), code if code is not None else last, modifiers)


def activate(window: QWidget) -> None:
    """What a window manager does after a dialog is closed, and the offscreen platform does not."""
    for _ in range(400):
        top = QApplication.activeModalWidget() or window
        focused = QApplication.focusWidget()
        if top.isActiveWindow() and focused is not None and focused.window() is top:
            return
        top.activateWindow()
        QTest.qWait(5)
    raise AssertionError("the window does not become active")


def write(window: QWidget, text: str) -> None:
    """Type text where the keyboard is."""
    activate(window)
    QTest.keyClicks(target(window), text)


def in_dialog(act: Callable[[QDialog], None]) -> None:
    """When the next dialog that waits is open, do this in it."""

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        focused = QApplication.focusWidget()
        if isinstance(dialog, QDialog) and focused is not None and focused.window() is dialog:
            try:
                act(dialog)
            except BaseException:
                dialog.reject()  # else the test would wait for it for ever
                raise
        else:
            QTimer.singleShot(10, look)

    QTimer.singleShot(0, look)
