"""Sound where there is a device, the wall clock where there is none, and it says which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.audio_out import AudioOut
from app.sound_feed import Grain
from app.voices import Piece, Plan, Run

S = 1_000_000_000


class Sink:
    """A device that has played what it is told it has."""

    made: list[Sink] = []  # noqa: RUF012

    def __init__(self, device: object, form: object) -> None:
        self.played_us = self.buffer_size = 0
        self.feed: Any = None
        Sink.made.append(self)

    def start(self, feed: object) -> None:
        self.feed = feed

    def stop(self) -> None:
        self.feed = None

    def setBufferSize(self, size: int) -> None:
        self.buffer_size = size

    def processedUSecs(self) -> int:
        return self.played_us


def multimedia(*, null: bool = False) -> Callable[[], Any]:
    """A stand-in for QtMultimedia."""
    form = SimpleNamespace(
        sampleRate=lambda: 8000, setSampleRate=lambda _: None, setChannelCount=lambda _: None,
        setSampleFormat=lambda _: None,
    )  # fmt: skip
    device = SimpleNamespace(
        isNull=lambda: null, description=lambda: "made", preferredFormat=lambda: form,
        isFormatSupported=lambda _: True,
    )  # fmt: skip
    audio_format: Any = lambda: form  # noqa: E731
    audio_format.SampleFormat = SimpleNamespace(Int16=1)
    module = SimpleNamespace(
        QMediaDevices=SimpleNamespace(defaultAudioOutput=lambda: device),
        QAudioFormat=audio_format,
        QAudioSink=Sink,
    )
    return lambda: module


@pytest.fixture
def run(clips: dict[str, Path]) -> Run:
    """The radio clip lying from 100 s on."""
    plan = Plan(clips["radio"], (Piece(100 * S, 106 * S, 0, 6 * S),))
    return Run((plan,), 100 * S, Fraction(1))


def test_without_a_device_the_wall_clock_is_used(qapp: object, run: Run) -> None:
    audio = AudioOut(multimedia=multimedia(null=True))
    assert not audio.start(run)
    assert not audio.sounding
    assert audio.words == "no audio device: playing by the wall clock"
    assert audio.clock() > 0
    audio.close()


def test_without_the_module_too(qapp: object, run: Run) -> None:
    def missing() -> Any:
        raise ImportError("libpulse.so.0")

    audio = AudioOut(multimedia=missing)
    assert not audio.start(run)
    assert "not installed" in audio.words
    audio.close()


def test_the_module_is_imported_only_when_sound_is_asked_for(qapp: object, run: Run) -> None:
    asked: list[int] = []

    def module() -> Any:
        asked.append(1)
        return multimedia()()

    audio = AudioOut(multimedia=module)
    assert asked == []
    audio.muted = True
    assert not audio.start(run)
    assert asked == []
    audio.close()


def test_the_clock_is_what_was_played(qapp: object, run: Run) -> None:
    audio = AudioOut(multimedia=multimedia())
    assert audio.start(run)
    assert audio.sounding
    sink = Sink.made[-1]
    assert audio.clock() <= 40_000_000, "never carried on further than two steps"
    sink.played_us = 1_500_000
    first = audio.clock()
    assert 1_500_000_000 <= first <= 1_540_000_000
    assert audio.clock() >= first
    audio.close()
    assert sink.feed is None


def test_too_fast_or_backwards_is_silent(qapp: object, run: Run) -> None:
    audio = AudioOut(multimedia=multimedia())
    assert not audio.start(replace(run, rate=Fraction(4)))
    assert not audio.start(replace(run, rate=Fraction(-1)))
    assert not audio.start(replace(run, plans=()))
    audio.close()


def test_a_device_that_stops_is_noticed(
    qtbot: QtBot, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app.audio_out

    audio = AudioOut(multimedia=multimedia())
    audio.start(run)
    monkeypatch.setattr(app.audio_out, "STOPPED_NS", 0)
    with qtbot.waitSignal(audio.lost):
        audio._look()
    assert not audio.sounding
    assert "stopped" in audio.words
    audio.close()


def test_a_grain_uses_a_short_buffer_and_lets_the_device_go(qapp: object, run: Run) -> None:
    audio = AudioOut(multimedia=multimedia())
    grain = Grain(run.plans, 101 * S, 80_000_000)
    assert audio.sound(grain)
    sink = Sink.made[-1]
    assert 0 < sink.buffer_size <= 8000 * 2 * 2 // 10, "at most 100 ms of stereo"
    assert audio.sound(grain)
    assert Sink.made[-1] is sink, "one device for all grains of a drag"
    assert not audio.sounding, "a grain is no clock"
    feed = sink.feed
    assert feed.wait(5.0)
    assert any(feed.readData(2 * 2 * 8000))
    audio._rest.timeout.emit()
    assert sink.feed is None
    assert not any(feed.readData(2 * 2 * 8000))
    audio.close()


def test_playing_takes_the_device_from_a_grain(qapp: object, run: Run) -> None:
    audio = AudioOut(multimedia=multimedia())
    grain = Grain(run.plans, 101 * S, 80_000_000)
    audio.sound(grain)
    assert audio.start(run)
    assert audio.sounding
    assert not audio.sound(grain), "playing goes on"
    audio.close()


def test_a_device_of_one_channel_will_do(qapp: object, run: Run) -> None:
    module = multimedia()()
    device = module.QMediaDevices.defaultAudioOutput()
    made: list[int] = []
    form = module.QAudioFormat()
    form.setChannelCount = made.append
    device.isFormatSupported = lambda _: made[-1] == 1
    audio = AudioOut(multimedia=lambda: module)
    assert audio.start(run)
    assert made == [2, 1]
    assert len(Sink.made[-1].feed.readData(501)) == 500
    audio.close()


def output(name: str) -> Any:
    """A device that is named, and known by that name."""
    device = multimedia()().QMediaDevices.defaultAudioOutput()
    device.description = lambda: name
    device.id = lambda: SimpleNamespace(data=lambda: name.encode())
    return device


@pytest.mark.parametrize(("wanted", "used"), [("", "made"), ("hp", "hp"), ("gone", "made")])
def test_the_output_that_was_chosen_is_used_while_it_is_there(
    qapp: object, run: Run, wanted: str, used: str
) -> None:
    module = multimedia()()
    module.QMediaDevices.audioOutputs = lambda: [output("speakers"), output("hp")]
    audio = AudioOut(multimedia=lambda: module)
    assert audio.outputs() == [("speakers", "speakers"), ("hp", "hp")]
    audio.wanted = wanted
    assert audio.start(run)
    assert audio.words == f"sound: {used}"
    audio.close()
