"""Who is heard, when sound begins anew, and what is heard while stepping and dragging."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.audio_out import AudioOut
from app.main_window import MainWindow
from app.settings import Settings
from app.sound_feed import Grain
from app.voices import Run
from tests.app.keyboard import press
from tests.app.test_audio_out import Sink, multimedia
from widgets.theme import apply_theme

S = 1_000_000_000
Settle = Callable[[MainWindow], None]


class Loudspeaker(AudioOut):
    """Remembers what it was asked to sound; its clock is moved by hand."""

    def __init__(self) -> None:
        super().__init__(multimedia=lambda: None)
        self.loaded(object())
        self.runs: list[Run] = []
        self.grains: list[Grain] = []
        self.now_ns = 0
        self.refuses = False

    def start(self, run: Run) -> bool:
        self.stop()
        if self.refuses or self.muted:
            return False
        self.runs.append(run)
        self.now_ns = 0
        self._playing = True
        return True

    def sound(self, grain: Grain) -> bool:
        if not self.muted:
            self.grains.append(grain)
        return not self.muted

    def clock(self) -> int:
        return self.now_ns


@pytest.fixture
def speaker(qapp: object) -> Loudspeaker:
    return Loudspeaker()


@pytest.fixture
def opened(
    qtbot: QtBot, speaker: Loudspeaker, make_case: Callable[..., Path], settle: Settle
) -> object:
    """A window with gate (silent), and radio, whose clock is the reference."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, "dark")
    app.setQuitOnLastWindowClosed(False)
    made = MainWindow(settings=Settings(), audio=speaker)
    made.resize(1280, 720)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.open(make_case("gate", "radio", datum="radio"))
    settle(made)
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def focus(window: MainWindow, source: str, settle: Settle) -> None:
    window.bench.focus.set(source)
    settle(window)


def names(window: MainWindow) -> list[str]:
    return [source.id for source in window.bench.sounding.heard]


def test_linked_sound_is_heard_and_said(opened: MainWindow, settle: Settle) -> None:
    focus(opened, "radio", settle)
    assert names(opened) == ["radio"]
    assert opened.desk.transport._sound.text() == "sound: radio"
    opened.bench.sounding.set_muted(True)
    assert opened.desk.transport._sound.text() == "sound: off"


def test_mute_and_solo(opened: MainWindow, settle: Settle) -> None:
    focus(opened, "radio", settle)
    lanes = opened.bench.sounding.lanes
    lanes.choose("radio", replace(lanes["radio"], mute=True, gain_db=-6))
    assert names(opened) == []
    assert opened.desk.transport._sound.text() == "sound: none"
    lane = opened.desk.lanes.lane("radio")
    assert lane is not None
    assert lane.accessibleDescription().endswith("heard: M −6 dB")
    opened.bench.sounding.hear("radio")
    assert names(opened) == ["radio"]
    assert lanes["radio"].solo
    opened.bench.sounding.hear(None)
    assert not lanes.any_solo


def test_solo_silences_the_others(opened: MainWindow, settle: Settle) -> None:
    focus(opened, "radio", settle)
    lanes = opened.bench.sounding.lanes
    lanes.choose("gate", replace(lanes["gate"], solo=True))
    assert names(opened) == []


def test_the_clock_of_the_sound_is_master(
    opened: MainWindow, speaker: Loudspeaker, settle: Settle
) -> None:
    focus(opened, "radio", settle)
    playhead = opened.bench.playhead
    playhead.seek(playhead.bounds[0] + S)
    begun = playhead.position
    playhead.play()
    (run,) = speaker.runs
    assert begun <= run.start < begun + S // 2
    assert playhead.position == run.start, "where the sound is, however long it took to begin"
    speaker.now_ns = 1_234_000_000
    assert playhead.position == run.start + 1_234_000_000
    playhead.pause()
    assert not speaker.sounding


def test_sound_begins_anew_where_it_must_and_only_there(
    opened: MainWindow, speaker: Loudspeaker, settle: Settle
) -> None:
    focus(opened, "radio", settle)
    bench = opened.bench
    bench.playhead.play()
    assert len(speaker.runs) == 1
    bench.playhead.set_rate(Fraction(1, 2))
    assert speaker.runs[-1].rate == Fraction(1, 2)
    here = bench.playhead.position
    bench.playhead.set_looping(True, (here, here + S))
    assert speaker.runs[-1].loop == (here, here + S)
    lanes = bench.sounding.lanes
    lanes.choose("radio", replace(lanes["radio"], gain_db=6))
    assert speaker.runs[-1].plans[0].gain == pytest.approx(1.995, abs=0.001)
    count = len(speaker.runs)
    speaker.now_ns = 2 * S + 10_000_000
    bench.playhead.tick()
    assert len(speaker.runs) == count, "a loop goes round by itself"
    bench.playhead.pause()


