"""A picture of the window in a named state: ``tiepoint CASE --screenshot OUT.png --state NAME``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from sync.errors import StorageError, TiepointError

if TYPE_CHECKING:
    from app.main_window import MainWindow

_WAIT_MS = 180_000
_CALM_MS = 250
_LOADING_MS = 50
"""How often it is asked whether the case is calculated, its recordings still being read."""
STATES = (
    "look", "mark", "answer", "answers", "answered", "not-resolved", "evidence", "residuals",
    "disagreements", "search", "candidate", "clocks", "offset", "file", "marking", "keys",
    "spectrogram", "loading", "wall",
)  # fmt: skip
"""What a picture can show. ``candidate`` searches, which the case records as any search."""


def take_picture(app: QApplication, window: MainWindow, out: Path, state: str | None) -> None:
    """Wait until nothing runs, enter the state, wait again, save.

    Raises
    ------
    sync.errors.TiepointError
        The window did not come to rest.
    sync.errors.StorageError
        The picture cannot be written.
    """
    pictures: list[QPixmap] = []
    calm, limit = QTimer(), QTimer()
    waiting: list[str | None] = [None if state == "loading" else state]
    for timer, wait_ms in ((calm, _CALM_MS), (limit, _WAIT_MS)):
        timer.setSingleShot(True)
        timer.setInterval(wait_ms)

    def done() -> None:
        QApplication.sendPostedEvents()  # no panel that is not filled, or filled and not laid out
        pictures.append((window.bench.walls.own or window).grab())
        app.exit()  # not quit: it closes the window, whose end would end the next loop too

    def settled() -> None:
        if not window.is_idle:
            calm.start()
        elif waiting[0] is not None:
            _enter(window, waiting[0])
            waiting[0] = None
            calm.start()
        else:
            done()

    def loading() -> None:
        bench = window.bench
        seen = window.is_idle or any(job.shown for job in bench.jobs.active)
        answered = bench.document.is_open and not bench.calculation.busy and seen
        QTimer.singleShot(
            _CALM_MS if answered else _LOADING_MS, window, done if answered else loading
        )

    # A picture is no person looking: the log must not say that an answer was seen.
    window.bench.evidence.answers_visible = lambda: False
    calm.timeout.connect(settled)
    limit.timeout.connect(app.exit)
    if state == "loading":
        loading()
    else:
        calm.start()
    limit.start()
    app.exec()
    calm.stop()
    limit.stop()
    if not pictures:
        raise TiepointError(
            f"No picture: the window was still at work after {_WAIT_MS // 60_000} minutes.",
            hint="Open the case in the window until its recordings are read, then try again.",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    if not pictures[0].save(str(out)):
        raise StorageError(
            f"{out.name} cannot be written.", path=out, hint="Choose a name that ends in .png."
        )


def _enter(window: MainWindow, state: str) -> None:
    """Put the window into a named state."""
    match state:
        case "look" | "mark" | "answer":
            window.arrange(state)
        case "marking":
            window.arrange("mark")
            window.acts["mark"].trigger()
        case "residuals" | "disagreements":
            window.show_tab("evidence")
            window.desk.evidence_tab.show_page(state)
        case "offset":
            window.show_tab("clocks")
            window.desk.clocks.pages.show_page("offset")
        case "keys":
            window.acts["keys"].trigger()
        case "wall":
            size = window.size()
            window.bench.walls.toggle()
            if window.bench.walls.own is not None:
                window.bench.walls.own.resize(size)
        case "spectrogram":
            for source in window.bench.document.case.sources:
                if source.facts.picture is None:
                    window.bench.lane_views.show(source.id, "spectrogram")
        case "answered" | "not-resolved":
            _open_answer(window, resolved=state == "answered")
        case "candidate":
            _search_the_sounds(window)
        case "answers" | "evidence" | "search" | "clocks" | "file":
            window.show_tab(state)


def _open_answer(window: MainWindow, *, resolved: bool) -> None:
    """The first answer whose order is shown, or is not."""
    window.arrange("answer")
    for question, answer in window.bench.calculation.results.answers.items():
        if (answer.verdict in ("a-before-b", "b-before-a")) == resolved:
            window.desk.answers.open_question(question)
            return


def _search_the_sounds(window: MainWindow) -> None:
    """The first two recordings with sound, against each other."""
    heard = [s.id for s in window.bench.document.case.sources if s.facts.sound is not None]
    if len(heard) > 1:
        window.bench.focus.set(heard[1])
        window.show_tab("search")
        window.bench.searching.choose(heard[0])
        window.desk.search.form.search.click()
