"""correlate in a case: counted, allowed for, added only when told to, every pair as one family."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sync.case.store import load_case
from sync.evidence import Lag, takes_part
from tests.app.cli.conftest import RATE_HZ, Run, snapshot


@pytest.fixture
def radios(run: Run, media: Path, case: Path) -> Path:
    """The case with two more recordings of the radio, late by 3.25 and 5 s, and unrelated noise."""
    samples, _ = soundfile.read(media / "radio.wav", dtype="float32")
    random = np.random.default_rng(18)
    for name, late_s in (("late", 3.25), ("later", 5.0)):
        part = samples[round(late_s * RATE_HZ) :]
        noisy = part + random.normal(0, 0.03, len(part)).astype(np.float32)
        soundfile.write(media / f"{name}.wav", noisy, RATE_HZ, subtype="PCM_16")
    noise = random.normal(0, 0.1, 15 * RATE_HZ).astype(np.float32)
    soundfile.write(media / "other.wav", noise, RATE_HZ, subtype="PCM_16")
    files = [media / f"{name}.wav" for name in ("late", "later", "other")]
    assert run("add", case, *files).status == 0
    return case


def test_a_search_of_a_case_is_counted_and_adds_nothing(run: Run, radios: Path) -> None:
    ran = run("correlate", radios, "radio", "late", "--json")
    assert ran.status == 0
    assert ran.json["candidates"][0]["offset_s"] == pytest.approx(3.25, abs=0.001)
    assert ran.json["candidates"][0]["fit"] is None
    assert (ran.json["searches"], ran.json["added"]) == (1, None)
    assert run("correlate", radios, "radio", "other").status == 1
    found = load_case(radios)
    assert [record.status for record in found.searches] == ["significant", "no-match"]
    assert found.of_kind(Lag) == ()


def test_accepting_says_what_was_added_and_what_is_kept_as_a_check(run: Run, radios: Path) -> None:
    words = run("correlate", radios, "radio", "late", "--accept", 1, "--by", "Ana", "--seed", 4)
    assert words.status == 0 and "Added match-1." in words.out
    (lag,) = load_case(radios).of_kind(Lag)
    assert (lag.provenance.by, lag.provenance.method) == ("Ana", "correlation")
    assert lag.search is not None and lag.search.p < 0.01
    assert run("correlate", radios, "late", "later", "--accept", 1).status == 0
    loop = run("correlate", radios, "radio", "later", "--accept", 1, "--json")
    (check,) = loop.json["added"]["checks"]
    assert check["guard"] == "loop"
    assert abs(loop.json["candidates"][0]["fit"]["w"]) < 4
    assert sum(map(takes_part, load_case(radios).of_kind(Lag))) == 2


def test_a_second_match_of_a_pair_is_one_line_and_the_search_stays_counted(
    run: Run, radios: Path
) -> None:
    run("correlate", radios, "radio", "late", "--accept", 1)
    ran = run("correlate", radios, "late", "radio", "--accept", 1)
    assert ran.status == 1
    assert ran.err.count("\n") == 1 and "match-1" in ran.err
    assert len(load_case(radios).searches) == 2
    ran = run("correlate", radios, "radio", "other", "--accept", 1)
    assert ran.status == 1 and "no match 1 to accept" in ran.err
    assert len(load_case(radios).searches) == 3


def test_every_pair_is_one_family(run: Run, radios: Path) -> None:
    ran = run("correlate", radios, "radio", "late", "other", "--all", "--json")
    assert ran.status == 0
    status = {one["a"] + "-" + one["b"]: one["status"] for one in ran.json["pairs"]}
    assert status == {"radio-late": "significant", "radio-other": "no-match",
                      "late-other": "no-match"}  # fmt: skip
    assert ran.json["pairs"][0]["searched"]["family"] == 3
    words = run("correlate", radios, "radio", "late", "other", "--all")
    assert "3 pairs were searched and counted" in words.out
    assert len(load_case(radios).searches) == 6
    assert load_case(radios).of_kind(Lag) == ()


@pytest.mark.parametrize(
    "words",
    [
        ("CASE", "--all", "--accept", 1),
        ("CASE", "radio", "--all"),
        ("CASE", "--all", "--kind-a", "onset"),
        ("CASE",),
        ("CASE", "radio", "late", "other"),
        ("radio.wav", "late.wav", "--accept", 1),
    ],
)
def test_bad_usage_changes_nothing(run: Run, radios: Path, words: tuple[object, ...]) -> None:
    before = snapshot(radios)
    ran = run("correlate", *(radios if word == "CASE" else word for word in words))
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert snapshot(radios) == before


def test_a_recording_that_changed_is_not_searched(run: Run, radios: Path, media: Path) -> None:
    (media / "late.wav").write_bytes(b"RIFF")
    assert run("correlate", radios, "radio", "late").status == 1
    assert run("correlate", radios, "--all").status == 1
    assert load_case(radios).searches == ()
