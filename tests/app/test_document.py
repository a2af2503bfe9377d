"""One immutable case, its journal, and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.document import Change, Document, same_evidence
from sync.case.case import Case, SearchRecord
from sync.case.log import read_log
from sync.case.paths import log_path
from sync.case.store import CaseStore, load_case
from sync.errors import CaseError, CaseLocked


@pytest.fixture
def document(qapp: object, tmp_path: Path) -> Iterator[Document]:
    made = Document()
    made.create(tmp_path / "a.tiepoint", Case(id="", title="one", examiner="E. Xaminer"))
    yield made
    made.close()
    made.deleteLater()


def retitled(document: Document, title: str) -> Case:
    return replace(document.case, title=title)


def acts(document: Document) -> list[str]:
    assert document.path is not None
    return [entry.act for entry in read_log(log_path(document.path)).entries]


def test_an_act_stands_in_the_log_at_once(document: Document) -> None:
    document.act(retitled(document, "two"), "rename")
    assert acts(document)[-1] == "rename"
    assert document.unsaved
    assert document.path is not None
    assert load_case(document.path).title == "two"
    document.save()
    assert not document.unsaved


def test_undo_and_redo_are_logged_too(document: Document) -> None:
    document.act(retitled(document, "two"), "rename")
    assert document.stack.undoText() == "rename"
    document.undo()
    assert document.case.title == "one"
    document.redo()
    assert document.case.title == "two"
    assert acts(document)[-3:] == ["rename", "undo: rename", "redo: rename"]


def test_acts_with_one_key_are_one_step(document: Document) -> None:
    document.act(retitled(document, "two"), "rename", merge="drag")
    document.act(retitled(document, "three"), "rename", merge="drag")
    assert document.stack.count() == 1
    document.undo()
    assert document.case.title == "one"


def test_a_drag_that_returns_leaves_no_step(document: Document) -> None:
    document.act(retitled(document, "two"), "rename", merge="drag")
    document.act(retitled(document, "one"), "rename", merge="drag")
    assert not document.can_undo
    assert acts(document)[-2:] == ["rename", "rename"], "the log keeps both"


def test_other_keys_do_not_merge(document: Document) -> None:
    document.act(retitled(document, "two"), "rename", merge="a")
    document.act(retitled(document, "three"), "rename", merge="b")
    assert document.stack.count() == 2


def test_a_search_survives_an_undo(document: Document) -> None:
    document.act(retitled(document, "two"), "rename")
    record = SearchRecord(
        id="search-1", source_a="a", source_b="b", kind_a="motion", kind_b="onset",
        offset_from_s=-1.0, offset_to_s=1.0, surrogates=10, seed=1, status="no-match", p=None,
        at="", by="",
    )  # fmt: skip
    now = document.case
    # A search of recordings that are not there cannot be committed, so none is added here.
    assert same_evidence(now, replace(now, searches=(record,)))
    document.undo()
    assert document.case.title == "one"


def test_changes_are_told(document: Document) -> None:
    told: list[Change] = []
    document.case_changed.connect(told.append)
    document.act(retitled(document, "two"), "rename")
    document.undo()
    assert [(change.kind, change.act) for change in told] == [("act", "rename"), ("undo", "rename")]
    assert told[0].before.title == "one"
    assert told[0].after.title == "two"


def test_nothing_changed_is_no_act(document: Document) -> None:
    before = acts(document)
    document.act(document.case, "nothing")
    assert acts(document) == before
    assert not document.can_undo


def test_reading_only(document: Document, make_case: Callable[..., Path]) -> None:
    path = make_case("gate")
    with CaseStore.open(path):
        with pytest.raises(CaseLocked):
            document.open(path)
        assert document.path != path, "the case that was open stays open"
        document.open(path, read_only=True)
        assert document.read_only
        with pytest.raises(CaseError):
            document.act(retitled(document, "two"), "rename")
        assert document.case.title == "Made"


def test_without_a_case(qapp: object) -> None:
    empty = Document()
    assert not empty.is_open
    with pytest.raises(CaseError):
        empty.act(Case(id="x"), "anything")
    empty.undo()
    empty.close()
    empty.deleteLater()
