"""Starting the window: environment, theme, unforeseen errors, and ``--screenshot``."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

# The core before Qt: from then on PySide6 reads the source of every module that is imported.
from sync.case.store import load_case
from sync.errors import TiepointError

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow

PLUGIN_PATH = "QT_QPA_PLATFORM_PLUGIN_PATH"
_SWITCH_S = 0.0005
"""While a job computes in Python, every call the window makes waits this long for its turn; with
the usual 5 ms a repaint of some fifty calls takes a quarter of a second."""
_SLICE_S = 0.004
_CALM_MS = 250
"""How long the window does something nobody waits for: a quarter of a display's tick."""


def drop_foreign_plugins() -> None:
    """opencv-python points Qt at its own plugins, with which PySide6 cannot start."""
    if "cv2" in Path(os.environ.get(PLUGIN_PATH, "")).parts:
        del os.environ[PLUGIN_PATH]


def open_window(
    case: Path | None = None,
    *,
    screenshot: Path | None = None,
    size: tuple[int, int] | None = None,
    scale: float | None = None,
    theme: str | None = None,
    state: str | None = None,
) -> int:
    """Open the window and stay until it is closed; returns the exit status.

    Parameters
    ----------
    screenshot
        Open, wait until nothing runs any more, save the window's picture here, and leave.
    size
        Of the window, in pixels.
    scale
        Of everything in it.
    state
        One of :data:`app.screenshot.STATES`: what the picture should show.
    """
    drop_foreign_plugins()
    if scale is not None:
        os.environ["QT_SCALE_FACTOR"] = str(scale)
    from PySide6.QtWidgets import QApplication

    from app.screenshot import STATES, take_picture

    if state is not None and state not in STATES:
        raise TiepointError(
            f"There is no state {state!r}.", hint=f"The states are {', '.join(STATES)}."
        )
    if screenshot is not None and case is not None:
        # A picture of an error card must not pass for one of the case.
        load_case(case)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    window = make_window(app, theme)
    before, switch = sys.excepthook, sys.getswitchinterval()
    sys.excepthook = _explain(window)
    sys.setswitchinterval(_SWITCH_S)
    try:
        if size is not None:
            window.resize(*size)
        if case is not None:
            window.open(case)
        window.show()
        load_plots_soon(window)
        if screenshot is not None:
            take_picture(app, window, screenshot, state)
            return 0
        return app.exec()
    finally:
        sys.excepthook = before
        sys.setswitchinterval(switch)
        # The loop has ended: closing the last window must not ask a later one to end too.
        quits = app.quitOnLastWindowClosed()
        app.setQuitOnLastWindowClosed(False)
        window.close()
        app.setQuitOnLastWindowClosed(quits)
        window.deleteLater()
        app.sendPostedEvents(None, 52)  # DeferredDelete: nothing outlives the window


def make_window(app: QApplication, theme: str | None = None) -> MainWindow:
    """A window that is not shown yet."""
    gc.disable()  # what a window is made of stays; app.collecting takes it up
    from app.main_window import MainWindow
    from app.settings import Settings
    from widgets.theme import apply_theme

    app.setApplicationName("Tiepoint")
    settings = Settings()
    apply_theme(app, theme or settings.theme)
    # Under a sheet Qt polishes a widget anew with each ancestor it is put into, three times
    # the work of polishing the finished window once.
    sheet = app.styleSheet()
    app.setStyleSheet("")
    window = MainWindow(settings=settings)
    app.setStyleSheet(sheet)
    return window


def load_plots_soon(window: MainWindow) -> None:
    """Load the plotting library once nothing else is to be done, before the first plot asks for it.

    It names every class of Qt, and PySide makes each when it is first named: here a few at a time,
    so that the window hardly waits, and never in another thread, as two that do so at once crash.
    """
    from PySide6 import QtCore, QtGui, QtWidgets

    names = [(module, name) for module in (QtCore, QtGui, QtWidgets) for name in dir(module)]

    def some() -> None:
        until = time.perf_counter() + _SLICE_S
        while names and time.perf_counter() < until:
            getattr(*names.pop())
        if names:
            QtCore.QTimer.singleShot(0, window, some)
        elif window.is_idle:
            import_module("pyqtgraph")
        else:
            QtCore.QTimer.singleShot(_CALM_MS, window, some)

    QtCore.QTimer.singleShot(0, window, some)


def _explain(window: MainWindow) -> Hook:
    """What an error nobody foresaw becomes: a card, and a file with its details."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            window.bench.problems.show(error)

    return hook
