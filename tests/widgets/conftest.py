"""Every widget test runs in the dark theme, and leaves no timer or top-level widget running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from widgets.theme import apply_theme

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform complains about every window that has a smallest size."""
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> Iterator[None]:
    before = (qapp.palette(), qapp.font(), qapp.styleSheet())
    apply_theme(qapp, "dark")
    yield
    for widget in qapp.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setPalette(before[0])
    qapp.setFont(before[1])
    qapp.setStyleSheet(before[2])


@pytest.fixture
def wheel() -> Callable[..., None]:
    """Turn the wheel over a widget."""

    def turn(
        widget: QWidget,
        x: float,
        notches: float,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        at = QPointF(x, widget.height() / 2)
        angle = QPoint(0, round(120 * notches))
        event = QWheelEvent(
            at,
            widget.mapToGlobal(at),
            QPoint(),
            angle,
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    return turn
