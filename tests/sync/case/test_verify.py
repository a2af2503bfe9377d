"""Verification finds what was changed: in the log, in a recording, in a saved calculation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sync.case.acts import add_stated_offset, choose_datum, mark_event
from sync.case.calculate import calculate
from sync.case.case import Case
from sync.case.log import read_log
from sync.case.paths import log_path
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.case.verify import Check, verify
from sync.errors import CaseMissing
from sync.timebase import Duration
from sync.uncertainty import Distribution
from tests.sync.case.made import s
from tests.sync.case.test_recordings import write_wave


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two recordings, one tied to the other's clock by two events, calculated and saved."""
    path = tmp_path / "c.tiepoint"
    with CaseStore.create(path, Case(id="c")) as store:
        case = store.case
        for number, name in enumerate(("a", "b")):
            media = write_wave(tmp_path / f"{name}.wav", 5.0, seed=number)
            case, _ = add_recording(case, media, case_path=path)
        for event, at in (("knock", 1.0), ("bang", 3.0)):
            for source, shift in (("a", 0.0), ("b", 0.5)):
                case, _ = mark_event(
                    case,
                    event=event,
                    source=source,
                    stream="sound",
                    earliest=s(at + shift - 0.01),
                    latest=s(at + shift + 0.01),
                )
        store.commit(calculate(choose_datum(case, "a")), "mark and calculate")
        store.save()
    return path


def failed(path: Path) -> dict[str, Check]:
    return {check.name: check for check in verify(path) if not check.ok}


def test_an_untouched_case_passes_every_check(path: Path) -> None:
    checks = verify(path)
    assert [check.name for check in checks] == [
        "case and log", "recording a", "recording b", "calculation",
    ]  # fmt: skip
    assert all(check.ok for check in checks)
    assert read_log(log_path(path)).head.hash in checks[0].detail


def test_a_changed_log_is_named(path: Path) -> None:
    log = log_path(path)
    log.write_bytes(log.read_bytes().replace(b"mark and calculate", b"mark or calculate"))
    assert "line 2" in failed(path)["case and log"].detail


def test_a_changed_recording_is_named(path: Path) -> None:
    write_wave(path.parent / "b.wav", 5.0, seed=77)
    (path.parent / "a.wav").unlink()
    assert set(failed(path)) == {"recording a", "recording b"}


def test_an_out_of_date_calculation_is_named(path: Path) -> None:
    with CaseStore.open(path) as store:
        case, _ = add_stated_offset(
            store.case,
            source="b",
            media=s(1),
            value=Duration.from_s(-0.5),
            distribution=Distribution.normal(0.1),
        )
        store.commit(case, "state a time")
    assert "changed since" in failed(path)["calculation"].detail


def test_a_calculation_that_does_not_come_out_again_is_named(path: Path) -> None:
    with CaseStore.open(path) as store:
        solution = store.case.solution
        assert solution is not None
        clock = solution.clocks[1]
        assert clock.model is not None
        late = replace(clock.model, reference=clock.model.reference + Duration(10_000))
        forged = replace(solution, clocks=(solution.clocks[0], replace(clock, model=late)))
        store.commit(store.case.with_solution(forged), "forge")
    assert set(failed(path)) == {"calculation"}


def test_there_must_be_a_case(tmp_path: Path) -> None:
    with pytest.raises(CaseMissing):
        verify(tmp_path / "none.tiepoint")
