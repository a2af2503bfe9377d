"""What each action of the table does in a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from app.controllers.moving import bound
from app.controllers.sounding import BY_EAR
from app.holding import HeldAction
from sync.progress import Progress
from widgets.pane_info import Extreme
from widgets.theme import current_theme

if TYPE_CHECKING:
    from app.main_window import MainWindow

_MOVING = (
    "play", "reverse", "stop", "forward", "step", "step_back", "frame", "frame_back", "second",
    "second_back", "any", "any_back", "previous_mark", "next_mark", "to_start", "to_end", "go_to",
    "set_in", "set_out", "go_in", "go_out", "loop", "snap", "slower", "faster", "own_time",
    "pitch_kept",
)  # fmt: skip
_LOOKING = (
    "close_up", "fit", "fit_selection", "previous_view", "zoom_in", "zoom_out", "lane_view",
    "inspector", "sources", "next_pane", "previous_pane", "look", "mark_space", "theme", "keys",
    "undo", "redo", "save",
    "pane_closer", "pane_wider", "pane_left", "pane_right", "pane_up", "pane_down", "pane_view",
    "pane_reset", "save_picture", "earliest", "latest",
    "panes", "hide_pane", "wall_window",
    *(f"focus_{number}" for number in range(1, 10)),
)  # fmt: skip
WHILE_MARKING = frozenset(
    (
        "mark",
        "accept",
        "next_source",
        "only_after",
        "only_before",
        "peek",
        "escape",
        *_MOVING,
        *_LOOKING,
    )
)
"""Acts that leave an open event open: stepping, playing, zooming, focusing, N and M."""


def command_table(window: MainWindow) -> dict[str, Callable[[], object]]:
    """Slots by action id."""
    marking, moving, playhead = window.bench.marking, window.bench.moving, window.bench.playhead
    looking, hand_over = window.bench.looking, window.bench.handing_over
    files, desk, lanes = window.bench.files, window.bench.evidence, window.desk.lanes
    table: dict[str, Callable[[], object]] = {
        "new": files.new, "open": files.open, "sample": bound(open_sample, window),
        "add_media": files.add_media, "save": files.save, "save_as": files.save_as,
        "export": hand_over.export, "report": hand_over.report, "close_case": files.close_case,
        "review": hand_over.review, "bundle": hand_over.bundle,
        "quit": window.close,
        "undo": window.bench.document.undo, "redo": window.bench.document.redo, "copy": window.copy,
        "set_aside": desk.set_aside, "restore": desk.restore,
        "find": bound(find, window), "annotate": window.bench.annotating.annotate,
        "who_signs": bound(who_signs, window), "origin": bound(origin, window),
        "nudge": bound(nudge, window, 1),
        "nudge_back": bound(nudge, window, -1),
        "mark": window.bench.rough.mark, "accept": marking.accept,
        "next_source": marking.next_source,
        "only_after": bound(window.bench.drafting.only, "only earliest"),
        "only_before": bound(window.bench.drafting.only, "only latest"),
        "peek": bound(peek, window), "escape": bound(escape, window),
        "search": bound(search, window),
        "accept_candidate": window.desk.search.ask_accept,
        "reject_candidate": window.desk.search.reject,
        "leave_candidate": window.desk.search.leave_undecided,
        "blind_check": window.desk.search.ask_blind,
        "all_pairs": bound(search_all, window),
        "reference": desk.choose_reference, "reading": desk.read_clock,
        "clock_check": desk.check_clock, "log_time": desk.read_log, "delay": desk.show_delays,
        "limit": desk.state_limit, "break": desk.add_break,
        "known_gap": desk.state_gap, "calculate": window.bench.calculation.again, "ask": desk.ask,
        "next_anchor": desk.go_next_anchor,
        "play": playhead.toggle, "reverse": bound(shuttle, window, True),
        "stop": playhead.pause, "forward": bound(shuttle, window, False),
        "step_back": bound(moving.step, -1), "step": bound(moving.step, 1),
        "frame_back": bound(moving.frame, -1), "frame": bound(moving.frame, 1),
        "second_back": bound(moving.second, -1), "second": bound(moving.second, 1),
        "any_back": bound(moving.any_picture, -1), "any": bound(moving.any_picture, 1),
        "previous_mark": bound(moving.neighbour_mark, -1),
        "next_mark": bound(moving.neighbour_mark, 1),
        "to_start": moving.to_start, "to_end": moving.to_end, "go_to": moving.go_to,
        "set_in": moving.set_in, "set_out": moving.set_out, "go_in": moving.go_in,
        "go_out": moving.go_out, "loop": moving.loop, "snap": bound(toggle_snap, window),
        "own_time": window.bench.playback.toggle_own_time,
        "pitch_kept": bound(toggle_pitch, window),
        "slower": bound(moving.change_rate, -1), "faster": bound(moving.change_rate, 1),
        "close_up": moving.close_up, "fit": moving.fit,
        "fit_selection": window.pointing.fit_selection, "previous_view": lanes.previous_view,
        "lane_view": bound(next_lane_view, window),
        "zoom_in": bound(moving.zoom, 2), "zoom_out": bound(moving.zoom, -2),
        "pane_closer": bound(looking.closer, 1), "pane_wider": bound(looking.closer, -1),
        "pane_left": bound(looking.pan, -1, 0), "pane_right": bound(looking.pan, 1, 0),
        "pane_up": bound(looking.pan, 0, -1), "pane_down": bound(looking.pan, 0, 1),
        "earliest": bound(show_extreme, window, "earliest"),
        "latest": bound(show_extreme, window, "latest"),
        "panes": window.bench.walls.choose, "hide_pane": window.bench.walls.hide_focused,
        "wall_window": window.bench.walls.toggle,
        "pane_view": looking.adjust, "pane_reset": looking.reset,
        "save_picture": looking.save_picture,
        "inspector": bound(toggle, window, "inspector"),
        "sources": bound(toggle, window, "sources"),
        "checklist": bound(toggle_checklist, window),
        "next_pane": bound(window.desk.next_part, 1),
        "previous_pane": bound(window.desk.next_part, -1),
        "look": bound(window.arrange, "look"), "mark_space": bound(window.arrange, "mark"),
        "answer": bound(window.arrange, "answer"), "theme": bound(toggle_theme, window),
        "preferences": bound(edit_preferences, window),
        "keys": bound(show_keys, window), "about": bound(about, window),
    }  # fmt: skip
    for number in range(1, 10):
        table[f"focus_{number}"] = bound(window.focus_number, number)
    return table


def who_signs(window: MainWindow) -> None:
    """The name of the person who sits here."""
    from app.dialogs.small import WhoSigns

    name = WhoSigns.ask(window, window.settings.analyst, window.bench.document.case.examiner)
    if name is not None:
        window.settings.analyst = name
        window.desk.status.say(f"Acts are signed: {window.bench.document.author or 'by nobody'}.")


def origin(window: MainWindow) -> None:
    """Where the focused recording came from."""
    from app.dialogs.provenance import AboutRecording

    document, source = window.bench.document, window.bench.places.source(window.bench.focus.source)
    if source is not None:
        stated = AboutRecording.ask(window, document.case, source)
        if stated is not None:
            document.act(stated, f"state where {source.name} came from")


def shuttle(window: MainWindow, backward: bool) -> None:
    """J and L; a picture that way while K is held."""
    stop = window.acts["stop"]
    if isinstance(stop, HeldAction) and stop.is_down:
        window.bench.moving.step(-1 if backward else 1)
    else:
        window.bench.playhead.shuttle(backward)


def nudge(window: MainWindow, steps: int) -> None:
    """The selected mark, by one picture or 10 ms."""
    window.bench.revising.nudge(window.bench.moving.selected_mark, steps)


def next_lane_view(window: MainWindow) -> None:
    """The focused lane shows the next of motion, waveform and spectrogram."""
    if window.bench.focus.source is not None:
        window.bench.lane_views.toggle(window.bench.focus.source)


def escape(window: MainWindow) -> None:
    """Drop what is dragged, tried on or drafted, close the event, leave the candidate, else back
    to work."""
    dropped = window.bench.revising.give_up() or window.desk.lanes.trial.drop()
    if not dropped and not window.bench.marking.escape():
        window.desk.search.leave()
    window.desk.focus_work()


_PEEKING = "peeking"


class _Peek(QObject):
    """Uncovers the answers until H is let go."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.setProperty(_PEEKING, True)
        window.desk.answers.set_covered(False)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """H was let go, or the window left."""
        released = (
            isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease
            and event.key() == Qt.Key.Key_H and not event.isAutoRepeat()
        )  # fmt: skip
        if released or event.type() == QEvent.Type.WindowDeactivate:
            self._window.desk.answers.set_covered(self._window.bench.marking.is_open)
            app = QApplication.instance()
            assert app is not None
            app.removeEventFilter(self)
            self._window.setProperty(_PEEKING, False)
            self.deleteLater()
        return False


