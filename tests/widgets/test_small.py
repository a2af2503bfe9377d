"""Problem card, job bar, checklist, file panel, and the gallery itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from sync.media.timing import IntervalBin
from sync.timebase import Duration, MediaTime
from tests.support.widget_gallery import make_window
from tests.widgets.made_search import make_displayed, make_source, make_timing
from widgets.checklist import STEPS, Checklist
from widgets.file_panel import FilePanel
from widgets.interval_histogram import IntervalHistogram
from widgets.job_bar import JobBar, time_left
from widgets.lane_stack import LaneStack
from widgets.parts import ElidedLabel
from widgets.problem_card import ProblemCard
from widgets.theme import apply_theme


def labels(widget: object) -> list[str]:
    return [made.text() for made in widget.findChildren(QLabel)]  # type: ignore[attr-defined]


def press(qtbot: QtBot, widget: object, text: str) -> None:
    for made in widget.findChildren(QPushButton):  # type: ignore[attr-defined]
        if text in made.text():
            qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
            return
    raise AssertionError(f"no button {text!r}")


def test_problem_card(qtbot: QtBot) -> None:
    card = ProblemCard()
    qtbot.addWidget(card)
    card.set_problem("It broke.", "Nothing is lost.", "Try again.", actions=("Try again", "Skip"))
    card.show()
    assert {"It broke.", "Nothing is lost.", "Try again."} <= set(labels(card))
    with qtbot.waitSignal(card.action_clicked) as caught:
        press(qtbot, card, "Skip")
    assert caught.args == ["Skip"]
    with qtbot.waitSignal(card.dismissed):
        press(qtbot, card, "Dismiss")
    card.set_problem("Other.", "", "")
    assert not card._means.isVisible()


def test_job_bar(qtbot: QtBot) -> None:
    job = JobBar()
    qtbot.addWidget(job)
    assert job.isHidden()
    job.set_job("Reading cam 3", 0.62, 14)
    assert job.text() == "Reading cam 3 · 62 % · 14 s left"
    with qtbot.waitSignal(job.cancelled):
        press(qtbot, job, "cancel")
    job.set_job("Reading the recording of the yard", 0.62, 14, waiting=3)
    assert job._text.minimumWidth() >= job._text.fontMetrics().horizontalAdvance(job.text())
    job.clear()
    assert job.isHidden()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s left"), (14, "14 s left"), (200, "3 min left"), (4800 * 1.25, "1 h 40 min left")],
)
def test_time_left(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


def test_checklist(qtbot: QtBot) -> None:
    made = Checklist()
    qtbot.addWidget(made)
    made.show()
    assert made.texts()[0] == "▸ add recordings"
    made.set_done({"add", "check"})
    assert made.texts()[:3] == ["✓ add recordings", "✓ check files", "▸ read clocks"]
    with qtbot.waitSignal(made.step_clicked) as caught:
        press(qtbot, made, "link recordings")
    assert caught.args == ["link"]
    made.set_done({key for key, _ in STEPS})
    assert all(text.startswith("✓") for text in made.texts())
    with qtbot.waitSignal(made.dismissed):
        press(qtbot, made, "hide")


def test_file_panel(qtbot: QtBot) -> None:
    panel = FilePanel()
    qtbot.addWidget(panel)
    panel.due.settle()
    assert "Choose a recording to see what its file holds." in labels(panel)
    panel.set_source(make_source())
    panel.show()
    texts = labels(panel)
    assert "provisional: not yet decoded once" in texts
    assert "not counted yet" in texts
    assert "WHAT THE FILE CLAIMS (not observed)" in texts
    assert " ".join(["8f2c41d7"] * 8) in texts
    with qtbot.waitSignal(panel.go_to) as caught:
        press(qtbot, panel, "at 790.040 s")
    assert caught.args == [MediaTime(790_040_000_000)]


def test_file_panel_says_what_the_times_of_the_frames_are(qtbot: QtBot) -> None:
    panel = FilePanel()
    qtbot.addWidget(panel)
    panel.set_source(make_source(), make_timing(), make_displayed())
    panel.resize(340, 900)
    panel.show()
    texts = labels(panel)
    assert "between 29.970029 and 29.970031 a second, by their own times" in texts
    assert "30 a second; its times hold 0.0999 % fewer, as 29.97 and 30 differ" in texts
    assert "2, about 14 pictures missing" in texts
    assert "steps back: 1\nclock was set: 1" in texts
    assert "top field first, 16.68 ms apart" in texts
    assert "gains between +1.21 and +3.02 s a day on them; 14 readings over 00:20:00" in texts
    histogram = panel.findChild(IntervalHistogram)
    assert histogram is not None
    assert histogram.accessibleDescription() == (
        "33.37 ms: 17\u202f990 times; 66.73 ms: 6 times; 250–270 ms: 2 times"
    )
    drawn = histogram.grab().toImage()
    colours = {drawn.pixelColor(x, 82).name() for x in range(drawn.width())}
    assert len(colours) >= 3, "the tallest bar and the smaller ones, of which none is lost"


def test_elided_text_keeps_the_whole_as_tooltip(qtbot: QtBot) -> None:
    made = ElidedLabel("a rather long name of a recording")
    qtbot.addWidget(made)
    made.resize(80, 20)
    made.grab()
    assert made.shown_text().endswith("…")
    assert made.toolTip() == made.text()
    made.resize(400, 20)
    made.grab()
    assert made.toolTip() == ""


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_all_widgets_together_fit_and_no_wrapped_text_is_cut(
    qtbot: QtBot, qapp: QApplication, theme: str, size: tuple[int, int]
) -> None:
    apply_theme(qapp, theme)
    window = make_window(size[0])
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    window.grab()
    assert (window.width(), window.height()) == size  # nothing forces it larger
    stack = window.findChild(LaneStack)
    assert stack is not None
    assert stack.height() > 200
    for made in window.findChildren(QLabel):
        if made.isVisible() and made.wordWrap() and made.text():
            assert made.height() >= made.heightForWidth(made.width()) - 1, made.text()


def test_intervals_that_hardly_differ_are_written_apart(qtbot: QtBot) -> None:
    edges = (Duration(66_666_000), Duration(66_667_000))
    bins = tuple(IntervalBin(low=at, high=at, count=9) for at in edges)
    histogram = IntervalHistogram(bins)
    qtbot.addWidget(histogram)
    first, last = histogram.labels()
    assert (first, last) == ("66.666 ms", "66.667 ms")
    assert IntervalHistogram(bins[:1]).labels() == ["66.67 ms"]


def test_nothing_in_a_window_has_no_accessible_name(qtbot: QtBot) -> None:
    window = make_window()
    qtbot.addWidget(window)
    for made in window.findChildren(QPushButton):
        assert made.accessibleName() or made.text()
