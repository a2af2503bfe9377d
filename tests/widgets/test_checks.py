"""Residuals and disagreements: what they show, and that nothing is done by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.widgets.made_timeline import at
from widgets import figure
from widgets.disagreements import NOTHING, Disagreement
from widgets.evidence_panel import EvidencePanel
from widgets.residual import ResidualPoint
from widgets.residual_plot import ResidualPlot
from widgets.theme import source_colour


def point(name: str, when: str, w: float | None, source: str = "cam 1") -> ResidualPoint:
    return ResidualPoint(
        id=name, name=name, kind="mark", source=source, colour=source_colour(0),
        reference_ns=at(when).ns, residual_s=0.01 * (w or 0.0), w=w,
    )  # fmt: skip


POINTS = (
    point("late", "14:23:40", -0.9), point("early", "14:22:30", 0.4),
    point("wrong", "14:23:10", 4.6, "cam 2"), point("alone", "14:23:20", None, "cam 2"),
)  # fmt: skip


@pytest.fixture
def plot(qtbot: QtBot) -> ResidualPlot:
    made = ResidualPlot()
    qtbot.addWidget(made)
    made.resize(420, 420)
    made.set_points(POINTS)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    return made


def test_points_are_walked_by_keyboard(plot: ResidualPlot, qtbot: QtBot) -> None:
    said = []
    for _ in range(4):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
        said.append(plot.said.text().split(" · ")[0])
    assert said == ["early", "wrong", "alone", "late"]
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert "w = +4.6: it disagrees" in plot.said.text()
    with qtbot.waitSignal(plot.go_to) as caught:
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert caught.args == ["wrong"]


def test_what_nothing_checks_says_so(plot: ResidualPlot) -> None:
    plot.choose(POINTS[3])
    assert "nothing checks it" in plot.said.text()


def test_hovering_names_a_point_and_a_click_goes_there(plot: ResidualPlot, qtbot: QtBot) -> None:
    box = plot.plot.getViewBox()
    place = box.mapViewToScene(QPointF(plot._x(POINTS[2]), 4.6))
    plot.say_at(place)
    assert plot.said.text().startswith("wrong")

    class Click:
        def scenePos(self) -> QPointF:
            return place

    with qtbot.waitSignal(plot.go_to) as caught:
        plot._clicked(Click())
    assert caught.args == ["wrong"]


def test_each_colour_is_named_on_the_screen_and_in_a_picture(plot: ResidualPlot) -> None:
    blue, teal = source_colour(0), source_colour(1)
    plot.set_points([*POINTS[:2], replace(POINTS[2], colour=teal)])
    assert plot.colours() == [(blue, "cam 1"), (teal, "cam 2")]
    assert plot.swatches.accessibleDescription() == "cam 1, cam 2"
    bare = figure.svg(plot.plot, "Residuals", "note")
    named = plot.keepsake().content["svg"]()
    assert b"cam 2" in named and b"cam 2" not in bare


def test_one_recording_alone(plot: ResidualPlot) -> None:
    plot.source.setCurrentText("cam 2")
    assert [shown.id for shown in plot.shown()] == ["wrong", "alone"]
    plot.set_points(POINTS)
    assert plot.source.currentText() == "cam 2", "the choice outlives a calculation"


def test_a_check_days_before_does_not_squeeze_the_rest(plot: ResidualPlot) -> None:
    check = ResidualPoint(
        id="check", name="check", kind="clock check", source="cam 1", colour=source_colour(0),
        reference_ns=at("14:23:00").ns - 2 * 86_400 * 10**9, residual_s=0.0, w=0.1,
    )  # fmt: skip
    plot.set_points((*POINTS, check))
    low, high = plot.plot.getViewBox().viewRange()[0]
    assert high - low < 100
    assert low <= plot._x(check) <= high, "it stands at the edge"


def test_the_picture_is_not_empty(plot: ResidualPlot) -> None:
    image: QImage = plot.plot.grab().toImage()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3)
               for y in range(0, image.height(), 3)}  # fmt: skip
    assert len(colours) > 5


# -- the tab ------------------------------------------------------------------------------------


@pytest.fixture
def panel(qtbot: QtBot) -> EvidencePanel:
    made = EvidencePanel()
    qtbot.addWidget(made)
    made.resize(400, 600)
    made.show()
    return made


def test_the_plot_is_made_when_it_is_first_shown(panel: EvidencePanel) -> None:
    panel.set_points(POINTS)
    assert panel.residuals is None
    panel.switches["residuals"].click()
    assert panel.residuals is not None
    assert len(panel.residuals.shown()) == 4


def test_disagreements_are_counted_and_offer_two_acts(panel: EvidencePanel, qtbot: QtBot) -> None:
    panel.set_disagreements(
        [Disagreement(title="door  ·  w = +4.1", text="It disagrees.",
                      without=("Q1: A first",), evidence="mark-3", event="door")],
        ["limit-9 speaks of nothing."], "As a whole the evidence fits together.",
    )  # fmt: skip
    assert panel.switches["disagreements"].text() == "Disagreements ✕ 1"
    panel.show_page("disagreements")
    texts = panel.disagreements.texts()
    assert "WHAT IF: WITHOUT IT" in texts
    assert "Q1: A first" in texts
    assert "limit-9 speaks of nothing." in texts
    go, aside = (
        next(b for b in panel.disagreements.findChildren(QPushButton) if b.text() == text)
        for text in ("Go there", "Set aside …")
    )
    with qtbot.waitSignal(panel.go_to) as gone:
        go.click()
    with qtbot.waitSignal(panel.set_aside) as put:
        aside.click()
    assert (gone.args, put.args) == (["mark-3"], ["mark-3", "door"])


def test_nothing_disagrees(panel: EvidencePanel) -> None:
    panel.set_disagreements([], [], "")
    assert panel.disagreements.texts() == [NOTHING]
    assert panel.switches["disagreements"].text() == "Disagreements"
