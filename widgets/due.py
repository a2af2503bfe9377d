"""A panel filled anew once for all that changed, and not before somebody can see it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QWidget


class Due(QObject):
    """What a widget shows is out of date: filled anew once, when it is in sight.

    A widget in sight is filled when the event loop comes round, before anything is painted, however
    often it was marked in between; a hidden one when it comes into sight. Whoever reads what it
    shows calls :meth:`settle` first.
    """

    def __init__(self, widget: QWidget, fill: Callable[[], object]) -> None:
        super().__init__(widget)
        self._widget, self._fill = widget, fill
        self._due = self._posted = False
        widget.installEventFilter(self)

    def mark(self) -> None:
        """What is shown is not what is so any more."""
        self._due = True
        if not self._posted and self._widget.isVisible():
            self._posted = True
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    def settle(self) -> None:
        """Fill it now, if it is out of date."""
        if self._due:
            self._due = False
            self._fill()

    def customEvent(self, event: QEvent) -> None:
        """The loop has come round."""
        self._posted = False
        if self._widget.isVisible():
            self.settle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It comes into sight."""
        if event.type() == QEvent.Type.Show:
            self.settle()
        return False
