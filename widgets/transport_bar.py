"""Transport: play and step, rate, loop, snap, the big time with its range, in and out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)  # fmt: skip

from widgets.parts import (
    Choice,
    ElidedLabel,
    button,
    draw_text,
    label,
    theme_changed,
    transport_icon,
)
from widgets.theme import current_theme, mono_font, text_width, ui_font

HEIGHT = 46
RATES: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_FRACTIONS = {0.125: "⅛×", 0.25: "¼×", 0.5: "½×"}


def rate_text(rate: float) -> str:
    """``½×``, ``1×``; a minus for reverse."""
    sign = "−" if rate < 0 else ""
    return sign + _FRACTIONS.get(abs(rate), f"{abs(rate):g}×")


class TransportBar(QFrame):
    """The strip between wall and lanes.

    Signals
    -------
    play_toggled(), to_start(), to_end(), loop_toggled(), snap_toggled()
    step(int)
        -1 or +1 picture.
    rate_changed(object)
        The rate as a float.
    sound_clicked()
        The person wants to choose what is heard.
    """

    play_toggled = Signal()
    step = Signal(int)
    to_start = Signal()
    to_end = Signal()
    rate_changed = Signal(object)
    loop_toggled = Signal()
    snap_toggled = Signal()
    sound_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Transport")
        self._playing = False
        self._icons: list[tuple[QToolButton, str]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(6)
        self._build_buttons(row)
        self._build_modes(row)
        self.time = BigTime()
        self._banner = self._build_banner()
        row.addSpacing(12)
        row.addWidget(self.time, 1)
        row.addWidget(self._banner, 11)  # its keys are read to the end at 1280 px
        self._in_out = label("", "mono", wrap=False)
        self._in_out.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._in_out)
        self._draw_icons()

    def _build_buttons(self, row: QHBoxLayout) -> None:
        for icon, text, signal in (
            ("start", "To the start (Home)", self.to_start.emit),
            ("back", "Previous picture (←)", lambda: self.step.emit(-1)),
            ("play", "Play or pause (Space)", self.play_toggled.emit),
            ("forward", "Next picture (→)", lambda: self.step.emit(1)),
            ("end", "To the end (End)", self.to_end.emit),
        ):
            made = QToolButton()
            made.setToolTip(text)
            made.setAccessibleName(text.partition(" (")[0])
            made.setFixedSize(46 if icon == "play" else 38, 30)
            made.setIconSize(QSize(18, 18))
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setProperty("act", icon == "play")
            made.clicked.connect(signal)
            self._icons.append((made, icon))
            row.addWidget(made)

    def _build_modes(self, row: QHBoxLayout) -> None:
        row.addSpacing(6)
        self._rate = Choice()
        self._rate.setAccessibleName("Rate")
        self._rate.setToolTip("Rate (J K L); up to ½× keeps onsets where they are")
        self._rate.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._rate.setMinimumWidth(62)
        for rate in RATES:
            self._rate.addItem(rate_text(rate), rate)
        self._rate.setCurrentIndex(RATES.index(1.0))
        self._rate.activated.connect(lambda at: self.rate_changed.emit(self._rate.itemData(at)))
        row.addWidget(self._rate)
        self._loop = self._mode("loop", "Loop about the selected mark (R)", self.loop_toggled)
        self._snap = self._mode("snap", "Snap to picture edges and onsets (S)", self.snap_toggled)
        row.addWidget(self._loop)
        row.addWidget(self._snap)
        self._sound = button("", kind="flat", tip="What is heard")
        self._sound.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._sound.setAccessibleName("sound")
        self._sound.clicked.connect(self.sound_clicked)
        self._sound.hide()
        row.addWidget(self._sound)

    @staticmethod
    def _mode(text: str, tip: str, signal: object) -> QPushButton:
        made = button(text, kind="flat", tip=tip)
        made.setCheckable(True)
        made.clicked.connect(signal)
        return made

    def _build_banner(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("banner")
        frame.setFixedHeight(30)
        inner = QHBoxLayout(frame)
        inner.setContentsMargins(12, 0, 12, 0)
        self._banner_text = ElidedLabel()
        self._banner_text.setAccessibleName("Open event")
        inner.addWidget(self._banner_text)
        frame.hide()
        return frame

    # -- values ------------------------------------------------------------------------------

    def set_playing(self, playing: bool) -> None:
        """Show pause while playing."""
        if playing != self._playing:
            self._playing = playing
            self._draw_icons()

    def set_rate(self, rate: float) -> None:
        """Show this rate; a rate not in the list (reverse) is shown too."""
        at = self._rate.findData(rate)
        if at < 0:
            self._rate.addItem(rate_text(rate), rate)
            at = self._rate.count() - 1
        self._rate.setCurrentIndex(at)

    def set_loop(self, on: bool, text: str = "loop") -> None:
        """Loop on or off; the text may name it (``loop ± 0.5 s``)."""
        self._loop.setChecked(on)
        self._loop.setText(text)

    def set_snap(self, on: bool) -> None:
        """Snapping on or off."""
        self._snap.setChecked(on)

    def set_sound(self, text: str) -> None:
        """What is heard (``sound: dispatch, left``); empty hides it."""
        self._sound.setText(text)
        self._sound.setAccessibleName(text or "sound")
        self._sound.setVisible(bool(text) and not self._banner.isVisibleTo(self))

    def set_time(self, time_text: str, half_text: str, context: str) -> None:
        """The big time, its ± and whose: ``14:23:25.48``, ``± 0.04 s``, ``cam 1 on …``."""
        self.time.set_time(time_text, half_text, context)

    def set_in_out(self, text: str) -> None:
        """``in 14:22:50   out 14:24:30   1:40``."""
        self._in_out.setText(text)

    def set_banner(self, text: str | None) -> None:
        """While an event is open: what is open and what closes it, across the bar."""
        self._banner_text.setText(text or "")
        self._banner.setVisible(text is not None)
        for made in (self._in_out, self._loop, self._snap, self._rate):
            made.setVisible(text is None)
        self._sound.setVisible(text is None and bool(self._sound.text()))
        self.time.set_brief(text is not None)

    def banner(self) -> QLabel:
        """The label of the banner (for tests)."""
        return self._banner_text

    # -- looks -------------------------------------------------------------------------------

    def _draw_icons(self) -> None:
        theme = current_theme()
        for made, name in self._icons:
            shown = "pause" if name == "play" and self._playing else name
            colour = theme.on_act if name == "play" else theme.text
            made.setIcon(transport_icon(shown, colour))
            if name == "play":
                made.setAccessibleName("Pause" if self._playing else "Play")

    def changeEvent(self, event: QEvent) -> None:
        """Icons of another theme."""
        if theme_changed(event) and self._icons:
            self._draw_icons()
        super().changeEvent(event)


class BigTime(QWidget):
    """The time of the playhead, large, with its range beside it: they are never apart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._time, self._half, self._context = "", "", ""
        self._brief = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Time")

    def set_time(self, time_text: str, half_text: str, context: str) -> None:
        """Time, range and whose time it is; the range is kept when room is short."""
        before = self.minimumSizeHint()
        self._time, self._half, self._context = time_text, half_text, context
        if self.minimumSizeHint() != before:  # not with every tick: digits are equally wide
            self.updateGeometry()
        said = " ".join(part for part in (time_text, half_text, context) if part)
        self.setAccessibleDescription(said)
        self.setToolTip(said)
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Time and range whole."""
        half = text_width(self._half, mono_font(13)) + 1 if self._half else 0.0
        whole = text_width(self._time, mono_font(22, bold=True)) + 12 + half + 10
        return QSize(max(200, round(whole)), 0)

    def set_brief(self, brief: bool) -> None:
        """Leave out whose time it is (the banner needs the room); the range stays."""
        self._brief = brief
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Time in the middle, the rest to its right."""
        theme = current_theme()
        painter = QPainter(self)
        big = mono_font(22, bold=True)
        big_width = text_width(self._time, big)
        half_width = text_width(self._half, mono_font(13)) + 1 if self._half else 0.0
        context = "" if self._brief else self._context
        context_width = text_width(context, ui_font(13)) + 1 if context else 0.0
        total = big_width + 12 + half_width + 10 + context_width
        left = max(0.0, (self.width() - total) / 2)
        tall = self.height()
        draw_text(painter, QRectF(left, 0, big_width + 2, tall), self._time, big, theme.text)
        left += big_width + 12
        if self._half:
            room = QRectF(left, 1, half_width, tall)
            draw_text(painter, room, self._half, mono_font(13), theme.text)
            left += half_width + 10
        rest = self.width() - left
        if self._context and rest > 40 and not self._brief:
            room = QRectF(left, 1, rest, tall)
            draw_text(painter, room, self._context, ui_font(13), theme.secondary)
