"""Sound where there is a device, the wall clock where there is none, and it says which."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.audio_out import AudioOut, Piece, Plan, PullDevice, SampleSource

S = 1_000_000_000


class Sink:
    """A device that has played what it is told it has."""

    made: list[Sink] = []  # noqa: RUF012

    def __init__(self, device: object, form: object) -> None:
        self.played_us = 0
        self.feed: Any = None
        Sink.made.append(self)

    def start(self, feed: object) -> None:
        self.feed = feed

    def stop(self) -> None:
        self.feed = None

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
def plan(clips: dict[str, Path]) -> Plan:
    """The radio clip lying from 100 s on."""
    return Plan(clips["radio"], (Piece(100 * S, 106 * S, 0, 6 * S),))


def test_without_a_device_the_wall_clock_is_used(qapp: object, plan: Plan) -> None:
    audio = AudioOut(multimedia=multimedia(null=True))
    assert not audio.start(plan, 100 * S, Fraction(1))
    assert not audio.sounding
    assert audio.words == "no audio device: playing by the wall clock"
    assert audio.clock() > 0
    audio.close()


def test_without_the_module_too(qapp: object, plan: Plan) -> None:
    def missing() -> Any:
        raise ImportError("libpulse.so.0")

    audio = AudioOut(multimedia=missing)
    assert not audio.start(plan, 100 * S, Fraction(1))
    assert "not installed" in audio.words
    audio.close()


def test_the_module_is_imported_only_when_sound_is_asked_for(qapp: object, plan: Plan) -> None:
    asked: list[int] = []
    audio = AudioOut(multimedia=lambda: asked.append(1) or multimedia()())
    assert asked == []
    audio.muted = True
    assert not audio.start(plan, 100 * S, Fraction(1))
    assert asked == []
    audio.close()


def test_the_clock_is_what_was_played(qapp: object, plan: Plan) -> None:
    audio = AudioOut(multimedia=multimedia())
    assert audio.start(plan, 100 * S, Fraction(1))
    assert audio.sounding
    sink = Sink.made[-1]
    assert audio.clock() <= 40_000_000, "never carried on further than two steps"
    sink.played_us = 1_500_000
    first = audio.clock()
    assert 1_500_000_000 <= first <= 1_540_000_000
    assert audio.clock() >= first
    audio.close()
    assert sink.feed is None


def test_too_fast_or_backwards_is_silent(qapp: object, plan: Plan) -> None:
    audio = AudioOut(multimedia=multimedia())
    assert not audio.start(plan, 100 * S, Fraction(4))
    assert not audio.start(plan, 100 * S, Fraction(-1))
    audio.close()


def test_a_device_that_stops_is_noticed(
    qtbot: QtBot, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app.audio_out

    audio = AudioOut(multimedia=multimedia())
    audio.start(plan, 100 * S, Fraction(1))
    monkeypatch.setattr(app.audio_out, "STOPPED_NS", 0)
    with qtbot.waitSignal(audio.lost):
        audio._look()
    assert not audio.sounding
    assert "stopped" in audio.words
    audio.close()


def test_samples_lie_where_the_timeline_puts_them(plan: Plan) -> None:
    """The click at 1.0 s of the file sounds at 101.0 s, also at half speed."""
    for rate in (Fraction(1), Fraction(1, 2)):
        source = SampleSource(plan, 100 * S, rate, 8000, None)
        heard = np.concatenate([source.take(4000) for _ in range(6)])
        loud = np.flatnonzero(np.abs(heard) > 0.2)
        assert abs(loud[0] / 8000 * float(rate) - 1.0) < 0.002
        source.close()


def test_outside_its_pieces_it_is_silent(plan: Plan) -> None:
    source = SampleSource(plan, 90 * S, Fraction(1), 8000, None)
    assert not source.take(8000 * 9).any()
    source.close()


def test_a_loop_has_a_silence_at_its_seam(plan: Plan) -> None:
    source = SampleSource(plan, 100 * S, Fraction(1), 8000, (100 * S, 100 * S + S // 2))
    heard = source.take(8000)
    assert not heard[4001:4799].any()
    assert len(heard) == 8000
    source.close()


def test_the_feed_is_never_empty(qtbot: QtBot, plan: Plan) -> None:
    parent = QObject()
    feed = PullDevice(SampleSource(plan, 100 * S, Fraction(1), 8000, None), 8000, parent)
    assert feed.bytesAvailable() > 0
    assert feed.isSequential()
    qtbot.waitUntil(lambda: len(feed._held) > 8000)
    assert len(feed.readData(501)) == 500
    feed.finish()
    parent.deleteLater()
