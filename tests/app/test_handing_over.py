"""Review video and bundle from the window: jobs that write them, or say why there are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.dialogs.handing_over import BundleChoice, ChooseBundle, ChooseReview
from app.document import Document
from app.main_window import MainWindow
from sync.report import review_video
from sync.report.review_plan import ReviewRequest
from tests.app.test_files import MakeCase, Settle, said
from tests.support.painted_case import Painted, painted_case


@pytest.fixture
def painted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Painted:
    monkeypatch.setattr(review_video, "SLATE_S", 0.1)
    return painted_case(tmp_path, ("12.5",))


def answers(monkeypatch: pytest.MonkeyPatch, painted: Painted) -> None:
    """The person takes what the dialogs offer, in the smallest size."""
    request = ReviewRequest(panes=(painted.case.sources[0].id,), sound="radio", width=960,
                            height=540)  # fmt: skip
    monkeypatch.setattr(ChooseReview, "run", lambda self: request)
    choice = BundleChoice(recordings=True, review=True, zipped=False)
    monkeypatch.setattr(ChooseBundle, "run", lambda self: choice)


def test_both_are_written_in_the_background(
    window: MainWindow, settle: Settle, painted: Painted, monkeypatch: pytest.MonkeyPatch,
    choose_files: Callable[..., None], tmp_path: Path,
) -> None:  # fmt: skip
    answers(monkeypatch, painted)
    window.open(painted.path)
    settle(window)
    for action, name, made in (("review", "film", "film.mp4"), ("bundle", "bag", "bag")):
        choose_files(tmp_path / name)
        getattr(window.bench.handing_over, action)()
        settle(window)
        assert said(window) == ""
        assert (tmp_path / made).exists()
        assert made in window.desk.status.line.text()
    assert (tmp_path / "bag" / "data" / "video" / "review.mp4").stat().st_size > 10_000


def test_a_case_without_a_calculation_is_refused_before_any_dialog(
    window: MainWindow, settle: Settle, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open(make_case("gate", "yard", datum=None))
    settle(window)
    bare = window.bench.document.case.with_solution(None)
    with monkeypatch.context() as patched:
        patched.setattr(Document, "case", property(lambda self: bare))
        window.bench.handing_over.review()
        assert "not been calculated" in said(window)


def test_the_dialog_offers_what_can_be_shown_and_says_why_not(
    window: MainWindow, settle: Settle, painted: Painted
) -> None:
    window.open(painted.path)
    settle(window)
    dialog = ChooseReview(window, painted.case, (200_000_000, 900_000_000))
    dialog.show()
    assert dialog.first.text() == "00:00:00.200"
    pane = dialog.panes.item(0)
    assert dialog.panes.count() == 1
    assert pane.flags() & Qt.ItemFlag.ItemIsEnabled and pane.checkState() == Qt.CheckState.Checked
    assert not dialog.large.isEnabled()
    dialog.accept()
    assert dialog.value is not None and dialog.value.end is not None
    assert dialog.value.sound == "radio"
    pane.setCheckState(Qt.CheckState.Unchecked)
    dialog.show()
    dialog.value = None
    dialog.accept()
    assert dialog.value is None and "No recording" in dialog.problem.text()
    dialog.close()
    dialog.deleteLater()
