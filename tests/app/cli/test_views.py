"""What solve and order print, from results made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from app.cli.answer_view import answer_entry, answer_lines
from app.cli.outcome import Outcome
from app.cli.printing import WIDTH, print_outcome, to_json, wrapped
from app.cli.range_view import range_text
from app.cli.solution_view import solution_entry, solution_lines
from sync.adjustment.solution import (
    Answer,
    Candidate,
    ClockResult,
    Contested,
    Limited,
    LimitResult,
    RateHypothesis,
    Solution,
    Unnoticed,
    WhatIf,
)
from sync.case.case import Case, Clock
from sync.timebase import MediaTime
from sync.uncertainty import Share
from tests.sync.case.made import small_case

MINUS = "\N{MINUS SIGN}"
CONTESTED = Contested(
    candidates=(
        Candidate(set_aside=("door",), weight=0.72, value_s=51750.31, U95_s=0.12),
        Candidate(set_aside=("strobe", "siren"), weight=0.28, value_s=51754.42, U95_s=0.14),
    ),
    interval_s=(51750.2, 51754.5),
)


def clock(source: str, stretch: int = 0, **changes: Any) -> ClockResult:
    how: dict[str, Any] = {
        "source": source, "stretch": stretch, "status": "unconstrained", "model": None,
        "u_s": None, "U95_s": None, "k": None, "is_reference": False,
        "valid_from": MediaTime(0), "valid_to": MediaTime.from_s(100), "anchors": 0,
        "in_words": f"{source}.mp4: no link. One event is enough.",
        "would_link": "One event is enough.",
    }  # fmt: skip
    return ClockResult(**{**how, **changes})


def solution(*clocks: ClockResult, **changes: Any) -> Solution:
    how: dict[str, Any] = {
        "status": "partly", "message": "1 of 3 linked", "datum": "cad", "clocks": clocks,
        "events": (), "rows": (), "chi2": 0.0, "dof": 0, "p_global": None, "birge": 1.0,
        "proposals": (), "problems": (), "inputs_digest": "d", "engine_version": "v",
        "calculated_at": "",
    }  # fmt: skip
    return Solution(**{**how, **changes})


def answer(**changes: Any) -> Answer:
    how: dict[str, Any] = {
        "a": "flash (cam 1)", "b": "words (dispatch)", "verdict": "a-before-b", "flags": (),
        "difference_s": 0.64, "u_s": 0.04, "U95_s": 0.08, "k": 1.96, "interval_s": (0.56, 0.72),
        "p_a_before_b": 0.999, "rests_on": (), "budget": (Share("door in cam 1", 0.04, 1.0),),
        "anchors": 2, "in_words": "Flash came before words.", "reference_a": None,
        "U95_a_s": None, "reference_b": None, "U95_b_s": None,
    }  # fmt: skip
    return Answer(**{**how, **changes})


@pytest.fixture
def case() -> Case:
    return small_case().with_clock(Clock(id="cad", name="CAD server"))


# -- clocks ---------------------------------------------------------------------------------------


def test_a_clock_between_limits(case: Case) -> None:
    limited = Limited(
        status="bounded", value_s=51700.0, u_s=2.9, low_s=51695.25, high_s=51704.75,
        limits=("limit-1", "mark-2"),
    )  # fmt: skip
    found = solution(clock("cam1", status="bounded", with_limits=limited))
    entry = solution_entry(found)["clocks"][0]["with_limits"]
    assert entry == {
        "status": "bounded", "value_s": 51700.0, "u_s": 2.9, "interval_s": [51695.25, 51704.75],
        "limits": ["limit-1", "mark-2"],
    }  # fmt: skip
    # at the middle of the stretch, rounded outwards
    (row,) = [line for line in solution_lines(case, found) if "14:22:25" in line]
    assert " ".join(row.split()) == ("cam1.mp4 between limits 50.00 14:22:25 to 14:22:35")


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((51650.0, None), "after 14:21:40.0"),
        ((None, 51650.0), "before 14:21:40.0"),
        ((None, None), "open"),
    ],
)
def test_a_clock_with_an_open_side(
    case: Case, ends: tuple[float | None, float | None], words: str
) -> None:
    limited = Limited(
        status="one-sided", value_s=None, u_s=None, low_s=ends[0], high_s=ends[1], limits=("x",)
    )
    lines = solution_lines(case, solution(clock("cam1", with_limits=limited)))
    assert any(line.startswith("cam1.mp4") and line.endswith(words) for line in lines)
    assert solution_entry(solution(clock("cam1", with_limits=limited)))["clocks"][0]["with_limits"][
        "interval_s"
    ] == list(ends)


def test_a_clock_whose_evidence_disagrees(case: Case) -> None:
    unnoticed = (Unnoticed(label="door in cam 1", mistake_s=None, shift_s=None),)
    found = solution(clock("cam1", status="conflict", contested=CONTESTED, unnoticed=unnoticed))
    entry = solution_entry(found)["clocks"][0]
    assert entry["contested"]["interval_s"] == [51750.2, 51754.5]
    assert entry["contested"]["candidates"][1] == {
        "set_aside": ["strobe", "siren"], "weight": 0.28, "value_s": 51754.42, "U95_s": 0.14,
    }  # fmt: skip
    assert entry["unnoticed"] == [{"label": "door in cam 1", "mistake_s": None, "shift_s": None}]
    lines = solution_lines(case, found)
    assert any("door" in line and "72%" in line and "14:23:20.1" in line for line in lines)
    assert any("strobe, siren" in line and "14:23:24.5" in line for line in lines)
    assert any("all together" in line and "14:23:20.2 to 14:23:24.5" in line for line in lines)


def test_limits_and_rates_of_a_solution(case: Case) -> None:
    limits = (
        LimitResult(id="later:dispatch:0", status="imposed", slack_u=2.0, p_before=0.98,
                    in_words="goes on later"),
        LimitResult(id="later:dispatch:1", status="contradicted", slack_u=-4.0, p_before=0.001,
                    in_words="cannot go on later"),
        LimitResult(id="limit-1", status="imposed", slack_u=None, p_before=None,
                    in_words="words were not before flash"),
    )  # fmt: skip
    rate = RateHypothesis(
        clock="cam1", drift_ppm=1001.0, ratio="1001/1000", in_words="played at 30"
    )
    found = solution(limits=limits, rate_hypotheses=(rate,))
    document = solution_entry(found)
    assert [limit["id"] for limit in document["limits"]] == [limit.id for limit in limits]
    assert document["limits"][1] == {
        "id": "later:dispatch:1", "status": "contradicted", "slack_u": -4.0, "p_before": 0.001,
        "in_words": "cannot go on later",
    }  # fmt: skip
    assert document["rate_hypotheses"] == [
        {"clock": "cam1", "drift_ppm": 1001.0, "ratio": "1001/1000", "in_words": "played at 30"}
    ]
    lines = solution_lines(case, found)
    assert "To look at: played at 30" in lines
    assert any("cannot go on later" in line for line in lines)
    assert any("not before flash" in line for line in lines)
    assert not any("later:dispatch:0" in line for line in lines)


def test_stretches_without_a_link_are_said_together(case: Case) -> None:
    words = "no link. One event is enough."
    clocks = [
        clock("dispatch", number, in_words=f"dispatch.mp4, stretch {number + 1}: {words}")
        for number in (0, 2)
    ]
    lines = solution_lines(case, solution(*clocks, clock("cam1")))
    assert f"dispatch.mp4, stretches 1, 3: {words}" in lines
    assert f"cam1.mp4: {words}" in lines


# -- answers --------------------------------------------------------------------------------------


def test_an_answer_without_limits() -> None:
    found = answer_entry(answer())
    assert found["with_limits"] is None
    assert found["without_limits"] == {
        "difference_s": 0.64, "u_s": 0.04, "U95_s": 0.08, "interval_s": [0.56, 0.72],
    }  # fmt: skip
    assert (found["limits"], found["leave_one_out"], found["unnoticed"]) == ([], [], [])
    assert found["contested"] is None


def test_an_answer_that_limits_shape() -> None:
    plain = Limited(status="ok", value_s=0.4, u_s=0.2, low_s=0.0, high_s=0.8, limits=())
    shaping = Limited(
        status="ok", value_s=0.64, u_s=0.04, low_s=0.56, high_s=0.72, limits=("limit-1",)
    )
    found = answer_entry(
        answer(with_limits=shaping, without_limits=plain, limits=("he speaks about it",))
    )
    assert found["with_limits"] == {
        "status": "ok", "difference_s": 0.64, "u_s": 0.04, "U95_s": pytest.approx(0.08),
        "interval_s": [0.56, 0.72],
    }  # fmt: skip
    assert found["without_limits"] == {
        "status": "ok", "difference_s": 0.4, "u_s": 0.2, "U95_s": pytest.approx(0.4),
        "interval_s": [0.0, 0.8],
    }  # fmt: skip
    assert found["limits"] == ["he speaks about it"]


def test_an_answer_that_only_limits_give() -> None:
    none: dict[str, None] = dict.fromkeys(("value_s", "u_s"))
    nothing = Limited(status="unconstrained", low_s=None, high_s=None, limits=(), **none)
    one_sided = Limited(status="one-sided", low_s=2.0, high_s=None, limits=("limit-1",), **none)
    nulls = {"difference_s": None, "u_s": None, "U95_s": None, "k": None, "interval_s": None}
    found = answer_entry(
        answer(with_limits=one_sided, without_limits=nothing, limits=("why",), **nulls)
    )
    assert found["with_limits"]["interval_s"] == [2.0, None]
    assert found["with_limits"]["status"] == "one-sided"
    assert found["without_limits"]["status"] == "unconstrained"
    assert found["without_limits"]["interval_s"] is None
    assert found["difference_s"] is None


def test_what_if_table() -> None:
    left = (
        WhatIf(name="anchor 'door'", rows=("mark-1", "mark-2"), verdict="not-resolved",
               difference_s=0.6, interval_s=(-0.234, 1.4)),
        WhatIf(name="the match", rows=("match-1",), verdict="no-link", difference_s=None,
               interval_s=None),
    )  # fmt: skip
    unnoticed = (
        Unnoticed(label="door in cam 1", mistake_s=0.121, shift_s=0.07),
        Unnoticed(label="door in cam 2", mistake_s=0.05, shift_s=0.01),
    )
    shaped = answer(leave_one_out=left, unnoticed=unnoticed)
    found = answer_entry(shaped)
    assert found["leave_one_out"] == [
        {"name": "anchor 'door'", "rows": ["mark-1", "mark-2"], "verdict": "not-resolved",
         "difference_s": 0.6, "interval_s": [-0.234, 1.4]},
        {"name": "the match", "rows": ["match-1"], "verdict": "no-link", "difference_s": None,
         "interval_s": None},
    ]  # fmt: skip
    lines = answer_lines(shaped)
    at = lines.index(f"leaving out    verdict    B {MINUS} A, s (95 %)")
    assert lines[at + 2 : at + 4] == [
        "anchor 'door'  not shown     -0.3 to +1.4",
        "the match      no link",
    ]
    assert len(found["unnoticed"]) == 2


def test_an_answer_whose_evidence_disagrees() -> None:
    contested = Contested(
        candidates=(
            Candidate(set_aside=("door",), weight=0.9, value_s=0.64, U95_s=0.08),
            Candidate(set_aside=("flash", "words"), weight=0.1, value_s=-3.2, U95_s=0.1),
        ),
        interval_s=(-3.28, 0.71),
    )
    none = {"difference_s": None, "u_s": None, "U95_s": None, "k": None, "interval_s": None,
            "p_a_before_b": None, "budget": ()}  # fmt: skip
    shaped = answer(verdict="not-resolved", flags=("disagrees",), contested=contested, **none)
    found = answer_entry(shaped)
    assert found["without_limits"] is None
    assert found["contested"]["interval_s"] == [-3.28, 0.71]
    lines = answer_lines(shaped)
    assert any(line.startswith("door") and "90%" in line for line in lines)
    assert any(line.startswith("flash, words") and "-3.30 to -3.10" in line for line in lines)
    assert any("together" in line and "-4 to +1" in line for line in lines)


# -- their parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.561, 0.719, "+0.56 to +0.72"),
        (-0.2001, 1.4, "-0.3 to +1.4"),
        (-3.0, -2.0, "-3.0 to -2.0"),
        (0.25, None, "at least +0.250"),
        (None, -0.25, "at most -0.250"),
        (None, None, "open"),
        (0.0, 2.0, "0.0 to +2.0"),
    ],
)
def test_ranges_as_text(low: float | None, high: float | None, words: str) -> None:
    assert range_text(low, high) == words


def test_sentences_keep_numbers_with_their_units() -> None:
    text = "word " * 18 + "between 0.56 and 0.72 s (95 % range)."
    lines = wrapped(text)
    assert " ".join(line.strip() for line in lines) == text
    assert all(len(line) <= WIDTH for line in lines)
    assert not any(line.lstrip().startswith(("s ", "% ")) for line in lines)


def test_results_are_plain_json() -> None:
    limited = Limited(status="ok", value_s=0.1, u_s=0.1, low_s=-0.1, high_s=0.3, limits=("a",))
    assert '"interval_s"' in to_json(answer_entry(answer(without_limits=limited)))


def test_a_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Names come from files of others: no escape sequence, no reversed reading order."""
    print_outcome(Outcome(document={}, lines=["cam \x1b[2J\u202e1"]), as_json=False)
    assert capsys.readouterr().out == "cam \u25a1[2J\u25a11\n"