def peek(window: MainWindow) -> None:
    """Look at covered answers while H is held; the log keeps that it was done."""
    if window.bench.marking.is_open and not window.property(_PEEKING):
        window.bench.marking.peek()
        window.show_tab("answers")
        _Peek(window)


def show_extreme(window: MainWindow, extreme: Extreme) -> None:
    """The earliest or latest consistent pictures while G is held."""
    window.bench.extremes.hold(extreme, covered=window.bench.marking.is_open)


def find(window: MainWindow) -> None:
    """Filter the evidence, or the remarks where they are in front."""
    window.show_tab("evidence")
    tab = window.desk.evidence_tab
    if tab.page != "remarks":
        tab.show_page("table")
    (tab.remarks.table if tab.page == "remarks" else tab.evidence.table).filter.setFocus()


def search(window: MainWindow) -> None:
    """Open the search of the focused recording."""
    window.show_tab("search")
    window.desk.search.form.set_folded(False)
    button = window.desk.search.form.search
    if button.isEnabled():
        button.setFocus()


def search_all(window: MainWindow) -> None:
    """Search every pair, over the offsets in the form."""
    window.show_tab("search")
    window.desk.search.form.request_all()


def toggle_snap(window: MainWindow) -> None:
    """Snap on or off."""
    drafting = window.bench.drafting
    drafting.snap = not drafting.snap
    window.desk.transport.set_snap(drafting.snap)
    window.desk.status.say("Snapping on." if drafting.snap else "Snapping off.")


