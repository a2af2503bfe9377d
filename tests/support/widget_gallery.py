"""Shows every widget with made values and saves pictures of them.

Run: python -m tests.support.widget_gallery OUT_FOLDER [--theme light] [--size 1280x720]
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from sync.timebase import NS_PER_S, Duration, MediaTime
from tests.widgets.made_case import (
    make_answers,
    make_cards,
    make_clocks,
    make_evidence,
    make_hypotheses,
    make_limit_results,
    make_proposals,
    make_shaped,
)
from tests.widgets.made_search import make_displayed, make_result, make_source, make_timing
from tests.widgets.made_timeline import (
    EVENT_NAMES,
    NAMES,
    NOW,
    at,
    make_timeline,
    make_trace,
    picture,
    sound,
)
from widgets.answer_panel import AnswerPanel
from widgets.checklist import Checklist
from widgets.clock_table import ClockTable
from widgets.columns import LaneRow, trace_columns
from widgets.disagreements import Disagreement
from widgets.evidence_panel import EvidencePanel, Page
from widgets.file_panel import FilePanel
from widgets.job_bar import JobBar
from widgets.lane_overlay import LimitArrow
from widgets.lane_stack import LaneStack
from widgets.problem_card import ProblemCard
from widgets.residual import ResidualPoint
from widgets.search_panel import SearchPanel
from widgets.source_list import SourceList
from widgets.theme import apply_theme, source_colour
from widgets.transport_bar import TransportBar
from widgets.video_pane import PaneInfo
from widgets.video_wall import VideoWall


def make_stack(*, stale: bool = False) -> LaneStack:
    """The timeline, filled."""
    stack = LaneStack()
    for place, source in enumerate(("cam1", "cam2", "cam3")):
        stack.set_rows(source, (LaneRow(trace_columns(make_trace(place))),))
    stack.set_rows("disp", (LaneRow(sound, waveform=True),))
    stack.set_rows("phone", (LaneRow(sound, waveform=True),))
    stack.set_timeline(
        make_timeline(stale=stale),
        NAMES,
        kinds={"cam1": "motion", "cam2": "motion", "cam3": "motion", "disp": "waveform · 10 calls"},
        event_names=EVENT_NAMES,
        event_states={"bar": "unchecked"},
    )
    stack.set_focus_source("cam1")
    stack.set_in_out(at("14:22:50").ns, at("14:24:05").ns)
    half = Duration.from_s
    stack.set_playhead(
        NOW, {"cam1": half(0.5).ns, "cam2": half(0.7).ns, "cam3": half(2.2).ns, "disp": 0}
    )
    stack.set_shelf_playhead("phone", 60 * NS_PER_S)
    stack.set_limits(
        [
            LimitArrow(
                id="l1", first=("cam1", at("14:23:30").ns), second=("disp", at("14:23:33.5").ns)
            )
        ]
    )
    return stack


def make_wall() -> VideoWall:
    """Three pictures and a card."""
    wall = VideoWall()
    wall.set_sources([(s, NAMES[s], source_colour(i)) for i, s in enumerate(NAMES) if s != "disp"])
    texts = ("14:23:25.48  focus", "± 0.07 s to cam 1", "± 0.2 s to cam 1", "no link")
    for place, (source, text) in enumerate(zip(wall.shown, texts, strict=True)):
        pane = wall.pane(source)
        assert pane is not None
        pane.set_header(NAMES[source], text)
        info = PaneInfo(
            source_id=source,
            picture_number=3052 + place,
            frames=(12204, 12207 if place == 0 else 12204),
            pts_s="813.800",
            media=MediaTime(813_800_000_000),
            exact=place != 1,
            late_ms=12.0 if place == 2 else None,
        )
        pane.set_picture(picture(place), info)
    last = wall.pane("phone")
    assert last is not None
    last.set_card(
        "no link to the reference clock",
        "nothing observed connects it yet: mark one event it shares with any other recording",
    )
    wall.set_focus("cam1")
    return wall


def make_evidence_panel(page: Page = "table") -> EvidencePanel:
    """Evidence with limits, residuals and what disagrees."""
    panel = EvidencePanel()
    items, results = make_evidence()
    panel.evidence.set_evidence(items, results, NAMES, EVENT_NAMES, make_limit_results())
    panel.evidence.table.view.selectRow(8)
    times = ("14:22:47.1", "14:22:47.2", "14:23:08.4", "14:23:08.9", "14:23:49.6")
    panel.set_points([
        ResidualPoint(
            id=item.id, name=item.id, kind="mark", source="cam 1", colour=source_colour(n % 3),
            reference_ns=at(when).ns, residual_s=results[item.id].residual_s or 0.0,
            w=results[item.id].w,
        )
        for n, (item, when) in enumerate(zip(items, times, strict=False))
    ])  # fmt: skip
    panel.set_disagreements(
        [
            Disagreement(title=f"{each.event or each.id}  ·  w = {each.w:+.1f}",
                         text=each.in_words, evidence=each.id, event=each.event,
                         without=("cam 2: its zero is at 14:22:20.2 ± 0.1 s",
                                  "Q1: Door opens came first, by 1.8 s (B − A +1.6 to +2.0 s)"))
            for each in make_proposals()
        ],
        ("Limit limit-9 speaks of something that takes no part in the calculation: left out.",),
        "As a whole the evidence fits together less well than stated: χ² = 31.2 for 7 checks.",
    )  # fmt: skip
    panel.show_page(page)
    return panel


def make_inspector() -> QTabWidget:
    """The five tabs of the inspector, filled."""
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    answers = AnswerPanel()
    answers.set_answers(make_answers())
    tabs.addTab(answers, "Answers")
    tabs.addTab(make_evidence_panel(), "Evidence")
    search = SearchPanel()
    pair = (NAMES["cam3"], NAMES["disp"])
    search.set_pair(
        ("cam3", "disp"), pair, (("motion", "luminance", "flash"), ("envelope", "onset")), 2
    )
    search.set_result(make_result(), pair, 3)
    tabs.addTab(search, "Search")
    clocks = ClockTable()
    clocks.set_clocks(make_clocks(), NAMES)
    clocks.set_hypotheses(make_hypotheses())
    tabs.addTab(clocks, "Clocks")
    file = FilePanel()
    file.set_source(make_source(), make_timing(), make_displayed())
    tabs.addTab(file, "File")
    return tabs


def make_window(width: int = 1920, *, stale: bool = False) -> QWidget:
    """All of it, as the workbench lays it out."""
    window = QWidget()
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    checklist = Checklist()
    checklist.set_done({"add", "check"})
    column.addWidget(checklist)
    upper = QSplitter()
    sources = SourceList()
    sources.set_cards(make_cards(), "cam1")
    upper.addWidget(sources)
    upper.addWidget(make_wall())
    upper.addWidget(make_inspector())
    upper.setSizes([268, 1190, 452] if width > 1500 else [220, 720, 340])
    upper.setStretchFactor(1, 1)
    transport = TransportBar()
    transport.set_time("14:23:25.48", "± 0.04 s", "cam 1 on the dispatch clock")
    transport.set_in_out("in 14:22:50   out 14:24:05   1:15")
    transport.set_sound("sound: dispatch, left")
    transport.set_snap(True)
    column.addWidget(upper, 6)
    column.addWidget(transport)
    column.addWidget(make_stack(stale=stale), 4)
    status = QHBoxLayout()
    job = JobBar()
    job.set_job("Reading cam 3", 0.62, 14)
    status.addWidget(job)
    status.addStretch(1)
    column.addLayout(status)
    return window


def save(app: QApplication, widget: QWidget, size: tuple[int, int], path: Path) -> None:
    """Show, let it lay itself out, save its picture, close."""
    widget.resize(*size)
    widget.show()
    stack = widget.findChild(LaneStack)
    if stack is not None:
        stack.fit()
    for _ in range(3):
        app.sendPostedEvents()
    widget.grab().save(str(path))
    widget.close()
    widget.deleteLater()


def main() -> None:
    """Save every picture of one theme."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--theme", default="dark", choices=("dark", "light"))
    parser.add_argument("--size", default="1920x1080")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    apply_theme(app, options.theme)
    options.out.mkdir(parents=True, exist_ok=True)
    stem = f"{options.theme}-{options.size}"
    window = make_window(width)
    save(app, window, (width, height), options.out / f"window-{stem}.png")
    panels(app, options.out, options.theme)


