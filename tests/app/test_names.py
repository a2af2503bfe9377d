"""Whoever hears the window instead of seeing it: every control has a name, in every place."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

import app.dialogs
from app.dialogs.about import About
from app.dialogs.annotation import CountedOn, Remark
from app.dialogs.ask import AskQuestion
from app.dialogs.bare_sound import BareSound
from app.dialogs.clock_forms import AddBreak, CheckClock, ReadClock, ReadLog, StateGap
from app.dialogs.closing import ClosingCard, Sighting
from app.dialogs.definition import Define
from app.dialogs.delays import ChangeDelay, Delays, StateDelay
from app.dialogs.exporting import ChooseExport
from app.dialogs.handing_over import ChooseBundle, ChooseReview
from app.dialogs.keys import KeySheet
from app.dialogs.limit import StateLimit
from app.dialogs.new_case import NewCase
from app.dialogs.offer_media import OfferMedia
from app.dialogs.preferences import EditPreferences
from app.dialogs.provenance import AboutRecording
from app.dialogs.relink import Relink
from app.dialogs.small import ChooseReference, GoTo, Reason, WhoSigns
from app.main_window import MainWindow
from app.preferences import Preferences
from sync.cache import Cache
from sync.case.annotation import Annotation
from sync.case.case import Break, Case
from sync.case.delays import radio_chain
from sync.case.recordings import with_breaks
from sync.timebase import MediaTime
from tests.app.keyboard import press
from tests.app.test_searching import FOUND, search
from tests.app.test_window import link

Settle = Callable[[MainWindow], None]
MakeCase = Callable[..., Path]
_CONTROLS = (
    QAbstractButton, QComboBox, QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox,
    QAbstractSlider, QAbstractItemView,
)  # fmt: skip
_QT_OWN = ("qt_", "ScrollLeftButton", "ScrollRightButton")
"""Parts of Qt's own controls, which speak for them."""


def nameless(root: QWidget) -> list[str]:
    """Controls under ``root`` that a screen reader has no name for."""
    return [
        f"{type(one).__name__} in {_within(one)}"
        for one in (root, *root.findChildren(QWidget))
        if _is_control(one) and not _name(one)
    ]


def _within(one: QWidget) -> str:
    """The named thing it lies in, to find it by."""
    above = one.parentWidget()
    while above is not None and above.parentWidget() is not None:
        if type(above).__module__.partition(".")[0] in ("app", "widgets"):
            break
        above = above.parentWidget()
    return type(above).__name__


def _is_control(one: QWidget) -> bool:
    if one.objectName().startswith(_QT_OWN) or isinstance(one, (QScrollBar, QHeaderView, QTabBar)):
        return False
    inside = one.parentWidget()
    if isinstance(inside, (QAbstractSpinBox, QLineEdit)) or _in_a_box(one):
        return False
    if isinstance(inside, QAbstractScrollArea) and inside.viewport() is one:
        return False
    takes_keys = bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return isinstance(one, _CONTROLS) or (takes_keys and not one.isWindow())


def _in_a_box(one: QWidget) -> bool:
    """The line or the list of a box, which speaks for them."""
    above = one.parentWidget()
    while above is not None and not isinstance(above, QComboBox):
        above = above.parentWidget()
    return above is not None


def _name(one: QWidget) -> str:
    known = QAccessible.queryAccessibleInterface(one)
    said = known.text(QAccessible.Text.Name) if known is not None else ""
    return said.strip(" …+−-") or one.accessibleName()


@pytest.fixture
def case(window: MainWindow, settle: Settle, make_case: MakeCase) -> Case:
    """Gate and yard, with an anchor and the radio chain; yard has a break."""
    window.open(make_case("gate", "yard"))
    settle(window)
    link(window, settle)
    made = window.bench.document.case.with_evidence(radio_chain())
    return with_breaks(made, "yard", (Break(at=MediaTime.from_s(3)),))


