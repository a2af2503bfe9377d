"""Limits, log times and delays by keyboard; what-ifs and disagreements in the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.cards import range_text, source_cards
from app.dialogs.delays import ChangeDelay, Delays
from app.dialogs.limit import StateLimit
from app.dialogs.places import offered
from app.dialogs.small import Reason
from app.doubts import disagreements, overall_words, without_each
from app.lane_markers import limit_arrows
from app.main_window import MainWindow
from app.residuals import residual_points
from sync.adjustment.solution import (
    Candidate,
    Contested,
    Limited,
    LimitResult,
    Proposal,
    RateHypothesis,
    Solution,
)
from sync.case.acts import add_limit, ask_question, mark_event, radio_chain, with_delay
from sync.case.case import Case
from sync.errors import EvidenceError
from sync.evidence import Delay, Limit, LogTime, Mark, Place
from sync.timebase import Duration, MediaTime, ReferenceTime
from tests.app.keyboard import in_dialog, press, write
from widgets.answer_parts import WhatIfCard
from widgets.leave_one_out import LeaveOneOut
from widgets.theme import source_colour

Settle = Callable[[MainWindow], None]


@pytest.fixture
def opened(window: MainWindow, settle: Settle, make_case: Callable[..., Path]) -> MainWindow:
    """gate (the reference) and yard, tied by the door; a lamp in gate and a bell in yard."""
    window.open(make_case("gate", "yard", "radio"))
    settle(window)
    case = window.bench.document.case
    for event, source, low in (
        ("door", "gate", 2.9), ("door", "yard", 1.9), ("siren", "gate", 4.9),
        ("siren", "yard", 3.9), ("lamp", "gate", 3.4), ("bell", "yard", 2.9),
    ):  # fmt: skip
        case = marked(case, event, source, low)
    window.bench.document.act(case, "tie them")
    settle(window)
    return window


def marked(case: Case, event: str, source: str, low: float) -> Case:
    found, _ = mark_event(
        case, event=event, source=source, stream=None, earliest=MediaTime.from_s(low),
        latest=MediaTime.from_s(low + 0.1), definition="first picture that shows it",
    )  # fmt: skip
    return found


def limits(window: MainWindow) -> tuple[Limit, ...]:
    return window.bench.document.case.of_kind(Limit)


def solution(window: MainWindow) -> Solution:
    found = window.bench.calculation.results.solution
    assert found is not None
    return found


# -- limits -------------------------------------------------------------------------------------


def test_b_states_a_limit_by_keyboard_alone(opened: MainWindow, settle: Settle) -> None:
    opened.bench.moving.go_mark("mark-5")

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, StateLimit)
        assert dialog.first.currentText() == "lamp (gate)", "what is selected"
        assert dialog.kind.hasFocus()
        press(opened, "Tab")
        write(opened, "event:bell")
        assert dialog.sentence.text() == "‘lamp (gate)’ was not after ‘event:bell’."
        press(opened, "Enter")
        assert dialog.isVisible(), "a limit needs its reason"
        assert "needs its reason" in dialog.problem.text()
        write(opened, "the bell rang because of the lamp")
        press(opened, "Enter")

    in_dialog(fill)
    press(opened, "B")
    settle(opened)
    (limit,) = limits(opened)
    assert (limit.first, limit.second) == (Place(event="lamp"), Place(event="bell"))
    assert (limit.low, limit.high) == (Duration(0), None)
    assert limit.why == "the bell rang because of the lamp"
    assert limit.provenance.by == "E. Xaminer"
    assert opened.acts["undo"].text() == "Undo: limit: the bell rang because of the lamp"
    opened.show_tab("evidence")
    assert "lamp before bell" in [row[0] for row in opened.desk.evidence.table.shown()]
    (arrow,) = opened.desk.lanes._overlay._limits
    assert (arrow.first[0], arrow.second[0]) == ("gate", "yard")
    assert arrow.imposed


@pytest.mark.parametrize(
    ("kind", "low", "high", "bounds", "words"),
    [
        (0, "0", "", (0.0, None), "‘{0}’ was not after ‘{1}’."),
        (1, "0", "", (None, 0.0), "‘{1}’ was not after ‘{0}’."),
        (2, "0.5", "2", (0.5, 2.0), "‘{1}’ came at least 0.5 s and at most 2 s after ‘{0}’."),
        (2, "", "2", (None, 2.0), "‘{1}’ came at most 2 s after ‘{0}’."),
    ],
)
def test_kinds_of_limits(
    qtbot: QtBot, opened: MainWindow, kind: int, low: str, high: str,
    bounds: tuple[float | None, float | None], words: str,
) -> None:  # fmt: skip
    form = StateLimit(opened, opened.bench.document.case, None, Place(event="lamp"))
    qtbot.addWidget(form)
    form.kind.setCurrentIndex(kind)
    form.low.setText(low)
    form.high.setText(high)
    form.why.setText("seen")
    assert form.sentence.text() == words.format(form.first.currentText(), form.second.currentText())
    (limit,) = form._value().of_kind(Limit)
    ends = tuple(None if end is None else end.s for end in (limit.low, limit.high))
    assert ends == bounds


def test_a_place_is_chosen_or_typed(opened: MainWindow) -> None:
    case = opened.bench.document.case
    here = (case.source("gate"), MediaTime.from_s(1.5))
    places = offered(case, here)
    assert places.playhead == Place(source="gate", stream="picture", time=MediaTime.from_s(1.5))
    assert places.read("gate at 1.500 s (playhead)") == places.playhead
    assert places.read("gate@2.5±0.1").half == Duration.from_s(0.1)
    clock = places.read("14:23:05")
    assert (clock.clock, clock.displayed) == (case.datum, ReferenceTime.from_s(51_785))
    with pytest.raises(EvidenceError, match="no reference clock"):
        offered(replace(case, datum=None), here).read("14:23:05")
    with pytest.raises(EvidenceError, match="missing"):
        places.read(" ")


def test_an_arrow_runs_between_the_nearest_sightings(opened: MainWindow) -> None:
    case, results = opened.bench.document.case, opened.bench.calculation.results
    case, _ = add_limit(case, first=Place(event="door"), second=Place(event="siren"), low=None,
                        high=Duration(0), why="it cannot be")  # fmt: skip
    wrong = LimitResult(id="limit-1", status="contradicted", slack_u=-9.0, p_before=0.0001,
                        in_words="No.")  # fmt: skip
    solved = replace(solution(opened), limits=(wrong,))
    (arrow,) = limit_arrows(
        case, replace(results, solution=solved), opened.bench.places.reference_of
    )
    assert not arrow.imposed
    assert arrow.first[1] > arrow.second[1], "siren must be first: the arrow points back"
    assert {arrow.first[0], arrow.second[0]} == {"gate", "yard"}
    aside = case.with_status(
        "limit-1", replace(case.of_kind(Limit)[0].provenance, status="set-aside", reason="r")
    )
    assert limit_arrows(aside, results, opened.bench.places.reference_of) == []


# -- log times, delays --------------------------------------------------------------------------


def test_a_typed_log_time(opened: MainWindow, settle: Settle) -> None:
    def fill(dialog: QDialog) -> None:
        press(opened, "Tab")
        write(opened, "CAD")
        press(opened, "Tab")
        write(opened, "00:00:40")
        dialog.how.setCurrentIndex(1)  # type: ignore[attr-defined]
        assert dialog.within.isEnabled()  # type: ignore[attr-defined]
        press(opened, "Enter")

    in_dialog(fill)
    press(opened, "Ctrl+L")
    settle(opened)
    (entry,) = opened.bench.document.case.of_kind(LogTime)
    assert entry.typed_within == Duration.from_s(60)
    assert opened.bench.document.case.clock(entry.clock).name == "CAD"
    assert entry.event == "bell", "the newest event, or the selected one"
    assert not opened.desk.problem.isVisible()


def test_a_delay_is_added_and_changed(opened: MainWindow, settle: Settle) -> None:
    def add(dialog: QDialog) -> None:
        assert isinstance(dialog, Delays)
        assert dialog.add_button.hasFocus()
        in_dialog(lambda form: press(opened, "Enter"))
        press(opened, "Space")
        assert dialog.table.shown() == [
            ("radio chain", "0.5", "± 0.5 s, anywhere within", "0", "in use")
        ]

        def change(form: QDialog) -> None:
            assert isinstance(form, ChangeDelay)
            assert form.amount.hasFocus()
            write(opened, "0.3")
            press(opened, "Tab")
            form.half.selectAll()
            write(opened, "0.1")
            press(opened, "Enter")

        in_dialog(change)
        press(opened, "Enter")
        assert dialog.table.shown()[0][1:3] == ("0.30", "± 0.10 s, anywhere within")
        press(opened, "Esc")

    in_dialog(add)
    press(opened, "Ctrl+D")
    settle(opened)
    (delay,) = opened.bench.document.case.of_kind(Delay)
    assert (delay.value.s, delay.distribution.half) == (0.3, pytest.approx(0.1))
    assert opened.acts["undo"].text() == "Undo: change the delay radio-chain"


def test_a_delay_says_how_much_rests_on_it(qtbot: QtBot, opened: MainWindow) -> None:
    case = with_delay(opened.bench.document.case, radio_chain())
    first = case.of_kind(Mark)[0]
    case = case.with_evidence(replace(first, delays=("radio-chain",)))
    dialog = Delays(opened, lambda: case, lambda *_: None)
    qtbot.addWidget(dialog)
    assert dialog.table.shown()[0][3] == "1"


# -- what-ifs, disagreements --------------------------------------------------------------------


def test_what_would_be_without_it_is_covered_while_an_event_is_open(opened: MainWindow) -> None:
    results = opened.bench.calculation.results
    doubt = Proposal(id="mark-1", event=None, w=5.0, in_words="Perhaps it is wrong.")
    opened.bench.calculation.results = replace(
        results, without={"mark-1": ("Q1: lamp came first",)},
        solution=replace(solution(opened), proposals=(doubt,)),
    )  # fmt: skip
    said = opened.desk.evidence_tab.disagreements
    opened.bench.checks.show()
    assert "Q1: lamp came first" in said.texts()
    opened.bench.marking.mark()
    assert "Perhaps it is wrong." in said.texts()
    assert "Q1: lamp came first" not in said.texts()
    opened.bench.marking.escape()
    assert "Q1: lamp came first" in said.texts()


def test_a_what_if_recalculates_one_answer_and_saves_nothing(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    case, question = ask_question(
        opened.bench.document.case, words="Lamp first?", a=Place(event="lamp"),
        b=Place(event="bell"),
    )  # fmt: skip
    opened.bench.document.act(case, "ask")
    settle(opened)
    opened.show_tab("answers")
    before, stated = opened.bench.document.case, opened.bench.calculation.results.answers
    (table,) = opened.desk.answers.findChildren(LeaveOneOut)
    names = [row[0] for row in table.table.shown()]
    assert "door" in names
    view = table.table.view
    table.table.select(table.table._model.ids[names.index("door")])
    view.setFocus()
    press(opened, "Space")
    (card,) = opened.desk.answers.findChildren(WhatIfCard)
    assert "WHAT IF: without anchor 'door'" in card.texts()
    settle(opened)
    assert "Calculating …" not in card.texts()
    assert any("what if" in text for text in card._axis.texts())
    assert opened.bench.document.case == before
    assert opened.bench.calculation.results.answers == stated
    assert opened.desk.answers.opened == question.id


def proposal_of(opened: MainWindow) -> tuple[Case, Solution]:
    """The case as if the siren had been proposed for setting aside."""
    proposal = Proposal(id="mark-4", event="siren", w=4.4, in_words="‘siren’ disagrees.")
    return opened.bench.document.case, replace(solution(opened), proposals=(proposal,))


def test_a_proposal_says_what_would_follow(opened: MainWindow) -> None:
    case, solved = proposal_of(opened)
    case, _ = ask_question(case, words="?", a=Place(event="lamp"), b=Place(event="bell"))
    without = without_each(case, solved)
    lines = without["mark-4"]
    assert any(line.startswith("Q1: ") for line in lines)
    assert any(line.startswith("yard: its zero is at") for line in lines), "its range is wider"
    (card,) = disagreements(case, solved, without)
    assert card.title == "siren  ·  w = +4.4"
    assert (card.evidence, card.event) == ("mark-3", "siren")
    assert case == case.with_solution(case.solution), "nothing is applied"


def test_a_proposal_is_set_aside_whole_and_only_with_a_reason(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, solved = proposal_of(opened)
    panel = opened.desk.evidence_tab
    panel.set_disagreements(disagreements(case, solved, {}), (), "")
    opened.show_tab("evidence")
    panel.show_page("disagreements")
    aside = next(b for b in panel.disagreements.findChildren(QPushButton)
                 if b.text() == "Set aside …")  # fmt: skip
    aside.setFocus(Qt.FocusReason.TabFocusReason)
    monkeypatch.setattr(Reason, "ask", classmethod(lambda cls, *a, **k: None))
    press(opened, "Space")
    assert opened.bench.document.case == case
    monkeypatch.setattr(Reason, "ask", classmethod(lambda cls, *a, **k: "another siren"))
    press(opened, "Space")
    settle(opened)
    states = {m.id: m.provenance for m in opened.bench.document.case.marks_of("siren")}
    assert {p.status for p in states.values()} == {"set-aside"}
    assert {p.reason for p in states.values()} == {"another siren"}


def test_contested_clocks_and_limits_are_cards(opened: MainWindow) -> None:
    case, solved = opened.bench.document.case, solution(opened)
    torn = Contested(
        candidates=(Candidate(set_aside=("siren",), weight=0.6, value_s=1.0, U95_s=0.1),
                    Candidate(set_aside=("door",), weight=0.4, value_s=3.0, U95_s=0.1)),
        interval_s=(0.9, 3.1),
    )  # fmt: skip
    clocks = tuple(replace(clock, contested=torn) if clock.source == "yard" else clock
                   for clock in solved.clocks)  # fmt: skip
    case, _ = add_limit(case, first=Place(event="lamp"), second=Place(event="bell"), why="as told")
    bad = LimitResult(id="limit-1", status="infeasible", slack_u=None, p_before=None,
                      in_words="It cannot hold with another.")  # fmt: skip
    clock, limit = disagreements(case, replace(solved, clocks=clocks, limits=(bad,)), {})
    assert clock.title == "No time is stated for yard"
    assert clock.evidence is None
    assert "Reading 1, may well hold: ‘siren’ is wrong." in clock.text
    assert "Whichever holds: between 00:00:00.9 and 00:00:03.1." in clock.text
    assert (limit.title, limit.evidence) == ("Limits cannot all hold", "limit-1")
    assert "‘as told’" in limit.text


def test_the_whole_in_words(opened: MainWindow) -> None:
    solved = replace(solution(opened), chi2=30.0, dof=5, p_global=1e-9, birge=2.4)
    said = overall_words(solved)
    assert "0.001" in said, "no probability beyond 0.999"
    assert "widened by 2.40" in said
    assert "Nothing checks" in overall_words(replace(solved, dof=0, p_global=None))


def test_residuals_are_points_that_lead_to_their_marks(
    opened: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case, views = opened.bench.document.case, opened.bench.lane_views
    points = residual_points(
        case, solution(opened), opened.bench.places.reference_of, views.colours(case)
    )
    assert {point.id for point in points} >= {"mark-1", "mark-2", "mark-3", "mark-4"}
    assert all(point.reference_ns > 0 for point in points)
    opened.show_tab("evidence")
    panel = opened.desk.evidence_tab
    panel.show_page("residuals")
    plot = panel.residuals
    assert plot is not None
    first = plot.shown()[0]
    (chosen,) = [source.id for source in case.sources if source.name == first.source]
    views.set_colour(chosen, 4)
    assert plot.shown()[0].colour == source_colour(4) != first.colour
    plot.setFocus()
    press(opened, "Right", "Enter")
    settle(opened)
    assert opened.bench.moving.selected_mark == plot.shown()[0].id
    out = tmp_path / "residuals"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(out), ""))
    plot.export()
    assert (tmp_path / "residuals.png").stat().st_size > 1000
    assert opened.desk.status.line.text() == "Exported as residuals.png."


def test_a_wrong_rate_is_shown_with_the_clocks(opened: MainWindow) -> None:
    found = RateHypothesis(clock="yard", drift_ppm=1001.0, ratio="1001/1000", in_words="Perhaps.")
    results = opened.bench.calculation.results
    opened.bench.calculation.results = replace(
        results, solution=replace(solution(opened), rate_hypotheses=(found,))
    )
    opened.bench.evidence.show_all()
    assert opened.desk.clocks._hypotheses.count() == 1


def test_a_recording_that_only_limits_hold_has_its_own_state(opened: MainWindow) -> None:
    case, results = opened.bench.document.case, opened.bench.calculation.results
    held = Limited(status="bounded", value_s=2.0, u_s=1.0, low_s=0.5, high_s=3.5,
                   limits=("limit-1",))  # fmt: skip
    clocks = tuple(
        replace(clock, status="bounded", model=None, U95_s=None, with_limits=held)
        if clock.source == "yard" else clock for clock in solution(opened).clocks
    )  # fmt: skip
    shown = replace(results, solution=replace(solution(opened), clocks=clocks))
    card = next(card for card in source_cards(case, shown, opened.bench.recordings)
                if card.source_id == "yard")  # fmt: skip
    assert card.status == "bounded"
    assert card.half_text == "", "no ± where no time is linked"
    assert card.hint == "zero between 00:00:00.5 and 00:00:03.5"
    open_end = replace(clocks[1], with_limits=replace(held, status="one-sided", high_s=None))
    assert range_text(open_end) == "zero after 00:00:00.5"
