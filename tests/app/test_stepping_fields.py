"""An interlaced recording in the window: its fields one by one, and marks between two of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from app.frame_service import STORED, FrameAnswer, FrameService
from app.main_window import MainWindow
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.evidence import Mark
from sync.media.inspect import inspect
from sync.timebase import MediaTime
from tests.app.keyboard import press
from tests.support.made_media import painted, read_number
from tests.support.made_rates import interlaced, write_pictures

Settle = Callable[[MainWindow], None]
FRAMES = 40


def made_clip(path: Path, *, top_first: bool, frames: int = FRAMES) -> Path:
    """Field n (50 a second) shows number n."""
    fields = [painted(n) for n in range(2 * frames)]
    order = "tff=1" if top_first else "bff=1"
    options = {"preset": "veryfast", "crf": "12", "x264-params": order}
    return write_pictures(path, interlaced(fields, top_first=top_first), options=options)


@pytest.fixture(params=[True, False], ids=["top first", "bottom first"])
def top_first(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def opened(window: MainWindow, settle: Settle, tmp_path: Path, top_first: bool) -> MainWindow:
    """A window with one interlaced recording, all of it read."""
    clip, path = made_clip(tmp_path / "hall.mp4", top_first=top_first), tmp_path / "c.tiepoint"
    case, source = add_recording(Case(id="", title="Fields"), clip, case_path=path, name="hall")
    CaseStore.create(path, case.with_datum(source.clock), "E").close()
    window.open(path)
    settle(window)
    return window


def number_in(picture: NDArray[np.uint8]) -> int:
    """The number painted into a picture of any size."""
    small = cv2.resize(picture[:, :, :3], (320, 192), interpolation=cv2.INTER_AREA)
    return read_number(np.asarray(small, np.uint8))


def seen(window: MainWindow) -> tuple[int, str, float]:
    """(painted number, field as said, time) of what the pane shows."""
    pane = window.desk.wall.pane("hall")
    assert pane is not None
    assert pane.pixels is not None
    assert pane.info is not None
    assert pane.info.media is not None
    return number_in(pane.pixels), pane.info.field, pane.info.media.s


def test_ctrl_arrows_step_field_by_field(
    opened: MainWindow, settle: Settle, top_first: bool
) -> None:
    names = ("top", "bottom") if top_first else ("bottom", "top")
    for n in range(1, 6):
        press(opened, "Ctrl+Right")
        settle(opened)
        field = f"field {n % 2 + 1} of 2 ({names[n % 2]})"
        assert seen(opened) == (n, field, pytest.approx(0.02 * n, abs=1e-9))
    for n in (4, 3):
        press(opened, "Ctrl+Left")
        settle(opened)
        assert seen(opened)[0] == n
    pane = opened.desk.wall.pane("hall")
    assert pane is not None
    assert f"field 2 of 2 ({names[1]})" in pane.accessibleDescription()


def test_plain_arrows_show_whole_frames_again(opened: MainWindow, settle: Settle) -> None:
    press(opened, *["Ctrl+Right"] * 5, "Right")
    settle(opened)
    _, field, at_s = seen(opened)
    assert (field, at_s) == ("", 0.12)
    press(opened, "Left")
    settle(opened)
    assert seen(opened)[1:] == ("", 0.08)
    press(opened, "Ctrl+Right")
    settle(opened)
    assert seen(opened)[0] == 5


def test_it_stops_at_both_ends(opened: MainWindow, settle: Settle) -> None:
    opened.bench.playback.go_media("hall", MediaTime(1_560_000_000))
    press(opened, *["Ctrl+Right"] * 3)
    settle(opened)
    assert seen(opened)[0] == 2 * FRAMES - 1
    press(opened, "Home", "Ctrl+Right", *["Ctrl+Left"] * 3)
    settle(opened)
    assert seen(opened)[0] == 0


def test_a_mark_on_a_field_lies_between_two_fields(
    qtbot: QtBot, opened: MainWindow, settle: Settle, top_first: bool
) -> None:
    press(opened, *["Ctrl+Right"] * 5, "M")
    settle(opened)
    shown = {}
    for _ in range(2):
        pane = opened.desk.wall.pane("hall")
        assert pane is not None
        shown[pane._marking] = seen(opened)[0]
        opened.bench.drafting.pair._turn()
    assert shown == {"happened": 5, "not yet": 4}
    press(opened, "Right")
    settle(opened)
    draft = opened.bench.marking.draft
    assert draft is not None
    assert [at.s for at in draft.interval if at is not None] == [0.10, 0.12]
    press(opened, "Left")
    settle(opened)
    press(opened, "Enter")
    qtbot.waitUntil(lambda: opened.bench.marking.dialog is not None)
    press(opened, "Enter")
    settle(opened)
    (mark,) = opened.bench.document.case.of_kind(Mark)
    assert mark.earliest is not None
    assert mark.latest is not None
    assert (mark.earliest.s, mark.latest.s, mark.frames) == (0.08, 0.10, (2, 2))
    name = "bottom" if top_first else "top"
    assert f"field 2 of 2 ({name}) of frame 2" in mark.provenance.note
    store = opened.bench.document.store
    assert store is not None
    for name, number in (("happened", 5), ("not-yet", 4)):
        kept = cv2.imread(str(store.files / f"mark-1-{name}.png"))
        assert number_in(np.asarray(kept, np.uint8)) == number
    press(opened, "Esc")
    opened.bench.revising.nudge("mark-1", 1)
    settle(opened)
    (mark,) = opened.bench.document.case.of_kind(Mark)
    assert [at.s for at in (mark.earliest, mark.latest) if at is not None] == [0.10, 0.12]
    kept = cv2.imread(str(store.files / "mark-1-happened.png"))
    assert number_in(np.asarray(kept, np.uint8)) == 6


def test_a_mark_on_a_whole_frame_covers_both_fields(opened: MainWindow, settle: Settle) -> None:
    press(opened, "Right", "Right", "M")
    settle(opened)
    draft = opened.bench.marking.draft
    assert draft is not None
    assert [at.s for at in draft.interval if at is not None] == [0.04, 0.10]
    press(opened, "Esc")


def test_the_service_gives_the_lines_of_one_field(
    qtbot: QtBot, qapp: object, tmp_path: Path, top_first: bool
) -> None:
    path = made_clip(tmp_path / "f.mp4", top_first=top_first, frames=6)
    index = inspect(path, cache=None).index
    assert index is not None
    service = FrameService()
    service.open("f", path, index)
    pictures = {}
    for field in (None, 0, 1):
        with qtbot.waitSignal(service.answered) as told:
            service.fetch("f", 3, STORED, field)
        (answer,) = told.args
        assert isinstance(answer, FrameAnswer)
        assert answer.field == field
        assert answer.exact
        pictures[field] = answer.image[:, :, 1].astype(int)
    service.close()
    service.deleteLater()
    for field in (0, 1):
        low = int((field == 0) != top_first)  # the first line of this field
        own = pictures[None][low::2]
        assert np.array_equal(pictures[field][low::2], own), "its own lines as they are"
        again = pictures[field][low + 1 :: 2]
        assert np.array_equal(again, own[: len(again)]), "and each of them once more"
