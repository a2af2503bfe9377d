"""What is stated of a recording's origin, and the question a case begins with, are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog

from app.dialogs.ask import AskQuestion
from app.dialogs.new_case import NewCase
from app.dialogs.provenance import AboutRecording
from app.main_window import MainWindow
from sync.case.acts import ask_question
from sync.evidence import Place
from sync.media.facts import HealthNote
from sync.report.crossing import sheet
from sync.timebase import MediaTime
from tests.app.keyboard import in_dialog, press, write
from tests.app.mouse import button_of, click
from tests.app.test_window import link

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]


def answers(window: MainWindow, name: str) -> dict[str, str]:
    """What the report's page of questions says of a recording."""
    found = sheet(window.bench.document.case, None)
    (one,) = [subject for subject in found if subject.name == name]
    return {fact.asked: fact.answer for fact in one.facts}


def test_the_origin_is_typed_kept_shown_and_reported(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    path = make_case("gate", "yard")
    window.open(path)
    settle(window)
    window.bench.focus.set("yard")
    window.show_tab("file")
    settle(window)

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, AboutRecording)
        write(dialog, "12-B")
        press(dialog, "Tab")
        write(dialog, "Sgt Moor, 3 May, USB stick")
        dialog.kept_as.setCurrentIndex(dialog.kept_as.findData("native"))
        press(dialog, "Enter")

    in_dialog(fill)
    click(button_of(window.desk.file, "State where it came from …"))
    settle(window)
    document = window.bench.document
    source = document.case.source("yard")
    assert (source.item, source.received) == ("12-B", "Sgt Moor, 3 May, USB stick")
    assert document.stack.undoText() == "state where yard came from"
    assert not window.bench.calculation.results.stale, "it changes no time"
    said = answers(window, "yard")
    assert said["Item number"] == "12-B"
    assert said["Received from, when, how"] == "Sgt Moor, 3 May, USB stick"
    assert said["Native file or re-encoded copy"].startswith("stated as the recorder's own file")
    assert button_of(window.desk.file, "Where it came from …").isVisible()
    window.bench.files.close_case()
    window.open(path)
    settle(window)
    assert window.bench.document.case.source("yard") == source, "it was in the log"


@pytest.mark.parametrize("stated", ["native", "re-encoded"])
def test_a_stated_native_file_with_marks_of_a_copy_is_contradicted(
    window: MainWindow, settle: Settle, make_case: MakeCase, stated: str
) -> None:
    window.open(make_case("gate"))
    settle(window)
    case = window.bench.document.case
    source = case.source("gate")
    note = HealthNote(code="re-encoded", at=None, detail="x")
    source = replace(source, facts=replace(source.facts, health=(note,)), kept_as=stated)  # type: ignore[arg-type]
    (one,) = [s for s in sheet(case.with_source(source), None) if s.name == "gate"]
    said = {fact.asked: fact.answer for fact in one.facts}["Native file or re-encoded copy"]
    assert said.endswith("re-encoded copy, by its own marks")
    assert ("; but " in said) == (stated == "native")


def test_the_question_in_words_waits_until_its_instants_are_named(
    window: MainWindow, settle: Settle, make_case: MakeCase, tmp_path: Path
) -> None:
    def begin(dialog: QDialog) -> None:
        assert isinstance(dialog, NewCase)
        dialog.question.setText("Did the call come first?")
        dialog.place.setText(str(tmp_path / "asked.tiepoint"))
        dialog.accept()

    in_dialog(begin)
    press(window, "Ctrl+N")
    settle(window)
    bar = window.desk.questions
    assert bar.texts() == ["Did the call come first?   ○ not asked of two instants yet"]
    assert window.bench.document.case.questions == ()
    offered: list[str] = []

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, AskQuestion)
        offered.append(dialog.words.text())
        dialog.reject()

    in_dialog(look)
    click(button_of(bar, "Did the call"))
    assert offered == ["Did the call come first?"]
    window.bench.files.close_case()
    assert not bar.isVisible()


def test_a_question_that_was_asked_takes_its_place(
    window: MainWindow, settle: Settle, make_case: MakeCase
) -> None:
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    document = window.bench.document
    document.act(replace(document.case, question="Who was first?"), "words")
    asked = sheet(document.case, None)[0]
    assert "Who was first?" in [fact.answer for fact in asked.facts], "the report has it too"
    places = [Place(source=name, time=MediaTime.from_s(2)) for name in ("gate", "yard")]
    case, _ = ask_question(document.case, words="Who was first?", a=places[0], b=places[1])
    document.act(case, "ask")
    settle(window)
    (chip,) = window.desk.questions.texts()
    assert chip.startswith("Q1  Who was first?") and "not asked" not in chip
