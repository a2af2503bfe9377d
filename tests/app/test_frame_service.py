"""Pictures on demand: the latest request wins, and each answer says what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.frame_service import FrameAnswer, FrameService
from sync.media.frame_index import FrameIndex
from sync.media.inspect import inspect
from tests.support.made_media import read_number


@pytest.fixture
def index(clips: dict[str, Path]) -> FrameIndex:
    found = inspect(clips["gate"], cache=None).index
    assert found is not None
    return found


@pytest.fixture
def service(qapp: object, clips: dict[str, Path], index: FrameIndex) -> Iterator[FrameService]:
    made = FrameService()
    made.open("gate", clips["gate"], index)
    made.set_size("gate", 320, 192)
    yield made
    made.close()
    made.deleteLater()


def test_an_answer_says_what_it_is(qtbot: QtBot, service: FrameService) -> None:
    with qtbot.waitSignal(service.answered) as told:
        number = service.request("gate", 17)
    (answer,) = told.args
    assert isinstance(answer, FrameAnswer)
    assert (answer.source, answer.request, answer.index) == ("gate", number, 17)
    assert answer.time.s == 1.7
    assert answer.exact
    assert answer.image.shape == (192, 320, 4)
    assert read_number(answer.image[:, :, :3]) == 17


def test_the_latest_request_wins(qtbot: QtBot, service: FrameService) -> None:
    answers: list[FrameAnswer] = []
    service.answered.connect(answers.append)
    numbers = [service.request("gate", i) for i in range(50)]
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].index == 49 and service.idle)
    assert answers[-1].request == numbers[-1]
    assert [a.request for a in answers] == sorted(a.request for a in answers)
    assert len(answers) < 50


def test_a_kept_request_is_answered_all_the_same(qtbot: QtBot, service: FrameService) -> None:
    kept: list[int] = []
    service.answered.connect(lambda a: kept.append(a.index) if a.kept else None)
    for i in range(20):
        service.request("gate", i)
    service.fetch("gate", 3)
    service.fetch("gate", 41)
    qtbot.waitUntil(lambda: len(kept) == 2)
    assert kept == [3, 41]


def test_another_size_makes_the_picture_again(qtbot: QtBot, service: FrameService) -> None:
    with qtbot.waitSignal(service.answered):
        service.request("gate", 5)
    with qtbot.waitSignal(service.answered) as told:
        service.set_size("gate", 160, 96)
    assert told.args[0].index == 5
    assert told.args[0].image.shape == (96, 160, 4)


def test_a_frame_that_is_not_there_is_told(qtbot: QtBot, service: FrameService) -> None:
    with qtbot.waitSignal(service.failed) as told:
        service.request("gate", 10_000)
    assert told.args[0] == "gate"
    assert isinstance(told.args[1], IndexError)


def test_a_source_that_is_not_open_is_not_asked(service: FrameService) -> None:
    assert service.request("nobody", 0) == 0


def test_nothing_arrives_after_closing_a_source(qtbot: QtBot, service: FrameService) -> None:
    answers: list[FrameAnswer] = []
    service.answered.connect(answers.append)
    service.request("gate", 30)
    service.close_source("gate")
    qtbot.wait(50)
    assert answers == []
    assert service.idle
