"""A file without a head is added on a person's word; what is plainly no sound is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QPushButton

from app.dialogs.bare_sound import BareSound
from app.main_window import MainWindow
from sync.media.raw_sound import RawSound

RATE_HZ = 8000
Settle = Callable[[MainWindow], None]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "line7.ul"
    made = np.zeros(3 * RATE_HZ)
    made[RATE_HZ : 2 * RATE_HZ] = 0.5 * np.sin(np.arange(RATE_HZ) / 3)
    soundfile.write(path, made, RATE_HZ, format="RAW", subtype="ULAW")
    return path


def offered(window: MainWindow) -> list[str]:
    card = window.desk.problem
    return [each.text() for each in card.findChildren(QPushButton) if each.isVisible()]


def test_it_is_added_drawn_and_playable_once_stated(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path], bare: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    asked: list[str] = []

    def answer(_: type, parent: object, name: str) -> RawSound:
        asked.append(name)
        return RawSound.typed("mulaw,8000")

    monkeypatch.setattr(BareSound, "ask", classmethod(answer))
    window.open(make_case())
    settle(window)
    window.bench.files.add((bare,))
    settle(window)
    assert window.bench.document.case.sources == ()
    assert "It is bare sound …" in offered(window)
    next(
        each for each in window.desk.problem.findChildren(QPushButton) if "bare" in each.text()
    ).click()
    settle(window)
    assert asked == ["line7.ul"]
    (source,) = window.bench.document.case.sources
    assert source.facts.duration.s == 3.0
    assert [note.code for note in source.facts.health] == ["typed-coding"]
    opened = window.bench.recordings.get(source.id)
    assert opened is not None
    assert opened.pyramid is not None
    _, high = opened.pyramid.window(0, opened.pyramid.samples, 30)
    assert high[[5, 15, 25]] == pytest.approx([0, 0.5, 0], abs=0.02)
    assert "onset" in opened.traces


def test_a_web_page_is_not_offered_as_sound(
    window: MainWindow, settle: Settle, make_case: Callable[..., Path], tmp_path: Path
) -> None:
    page = tmp_path / "call.mp3"
    page.write_text("<html><body>Sign in</body></html>")
    window.open(make_case())
    settle(window)
    window.bench.files.add((page,))
    settle(window)
    assert window.desk.problem.isVisible()
    assert not [text for text in offered(window) if "bare" in text]


def test_the_form_refuses_what_is_no_rate(window: MainWindow) -> None:
    form = BareSound(window, "line7.ul")
    form.show()
    assert form._value() == RawSound(coding="mulaw", rate_hz=8000)
    form.rate.setText("fast")
    form.accept()
    assert form.isVisible()
    assert "whole numbers" in form.problem.text()
    form.reject()
    form.deleteLater()
