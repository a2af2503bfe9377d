"""Recordings of a case: added once, removed only when nothing rests on them."""

from __future__ import annotations

import shutil
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sync.case.acts import add_known_gap, ask_question, choose_datum, mark_event
from sync.case.case import Break, Case
from sync.case.integrity import problems_of
from sync.case.recordings import (
    add_recording,
    check_recordings,
    remove_recording,
    with_breaks,
    with_facts,
)
from sync.errors import EvidenceError, MediaMissing
from sync.evidence import KnownGap, Place
from sync.timebase import Duration
from sync.uncertainty import Distribution
from tests.sync.case.made import facts, s, small_case


def write_wave(path: Path, seconds: float = 1.0, seed: int = 0) -> Path:
    sound = np.random.default_rng(seed).normal(0, 2000, int(8000 * seconds)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(sound.tobytes())
    return path


def test_a_recording_and_its_clock(tmp_path: Path) -> None:
    case_path = tmp_path / "c.tiepoint"
    (tmp_path / "media").mkdir()
    path = write_wave(tmp_path / "media" / "Radio tape #1.wav", 2.0)
    case, source = add_recording(
        Case(id="c"), path, case_path=case_path, device="logger", received="from dispatch"
    )
    assert (source.id, source.name) == ("Radio_tape_1", "Radio tape #1.wav")
    assert source.path == "media/Radio tape #1.wav"
    assert (source.device, source.received) == ("logger", "from dispatch")
    assert case.clock(source.clock).id == source.id
    assert source.facts.duration == Duration.from_s(2)
    assert problems_of(case) == ()


def test_the_same_content_is_added_once(tmp_path: Path) -> None:
    case_path = tmp_path / "c.tiepoint"
    path = write_wave(tmp_path / "a.wav")
    case, _ = add_recording(Case(id="c"), path, case_path=case_path)
    copy = tmp_path / "copy.wav"
    shutil.copy(path, copy)
    with pytest.raises(EvidenceError, match="recording 'a'") as error:
        add_recording(case, copy, case_path=case_path)
    assert error.value.row == "a"


def test_ids_and_names_stay_apart(tmp_path: Path) -> None:
    case, ids = Case(id="c"), []
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = write_wave(folder / "cam.wav", seed=number)
        case, source = add_recording(case, path, case_path=tmp_path / "c.tiepoint")
        ids.append((source.id, source.name))
    assert ids == [("cam", "cam.wav"), ("cam-2", "cam.wav (2)"), ("cam-3", "cam.wav (3)")]
    with pytest.raises(EvidenceError, match=r"named 'cam\.wav'"):
        add_recording(
            case,
            write_wave(tmp_path / "x.wav", seed=9),
            case_path=tmp_path / "c.tiepoint",
            name="cam.wav",
        )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MediaMissing):
        add_recording(Case(id="c"), tmp_path / "no.wav", case_path=tmp_path / "c.tiepoint")


def test_recordings_are_checked_by_content(tmp_path: Path) -> None:
    case, case_path = Case(id="c"), tmp_path / "c.tiepoint"
    for number, name in enumerate(("ok", "gone", "longer", "other")):
        path = write_wave(tmp_path / f"{name}.wav", seed=number)
        case, _ = add_recording(case, path, case_path=case_path)
    (tmp_path / "gone.wav").unlink()
    write_wave(tmp_path / "longer.wav", 1.5, seed=2)
    write_wave(tmp_path / "other.wav", seed=8)  # same size, other content
    states = {state.source: state for state in check_recordings(case, case_path)}
    assert {name: state.state for name, state in states.items()} == {
        "ok": "ok", "gone": "missing", "longer": "changed", "other": "changed",
    }  # fmt: skip
    assert states["ok"].detail == ""
    assert all(state.detail for name, state in states.items() if name != "ok")


def test_removing_takes_the_clock_along() -> None:
    case = remove_recording(small_case(), "cam1")
    assert [source.id for source in case.sources] == ["phone", "dispatch"]
    assert [clock.id for clock in case.clocks] == ["phone", "dispatch"]


def test_a_clock_that_another_recording_shares_stays() -> None:
    case = small_case()
    case = case.with_source(replace(case.source("phone"), clock="cam1"))
    assert "cam1" in {clock.id for clock in remove_recording(case, "cam1").clocks}


def test_nothing_that_is_rested_on_is_removed() -> None:
    case = small_case()
    marked, mark = mark_event(
        case, event="door", source="cam1", stream="picture", earliest=s(1), latest=s(2)
    )
    with pytest.raises(EvidenceError, match=mark.id):
        remove_recording(marked, "cam1")
    a, b = Place(source="cam1", time=s(1)), Place(source="phone", time=s(1))
    asked, question = ask_question(case, words="?", a=a, b=b)
    with pytest.raises(EvidenceError, match=question.id):
        remove_recording(asked, "phone")
    with pytest.raises(EvidenceError, match="reference clock"):
        remove_recording(choose_datum(case, "cam1"), "cam1")


def test_breaks_are_sorted_and_inside() -> None:
    case = with_breaks(small_case(), "cam1", [Break(at=s(50)), Break(at=s(20))])
    assert [cut.at.s for cut in case.source("cam1").breaks] == [20, 50]
    assert len(case.source("cam1").stretches) == 3
    for at, words in ((0.0, "not inside"), (100.0, "not inside"), (120.0, "not inside")):
        with pytest.raises(EvidenceError, match=words):
            with_breaks(case, "cam1", [Break(at=s(at))])
    with pytest.raises(EvidenceError, match="Two breaks"):
        with_breaks(case, "cam1", [Break(at=s(5)), Break(at=s(5), reason="x")])


def test_a_stated_gap_follows_its_break() -> None:
    case, gap = add_known_gap(
        small_case(),
        source="dispatch",
        after_stretch=1,
        value=Duration.from_s(5),
        distribution=Distribution.normal(0.1),
    )
    moved = with_breaks(case, "dispatch", [Break(at=s(10)), Break(at=s(30)), Break(at=s(60))])
    assert moved.of_kind(KnownGap)[0].after_stretch == 2
    assert problems_of(moved) == ()
    with pytest.raises(EvidenceError, match=gap.id):
        with_breaks(case, "dispatch", [Break(at=s(30))])


def test_the_reference_clock_gets_no_unconfirmed_break() -> None:
    case = choose_datum(small_case(), "cam1")
    with pytest.raises(EvidenceError, match="reference clock"):
        with_breaks(case, "cam1", [Break(at=s(50))])


def test_facts_of_another_file_are_refused() -> None:
    case = small_case()
    assert with_facts(case, "cam1", facts("cam1", duration_s=99)).source("cam1").end == s(99)
    with pytest.raises(EvidenceError, match="another file"):
        with_facts(case, "cam1", facts("cam2"))
