"""The log: replay gives the case, and whatever was changed in it is found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.case.acts import mark_event, set_aside
from sync.case.case import Case, FirstViewing
from sync.case.log import (
    EMPTY,
    NO_ENTRY,
    LogEntry,
    changes_between,
    line_of,
    make_entry,
    read_log,
    replay,
)
from sync.case.schema import case_of
from sync.errors import CaseDamaged, EvidenceError
from sync.evidence import Event
from tests.sync.case.made import cases, s, small_case


def entries_of(history: list[Case]) -> tuple[LogEntry, ...]:
    entries: list[LogEntry] = []
    before, head = EMPTY, NO_ENTRY
    for case in history:
        changes = changes_between(before, case)
        if changes:
            entry = make_entry(head, at="t", by="b", act="a", changes=changes, engine="e")
            entries.append(entry)
            head = entry.head
        before = case
    return tuple(entries)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(cases(), min_size=1, max_size=3))
def test_replay_gives_the_case_whatever_was_done(history: list[Case]) -> None:
    wanted = replace(history[-1], unknown={})
    entries = entries_of([replace(EMPTY, id="first"), *history])
    assert case_of(replay(entries)) == wanted


@given(st.permutations(range(5)), st.permutations(range(5)), st.sets(st.integers(0, 4)))
def test_order_is_kept_when_items_come_back_in_the_middle(
    first: list[int], second: list[int], kept: set[int]
) -> None:
    def with_events(numbers: list[int]) -> Case:
        return Case(id="c", events=tuple(Event(id=f"e{n}", name=str(n)) for n in numbers))

    history = [with_events(first), with_events([n for n in second if n in kept])]
    for last in (with_events(first), with_events(second)):
        assert case_of(replay(entries_of([*history, last]))) == last


def test_nothing_changed_is_no_entry() -> None:
    case = small_case()
    assert changes_between(case, replace(case)) == {}


def test_changes_are_item_by_item() -> None:
    before = small_case()
    after, mark = mark_event(
        before, event="door", source="cam1", stream="picture", earliest=s(1), latest=s(2)
    )
    changes = changes_between(before, after)
    assert set(changes) == {"schema_version", "put"}
    assert [event["id"] for event in changes["put"]["events"]] == ["door"]
    assert [item["id"] for item in changes["put"]["evidence"]] == [mark.id]
    assert changes_between(after, before) == {
        "schema_version": 4,
        "remove": {"events": ["door"], "evidence": ["mark-1"]},
    }
    viewing = FirstViewing(question="q", at="", by="", verdict="no-link", inputs_digest="")
    seen = before.with_viewing(viewing)
    assert changes_between(seen, before)["remove"] == {"viewings": ["q"]}


def test_two_items_of_one_id_are_refused() -> None:
    case, mark = mark_event(
        small_case(), event="door", source="cam1", stream="picture", earliest=s(1), latest=s(2)
    )
    twice = replace(case, evidence=(mark, replace(mark, source="phone")))
    with pytest.raises(EvidenceError, match="mark-1"):
        changes_between(case, twice)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    one = small_case()
    two, mark = mark_event(
        one, event="door", source="cam1", stream="picture", earliest=s(1), latest=s(2)
    )
    three = set_aside(two, mark.id, "a reflection")
    path = tmp_path / "c.tiepoint.log"
    path.write_bytes(b"".join(line_of(entry) for entry in entries_of([one, two, three])))
    return path


def test_a_whole_log_is_read(log: Path) -> None:
    content = read_log(log)
    assert [entry.seq for entry in content.entries] == [1, 2, 3]
    assert content.size_bytes == log.stat().st_size
    assert content.torn_line is None
    assert not content.unterminated
    for line in log.read_bytes().splitlines():
        assert set(json.loads(line)) == {
            "seq", "at", "by", "act", "changes", "prev", "hash", "engine",
        }  # fmt: skip


@pytest.mark.parametrize("kept", [1, 40, 200])
def test_a_torn_last_line_is_dropped_and_reported(log: Path, kept: int) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:2]) + lines[2][:kept])
    content = read_log(log)
    assert len(content.entries) == 2
    assert content.torn_line == 3
    assert content.size_bytes == len(lines[0]) + len(lines[1])


def test_zeros_after_a_power_cut_are_a_torn_line(log: Path) -> None:
    whole = log.read_bytes()
    log.write_bytes(whole + b"\0" * 500)
    content = read_log(log)
    assert len(content.entries) == 3
    assert content.torn_line == 4


def test_a_last_line_that_lacks_only_its_end_is_kept(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-1])
    content = read_log(log)
    assert len(content.entries) == 3
    assert content.unterminated
    assert content.torn_line is None


def _edit(lines: list[bytes], number: int, old: bytes, new: bytes) -> list[bytes]:
    assert old in lines[number]
    return [line.replace(old, new, 1) if i == number else line for i, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda lines: _edit(lines, 1, b"1000000000", b"1000000001"), 2),
        (lambda lines: _edit(lines, 2, b"a reflection", b"a shadow"), 3),
        (lambda lines: _edit(lines, 0, b'"by":"b"', b'"by":"c"'), 1),
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[1], lines[0], lines[2]], 1),
        (lambda lines: [*lines, lines[2]], 4),
        (lambda lines: [lines[0], b"\n", *lines[1:]], 2),
        (lambda lines: [lines[0], lines[1][:50] + b"\n", lines[2]], 2),
        (lambda lines: [lines[0], lines[1], b"[]\n"], 3),
        (lambda lines: [lines[0], lines[1], b"\xff\n"], 3),
    ],
    ids=[
        "time", "reason", "author", "left-out", "first-gone", "order", "repeated", "blank",
        "cut-in-the-middle", "no-entry", "not-utf8",
    ],
)  # fmt: skip
def test_any_other_damage_names_the_line(log: Path, damage: object, line: int) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(damage(lines)))  # type: ignore[operator]
    with pytest.raises(CaseDamaged, match=f"line {line}:") as error:
        read_log(log)
    assert error.value.path == str(log)
    assert error.value.hint


def test_an_entry_made_anew_with_a_right_hash_breaks_the_next(log: Path) -> None:
    content = read_log(log)
    forged = make_entry(
        content.entries[0].head, at="t", by="b", act="a", changes={"schema_version": 1}, engine="e"
    )
    lines = [content.entries[0], forged, content.entries[2]]
    log.write_bytes(b"".join(line_of(entry) for entry in lines))
    with pytest.raises(CaseDamaged, match="line 3"):
        read_log(log)


def test_a_missing_log_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CaseDamaged, match="missing"):
        read_log(tmp_path / "none.log")


def test_an_entry_that_removes_what_is_not_there_names_its_line() -> None:
    entry = make_entry(
        NO_ENTRY,
        at="",
        by="",
        act="",
        engine="",
        changes={"schema_version": 1, "remove": {"events": ["ghost"]}},
    )
    with pytest.raises(CaseDamaged, match="Line 1"):
        replay((entry,))
