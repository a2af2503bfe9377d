"""What tables and plots give away: honest text, safe spreadsheets, pictures and drawings."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from sync.clock import ClockModel
from sync.timebase import MediaTime, ReferenceTime, TimeRange
from sync.uncertainty import Share
from tests.widgets.made_search import make_result
from widgets.budget_table import BudgetTable
from widgets.correlation_plot import CorrelationPlot
from widgets.offset_plot import OffsetPlot
from widgets.offset_values import OffsetCurve, OffsetPoint
from widgets.plot import FIGURE
from widgets.saving import Keepsake
from widgets.table import Table
from widgets.table_rows import Cell, Column

NOTE = "Times are those of dispatch.\nCase 7 · calculated now"


class Desk(QWidget):
    """A window that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Keepsake] = []

    def keep_file(self, keepsake: Keepsake) -> None:
        self.kept.append(keepsake)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    made = Desk()
    qtbot.addWidget(made)
    return made


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"))))


@pytest.fixture
def table(desk: Desk) -> Table:
    made = Table([Column(title="name"), Column(title="w", number=True)], "Things", parent=desk)
    made.set_rows([("=HYPERLINK(1)", Cell("+2.5", 2.5)), ("door", Cell("-1", -1))], ["a", "b"])
    made.set_note(NOTE)
    return made


def test_a_table_leaves_with_its_note_in_the_order_shown(table: Table, desk: Desk) -> None:
    table.view.sortByColumn(1, table.view.horizontalHeader().sortIndicatorOrder().AscendingOrder)
    menu = table.menu_for("a")
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Copy", "Copy the whole table", "Export this table …"]
    menu.actions()[-1].trigger()
    rows = read(desk.kept[0].content["csv"]())
    assert rows[:3] == [["# table", "Things"], ["# note", NOTE.split("\n")[0]],
                        ["# note", NOTE.split("\n")[1]]]  # fmt: skip
    assert rows[4:] == [["name", "w"], ["door", "-1"], ["'=HYPERLINK(1)", "+2.5"]]
    assert table.as_text(whole=True).endswith(NOTE)
    menu.deleteLater()


def test_only_what_the_filter_leaves_is_exported(table: Table) -> None:
    table.filter.setText("door")
    assert [row[0] for row in read(table.csv())[5:]] == ["door"]


def test_a_table_outside_a_window_offers_no_export(qtbot: QtBot) -> None:
    alone = Table([Column(title="name")], "Things")
    qtbot.addWidget(alone)
    menu = alone.menu_for(None)
    assert "Export this table …" not in [action.text() for action in menu.actions()]
    menu.deleteLater()


def curve() -> OffsetCurve:
    model = ClockModel(
        source="cam1", stretch=0, epoch=MediaTime.from_s(50), drift=20e-6,
        reference=ReferenceTime.from_s(51_770.25), var_offset_s2=0.01, cov_offset_drift_s=0.0,
        var_drift=(10e-6) ** 2, coverage_factor=2.0,
        observed=TimeRange(MediaTime.from_s(10), MediaTime.from_s(90)),
    )  # fmt: skip
    point = OffsetPoint(name="door", kind="mark", media=MediaTime.from_s(30), residual_s=0.05,
                        half_s=0.1)  # fmt: skip
    return OffsetCurve(name="cam 1", model=model, k=2.0, first=MediaTime(0),
                       last=MediaTime.from_s(1000), points=(point,))  # fmt: skip


@pytest.fixture
def offsets(qtbot: QtBot) -> OffsetPlot:
    made = OffsetPlot()
    qtbot.addWidget(made)
    made.resize(400, 320)
    made.set_note(NOTE)
    made.set_curve(curve())
    made.show()
    qtbot.waitExposed(made)
    return made


def scene_of(plot: OffsetPlot | CorrelationPlot, x: float, y: float) -> QPointF:
    return QPointF(plot.plot.getViewBox().mapViewToScene(QPointF(x, y)))


def test_drift_and_band_are_those_of_the_clock() -> None:
    made = curve()
    assert made.change_s(MediaTime.from_s(50)) == 0.0
    assert made.change_s(MediaTime.from_s(1000)) == pytest.approx(950 * 20e-6, abs=1e-8)
    assert made.half_s(MediaTime.from_s(50)) == pytest.approx(0.2)
    assert made.half_s(MediaTime.from_s(1000)) > 0.2
    assert made.zero == ReferenceTime.from_s(51_720.25)


def test_hovering_says_an_offset_with_its_range_or_an_observation(offsets: OffsetPlot) -> None:
    at = curve().model.to_reference(MediaTime.from_s(700)).s
    offsets.say_at(scene_of(offsets, at, -0.15))
    said = "at 14:33:40.3: 0.01 ± 0.21 s (95 % range) (beyond what was observed)"
    assert offsets.said.text() == said
    at = curve().model.to_reference(MediaTime.from_s(30)).s
    offsets.say_at(scene_of(offsets, at, 0.05))
    assert "door · mark" in offsets.said.text()
    assert "+0.05 ± 0.10 s" in offsets.said.text()


def test_a_plot_leaves_as_picture_drawing_and_values(offsets: OffsetPlot) -> None:
    made = offsets.keepsake().content
    picture = QImage.fromData(made["png"]())
    low = offsets.plot.size()
    assert picture.width() > 2 * FIGURE.width() and picture.height() > 2 * FIGURE.height()
    offsets.resize(340, 200)
    again = QImage.fromData(offsets.keepsake().content["png"]())
    assert again.size() == picture.size(), "however small the panel is"
    assert offsets.plot.height() < low.height(), "and the panel keeps its own"
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 5)
               for y in range(0, picture.height(), 5)}  # fmt: skip
    assert len(colours) > 5
    root = ElementTree.fromstring(made["svg"]())
    text = "".join(root.itertext())
    assert "Offset against time" in text and "Case 7" in text
    assert not [one for one in root.iter() if one.tag.endswith("}image")], "lines, no pixels"
    rows = read(made["csv"]())
    assert rows[-1][0] == "door" and rows[-1][-1] == "0.100000"
    assert ["# note", "Case 7 · calculated now"] in rows


def test_a_clock_without_an_offset_says_so(offsets: OffsetPlot) -> None:
    offsets.set_curve(None)
    assert "no link" in offsets.said.text()
    assert offsets.rows()[1] == []


def test_the_curve_of_a_search_says_offset_and_score(qtbot: QtBot) -> None:
    plot = CorrelationPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    found = make_result()
    plot.set_curve(found.curve, found.candidates)
    plot.show()
    qtbot.waitExposed(plot)
    plot.say_at(scene_of(plot, 143.2, 0.0))
    assert plot.said.text().startswith("offset +143.20 s · score ")
    rows = read(plot.csv())
    first = rows[rows.index(["what", "offset (s)", "score"]) + 1]
    assert first[:2] == ["possible match", "'+143.2 ± 0.2 s"]


def test_the_budget_is_exported_whole(desk: Desk) -> None:
    bars = BudgetTable(desk)
    bars.resize(320, 200)
    bars.set_note(NOTE)
    bars.set_shares([Share(source=f"input {n}", u=0.1, share=0.125) for n in range(8)])
    made = bars.keepsake().content
    assert len([row for row in read(made["csv"]()) if row and row[0].startswith("input ")]) == 8
    assert bars.as_text().endswith(NOTE)
    text = "".join(ElementTree.fromstring(made["svg"]()).itertext())
    assert "input 0" in text and "12 %" in text
    assert not desk.findChildren(QLabel)
