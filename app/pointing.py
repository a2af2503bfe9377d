"""The mouse: what clicks and menus on the widgets of the window do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from app.actions import Actions
from app.controllers.lane_views import SHOWN
from app.display import Display
from app.lane_sounds import GAINS_DB, LaneSound
from app.layout import Layout
from app.workbench import Workbench
from sync.errors import TiepointError
from sync.timebase import MediaTime
from widgets.parts import swatch
from widgets.search_form import channel_name
from widgets.theme import PALETTE, source_colour

_HEIGHTS: tuple[tuple[str, int | None], ...] = (
    ("As the others", None), ("Low", 34), ("Tall", 96), ("Very tall", 180),
)  # fmt: skip
_STEPS = {"add": "add_media", "read": "reading", "ask": "ask", "link": "mark", "report": "report"}


class Pointing(QObject):
    """Connects the widgets to the workbench."""

    def __init__(
        self, window: QMainWindow, bench: Workbench, layout: Layout, actions: Actions,
        display: Display,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._window, self._bench, self._at = window, bench, layout
        self._actions, self._display = actions, display
        self._connect_recordings()
        self._connect_transport()
        self._connect_panels()

    def _connect_recordings(self) -> None:
        at, bench = self._at, self._bench
        at.sources.selected.connect(bench.focus.set)
        at.sources.add_wanted.connect(self._actions["add_media"].trigger)
        at.sources.files_dropped.connect(self.dropped)
        at.sources.menu_wanted.connect(self._source_menu)
        at.wall.focused.connect(self._pane_clicked)
        at.wall.menu_wanted.connect(self._pane_menu)
        at.lanes.moved.connect(bench.playback.drag_reference)
        at.lanes.released.connect(bench.playback.release)
        at.lanes.clicked.connect(self._lane_clicked)
        at.lanes.mark_clicked.connect(bench.moving.go_mark)
        at.lanes.mark_dragged.connect(self._mark_dragged)
        at.lanes.range_selected.connect(self._range_selected)
        at.lanes.shelf_moved.connect(self._own_time_clicked)
        at.lanes.menu_wanted.connect(self._lane_menu)
        at.lanes.height_wanted.connect(bench.lane_views.set_heights)
        at.lanes.order_wanted.connect(bench.lane_views.set_order)
        at.own_time.moved.connect(self._own_time_clicked)
        at.own_time.released.connect(bench.playback.release)

    def _connect_transport(self) -> None:
        bar, act, moving = self._at.transport, self._actions, self._bench.moving
        bar.play_toggled.connect(act["play"].trigger)
        bar.step.connect(moving.step)
        bar.to_start.connect(act["to_start"].trigger)
        bar.to_end.connect(act["to_end"].trigger)
        bar.rate_changed.connect(moving.set_rate)
        bar.loop_toggled.connect(act["loop"].trigger)
        bar.snap_toggled.connect(act["snap"].trigger)
        bar.sound_clicked.connect(self._sound_menu)
        bar.set_snap(self._bench.drafting.snap)

    def _connect_panels(self) -> None:
        at, act, bench = self._at, self._actions, self._bench
        at.status.jobs.cancelled.connect(self._cancel_job)
        at.questions.chosen.connect(self._question_chosen)
        at.questions.ask_wanted.connect(act["ask"].trigger)
        at.search_tab.partner_chosen.connect(self._partner_chosen)
        at.inspector.currentChanged.connect(lambda _: self.tab_changed())
        at.file.go_to.connect(self._go_in_file)
        at.file.origin_wanted.connect(act["origin"].trigger)
        at.checklist.step_clicked.connect(self._step_clicked)
        at.checklist.dismissed.connect(lambda: bench.case_look.hide_steps(True))
        at.welcome.new_wanted.connect(act["new"].trigger)
        at.welcome.open_wanted.connect(act["open"].trigger)
        at.welcome.sample_wanted.connect(act["sample"].trigger)
        at.welcome.recent_chosen.connect(self.open)
        at.welcome.set_recent(self._bench.settings.recent)
        self._bench.files.opened.connect(
            lambda _: at.welcome.set_recent(self._bench.settings.recent)
        )
        self._bench.evidence.question_opened.connect(lambda _: at.show_tab("answers"))

    # -- files -------------------------------------------------------------------------------

    def open(self, path: object) -> None:
        """Open a case; a problem is explained."""
        try:
            self._bench.files.open(path)  # type: ignore[arg-type]
        except (TiepointError, OSError) as error:
            self._bench.problems.show(error)

    def dropped(self, names: list[str]) -> None:
        """Files were dropped anywhere on the window."""
        try:
            self._bench.files.dropped(names)
        except (TiepointError, OSError) as error:
            self._bench.problems.show(error)

    # -- recordings --------------------------------------------------------------------------

    def _pane_clicked(self, source: str) -> None:
        self._bench.focus.set(source)
        self._at.focus_work()

    def _pane_menu(self, source: str, at: QPoint) -> None:
        self._pane_clicked(source)
        menu = QMenu(self._window)
        self._bench.looking.fill(menu, self._actions)
        menu.addSeparator()
        menu.addAction(self._actions["hide_pane"])
        self._bench.walls.fill(menu.addMenu("Panes"))
        menu.addAction(self._actions["wall_window"])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _lane_clicked(self, source: str, ns: object) -> None:
        self._pane_clicked(source)
        if isinstance(ns, int):
            self._bench.playback.go_reference(ns)

    def _mark_dragged(self, mark: str, by_ns: int, done: bool) -> None:
        try:
            self._bench.revising.drag(mark, by_ns, done)
        except TiepointError as error:
            self._bench.problems.show(error)

    def _own_time_clicked(self, source: str, media_ns: object) -> None:
        self._pane_clicked(source)
        if isinstance(media_ns, int):
            self._bench.playback.drag_own(source, MediaTime(media_ns))

    def _range_selected(self, _source: str, first: int, last: int) -> None:
        if self._bench.playhead.axis is None:
            self._bench.playhead.set_in(first)
            self._bench.playhead.set_out(last)

    def fit_selection(self) -> None:
        """Show the range that was dragged in a lane, else from in to out."""
        first, last = self._bench.playhead.in_out
        marked = first is not None and last is not None and self._bench.playhead.axis is None
        chosen = self._at.lanes.selection or ((first, last) if marked else None)
        if chosen is None or chosen[0] is None or chosen[1] is None:
            self._at.status.say("Nothing is selected: drag in a lane, or set in (I) and out (O).")
        else:
            self._at.lanes.zoom_to(chosen[0], chosen[1])

    def _source_menu(self, source: str, at: QPoint) -> None:
        self._bench.focus.set(source)
        menu = QMenu(self._window)
        recordings = self._bench.recordings
        opened = recordings.get(source)
        if opened is not None and opened.stopped:
            menu.addAction("Go on reading", partial(recordings.read_on, source))
            menu.addSeparator()
        for name in ("mark", "limit", "search", "reading", "break", "known_gap", "own_time",
                     "origin"):  # fmt: skip
            menu.addAction(self._actions[name])
        if self._at.lanes.lane(source) is not None:
            self._add_looks(menu.addMenu("Lane"), source)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _lane_menu(self, source: str, at: QPoint) -> None:
        """What this lane shows, and of which channels."""
        views, menu = self._bench.lane_views, QMenu(self._window)
        self._bench.focus.set(source)
        view = views.view(source)
        for shown in views.kinds(source):
            act = partial(views.show, source, shown)
            _tick(menu.addAction(SHOWN[shown], act), view.shown == shown)
        if view.shown != "motion" and (choices := views.channels(source)):
            menu.addSection("Channels")
            for channels, name in choices:
                act = partial(views.part, source, channels)
                _tick(menu.addAction(name, act), view.channels == channels)
        self._add_sound(menu, source)
        menu.addSection("Lane")
        self._add_looks(menu, source)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _add_looks(self, menu: QMenu, source: str) -> None:
        """Height, colour and place of a lane."""
        views, lanes = self._bench.lane_views, self._at.lanes
        own, tall = views.heights().get(source), menu.addMenu("Height")
        for text, height in _HEIGHTS:
            act = partial(views.set_heights, {source: height})
            _tick(tall.addAction(text, act), own == height)
        colours, colour = menu.addMenu("Colour"), views.colour(source)
        act = partial(views.set_colour, source, None)
        _tick(colours.addAction("As it comes", act), colour is None)
        for place, name in enumerate(PALETTE):
            act = partial(views.set_colour, source, place)
            made = colours.addAction(swatch(source_colour(place)), name.capitalize(), act)
            _tick(made, colour == place)
        order = lanes.order()
        if source in order:
            place = order.index(source)
            for text, steps, can in (("Move up", -1, place > 0),
                                     ("Move down", 1, place < len(order) - 1)):  # fmt: skip
                act = partial(views.move, source, steps, order)
                menu.addAction(text, act).setEnabled(can)

    def _add_sound(self, menu: QMenu, source: str) -> None:
        """How this lane is heard."""
        lanes, known = self._bench.sounding.lanes, self._bench.places.source(source)
        if known is None or known.facts.sound is None:
            return
        now = lanes[source]

        def add(to: QMenu, text: str, sound: LaneSound, ticked: bool) -> None:
            _tick(to.addAction(text, partial(lanes.choose, source, sound)), ticked)

        menu.addSection("Sound")
        add(menu, "Mute", replace(now, mute=not now.mute, solo=False), now.mute)
        add(menu, "Alone (solo)", replace(now, solo=not now.solo, mute=False), now.solo)
        gain = menu.addMenu("Gain")
        for gain_db in GAINS_DB:
            text = f"{'+' if gain_db > 0 else '−' if gain_db else ''}{abs(gain_db)} dB"
            add(gain, text, replace(now, gain_db=gain_db), now.gain_db == gain_db)
        count = known.facts.sound.channels
        if count > 1:
            part = menu.addMenu("Listen to")
            add(part, "All channels", replace(now, channel=None), now.channel is None)
            for channel in range(count):
                name = f"Only {channel_name(channel, count)}"
                add(part, name, replace(now, channel=channel), now.channel == channel)

    def _sound_menu(self) -> None:
        bench, menu = self._bench, QMenu(self._window)
        heard = bench.sounding.heard
        for source in bench.document.case.sources:
            if source.facts.sound is not None:
                act = partial(bench.sounding.hear, source.id)
                _tick(menu.addAction(f"Only {source.name}", act), heard == (source,))
        menu.addAction("All that are not muted", partial(bench.sounding.hear, None))
        menu.addSeparator()
        menu.addAction(self._actions["pitch_kept"])
        _tick(menu.addAction("No sound", self._toggle_sound), bench.audio.muted)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._at.transport.mapToGlobal(QPoint(320, 40)))

    def _toggle_sound(self) -> None:
        self._bench.sounding.set_muted(not self._bench.audio.muted)

    # -- panels ------------------------------------------------------------------------------

    def _cancel_job(self) -> None:
        job = self._display.job_shown()
        if job is not None:
            job.cancel()

    def _question_chosen(self, question: str) -> None:
        self._bench.marking.close_event()
        self._at.answers.open_question(question)
        self._at.show_tab("answers")
        self.tab_changed()

    def _partner_chosen(self, source: str) -> None:
        self._bench.searching.choose(source)

    def _go_in_file(self, media: MediaTime) -> None:
        if self._bench.focus.source is not None:
            self._bench.playback.go_media(self._bench.focus.source, media)

    def _step_clicked(self, step: str) -> None:
        if step in _STEPS:
            self._actions[_STEPS[step]].trigger()
        else:
            self._at.show_tab("file")

    def tab_changed(self) -> None:
        """Another tab of the inspector is in front."""
        self._display.show_partners()
        self._bench.evidence.note_viewing()
        self._display.enable()


def _tick(action: QAction, ticked: bool) -> None:
    action.setCheckable(True)
    action.setChecked(ticked)
