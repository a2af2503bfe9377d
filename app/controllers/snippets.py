"""What was seen or heard at each mark: small pictures and sounds kept beside the case."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QImage, QPainter

from app.controllers.draft import SNAP_REACH_NS, Shown, draft_of, find_onset
from app.controllers.recordings import Recordings, waveform_columns
from app.dialogs.closing import PICTURE_PX
from app.document import Document
from app.frame_service import FrameAnswer
from app.jobs import Jobs
from sync.errors import TiepointError
from sync.evidence import Mark
from sync.progress import Progress
from sync.timebase import NS_PER_S, MediaTime, format_seconds
from widgets.columns import columns_image
from widgets.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.dialogs.closing import Sighting
    from sync.media.frame_index import FrameIndex
    from sync.media.raw_sound import RawSound
    from sync.media.sound import SoundReader

_AROUND_NS = 500_000_000
_CALLS_S = 6
"""Read on both sides to see where a channel opens and closes: calls are that far apart and less."""
_EDGE_NS = 25_000_000
"""The ends of calls are known to about ± 10 ms, an onset to a window of 4 ms and what is before."""


class Snippets(QObject):
    """Keeps and shows what marks saw and heard."""

    def __init__(
        self, document: Document, recordings: Recordings, jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._recordings, self._jobs = document, recordings, jobs
        self._images: dict[str, QImage] = {}

    def keep(self, mark: Mark, not_yet: FrameAnswer | None, happened: FrameAnswer | None) -> None:
        """Write the pictures (or the sound ± 0.5 s) of a mark into ``CASE.files``."""
        store = self._document.store
        opened = self._recordings.get(mark.source)
        if store is None or opened is None:
            return
        folder = store.files
        if mark.stream == "picture":
            pictures = {
                f"{mark.id}-{name}.png": answer.image
                for name, answer in (("not-yet", not_yet), ("happened", happened))
                if answer is not None
            }
            job = self._jobs.start(
                "Keeping the pictures of a mark", lambda p: _write_pictures(folder, pictures, p),
                line="opening", shown=False,
            )  # fmt: skip
        else:
            target, at = folder / f"{mark.id}.wav", mark.centre
            path, raw = opened.path, opened.raw
            job = self._jobs.start(
                "Keeping the sound of a mark", lambda p: _write_sound(target, path, raw, at, p),
                line="opening", shown=False,
            )  # fmt: skip
        if happened is not None or not_yet is not None:
            best = happened if happened is not None else not_yet
            assert best is not None
            self._images[mark.id] = _image_of(best.image)
        job.failed.connect(lambda _: None)  # a snippet that cannot be written loses no evidence

    def keep_again(self, mark: Mark) -> None:
        """Write what a mark shows after it was moved."""
        self._images.pop(mark.id, None)
        opened = self._recordings.get(mark.source)
        if mark.stream != "picture":
            self.keep(mark, None, None)
        elif opened is not None and opened.index is not None and self._document.store is not None:
            folder, path, index = self._document.store.files, opened.path, opened.index
            before, here = draft_of(mark, index).shown()
            wanted = {f"{mark.id}-not-yet.png": before, f"{mark.id}-happened.png": here}
            job = self._jobs.start(
                "Keeping the pictures of a mark",
                lambda p: _write_pictures(folder, _read_pictures(path, index, wanted), p),
                line="opening", shown=False,
            )  # fmt: skip
            job.failed.connect(lambda _: None)  # as for a new mark

    def sighting(self, mark: Mark, name: str) -> Sighting:
        """One mark for the closing card."""
        from app.dialogs.closing import Sighting

        both = (mark.earliest, mark.latest)
        ends = [None if at is None else format_seconds(at.ns, 3) for at in both]
        text = f"{ends[0] or '…'} – {ends[1] or '…'} s of the file"
        image = self._images.get(mark.id)
        if image is None and mark.stream == "picture" and self._document.store is not None:
            kept = self._document.store.files / f"{mark.id}-happened.png"
            loaded = QImage(str(kept)) if kept.is_file() else QImage()
            image = None if loaded.isNull() else loaded
        elif image is None:
            image = self._waveform(mark)
        return Sighting(name, text, image)

    # -- sound -------------------------------------------------------------------------------

    def onset_near(self, source: str, media: MediaTime, reach_ns: int) -> MediaTime | None:
        """The onset within reach of ``media``; only where samples are read at once.

        Never where a radio call begins or ends: that is the channel, not what was said on it.
        """
        from sync.media.sound import SoundReader

        opened = self._recordings.get(source)
        if opened is None or opened.source.facts.sound is None or "onset" not in opened.traces:
            return None
        if opened.source.facts.sound.reader != "soundfile":
            return None
        reach_ns = min(reach_ns, SNAP_REACH_NS)
        stretch = opened.source.stretch_at(media)
        try:
            with SoundReader(opened.path, raw=opened.raw) as reader:
                rate = reader.sample_rate_hz
                at = round((media.ns - reader.start.ns) * rate / NS_PER_S)
                first = max(0, at - rate // 5)
                block = reader.read(first, 2 * rate // 5)
                if not len(block):
                    return None
                reach = reach_ns * rate // NS_PER_S
                found = find_onset(block.mean(axis=1), rate, at - first, reach)
                if found is None:
                    return None
                onset = reader.time_of(first + found)
                if opened.source.facts.picture is None and _opens_or_ends_a_call(reader, onset):
                    return None
        except TiepointError:
            return None
        return onset if opened.source.stretch_at(onset) == stretch else None

    def _waveform(self, mark: Mark) -> QImage | None:
        opened = self._recordings.get(mark.source)
        if opened is None or opened.pyramid is None:
            return None
        width, height = PICTURE_PX
        centre = mark.centre.ns
        low, high = waveform_columns(opened.pyramid, opened.source)(
            centre - _AROUND_NS, centre + _AROUND_NS, width
        )
        theme = current_theme()
        image = QImage(width, height, QImage.Format.Format_RGB32)
        image.fill(theme.ground)
        painter = QPainter(image)
        shown = columns_image(low, high, height, QColor(theme.sources[3]), 0.9, waveform=True)
        painter.drawImage(0, 0, shown)
        for at in (mark.earliest, mark.latest):
            if at is not None:
                x = (at.ns - centre + _AROUND_NS) * width // (2 * _AROUND_NS)
                painter.fillRect(int(x), 0, 1, height, theme.act)
        painter.end()
        return image


def _image_of(picture: NDArray[np.uint8]) -> QImage:
    height, width = picture.shape[:2]
    return QImage(picture.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def _read_pictures(
    path: Path, index: FrameIndex, wanted: dict[str, Shown | None]
) -> dict[str, NDArray[np.uint8]]:
    from sync.media.frames import FrameReader

    found = {}
    with FrameReader(path, index) as reader:
        for name, shown in wanted.items():
            if shown is not None:
                frame, which = reader.frame(shown[0]), shown[1]
                if which is not None and index.field_order is not None:
                    at = index.field_time(frame.index, which)
                    frame = frame.field(which, index.field_order, at)
                found[name] = frame.image(frame.video.width, frame.video.height)
    return found


def _write_pictures(
    folder: Path, pictures: dict[str, NDArray[np.uint8]], progress: Progress
) -> None:
    from PIL import Image

    from sync.report.snippets import SMALL, small_picture

    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        progress.report(0.0)
        _image_of(picture).save(str(folder / name))
        # A report takes the small one beside it: to reduce a hundred full ones takes seconds.
        small = small_picture(Image.fromarray(np.ascontiguousarray(picture[:, :, 2::-1])))
        (folder / name).with_suffix(SMALL).write_bytes(small)


def _write_sound(
    target: Path, path: Path, raw: RawSound | None, at: MediaTime, progress: Progress
) -> None:
    from sync.media.sound import SoundReader

    target.parent.mkdir(parents=True, exist_ok=True)
    with SoundReader(path, raw=raw) as reader:
        rate = reader.sample_rate_hz
        first = round((at.ns - _AROUND_NS - reader.start.ns) * rate / NS_PER_S)
        block = reader.read(max(0, first), rate)
    progress.report(0.5)
    loud = np.clip(block.mean(axis=1), -1.0, 1.0) * 32767
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(loud.astype("<i2").tobytes())


@dataclass(frozen=True, slots=True)
class _Around:
    """Some seconds of a sound, as the traces read one."""

    start: MediaTime
    sample_rate_hz: int
    values: NDArray[np.float32]

    @property
    def samples(self) -> int:
        return len(self.values)

    def blocks(self, size: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        for first in range(0, len(self.values), size):
            yield first, self.values[first : first + size]


def _opens_or_ends_a_call(reader: SoundReader, onset: MediaTime) -> bool:
    """Whether a channel opens or closes there, by the seconds around it."""
    from sync.traces.squelch import find_transmissions

    rate = reader.sample_rate_hz
    at = round((onset.ns - reader.start.ns) * rate / NS_PER_S)
    first = max(0, at - _CALLS_S * rate)
    around = _Around(reader.time_of(first), rate, reader.read(first, 2 * _CALLS_S * rate))
    calls = find_transmissions(around)
    last = around.start.ns + round(around.samples * NS_PER_S / rate)
    edges = [edge.ns for call in calls for edge in (call.start, call.end)]
    # Where the seconds that were read begin or end, no channel does.
    real = (edge for edge in edges if around.start.ns < edge < last)
    return any(abs(edge - onset.ns) <= _EDGE_NS for edge in real)
