"""The key sheet, made from the action table."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.actions import ACTIONS, ActionSpec, keys_text
from widgets.parts import button, label

_MOUSE = (
    ("wheel", "zoom about the cursor"), ("Shift+wheel", "move along the time"),
    ("Alt+wheel", "height of a lane; with Shift of all"), ("drag in a lane", "choose a range"),
    ("Ctrl+wheel", "on a picture: closer about the cursor; drag moves it, double click: all of it"),
    ("drag the head", "of a lane: put it elsewhere"),
    ("drag a mark", "that is selected: to another picture, written when you let go"),
    ("Ctrl+Shift+drag", "try a lane on somewhere else: a view only"),
)  # fmt: skip

_MARGIN = QSize(40, 40)
"""A low window still shows all of the sheet's frame."""
_KEYS_PX = 84
_COLUMNS = (
    ("Mark", "File", "Edit"),
    ("Play",),
    ("View", "Clocks", "Correlate", "Help", "Mouse"),
)


def sheet() -> dict[str, list[tuple[str, str]]]:
    """By menu: (keys, what they do) of every action that has a key."""
    found: dict[str, list[tuple[str, str]]] = {}
    for spec in ACTIONS:
        if spec.keys and not spec.id.startswith("focus_"):
            found.setdefault(spec.menu, []).append((keys_text(spec), _says(spec)))
    found["View"].append(("1 – 9", "Focus that recording"))
    found["Mouse"] = list(_MOUSE)
    return found


def _says(spec: ActionSpec) -> str:
    return spec.tip or spec.text


class KeySheet(QDialog):
    """All keys."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        room = QSize(1200, 820) if parent is None else parent.window().size() - _MARGIN
        self.resize(QSize(1200, 820).boundedTo(room))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 14)
        outer.addWidget(label("Keys", "headline"))
        area = QScrollArea()
        area.setAccessibleName("Keys")
        area.setWidgetResizable(True)
        holder = QWidget()
        holder.setObjectName("scrolled")
        columns = QHBoxLayout(holder)
        columns.setSpacing(36)
        groups = sheet()
        for names in _COLUMNS:
            columns.addLayout(_column([(name, groups.get(name, [])) for name in names]), 1)
        area.setWidget(holder)
        outer.addWidget(area, 1)
        close = button("Close")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        outer.addLayout(row)


def _column(groups: list[tuple[str, list[tuple[str, str]]]]) -> QVBoxLayout:
    """One column of the sheet; every group as wide in its keys as they are, and no wider."""
    column = QVBoxLayout()
    column.setSpacing(18)
    for name, rows in groups:
        column.addLayout(_grid(name, rows))
    column.addStretch(1)
    return column


def _grid(name: str, rows: list[tuple[str, str]]) -> QGridLayout:
    """A heading, keys, what they do."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, _KEYS_PX)
    grid.addWidget(label(name.upper(), "heading", wrap=False), 0, 0, 1, 2)
    for row, (keys, text) in enumerate(rows, start=1):
        key = label(keys, "mono", wrap=False)
        key.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid.addWidget(key, row, 0)
        grid.addWidget(label(text), row, 1)
    return grid
