"""constrain, one-sided marks, times in a log, and leaving evidence out of an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.case.store import load_case
from sync.evidence import Limit, LogTime
from sync.timebase import Duration
from tests.app.cli.conftest import Run, snapshot

# The case "anchored": the door ties yard to cam (yard begins 1.00 s before cam); gate at 3.02 s of
# cam; radio is tied to nothing.


def constrain(run: Run, case: Path, *words: object) -> object:
    ran = run("constrain", case, *words, "--why", "he answers the knock", "--json")
    assert ran.status == 0, ran
    return ran.json["limit"]


# -- constrain ------------------------------------------------------------------------------------


def test_a_limit_as_json(run: Run, anchored: Path) -> None:
    words = ["--first", "event:door", "--second", "cam@3.5±0.1", "--lo", "1", "--hi", "0:05"]
    ran = run("constrain", anchored, *words, "--why", "one breath", "--by", "Ada", "--json")
    assert ran.status == 0, ran
    assert ran.err == ""
    found = ran.json["limit"]
    assert found["status"] == "imposed"
    assert found["p_before"] > 0.9
    assert found["slack_u"] > 0
    assert {key: found[key] for key in ("id", "first", "second", "low_s", "high_s", "why")} == {
        "id": "limit-1", "first": "event:door", "second": "cam:picture@3.5±0.1",
        "low_s": 1.0, "high_s": 5.0, "why": "one breath",
    }  # fmt: skip
    assert found["in_words"] == (
        "cam.mp4 at 3.500 s (within 0.1 s) was between 1 and 5 s after door."
    )
    (held,) = load_case(anchored).of_kind(Limit)
    assert (held.provenance.by, held.why) == ("Ada", "one breath")


def test_without_bounds_it_says_not_before(run: Run, anchored: Path) -> None:
    found = constrain(run, anchored, "--first", "event:door", "--second", "event:gate")
    assert (found["low_s"], found["high_s"]) == (0.0, None)  # type: ignore[index]
    assert found["in_words"] == "gate was not before door."  # type: ignore[index]
    out = run("constrain", anchored, "--first", "mark:mark-1", "--second", "event:gate", "--lo",
              "-2.5", "--why", "w").out  # fmt: skip
    assert "gate was at most 2.5 s before door in cam." in out
    assert "Why: w" in out


def test_a_limit_to_a_clocks_time(run: Run, anchored: Path) -> None:
    run("observe", anchored, "--reading", "cam@1.5", "14:22:46", "--clock", "wall")
    words = ["--first", "event:door", "--second", "clock:wall@14:22:50.25±0.5"]
    found = constrain(run, anchored, *words)
    assert found["second"] == "clock:wall@14:22:50.25±0.5"  # type: ignore[index]
    assert found["status"] == "imposed"  # type: ignore[index]
    # The places it prints can be typed again, here on a day after the first.
    place = ["--second", "clock:wall@100000.5", "--first", "event:door"]
    assert constrain(run, anchored, *place)["second"] == "clock:wall@100000.5"  # type: ignore[index]


def test_a_limit_narrows_what_solve_and_order_say(run: Run, anchored: Path) -> None:
    before = run("order", anchored, "event:door", "event:shout", "--json").json
    assert before["verdict"] == "no-link"
    run("constrain", anchored, "--first", "event:door", "--second", "event:shout", "--lo", "2",
        "--hi", "6", "--why", "w")  # fmt: skip
    found = run("order", anchored, "event:door", "event:shout", "--json").json
    assert found["verdict"] == "a-before-b"
    assert 2.0 <= found["with_limits"]["interval_s"][0] < found["with_limits"]["interval_s"][1] <= 6
    assert found["without_limits"]["status"] == "unconstrained"
    assert found["without_limits"]["interval_s"] is None
    assert found["limits"] == ["w"]
    solved = run("solve", anchored, "--json").json
    assert [(limit["id"], limit["status"]) for limit in solved["limits"]] == [
        ("limit-1", "imposed")
    ]
    (radio,) = [clock for clock in solved["clocks"] if clock["source"] == "radio"]
    assert radio["offset_s"] is None
    low, high = radio["with_limits"]["interval_s"]
    # The shout, 12 s into radio, is 2 to 6 s after the door at 1.02 s of cam.
    assert low == pytest.approx(1.02 + 2 - 12, abs=0.3)
    assert high == pytest.approx(1.02 + 6 - 12, abs=0.3)
    text = run("solve", anchored).out
    assert "with the limits" in text
    assert "between limits" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_a_limit_the_evidence_contradicts_is_kept_and_said(run: Run, anchored: Path) -> None:
    words = ["--first", "event:gate", "--second", "event:door", "--why", "w"]
    ran = run("constrain", anchored, *words, "--json")
    assert ran.status == 0
    assert ran.json["limit"]["status"] == "contradicted"
    assert ran.json["limit"]["p_before"] < 0.01
    assert ran.err.count("\n") == 1
    assert "limit-1 is kept in the case. Not imposed" in ran.err
    assert load_case(anchored).find("limit-1") is not None
    order = run("order", anchored, "event:door", "event:gate", "--json").json
    assert order["with_limits"] is None


def test_limits_that_contradict_each_other_are_named(run: Run, anchored: Path) -> None:
    # The gate is 2 s after the door, so the shout would be 5 s and more after it, and 3 s at most.
    first = ["--first", "event:door", "--second", "event:shout", "--lo", "5"]
    assert constrain(run, anchored, *first)["status"] == "imposed"  # type: ignore[index]
    second = ["--first", "event:gate", "--second", "event:shout", "--hi", "1"]
    ran = run("constrain", anchored, *second, "--why", "w", "--json")
    assert ran.status == 0
    assert ran.json["limit"]["status"] == "infeasible"
    assert "limit-1 and limit-2 cannot all hold" in ran.err
    assert "not imposed" in ran.err
    assert len(load_case(anchored).of_kind(Limit)) == 2


def test_a_limit_on_what_takes_no_part_is_said(run: Run, anchored: Path) -> None:
    mark = run("mark", anchored, "--event", "nod", "--source", "cam", "--before", "3", "--json")
    place = f"mark:{mark.json['mark']['id']}"  # one-sided: no instant of its own
    ran = run("constrain", anchored, "--first", "event:door", "--second", place, "--why", "w",
              "--json")  # fmt: skip
    assert ran.status == 0
    assert ran.json["limit"]["status"] is None
    assert "takes no part" in ran.err


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--first", "event:door", "--second", "event:gate"], 2),  # why?
        (["--first", "event:door", "--why", "w"], 2),
        (["--first", "event:door", "--second", "event:gate", "--why", " "], 1),
        (["--first", "event:door", "--second", "event:door", "--why", "w"], 1),
        (["--first", "event:door", "--second", "event:none", "--why", "w"], 1),
        (["--first", "event:door", "--second", "mark:mark-99", "--why", "w"], 1),
        (["--first", "event:door", "--second", "cam@99", "--why", "w"], 1),
        (["--first", "event:door", "--second", "clock:none@1", "--why", "w"], 1),
        (["--first", "event:door", "--second", "clock:cam", "--why", "w"], 2),
        (["--first", "event:door", "--second", "gate", "--why", "w"], 2),
        (["--first", "event:door", "--second", "cam@1±-1", "--why", "w"], 2),
        (["--first", "event:door", "--second", "event:gate", "--lo", "x", "--why", "w"], 2),
        (["--first", "event:door", "--second", "event:gate", "--lo", "nan", "--why", "w"], 2),
        (["--first", "event:door", "--second", "event:gate", "--hi", "inf", "--why", "w"], 2),
        (["--first", "event:door", "--second", "event:gate", "--hi", "-1", "--why", "w"], 1),
    ],
)
def test_limits_that_cannot_be(run: Run, anchored: Path, words: list[str], status: int) -> None:
    before = snapshot(anchored)
    ran = run("constrain", anchored, *words)
    assert ran.status == status
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err
    assert snapshot(anchored) == before


def test_no_limit_is_put_on_a_recording_that_changed(run: Run, anchored: Path, media: Path) -> None:
    (media / "yard.mp4").unlink()
    before = snapshot(anchored)
    words = ["--first", "yard@1", "--second", "event:gate", "--why", "w"]
    assert run("constrain", anchored, *words).status == 1
    assert snapshot(anchored) == before


# -- one-sided marks ------------------------------------------------------------------------------


def test_one_sided_marks_are_limits(run: Run, anchored: Path) -> None:
    # The shout had happened by 4 s of cam, and not before 1 s of yard (which is 0 s of cam).
    ran = run("mark", anchored, "--event", "shout", "--source", "cam", "--before", "4")
    assert "this one is a limit" in ran.out
    run("mark", anchored, "--event", "shout", "--source", "yard", "--after", "1")
    solved = run("solve", anchored, "--json").json
    assert {limit["status"] for limit in solved["limits"]} == {"imposed"}
    assert not any("shout" in problem for problem in solved["problems"])
    (radio,) = [clock for clock in solved["clocks"] if clock["source"] == "radio"]
    low, high = radio["with_limits"]["interval_s"]
    assert -12.3 < low < high < -7.7
    assert "takes no part" not in run("solve", anchored).out


# -- times in a log -------------------------------------------------------------------------------


def test_log_times(run: Run, anchored: Path) -> None:
    ran = run("observe", anchored, "--log", "door", "14:22:46.5", "--clock", "cad", "--json")
    assert ran.status == 0, ran
    assert ran.json["added"] == [
        {"kind": "log", "id": "log-1",
         "in_words": "cad has door at 14:22:46.5, stamped by the machine (last digit 0.1 s)"}
    ]  # fmt: skip
    run("observe", anchored, "--log", "gate", "14:23:41", "--clock", "cad", "--typed-within")
    run("observe", anchored, "--log", "gate", "14:23:42", "--clock", "cad", "--typed-within", "90")
    stamped, typed, later = load_case(anchored).of_kind(LogTime)
    assert (stamped.granularity, stamped.typed_within) == (Duration.from_s(0.1), None)
    assert (typed.granularity, typed.typed_within) == (Duration.from_s(1), Duration.from_s(60))
    assert later.typed_within == Duration.from_s(90)
    solved = run("solve", anchored, "--json").json
    assert "log-1" in {row["id"] for row in solved["rows"]}
    assert {"log-2", "log-3"} <= {limit["id"] for limit in solved["limits"]}


def test_log_times_of_a_file(run: Run, anchored: Path, tmp_path: Path) -> None:
    file = tmp_path / "cad.csv"
    lines = [
        "kind,what,value,clock,typed_within,new_clock",
        "log,door,14:22:46,cad,,",
        "log,gate,14:23:41,cad,60,",
        "log,gate,14:23:40,cad2,,yes",
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    added = run("observe", anchored, "--csv", file, "--json").json["added"]
    assert [one["id"] for one in added] == ["log-1", "log-2", "log-3"]
    assert [log.clock for log in load_case(anchored).of_kind(LogTime)] == ["cad", "cad", "cad2"]
    before = snapshot(anchored)
    file.write_text("kind,what,value,clock,new_clock\nlog,a,1,cad,perhaps\n", encoding="utf-8")
    ran = run("observe", anchored, "--csv", file)
    assert ran.status == 1
    assert "line 2" in ran.err
    assert snapshot(anchored) == before


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--log", "door", "14:22:46"], 2),  # whose log?
        (["--log", "door", "noon", "--clock", "cad"], 2),
        (["--log", "door", "14:22:46", "--clock", "cad", "--typed-within", "soon"], 2),
        (["--log", "door", "14:22:46", "--clock", "cad", "--typed-within", "0"], 1),
        (["--log", "", "14:22:46", "--clock", "cad"], 1),
        (["--log", "door", "14:22:46", "--clock", "cad", "--granularity", "0"], 1),
        (["--log", "door", "14:22:46", "--clock", "radios"], 1),  # misspelt
        (["--reading", "cam@1", "14:22:46", "--clock", "yrad"], 0),
        (["--reading", "cam@1", "14:22:46", "--clock", "Radio"], 1),
        (["--check", "radioo", "14:00:00", "14:00:01±1", "--against", "cam"], 1),
        (["--offset", "cam@1", "12±1", "--typed-within", "5"], 2),
    ],
)
def test_logs_and_clocks_that_cannot_be(
    run: Run, anchored: Path, words: list[str], status: int
) -> None:
    before = snapshot(anchored)
    ran = run("observe", anchored, *words)
    assert ran.status == status, ran
    if status:
        assert ran.err.count("\n") == 1
        assert snapshot(anchored) == before


def test_a_close_name_can_be_meant(run: Run, anchored: Path) -> None:
    words = ["--reading", "cam@1", "14:22:46", "--clock", "Radio"]
    assert "--new-clock" in run("observe", anchored, *words).err
    assert run("observe", anchored, *words, "--new-clock").status == 0
    assert [clock.name for clock in load_case(anchored).clocks][-1] == "Radio"


# -- leaving evidence out -------------------------------------------------------------------------


def test_order_without(run: Run, anchored: Path) -> None:
    case = snapshot(anchored)
    ask = ["order", anchored, "event:gate", "yard@4.1±0.01"]
    assert run(*ask, "--json").json["verdict"] == "a-before-b"
    ran = run(*ask, "--without", "event:door", "--json")
    assert ran.json["verdict"] == "no-link"
    assert ran.json["without"] == ["mark-1", "mark-2"]
    assert run(*ask, "--without", "mark-2", "--json").json["verdict"] == "no-link"
    assert run(*ask, "--without", "mark-2", "--without", "door").out.startswith("Without mark-2")
    assert snapshot(anchored) == case


def test_order_without_a_limit(run: Run, anchored: Path) -> None:
    run("constrain", anchored, "--first", "event:door", "--second", "event:shout", "--lo", "2",
        "--hi", "6", "--why", "w")  # fmt: skip
    ask = ["order", anchored, "event:door", "event:shout"]
    assert run(*ask, "--json").json["verdict"] == "a-before-b"
    assert run(*ask, "--without", "limit-1", "--json").json["verdict"] == "no-link"


@pytest.mark.parametrize("name", ["nothing", "event:none", "", "limit-1"])
def test_what_takes_no_part_cannot_be_left_out(run: Run, anchored: Path, name: str) -> None:
    ran = run("order", anchored, "event:door", "event:gate", "--without", name)
    assert ran.status == 1
    assert ran.err.count("\n") == 1
    assert "takes no part" in ran.err