def toggle_pitch(window: MainWindow) -> None:
    """Slow sound at its own pitch, or as varispeed."""
    sounding = window.bench.sounding
    sounding.keep_pitch(not sounding.pitch_kept)
    window.desk.status.say(
        f"Pitch is kept at other speeds, for speech: {BY_EAR}."
        if sounding.pitch_kept else "Slow sound is lower: onsets stay where they are."
    )  # fmt: skip


def toggle(window: MainWindow, name: str) -> None:
    """Show or hide a side of the window."""
    part = getattr(window.desk, name)
    part.setVisible(not part.isVisible())
    if not part.isVisible():
        window.desk.focus_work()


def toggle_checklist(window: MainWindow) -> None:
    """Show or hide the steps of a new case, and remember it with the case."""
    look = window.bench.case_look
    look.hide_steps(not look.steps_hidden)


def toggle_theme(window: MainWindow) -> None:
    """Dark or light, and remember it."""
    name = "light" if current_theme().name == "dark" else "dark"
    window.settings.theme = name
    window.set_theme(name)


def show_keys(window: MainWindow) -> None:
    """All keys."""
    from app.dialogs.keys import KeySheet

    sheet = KeySheet(window)
    sheet.finished.connect(sheet.deleteLater)
    sheet.open()


def edit_preferences(window: MainWindow) -> None:
    """Theme, times, defaults, cache."""
    from app.preferences import edit

    edit(window)


def about(window: MainWindow) -> None:
    """Versions and licences."""
    from app.dialogs.about import About

    page = About(window)
    page.finished.connect(page.deleteLater)
    page.open()


def open_sample(window: MainWindow) -> None:
    """Make the sample case in a folder the person chooses, then open it."""
    chosen = QFileDialog.getExistingDirectory(
        window, "Folder for the sample case", str(window.settings.folder)
    )
    if chosen:
        make_sample(window, Path(chosen) / "tiepoint-sample")


def make_sample(window: MainWindow, folder: Path) -> None:
    """The sample case, as a job."""

    def work(progress: Progress) -> Path:
        from app.cli.demo import make

        return make(folder, progress).case_path

    job = window.bench.jobs.start("Making the sample case", work)
    job.finished.connect(window.pointing.open)
    job.failed.connect(window.bench.problems.show)