def made_dialogs(window: MainWindow, case: Case, folder: Path) -> dict[type, Callable[[], QDialog]]:
    """One of each."""
    source = case.source("yard")
    at = MediaTime.from_s(1)
    remark = Annotation(id="r", text="x", source=source.id, start=at)
    sightings = [Sighting("gate", "0:01.0", None), Sighting("yard", "0:00.0", None)]
    return {
        About: lambda: About(window),
        AboutRecording: lambda: AboutRecording(window, case, source),
        AddBreak: lambda: AddBreak(window, case, source, at),
        AskQuestion: lambda: AskQuestion(window, case, (source, at)),
        BareSound: lambda: BareSound(window, "x.raw"),
        ChangeDelay: lambda: ChangeDelay(window, case, radio_chain()),
        CheckClock: lambda: CheckClock(window, case, None),
        ChooseBundle: lambda: ChooseBundle(window),
        ChooseExport: lambda: ChooseExport(window, case),
        ChooseReference: lambda: ChooseReference(window, case),
        ChooseReview: lambda: ChooseReview(window, case, (None, None)),
        ClosingCard: lambda: ClosingCard(window, "door", "it shuts", sightings, ""),
        CountedOn: lambda: CountedOn(window, case, folder / "notes.csv", None),
        Define: lambda: Define(window, case, "picture"),
        Delays: lambda: Delays(window, lambda: case, lambda *_: None),
        EditPreferences: lambda: EditPreferences(
            window, Preferences(), Cache(folder / "cache"), lambda _: None
        ),
        GoTo: lambda: GoTo(window, "the clock", "0"),
        KeySheet: lambda: KeySheet(window),
        NewCase: lambda: NewCase(window, folder, ""),
        OfferMedia: lambda: OfferMedia(window, [folder / "a.mp4"], folder),
        ReadClock: lambda: ReadClock(window, case, source, at, None),
        ReadLog: lambda: ReadLog(window, case, None),
        Reason: lambda: Reason(window, "Set it aside", "Set aside"),
        Relink: lambda: Relink(window, case.sources, lambda *_: None),
        Remark: lambda: Remark(window, remark, ""),
        StateDelay: lambda: StateDelay(window, case, "x"),
        StateGap: lambda: StateGap(window, case, source),
        StateLimit: lambda: StateLimit(window, case, (source, at)),
        WhoSigns: lambda: WhoSigns(window, "", ""),
    }


def all_dialogs() -> Iterator[type]:
    for module in pkgutil.iter_modules(app.dialogs.__path__, "app.dialogs."):
        for one in vars(importlib.import_module(module.name)).values():
            own = isinstance(one, type) and issubclass(one, QDialog)
            if own and one.__module__ == module.name and one.__name__ != "Form":
                yield one


def test_every_control_of_every_dialog_has_a_name(
    window: MainWindow, case: Case, tmp_path: Path
) -> None:
    made = made_dialogs(window, case, tmp_path)
    assert set(made) == set(all_dialogs()), "a dialog that is new is to be looked at here too"
    found = {}
    for kind, make in made.items():
        dialog = make()
        if lacking := nameless(dialog):
            found[kind.__name__] = lacking
        dialog.deleteLater()
    assert found == {}


def test_every_control_of_the_window_has_a_name(
    window: MainWindow, case: Case, settle: Settle
) -> None:
    for tab in ("answers", "evidence", "search", "clocks", "file"):
        window.show_tab(tab)
        settle(window)
        assert not nameless(window), "\n".join(nameless(window))
    clocks = window.desk.clocks
    clocks.pages.show_page("offset")
    settle(window)
    assert not nameless(window), "\n".join(nameless(window))


def test_every_control_has_a_name_while_marking_and_with_a_possible_match(
    window: MainWindow, case: Case, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(window, settle, monkeypatch, FOUND)
    press(window, "A")
    assert window.desk.search.decision.confirm_button.isVisible()
    assert not nameless(window), "\n".join(nameless(window))
    press(window, "Esc", "V")
    assert window.bench.looking.popover is not None
    assert not nameless(window.bench.looking.popover)
    window.bench.looking.popover.close()
    window.desk.focus_work()
    press(window, "M")
    settle(window)
    assert not nameless(window), "\n".join(nameless(window))
    press(window, "Esc")
    settle(window)


def test_every_control_of_the_first_window_has_a_name(window: MainWindow) -> None:
    assert not nameless(window), "\n".join(nameless(window))


def test_a_control_without_a_name_is_found(window: MainWindow) -> None:
    bare = QToolButton(window.desk.transport)
    assert nameless(window) == ["QToolButton in TransportBar"]
    bare.setAccessibleName("now it has one")
    assert nameless(window) == []
