"""Looking closer at a picture, and saving it as it was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.actions import Actions
from app.controllers.calculation import Calculation
from app.controllers.panes import own_time_text, pane_info
from app.controllers.places import Places
from app.controllers.recordings import Recordings
from app.document import Document
from app.focus import Focus
from app.frame_service import STORED, FrameAnswer, FrameService
from app.jobs import Jobs
from app.picture_file import picture_name, write_picture
from app.playhead import Playhead
from app.settings import Settings
from sync import ENGINE_VERSION
from sync.case.case import Source
from sync.errors import EvidenceError
from sync.progress import Progress
from sync.timebase import MediaTime, ReferenceTime, format_clock, format_seconds
from sync.uncertainty import decimals_for
from widgets.video_pane import VideoPane
from widgets.video_wall import VideoWall
from widgets.view_popover import ViewPopover

_PAN_PART = 0.2
"""Share of the pane that a key moves a close picture by."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    source: str
    path: Path


class Looking(QObject):
    """What is done with one pane: the focused one.

    Signals
    -------
    said(str)
        One line for the status bar.
    failed(object)
        The exception that kept a picture from being saved.
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self, *, document: Document, calculation: Calculation, places: Places,
        recordings: Recordings, frames: FrameService, jobs: Jobs, playhead: Playhead, focus: Focus,
        settings: Settings, wall: VideoWall, window: QWidget, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._calculation, self._places = document, calculation, places
        self._recordings, self._frames, self._jobs = recordings, frames, jobs
        self._playhead, self._focus, self._settings = playhead, focus, settings
        self._wall, self._window = wall, window
        self._saving: dict[int, _Wanted] = {}
        self.popover: ViewPopover | None = None
        frames.answered.connect(self._answered)
        frames.failed.connect(self._not_read)

    # -- looking -----------------------------------------------------------------------------

    def closer(self, steps: int) -> None:
        """Look closer at the focused picture, or wider."""
        pane = self._pane()
        if pane is not None:
            pane.zoom_by(steps)

    def pan(self, across: int, down: int) -> None:
        """Look further to one side of a picture that is close."""
        pane = self._pane()
        if pane is not None:
            pane.pan(-across * _PAN_PART * pane.width(), -down * _PAN_PART * pane.height())

    def reset(self) -> None:
        """The whole picture with its own levels."""
        pane = self._pane()
        if pane is not None:
            pane.reset_view()

    def adjust(self) -> None:
        """The sliders of the focused picture."""
        pane, source = self._pane(), self._places.source(self._focus.source)
        if pane is None or source is None or pane.info is None:
            self.said.emit("No picture is shown here.")
            return
        self.popover = ViewPopover(pane, source.name)
        self.popover.closed.connect(self._closed)
        self.popover.open()

    def _closed(self) -> None:
        self.popover = None

    def _pane(self) -> VideoPane | None:
        return self._wall.pane(self._focus.source or "")

    def fill(self, menu: QMenu, actions: Actions) -> None:
        """The menu of a pane."""
        for name in ("pane_closer", "pane_wider", "pane_view", "pane_reset"):
            menu.addAction(actions[name])
        menu.addSeparator()
        menu.addAction(actions["save_picture"])

    # -- saving ------------------------------------------------------------------------------

    def save_picture(self) -> None:
        """Ask where, then write the focused picture in its own pixels.

        Raises
        ------
        EvidenceError
            When the focused recording shows no picture.
        """
        self._playhead.pause()
        pane, source = self._pane(), self._places.source(self._focus.source)
        index = self._recordings.index(self._focus.source)
        media = None if pane is None or pane.info is None else pane.info.media
        number = None if index is None or media is None else index.frame_at(media)
        if source is None or index is None or media is None or number is None:
            raise EvidenceError(
                "No picture is shown that could be saved.",
                hint="Focus a recording with a picture at the playhead.",
            )
        picture = f"picture {index.picture_of(number)}" if index.state == "verified" else ""
        name = picture_name(
            source.name, source.item, picture, f"frame {number}", f"{format_seconds(media.ns, 3)} s"
        )
        folder = self._settings.folder
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Save this picture", str(folder / name), "PNG picture (*.png)"
        )
        if chosen:
            path = Path(chosen)
            path = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
            self._settings.folder = path.parent
            self._saving[self._frames.fetch(source.id, number, STORED)] = _Wanted(source.id, path)

    def _answered(self, answer: FrameAnswer) -> None:
        wanted = self._saving.pop(answer.request, None)
        if wanted is None:
            return
        source, path = self._places.source(wanted.source), wanted.path
        if source is None or source.facts.picture is None:
            return
        aspect = stored_aspect(source)
        texts = self._texts(source, answer, aspect)

        def work(progress: Progress) -> None:
            progress.report(0.0)
            write_picture(path, answer.image, aspect, texts)

        job = self._jobs.start("Saving the picture", work, line="quick", shown=False)
        height, width = answer.image.shape[:2]
        shape = "" if aspect == 1 else f", one pixel {aspect.numerator}:{aspect.denominator}"
        job.finished.connect(
            lambda _: self.said.emit(
                f"Saved {path.name}: {width} × {height} pixels as recorded{shape}."
            )
        )
        job.failed.connect(self.failed)

    def _not_read(self, source: str, error: Exception) -> None:
        for number, wanted in list(self._saving.items()):
            if wanted.source == source:
                del self._saving[number]
                self.failed.emit(error)

    def _texts(self, source: Source, answer: FrameAnswer, aspect: Fraction) -> dict[str, str]:
        """What stands in the file beside its pixels."""
        case, index = self._document.case, self._recordings.index(source.id)
        facts, picture = source.facts, source.facts.picture
        assert picture is not None
        said = "" if index is None else pane_info(answer, index).text
        pixels = "decoded with errors" if answer.damaged else "decoded as indexed"
        if not answer.exact and not answer.damaged:
            pixels = "decoded; the file's pictures are not all counted yet"
        texts = {
            "Title": f"{source.name}: {said}",
            "Recording": source.name,
            "Item": source.item,
            "File": source.path,
            "File SHA-256": facts.sha256,
            "Frame": str(answer.index),
            "Time in the file": f"{own_time_text(answer.time)} ({answer.time.ns} ns)",
            "Time on the reference clock": self._reference(source.id, answer.time),
            "Pixels": f"{pixels} ({picture.codec}), 8-bit RGB, not scaled, levels not changed",
            "Pixel aspect": f"{aspect.numerator}:{aspect.denominator} (width to height)",
            "Turned": f"{picture.rotation_deg}° clockwise, as the file says",
            "Case": " ".join(part for part in (case.number, case.title) if part),
            "Software": f"Tiepoint {ENGINE_VERSION}",
        }
        return {key: text for key, text in texts.items() if text}

    def _reference(self, source: str, media: MediaTime) -> str:
        if self._calculation.outdated:
            return "not stated: the calculation is out of date"
        at = self._places.reference_of(source, media)
        if at is None:
            return "not known: no link to the reference clock"
        half = self._places.half_of(source, media)
        clock = self._places.clock_name()
        if not half:
            return f"{format_clock(at, 3)} on {clock}, the reference itself"
        decimals = min(4, decimals_for(half / 1e9))
        low, high = (format_clock(ReferenceTime(at.ns + side * half), decimals) for side in (-1, 1))
        return f"{format_clock(at, decimals)} on {clock}, between {low} and {high} (95 % range)"

    def close(self) -> None:
        """Let go of the sliders and of what was still to be saved."""
        self._saving.clear()
        if self.popover is not None:
            self.popover.close()


def stored_aspect(source: Source) -> Fraction:
    """Width to height of one pixel as the picture is looked at: upright."""
    picture = source.facts.picture
    assert picture is not None
    aspect = Fraction(picture.sample_aspect.replace(":", "/"))
    return 1 / aspect if picture.rotation_deg % 180 else aspect