def test_pitch_kept_says_what_it_is_not_for(
    opened: MainWindow, speaker: Loudspeaker, settle: Settle
) -> None:
    focus(opened, "radio", settle)
    press(opened, "P")
    assert "do not mark onsets by ear" in opened.desk.status.line.text()
    opened.bench.playhead.set_rate(Fraction(1, 2))
    assert opened.desk.transport._sound.text() == "pitch kept: do not mark onsets by ear"
    opened.bench.playhead.play()
    assert speaker.runs[-1].pitch_kept
    press(opened, "P")
    assert not speaker.runs[-1].pitch_kept
    assert opened.desk.transport._sound.text() == "sound: radio"
    opened.bench.playhead.set_rate(Fraction(-1))
    assert opened.desk.transport._sound.text() == "no sound at this speed"
    opened.bench.playhead.pause()


def test_a_step_sounds_what_is_shown(
    opened: MainWindow, speaker: Loudspeaker, settle: Settle
) -> None:
    focus(opened, "radio", settle)
    press(opened, "Right", "Ctrl+Right")
    assert [grain.length_ns for grain in speaker.grains] == [60_000_000, 60_000_000]
    assert speaker.grains[1].start - speaker.grains[0].start == 1_000_000
    assert speaker.grains[1].start == opened.bench.playhead.position


def test_dragging_sounds_at_most_twelve_grains_a_second(
    opened: MainWindow, speaker: Loudspeaker, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    focus(opened, "radio", settle)
    now = [100.0]
    monkeypatch.setattr("app.controllers.sounding.time.monotonic", lambda: now[0])
    start = opened.bench.playhead.bounds[0]
    for step in range(200):
        now[0] += 0.01
        opened.desk.lanes.moved.emit(start + step * 10_000_000)
    opened.desk.lanes.released.emit()
    assert 20 <= len(speaker.grains) <= 24
    assert {grain.length_ns for grain in speaker.grains} == {80_000_000}
    settle(opened)


def test_only_the_focused_one_sounds_while_answers_are_covered(
    opened: MainWindow, settle: Settle
) -> None:
    focus(opened, "radio", settle)
    assert names(opened) == ["radio"]
    opened.bench.sounding.only_focused = lambda: True
    assert names(opened) == ["radio"]
    opened.bench.focus.set("gate")
    assert names(opened) == []
    settle(opened)


@pytest.fixture
def with_device(
    qtbot: QtBot, make_case: Callable[..., Path], settle: Settle
) -> Iterator[tuple[MainWindow, AudioOut]]:
    """A window with radio, and a made device that plays what it is told it has."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    audio = AudioOut(multimedia=multimedia())
    made = MainWindow(settings=Settings(), audio=audio)
    made.resize(1280, 720)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.open(make_case("gate", "radio", datum="radio"))
    settle(made)
    focus(made, "radio", settle)
    yield made, audio
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_device_that_disappears_in_mid_play_costs_the_sound_and_no_time(
    with_device: tuple[MainWindow, AudioOut], qtbot: QtBot, settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    import app.audio_out

    window, audio = with_device
    playhead = window.bench.playhead
    press(window, "Space")
    assert audio.sounding
    sink = Sink.made[-1]
    sink.played_us = 400_000  # the device has played 0.4 s, and then it is pulled out
    playhead.tick()
    monkeypatch.setattr(app.audio_out, "STOPPED_NS", 60_000_000)
    before = playhead.position
    with qtbot.waitSignal(audio.lost, timeout=5000):
        pass
    after = playhead.position
    assert playhead.playing, "it goes on"
    assert 0 <= after - before <= 60_000_000, "nothing is skipped, nothing is shown twice"
    assert "the audio device stopped: playing by the wall clock" in window.desk.status.facts()
    assert window.desk.transport._sound.text() == "no audio device"
    qtbot.waitUntil(lambda: playhead.position > after + 50_000_000, timeout=5000)
    assert sink.feed is None, "the device is let go"
    press(window, "Space")
    press(window, "Space")
    assert audio.sounding, "the next one there is, is taken"
    assert Sink.made[-1] is not sink
    assert window.desk.transport._sound.text() == "sound: radio"
    press(window, "Space")
    settle(window)


def test_a_device_that_is_gone_before_play_is_said_and_the_pictures_go_on(
    with_device: tuple[MainWindow, AudioOut], qtbot: QtBot, settle: Settle
) -> None:
    window, audio = with_device
    audio.loaded(multimedia(null=True)())
    press(window, "Space")
    assert not audio.sounding
    assert window.bench.playhead.playing
    assert window.desk.transport._sound.text() == "no audio device"
    assert "no audio device" in window.desk.status.facts()
    press(window, "Space")
    settle(window)
