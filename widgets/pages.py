"""Several pages under one row of switches, one in front; a page can be made when first shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from widgets.parts import button
from widgets.theme import text_width, ui_font


class Pages(QWidget):
    """Switches over a stack of pages.

    Signals
    -------
    changed(str)
        Name of the page now in front.
    """

    changed = Signal(str)

    def __init__(self, pages: Mapping[str, tuple[str, QWidget | Callable[[], QWidget]]]) -> None:
        """``pages``: by name its title, and its widget or what makes it when it is first shown."""
        super().__init__()
        self._names = list(pages)
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self.switches: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(0)
        for name, (title, page) in pages.items():
            made = button(title, kind="flat")
            made.setCheckable(True)
            made.clicked.connect(lambda _=False, to=name: self.show_page(to))
            self._group.addButton(made)
            self.switches[name] = made
            self.set_title(name, title)
            row.addWidget(made)
            if isinstance(page, QWidget):
                self._stack.addWidget(page)
            else:
                self._makers[name] = page
                self._stack.addWidget(QWidget())
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._stack, 1)
        self.show_page(self._names[0])

    @property
    def page(self) -> str:
        """Name of the page in front."""
        return self._names[self._stack.currentIndex()]

    def show_page(self, name: str) -> None:
        """Bring a page to the front."""
        at = self._names.index(name)
        make = self._makers.pop(name, None)
        if make is not None:
            empty = self._stack.widget(at)
            self._stack.insertWidget(at, make())
            if empty is not None:
                self._stack.removeWidget(empty)
                empty.deleteLater()
        self.switches[name].setChecked(True)
        self._stack.setCurrentIndex(at)
        self.changed.emit(name)

    def set_title(self, name: str, title: str) -> None:
        """What a switch says; one that is on is bold, and must not be cut for it."""
        switch = self.switches[name]
        switch.setText(title)
        switch.setMinimumWidth(round(text_width(title, ui_font(13, bold=True))) + 15)
