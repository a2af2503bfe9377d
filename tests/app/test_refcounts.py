"""PySide6 6.12.0 on Python 3.11 loses references to None and True and aborts the process."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

CALLS = 1_000


@pytest.mark.skipif(
    sys.version_info >= (3, 12),
    reason="None, True and False are immortal since Python 3.12: their counts mean nothing",
)
def test_none_and_true_keep_their_references(qapp: QApplication) -> None:
    """Calls that return nothing, and calls that return True and False, a thousand times each."""
    widget, label, timer, thing = QWidget(), QLabel("x"), QTimer(), QObject()
    for _ in range(10):  # caches fill
        widget.update()
        widget.isEnabled()
    before = {value: sys.getrefcount(value) for value in (None, True, False)}
    for _ in range(CALLS):
        widget.update()
        widget.setEnabled(True)
        widget.setToolTip("tip")
        widget.isEnabled()
        widget.isVisible()
        widget.parent()
        label.setText("text")
        label.setVisible(False)
        timer.setSingleShot(True)
        timer.isActive()
        thing.setProperty("seen", True)
        thing.property("seen")
    after = {value: sys.getrefcount(value) for value in (None, True, False)}
    for value, count in before.items():
        assert abs(after[value] - count) < CALLS // 10, f"references to {value} moved"
    widget.deleteLater()
    label.deleteLater()
