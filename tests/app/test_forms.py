"""What every form keeps to: nothing cut off, also once it says what is wrong; nothing astray."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.dialogs.form import TickList
from app.dialogs.new_case import NewCase
from app.dialogs.small import ChooseReference, Reason
from sync.case.case import Case
from widgets.parts import label
from widgets.theme import apply_theme


def cut(dialog: QDialog) -> list[str]:
    """Labels and buttons with less room than their words need, or outside the dialog."""
    found: list[str] = []
    for made in (*dialog.findChildren(QLabel), *dialog.findChildren(QPushButton)):
        if not made.isVisible() or not made.text():
            continue
        needs = made.heightForWidth(made.width()) if made.hasHeightForWidth() else 0
        needs = max(needs, made.minimumSizeHint().height() if isinstance(made, QPushButton) else 0)
        inside = dialog.rect().contains(made.mapTo(dialog, QPoint(0, made.height() - 1)))
        if made.height() < needs or not inside:
            found.append(made.text())
    return found


@pytest.fixture
def reason(qtbot: QtBot, qapp: QApplication) -> Reason:
    apply_theme(qapp, "light")
    form = Reason(None, "Set “strobe” aside", "Set aside")
    qtbot.addWidget(form)
    form.show()
    return form


def test_a_form_grows_for_what_it_has_to_say(reason: Reason, qtbot: QtBot) -> None:
    before = reason.height()
    assert cut(reason) == []
    reason.accept()
    qtbot.waitUntil(lambda: reason.problem.isVisible() and reason.height() > before)
    assert reason.problem.text() == "A reason is needed."
    assert cut(reason) == []


def test_a_form_is_no_higher_than_its_lines(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    form = ChooseReference(None, Case(id="c"))
    qtbot.addWidget(form)
    form.show()
    title, text = form.findChildren(QLabel)[:2]
    assert title.y() < 24
    assert text.y() - title.geometry().bottom() < 16, "no gap below the title"


def test_every_label_of_the_new_case_is_in_its_row(qtbot: QtBot, tmp_path: Path) -> None:
    form = NewCase(None, tmp_path, "")
    qtbot.addWidget(form)
    form.show()
    names = [made.text() for made in form.findChildren(QLabel)]
    assert names.count("Case file") == 1


def test_a_list_of_ticks_is_as_high_as_its_rows_up_to_a_few(qtbot: QtBot) -> None:
    ticks = TickList("Recordings")
    qtbot.addWidget(ticks)
    ticks.add("one.mp4", "1", True)
    low = ticks.height()
    for number in range(2, 31):
        ticks.add(f"{number}.mp4", str(number), number % 2 == 0, enabled=number != 4)
    assert low < ticks.height() < 15 * low
    assert ticks.ticked()[:3] == ["1", "2", "4"]
    assert not ticks.item(3).flags() & Qt.ItemFlag.ItemIsEnabled


def test_a_number_is_not_parted_from_its_unit(qtbot: QtBot) -> None:
    made = label("at 14:23:25.3 ± 0.4 s (95 % range), w = +4.1, 3 shots")
    qtbot.addWidget(made)
    drawn = QLabel.text(made)
    assert (
        "14:23:25.3\u00a0±\u00a00.4\u00a0s (95\u00a0% range), w\u00a0=\u00a0+4.1, 3 shots" in drawn
    )
    assert made.text() == "at 14:23:25.3 ± 0.4 s (95 % range), w = +4.1, 3 shots"
