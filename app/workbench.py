"""All that works behind one window: document, playhead, jobs, controllers; made and ended here."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.audio_out import AudioOut
from app.collecting import Collecting
from app.controllers.annotating import Annotating
from app.controllers.autosave import Autosave
from app.controllers.calculation import Calculation
from app.controllers.case_look import CaseLook
from app.controllers.checks import Checks
from app.controllers.drafting import Drafting
from app.controllers.evidence import EvidenceDesk
from app.controllers.extremes import Extremes
from app.controllers.files import Files
from app.controllers.handing_over import HandingOver
from app.controllers.lane_views import LaneViews
from app.controllers.looking import Looking
from app.controllers.marking import Marking
from app.controllers.moving import Moving
from app.controllers.pair import Pair
from app.controllers.panes import Panes
from app.controllers.places import Places
from app.controllers.playback import Playback
from app.controllers.problems import Problems
from app.controllers.recordings import Recordings
from app.controllers.relinking import Relinking
from app.controllers.revising import Revising
from app.controllers.rough import Rough
from app.controllers.saving import Saving
from app.controllers.searching import Searching
from app.controllers.snippets import Snippets
from app.controllers.sounding import Sounding
from app.controllers.times import Times
from app.controllers.try_on import TryOn
from app.controllers.verifying import Verifying
from app.controllers.walls import Walls
from app.controllers.what_if import WhatIfs
from app.document import Document
from app.focus import Focus
from app.frame_service import FrameService
from app.jobs import Jobs
from app.layout import Layout
from app.playhead import Playhead
from app.settings import Settings
from sync.cache import Cache


class Workbench(QObject):
    """The parts, each knowing only those it needs."""

    def __init__(
        self, window: QWidget, layout: Layout, settings: Settings, *, cache: Cache | None = None,
        audio: AudioOut | None = None,
    ) -> None:  # fmt: skip
        super().__init__(window)
        at, cache = layout, cache or Cache()
        self.settings = settings
        self.problems = Problems(at.problem, self)
        self.saving = Saving(settings, window, self.problems.show, self)
        self.document = Document(self)
        self.document.signs = lambda: settings.analyst
        self.collecting = Collecting(self)
        self.jobs = Jobs(self)
        self.playhead = Playhead(self)
        self.focus = Focus(self)
        self.frames = FrameService(self)
        self.audio = audio or AudioOut(self)
        # Order matters: recordings know of a source before it is calculated and shown.
        self.recordings = Recordings(self.document, self.jobs, self.frames, cache, self)
        self.lane_views = LaneViews(self.recordings, self.jobs, self)
        self.case_look = CaseLook(self.document, settings, self.lane_views, self)
        self.calculation = Calculation(self.document, self.jobs, self)
        self.places = Places(self.document, self.calculation, self.playhead, self.focus)
        self._make_looking(at, window)
        self._make_evidence(at, window)
        self.files = Files(
            document=self.document, jobs=self.jobs, settings=settings, cache=cache,
            window=window, problem=self.problems.offer, parent=self,
        )  # fmt: skip
        self.relinking = Relinking(self.document, self.jobs, window, self)
        self.annotating = Annotating(
            document=self.document, jobs=self.jobs, places=self.places, playback=self.playback,
            focus=self.focus, calculation=self.calculation, table=at.evidence_tab.remarks,
            lanes=at.lanes, window=window,
            problem=self.problems.show, parent=self,
        )  # fmt: skip
        self.handing_over = HandingOver(
            document=self.document, jobs=self.jobs, playhead=self.playhead, cache=cache,
            window=window, problem=self.problems.offer, parent=self,
        )  # fmt: skip
        self.handing_over.said.connect(at.status.say)
        self.handing_over.reported.connect(lambda _: self.case_look.note_report())
        self.files.labels_dropped.connect(self.annotating.read)
        self.autosave = Autosave(self.document, self.problems.show, self)
        self.try_on = TryOn(
            document=self.document, calculation=self.calculation, places=self.places,
            focus=self.focus, playhead=self.playhead, searching=self.searching, lanes=at.lanes,
            panel=at.search, window=window, show_search=lambda: at.show_tab("search"), parent=self,
        )  # fmt: skip
        self._closed = False

    def _make_looking(self, at: Layout, window: QWidget) -> None:
        """Pictures, sound, and moving about."""
        self.panes = Panes(
            places=self.places, recordings=self.recordings, playhead=self.playhead,
            focus=self.focus, frames=self.frames, wall=at.wall, parent=self,
        )  # fmt: skip
        self.sounding = Sounding(
            places=self.places, recordings=self.recordings, playhead=self.playhead,
            focus=self.focus, audio=self.audio, transport=at.transport,
            parent=self,
        )  # fmt: skip
        self.times = Times(self.places, self.calculation, at.lanes, self)
        self.playback = Playback(
            places=self.places, panes=self.panes, calculation=self.calculation,
            playhead=self.playhead, focus=self.focus, times=self.times, wall=at.wall,
            lanes=at.lanes, transport=at.transport, parent=self,
        )  # fmt: skip
        self.recordings.ready.connect(self.playback.look_again)
        self.playback.dragged.connect(self.sounding.scrub)
        self.looking = Looking(
            document=self.document, calculation=self.calculation, places=self.places,
            recordings=self.recordings, frames=self.frames, jobs=self.jobs,
            playhead=self.playhead, focus=self.focus, settings=self.settings, wall=at.wall,
            window=window, parent=self,
        )  # fmt: skip
        self.extremes = Extremes(self.panes, self.playback, self.playhead, self)
        self.extremes.said.connect(at.status.say)
        self.walls = Walls(self.document, self.focus, self.settings, at.wall, window, self)
        self.walls.said.connect(at.status.say)
        self.looking.said.connect(at.status.say)
        self.looking.failed.connect(self.problems.show)

    def _make_evidence(self, at: Layout, window: QWidget) -> None:
        """Marking, searching, and the tables."""
        self.snippets = Snippets(self.document, self.recordings, self.jobs, self)
        common: dict[str, Any] = {
            "document": self.document, "places": self.places, "playback": self.playback,
            "recordings": self.recordings, "focus": self.focus, "window": window, "parent": self,
        }  # fmt: skip
        self.drafting = Drafting(
            places=self.places, panes=self.panes, playback=self.playback,
            recordings=self.recordings, pair=Pair(self.frames, at.wall, self), lanes=at.lanes,
            snippets=self.snippets, parent=self,
        )  # fmt: skip
        self.marking = Marking(
            drafting=self.drafting, playhead=self.playhead, lanes=at.lanes, transport=at.transport,
            snippets=self.snippets, problem=self.problems.show, **common,
        )  # fmt: skip
        self.verifying = Verifying(self.document, self.recordings, self.problems.show, self)
        self.verifying.said.connect(at.status.say)
        self.sounding.only_focused = lambda: self.marking.is_open
        self.moving = Moving(
            playhead=self.playhead, drafting=self.drafting, marking=self.marking,
            sounding=self.sounding, lanes=at.lanes, transport=at.transport, **common,
        )  # fmt: skip
        self.revising = Revising(
            self.document, self.calculation, self.recordings, self.snippets, self.moving, self
        )  # fmt: skip
        self.rough = Rough(
            self.document, self.places, self.playhead, self.focus, self.marking, self
        )  # fmt: skip
        self.rough.said.connect(at.status.say)
        self.searching = Searching(
            jobs=self.jobs, playhead=self.playhead, panel=at.search, problem=self.problems.show,
            **common,
        )  # fmt: skip
        self.what_ifs = WhatIfs(self.document, self.jobs, at.answers, self)
        self.evidence = EvidenceDesk(
            calculation=self.calculation, moving=self.moving, marking=self.marking,
            evidence=at.evidence_tab, clocks=at.clocks, answers=at.answers,
            problem=self.problems.show, **common,
        )  # fmt: skip
        self.evidence.noted.connect(at.search.set_note)
        self.checks = Checks(
            document=self.document, calculation=self.calculation, places=self.places,
            desk=self.evidence, panel=at.evidence_tab, marking=self.marking,
            lane_views=self.lane_views, window=window, problem=self.problems.show, parent=self,
        )  # fmt: skip

    @property
    def is_idle(self) -> bool:
        """True when jobs, calculation and pictures are done."""
        busy = self.calculation.busy or not self.playback.resting
        return self.jobs.idle and self.frames.idle and not busy

    def close(self) -> None:
        """Stop everything that runs; no thread, timer or file is left."""
        if self._closed:
            return
        self._closed = True
        self.autosave.close()
        self.walls.dock()
        self.extremes.let_go()
        self.looking.close()
        self.marking.close()
        self.searching.close()
        self.playhead.close()
        self.playback.close()
        self.audio.close()
        self.jobs.close()
        self.frames.close()
        self.document.close()
        self.collecting.close()
