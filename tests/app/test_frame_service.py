"""Pictures on demand: the latest request wins, and each answer says what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import video
from app.frame_service import FrameAnswer, FrameService
from sync.cache import Cache
from sync.media.frame_index import FrameIndex
from sync.media.hashing import sha256_of
from sync.media.inspect import inspect
from sync.media.one_pass import proxy_path
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


# -- previews --------------------------------------------------------------------------------------


@pytest.fixture
def proxied(
    qapp: object, clips: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FrameService]:
    """A service with a proxy, on a machine where every frame is thought to take long."""
    cache = Cache(tmp_path / "cache")
    index = inspect(clips["gate"], cache=cache, proxy=True).index
    assert index is not None
    monkeypatch.setattr(video, "_FIRST_GUESS_S", 1.0)
    monkeypatch.setattr(video, "_TRUST", 0.0)
    monkeypatch.setattr(video, "_FORGET", 1.0)
    made = FrameService()
    made.open("gate", clips["gate"], index, proxy_path(cache, sha256_of(clips["gate"])))
    made.set_size("gate", 320, 192)
    yield made
    made.close()
    made.deleteLater()


def heard(service: FrameService) -> list[FrameAnswer]:
    answers: list[FrameAnswer] = []
    service.answered.connect(answers.append)
    return answers


def test_dragging_shows_previews_that_say_so(qtbot: QtBot, proxied: FrameService) -> None:
    answers = heard(proxied)
    proxied.request("gate", 33, "drag")
    qtbot.waitUntil(lambda: bool(answers) and proxied.idle)
    (answer,) = answers
    assert answer.preview
    assert not answer.exact
    assert answer.image.shape == (192, 320, 4)
    assert read_number(answer.image[:, :, :3]) == answer.index == 33


def test_standing_shows_the_preview_and_then_the_frame(qtbot: QtBot, proxied: FrameService) -> None:
    answers: list[FrameAnswer] = []
    proxied._take, deliver = lambda: None, proxied._deliver  # type: ignore[method-assign]
    worker = proxied._workers["gate"]
    worker._deliver = lambda of, answer: (answers.append(answer), deliver(of, answer))  # type: ignore[func-returns-value, assignment, arg-type]
    proxied.request("gate", 33)
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert [answer.preview for answer in answers] == [True, False]
    assert answers[1].exact
    assert {read_number(answer.image[:, :, :3]) for answer in answers} == {33}


def test_what_is_at_hand_is_no_preview(qtbot: QtBot, proxied: FrameService) -> None:
    answers = heard(proxied)
    proxied.request("gate", 33)
    qtbot.waitUntil(lambda: bool(answers) and answers[-1].exact)
    answers.clear()
    proxied.request("gate", 33, "drag")
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0].exact


def test_a_kept_picture_is_never_a_preview(qtbot: QtBot, proxied: FrameService) -> None:
    answers = heard(proxied)
    proxied.fetch("gate", 21)
    qtbot.waitUntil(lambda: bool(answers) and proxied.idle)
    assert [answer.exact for answer in answers] == [True]


def test_playing_faster_than_frames_come_shows_previews(
    qtbot: QtBot, proxied: FrameService
) -> None:
    answers = heard(proxied)
    proxied.request("gate", 4, "play", 0.1)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0].preview


def test_playing_in_time_shows_frames(qtbot: QtBot, service: FrameService) -> None:
    answers = heard(service)
    for number in range(10, 20):
        service.request("gate", number, "play", 0.1)
        qtbot.waitUntil(lambda number=number: bool(answers) and answers[-1].index == number)  # type: ignore[misc]
    assert all(answer.exact for answer in answers)


def test_the_next_frames_are_read_ahead(qtbot: QtBot, service: FrameService) -> None:
    """Also the one before, once the person has turned round."""
    answers = heard(service)
    service.request("gate", 40)
    qtbot.waitUntil(lambda: bool(answers))
    service.request("gate", 39)
    qtbot.waitUntil(lambda: answers[-1].index == 39)
    worker = service._workers["gate"]
    qtbot.waitUntil(lambda: not worker._ahead)
    assert service.idle


def test_an_index_that_became_better_is_used_without_waiting(
    qtbot: QtBot, service: FrameService, clips: dict[str, Path]
) -> None:
    answers = heard(service)
    service.request("gate", 12)
    qtbot.waitUntil(lambda: bool(answers))
    better = inspect(clips["gate"], cache=None).index
    assert better is not None
    thread = service._workers["gate"].thread
    service.open("gate", clips["gate"], better)
    assert service._workers["gate"].thread is thread
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert answers[1].index == 12
    assert service.index("gate") is better