def panels(app: QApplication, out: Path, theme: str) -> None:
    """Panels and states by themselves, a picture each."""
    for place, name in enumerate(("answers", "evidence", "search", "clocks", "file")):
        tabs = make_inspector()
        tabs.setCurrentIndex(place)
        save(app, tabs, (340, 900), out / f"{name}-{theme}.png")
    pages: tuple[Page, ...] = ("residuals", "disagreements")
    for page in pages:
        save(app, make_evidence_panel(page), (340, 500), out / f"{page}-{theme}.png")
    shaped = QWidget()
    beside = QHBoxLayout(shaped)
    for question in ("q1", "q2", "q3"):
        panel = AnswerPanel()
        panel.set_answers(make_shaped())
        panel.open_question(question)
        beside.addWidget(panel, 1)
    save(app, shaped, (1080, 1400), out / f"limits-{theme}.png")
    covered, refused, stale, empty = AnswerPanel(), SearchPanel(), AnswerPanel(), AnswerPanel()
    for panel in (covered, stale):
        panel.set_answers(make_answers())
        panel.open_question("q2")
    covered.set_covered(True)
    stale.set_stale(True)
    pair = (NAMES["cam3"], NAMES["disp"])
    refused.set_pair(("cam3", "disp"), pair, (("motion",), ("onset",)), 2)
    refused.set_result(make_result(found=False), pair, 3)
    asked = SearchPanel()
    asked.set_pair(("cam3", "disp"), pair, (("motion",), ("onset",)), 2)
    asked.set_result(make_result(), pair, 3)
    asked.select(1)
    asked.show()
    asked.ask_accept()
    problem = ProblemCard()
    problem.set_problem(
        "cam 3 cannot be read beyond 12:04.",
        "Nothing after that is lost from the file, but no picture of it can be shown or marked.",
        "Ask for the recorder's own export of this channel, and add it as another recording.",
        actions=("Add media",),
    )
    row = QWidget()
    layout = QHBoxLayout(row)
    for panel_widget in (covered, stale, empty, refused, asked, problem):
        layout.addWidget(panel_widget, 1)
    save(app, row, (2200, 900), out / f"states-{theme}.png")
    bar, wall = TransportBar(), make_wall()
    bar.set_time("14:23:25.48", "± 0.04 s", "cam 1 on the dispatch clock")
    bar.set_banner("Marking ‘door’: find it in cam 2, then M. Esc closes; anything else ends it.")
    wall.set_large("cam1")
    for source, state in (("cam1", "happened"), ("cam2", "not yet")):
        pane = wall.pane(source)
        assert pane is not None
        pane.set_marking("happened" if state == "happened" else "not yet")
    box = QWidget()
    column = QVBoxLayout(box)
    column.addWidget(wall, 1)
    column.addWidget(bar)
    column.addWidget(make_stack(stale=True), 1)
    save(app, box, (1280, 900), out / f"marking-{theme}.png")


def source_colours(count: int) -> list[QColor]:
    """The first colours of the cycle."""
    return [source_colour(place) for place in range(count)]


if __name__ == "__main__":
    main()
