"""Due: one filling for one act, none out of sight, and right when it comes into sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.made_case import make_answers, make_clocks, make_evidence
from tests.widgets.made_search import make_source
from tests.widgets.made_timeline import EVENT_NAMES, NAMES
from widgets.answer_panel import AnswerPanel
from widgets.clock_table import ClockTable
from widgets.disagreements import Disagreement, Disagreements
from widgets.due import Due
from widgets.evidence_table import EvidenceTable
from widgets.file_panel import FilePanel
from widgets.leave_one_out import LeaveOneOut


class Counted(QWidget):
    """Counts how often it is filled."""

    def __init__(self) -> None:
        super().__init__()
        self.filled = 0
        self.due = Due(self, self._fill)

    def _fill(self) -> None:
        self.filled += 1


@pytest.fixture
def counted(qtbot: QtBot) -> Counted:
    made = Counted()
    qtbot.addWidget(made)
    return made


def test_what_is_in_sight_is_filled_once_for_many_changes(counted: Counted) -> None:
    counted.show()
    for _ in range(5):
        counted.due.mark()
    assert counted.filled == 0
    QCoreApplication.processEvents()
    assert counted.filled == 1
    counted.due.mark()
    QCoreApplication.processEvents()
    assert counted.filled == 2


def test_what_is_out_of_sight_is_filled_when_it_comes_into_sight(counted: Counted) -> None:
    counted.due.mark()
    QCoreApplication.processEvents()
    assert counted.filled == 0
    counted.show()
    assert counted.filled == 1
    counted.hide()
    counted.show()
    assert counted.filled == 1, "nothing has changed meanwhile"


def test_who_reads_first_settles_and_the_loop_has_nothing_left(counted: Counted) -> None:
    counted.show()
    counted.due.mark()
    counted.due.settle()
    QCoreApplication.processEvents()
    assert counted.filled == 1


def test_hidden_before_the_loop_comes_round(counted: Counted) -> None:
    counted.show()
    counted.due.mark()
    counted.hide()
    QCoreApplication.processEvents()
    assert counted.filled == 0
    counted.show()
    assert counted.filled == 1


# -- the panels ---------------------------------------------------------------------------------


def fillings(panel: QWidget, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each time this panel is filled from now on."""
    found: list[None] = []
    (due,) = panel.findChildren(Due)
    fill = due._fill

    def counting() -> None:
        found.append(None)
        fill()

    monkeypatch.setattr(due, "_fill", counting)
    return found


def give_evidence(panel: QWidget) -> None:
    assert isinstance(panel, EvidenceTable)
    items, results = make_evidence()
    panel.set_evidence(items, results, NAMES, EVENT_NAMES)


def give_clocks(panel: QWidget) -> None:
    assert isinstance(panel, ClockTable)
    panel.set_clocks(make_clocks(), NAMES)
    panel.set_clocks(make_clocks(), NAMES, stale=True)
    panel.set_clocks(make_clocks(), NAMES)


def give_answers(panel: QWidget) -> None:
    assert isinstance(panel, AnswerPanel)
    panel.set_covered(True)
    panel.set_stale(True)
    panel.set_answers(make_answers())
    panel.set_stale(False)
    panel.set_covered(False)


def give_file(panel: QWidget) -> None:
    assert isinstance(panel, FilePanel)
    panel.set_source(make_source())


def give_disagreements(panel: QWidget) -> None:
    assert isinstance(panel, Disagreements)
    panel.show_all([Disagreement(title="bang", text="does not fit")], ["look"], "as a whole")


PANELS: list[tuple[type[QWidget], Callable[[QWidget], None]]] = [
    (EvidenceTable, give_evidence), (ClockTable, give_clocks), (AnswerPanel, give_answers),
    (FilePanel, give_file), (Disagreements, give_disagreements),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "give"), PANELS)
def test_a_panel_behind_another_is_filled_once_and_only_when_it_comes_to_the_front(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: type[QWidget],
    give: Callable[[QWidget], None],
) -> None:  # fmt: skip
    tabs, panel = QTabWidget(), kind()
    qtbot.addWidget(tabs)
    tabs.addTab(QWidget(), "front")
    tabs.addTab(panel, "behind")
    tabs.show()
    found = fillings(panel, monkeypatch)
    give(panel)
    QCoreApplication.processEvents()
    assert not found
    tabs.setCurrentIndex(1)
    assert len(found) == 1
    give(panel)
    QCoreApplication.processEvents()
    assert len(found) <= 2, "one act, one filling at most"


@pytest.mark.parametrize(("kind", "give"), [PANELS[0], PANELS[3], PANELS[4]])
def test_equal_values_fill_nothing(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: type[QWidget],
    give: Callable[[QWidget], None],
) -> None:  # fmt: skip
    panel = kind()
    qtbot.addWidget(panel)
    panel.show()
    give(panel)
    QCoreApplication.processEvents()
    found = fillings(panel, monkeypatch)
    give(panel)
    QCoreApplication.processEvents()
    assert not found


def test_a_table_out_of_sight_reads_as_it_is_now(qtbot: QtBot) -> None:
    evidence, clocks = EvidenceTable(), ClockTable()
    qtbot.addWidget(evidence)
    qtbot.addWidget(clocks)
    give_evidence(evidence)
    clocks.set_clocks(make_clocks(), NAMES)
    assert len(evidence.table.shown()) == len(make_evidence()[0])
    assert len(clocks.table.shown()) == len(make_clocks())
    clocks.set_clocks(make_clocks()[:1], NAMES)
    assert clocks.copy_text().count("\n\n") == 0


def test_leave_one_out_is_kept_but_gone_while_answers_are_covered(qtbot: QtBot) -> None:
    panel = AnswerPanel()
    qtbot.addWidget(panel)
    panel.set_answers(make_answers())
    panel.show()
    (before,) = panel.findChildren(LeaveOneOut)
    panel.set_stale(True)
    panel.due.settle()
    QCoreApplication.processEvents()
    assert panel.findChildren(LeaveOneOut) == [before]
    assert before.isVisible()
    panel.set_covered(True)
    panel.due.settle()
    assert not panel.findChildren(LeaveOneOut)
    panel.set_covered(False)
    panel.due.settle()
    assert len(panel.findChildren(LeaveOneOut)) == 1
