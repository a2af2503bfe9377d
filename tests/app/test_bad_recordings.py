"""A recording that goes bad while the case is open: it says so, the others go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.frame_service import FrameAnswer, FrameService
from app.problem import describe
from app.video import Video
from sync.errors import MediaChanged, MediaError, MediaMissing
from sync.media.inspect import inspect
from tests.support.made_media import read_number


@pytest.fixture
def served(
    qapp: object, clips: dict[str, Path], tmp_path: Path
) -> Iterator[tuple[FrameService, Path]]:
    """Pictures of two copies of one clip, ``good`` and ``bad``, and the path of the second."""
    bad = tmp_path / "bad.mp4"
    shutil.copy(clips["gate"], bad)
    index = inspect(clips["gate"], cache=None).index
    assert index is not None
    service = FrameService()
    for source, path in (("good", clips["gate"]), ("bad", bad)):
        service.open(source, path, index)
        service.set_size(source, 320, 192)
    yield service, bad
    service.close()
    service.deleteLater()


def _told(qtbot: QtBot, service: FrameService, source: str, index: int) -> MediaError:
    with qtbot.waitSignal(service.failed) as told:
        service.request(source, index)
    assert told.args[0] == source
    assert isinstance(told.args[1], MediaError)
    return told.args[1]


def _seen(qtbot: QtBot, service: FrameService, source: str, index: int) -> None:
    with qtbot.waitSignal(service.answered) as told:
        service.request(source, index)
    answer = told.args[0]
    assert isinstance(answer, FrameAnswer)
    assert (answer.source, answer.index, answer.exact) == (source, index, True)
    assert read_number(answer.image[:, :, :3]) == index


def test_a_file_that_changes_while_open(
    qtbot: QtBot, served: tuple[FrameService, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Video, "read_ahead", lambda self: False)  # or the frame is held already
    service, bad = served
    _seen(qtbot, service, "bad", 0)
    with bad.open("r+b") as stream:
        stream.write(bytes(bad.stat().st_size))
    error = _told(qtbot, service, "bad", 45)
    assert isinstance(error, MediaChanged)
    assert "as a new recording" in describe(error).what_to_do
    _seen(qtbot, service, "good", 45)


def test_a_file_that_is_gone_when_it_is_opened(
    qtbot: QtBot, served: tuple[FrameService, Path]
) -> None:
    service, bad = served
    bad.unlink()
    assert isinstance(_told(qtbot, service, "bad", 20), MediaMissing)
    _seen(qtbot, service, "good", 20)
