"""Four sliders for looking at one picture: closer, brighter, more contrast, darks lighter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout

from widgets.pane_view import BRIGHTNESS, CONTRAST, GAMMA
from widgets.parts import button, label
from widgets.video_pane import VideoPane

_WIDTH_PX = 340
_APART_PX = 8
_PAGE = 10


class ViewPopover(QFrame):
    """Beside its pane until the person clicks elsewhere or presses Esc.

    Signals
    -------
    closed()
        It went away.
    """

    closed = Signal()

    def __init__(self, pane: VideoPane, name: str) -> None:
        super().__init__(pane.window(), Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(f"How {name} is looked at")
        self.setFixedWidth(_WIDTH_PX)
        self._pane = pane
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(label(name, "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self._rows: list[Callable[[], None]] = []
        scales = pane.stage().scales()
        self.zoom = self._row(
            grid, "Closer", (0, len(scales) - 1),
            read=lambda: scales.index(pane.zoom.scale) if pane.zoom.scale in scales else 0,
            write=lambda at: pane.set_zoom(pane.stage().at_scale(pane.zoom, scales[at])),
            words=lambda at: "all of it" if scales[at] is None else f"{scales[at]:g} ×",
        )  # fmt: skip
        self.brightness = self._row(
            grid, "Brightness", BRIGHTNESS, read=lambda: pane.look.brightness,
            write=lambda at: pane.set_look(replace(pane.look, brightness=at)),
            words=lambda at: f"{'+' if at > 0 else '−' if at else ''}{abs(at)} %",
        )  # fmt: skip
        self.contrast = self._row(
            grid, "Contrast", CONTRAST, read=lambda: pane.look.contrast,
            write=lambda at: pane.set_look(replace(pane.look, contrast=at)),
            words=lambda at: f"× {at / 100:.2f}",
        )  # fmt: skip
        self.gamma = self._row(
            grid, "Gamma", GAMMA, read=lambda: pane.look.gamma,
            write=lambda at: pane.set_look(replace(pane.look, gamma=at)),
            words=lambda at: f"{at / 100:.2f}",
        )  # fmt: skip
        column.addWidget(
            label("For looking only. Marks, snippets and saved pictures keep the recorded pixels; "
                  "enlarged pixels are repeated, never blended.", "faint")
        )  # fmt: skip
        foot = QHBoxLayout()
        self.reset = button("Reset", tip="The whole picture with its own levels")
        self.reset.clicked.connect(pane.reset_view)
        done = button("Done", tip="Keep looking at it like this")
        done.clicked.connect(self.close)
        foot.addWidget(self.reset)
        foot.addStretch(1)
        foot.addWidget(done)
        column.addLayout(foot)
        pane.view_changed.connect(self._follow)
        pane.destroyed.connect(self.close)
        self._follow()

    def _row(
        self, grid: QGridLayout, name: str, reach: tuple[int, int], *,
        read: Callable[[], int], write: Callable[[int], None], words: Callable[[int], str],
    ) -> QSlider:  # fmt: skip
        at = grid.rowCount()
        slider, value = QSlider(Qt.Orientation.Horizontal), QLabel()
        slider.setRange(*reach)
        slider.setPageStep(min(_PAGE, max(1, (reach[1] - reach[0]) // 4)))
        slider.setAccessibleName(name)
        value.setProperty("role", "mono")
        value.setFixedWidth(64)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(label(name, "secondary", wrap=False), at, 0)
        grid.addWidget(slider, at, 1)
        grid.addWidget(value, at, 2)

        def follow() -> None:
            before = slider.blockSignals(True)
            slider.setValue(read())
            slider.blockSignals(before)
            value.setText(words(read()))
            slider.setAccessibleDescription(value.text())

        slider.valueChanged.connect(write)
        self._rows.append(follow)
        return slider

    def _follow(self, _source: str = "") -> None:
        for follow in self._rows:
            follow()
        self.reset.setEnabled(bool(self._pane.view_words))

    def open(self) -> None:
        """Show it beside the pane, on the side with more room, inside the screen."""
        self.adjustSize()
        pane = QRect(self._pane.mapToGlobal(QPoint(0, 0)), self._pane.size())
        room = self._pane.screen().availableGeometry()
        right = pane.right() + _APART_PX
        if right + self.width() > room.right():
            right = pane.left() - _APART_PX - self.width()
            if right < room.left():  # a pane as wide as the screen: over its foot
                right = pane.right() - self.width() - _APART_PX
        top = max(room.top(), min(pane.top(), room.bottom() - self.height()))
        self.move(max(room.left(), min(right, room.right() - self.width())), top)
        self.show()
        self.zoom.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc: done."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: object) -> None:
        """Say so."""
        self.closed.emit()
        super().closeEvent(event)  # type: ignore[arg-type]
