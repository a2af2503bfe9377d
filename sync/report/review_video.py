"""The review video: chosen recordings in step on the reference clock, as an MP4 to be shown.

It demonstrates and is no evidence: it says so on its first page and in every picture, and carries
the SHA-256 of what was filmed. The same case, recordings and request give the same bytes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from sync.cache import Cache
from sync.case.case import Case, Source
from sync.errors import MediaEmpty
from sync.media.film import SOUND_RATE_HZ, FilmFormat, FilmWriter, Matrix, Planes, planes_of
from sync.media.inspect import check_unchanged, inspect
from sync.media.pane_reader import PaneReader
from sync.media.raw_sound import RawSound
from sync.media.sound import SoundReader
from sync.progress import SILENT, Progress
from sync.report.review_apart import Apart
from sync.report.review_drawing import StillState, StripState, still, strip_wave
from sync.report.review_extremes import Part
from sync.report.review_ink import GROUND as GROUND_RGB
from sync.report.review_ink import PANEL, SECONDARY, TEXT, Lettering
from sync.report.review_layout import Places, places
from sync.report.review_panes import Pane, RunningText, Shown
from sync.report.review_plan import Plan, ReviewRequest, plan_review
from sync.report.review_slates import BANNER, before_part, clock_name, heading, opening
from sync.report.review_sound import FilmSound
from sync.report.whole import whole_file
from sync.timebase import Duration, ReferenceTime, format_clock

SLATE_S = 6
PART_SLATE_S = 4
_PAGE = Duration.from_s(60)
"""Longest time that the strip of the sound shows at once."""
_REPORT_EVERY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedPart:
    """Where a part lies in the film."""

    name: str
    at_s: float
    """Film time of its first picture."""
    start: ReferenceTime
    end: ReferenceTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A film that was written."""

    path: Path
    pictures: int
    rate: Fraction
    parts: tuple[PlayedPart, ...]

    def at_s(self, t: ReferenceTime, part: int = 0) -> float | None:
        """Film time at which a part shows reference time ``t``; ``None`` where it does not."""
        played = self.parts[part]
        inside = played.start <= t < played.end
        return played.at_s + (t - played.start).s if inside else None


def write_review(
    case: Case,
    media: Mapping[str, Path],
    out: Path,
    request: ReviewRequest,
    *,
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> Reviewed:
    """Make the film.

    Parameters
    ----------
    media
        Where each recording lies, by id; those of the film are hashed first.
    out
        The MP4; there whole on return, or not at all.

    Raises
    ------
    CaseStale, UnlinkedClock, FormatError
        When the request cannot be met: see :func:`sync.report.review_plan.plan_review`.
    MediaError
        When a recording is missing, has changed or cannot be decoded.
    StorageError
        When the film cannot be written.
    Cancelled
        Through ``progress``; nothing is left then.
    """
    plan = plan_review(case, request)
    with contextlib.ExitStack() as opened:
        readers = _open_panes(plan, media, cache, opened, progress.part(0.0, 0.1, "checking"))
        sound = _open_sound(plan, media, cache, opened)
        matrix = readers[0].matrix
        form = FilmFormat(
            width=request.width, height=request.height, rate=plan.rate, matrix=matrix,
            channels=0 if sound is None else sound.channels,
        )  # fmt: skip
        numbers = {source.id: n for n, source in enumerate(case.sources)}
        panes = [
            Pane(case, source, numbers[source.id], reader, matrix)
            for source, reader in zip(plan.panes, readers, strict=True)
        ]
        laid = places(request.width, request.height, request.layout, len(readers))  # fmt: skip
        tags = {"title": f"{heading(plan)} – review video", "comment": BANNER}
        with whole_file(out) as made, FilmWriter(made, form, tags) as writer:
            film = _Film(plan, laid, panes, sound, writer, matrix)
            parts = film.run(progress.part(0.1, 1.0, "writing the film"))
            pictures = writer.pictures
    return Reviewed(path=out, pictures=pictures, rate=plan.rate, parts=parts)


def _open_panes(
    plan: Plan, media: Mapping[str, Path], cache: Cache | None, opened: contextlib.ExitStack,
    progress: Progress,
) -> list[PaneReader]:  # fmt: skip
    readers = []
    for n, source in enumerate(plan.panes):
        part = progress.part(n / len(plan.panes), (n + 1) / len(plan.panes))
        path = media[source.id]
        found = None
        if path.is_file() and path.stat().st_size == source.facts.size_bytes:
            found = inspect(path, cache=cache, progress=part)
        if found is None or found.facts.sha256 != source.facts.sha256:
            _refuse_changed(source, path)
        if found is None or found.index is None:
            raise MediaEmpty(f"{source.name} holds no pictures.", path=path)
        readers.append(opened.enter_context(PaneReader(path, found.index)))
    return readers


def _open_sound(
    plan: Plan, media: Mapping[str, Path], cache: Cache | None, opened: contextlib.ExitStack
) -> FilmSound | None:
    source = plan.sound
    if source is None:
        return None
    path = media[source.id]
    _refuse_changed(source, path)
    raw = None if source.facts.sound is None else RawSound.of_facts(source.facts.sound)
    reader = SoundReader(path, cache=cache, sha256=source.facts.sha256, raw=raw)
    return FilmSound(source.id, opened.enter_context(reader), SOUND_RATE_HZ)


def _refuse_changed(source: Source, path: Path) -> None:
    check_unchanged(path, source.facts.size_bytes, source.facts.sha256)


class _Film:
    """The film while it is written."""

    def __init__(
        self, plan: Plan, laid: Places, panes: list[Pane], sound: FilmSound | None,
        writer: FilmWriter, matrix: Matrix,
    ) -> None:  # fmt: skip
        self._plan, self._laid, self._panes = plan, laid, panes
        self._sound, self._writer, self._matrix = sound, writer, matrix
        self._apart = Apart(plan.ready)
        self._ground: Planes | None = None
        self._head: int | None = None
        self._heard = 0
        text, secondary, panel, ground = (
            int(planes_of(np.full((2, 2, 3), colour, np.uint8), matrix)[0][0, 0])
            for colour in (TEXT, SECONDARY, PANEL, GROUND_RGB)
        )
        inks: dict[int, tuple[Lettering, Lettering]] = {}
        for pane, box in zip(panes, laid.panes, strict=True):
            pane.place(laid, box, inks, (text, secondary, panel))
        large = Lettering(round(36 * laid.unit), text, ground)
        middle = laid.time.y + laid.time.height // 2
        self._clock = RunningText(large, laid.time.x, middle - large.height // 2)

    def run(self, progress: Progress) -> tuple[PlayedPart, ...]:
        """Slates and parts, one after the other."""
        plan, parts = self._plan, []
        self._slates(opening(plan, self._laid), SLATE_S)
        for number, part in enumerate(plan.parts, start=1):
            if len(plan.parts) > 1:
                self._slates(before_part(plan, part, number, self._laid), PART_SLATE_S)
            parts.append(PlayedPart(name=part.name, at_s=float(self._writer.pictures / plan.rate),
                                    start=plan.start, end=plan.end))  # fmt: skip
            share = len(plan.parts)
            self._play(part, number, progress.part((number - 1) / share, number / share))
        return tuple(parts)

    def _slates(self, pages: list[np.ndarray], seconds: int) -> None:
        for page in pages:
            self._lay(planes_of(page, self._matrix))
            for _ in range(round(seconds * self._plan.rate)):
                self._writer.picture()
        self._silence()

    def _silence(self) -> None:
        """No sound up to the next picture."""
        if self._sound is not None:
            until = self._samples_until(self._writer.pictures)
            self._writer.sound(np.zeros((until - self._heard, self._sound.channels), np.float32))
            self._heard = until

    def _samples_until(self, picture: int) -> int:
        return int(picture / self._plan.rate * SOUND_RATE_HZ)

    def _lay(self, planes: Planes) -> None:
        for whole, part in zip(self._writer.canvas, planes, strict=True):
            whole[:] = part

    # -- playing --------------------------------------------------------------------------------

    def _play(self, part: Part, number: int, progress: Progress) -> None:
        plan, count = self._plan, self._plan.pictures
        first = self._writer.pictures
        second = max(1, int(plan.rate))
        state: StillState | None = None
        for n in range(count):
            t = plan.time_of(n)
            shown = [pane.shown(part.timeline, t) for pane in self._panes]
            wanted = self._state(part, number, shown, t, state)
            if wanted != state:
                state = wanted
                self._ground = planes_of(still(self._laid, state), self._matrix)
                self._lay(self._ground)
                self._head, self._clock.said = None, ""
                for pane in self._panes:
                    pane.forget()
            self._paint(shown, state, t)
            self._writer.picture()
            if n % second == 0:
                self._sound_until(part, first, first + min(n + second, count))
            if n % _REPORT_EVERY == 0:
                progress.report(n / count, f"{format_clock(t, 0)} of {format_clock(plan.end, 0)}")

    def _sound_until(self, part: Part, first: int, picture: int) -> None:
        if self._sound is None:
            return
        begin, until = self._samples_until(first), self._samples_until(picture)
        self._writer.sound(
            self._sound.samples(
                part.timeline, self._plan.start, self._heard - begin, until - self._heard
            )
        )
        self._heard = until

    def _state(
        self, part: Part, number: int, shown: list[Shown], t: ReferenceTime,
        before: StillState | None,
    ) -> StillState:  # fmt: skip
        plan = self._plan
        name = "" if plan.sound is None else plan.sound.name
        states = tuple(
            pane.state(one, part, self._apart, self._sound, name, t)
            for pane, one in zip(self._panes, shown, strict=True)
        )
        page = (t - plan.start).ns // _PAGE.ns
        start = plan.start + Duration(page * _PAGE.ns)
        if before is not None and before.strip.start == start:
            strip = before.strip
        else:
            strip = self._strip(part, start)
        said = f"part {number} of {len(plan.parts)}: {part.name}, not the best estimate"
        solution = plan.case.solution
        digest = "" if solution is None else solution.inputs_digest[:12]
        return StillState(
            panes=states, strip=strip, clock=clock_name(plan),
            part=said if part.name else "", stale=plan.stale,
            foot=f"{BANNER.upper()}  ·  {heading(plan)}  ·  calculation {digest}  ·  every ± is "
            "half of a 95 % range",
        )  # fmt: skip

    def _strip(self, part: Part, start: ReferenceTime) -> StripState:
        plan, wave = self._plan, strip_wave(self._laid)
        end = min(start + _PAGE, plan.end) if start == plan.start else start + _PAGE
        silent = ((float("nan"), float("nan")),) * wave.width
        peaks = silent
        if self._sound is not None:
            peaks = self._sound.peaks(part.timeline, start, end, wave.width)
        brackets = tuple(
            (one.name, (one.low - start).s, (one.here - start).s, (one.high - start).s)
            for one in part.instants
            if start <= one.here < end
        )
        label = "no sound" if plan.sound is None else f"sound of {plan.sound.name}"
        return StripState(start=start, end=end, label=label, peaks=peaks, brackets=brackets)

    def _paint(self, shown: list[Shown], state: StillState, t: ReferenceTime) -> None:
        canvas = self._writer.canvas
        for pane, one in zip(self._panes, shown, strict=True):
            pane.paint(canvas, one, t)
        self._clock.say(canvas, format_clock(t, 3))
        self._playhead(state.strip, t)

    def _playhead(self, strip: StripState, t: ReferenceTime) -> None:
        assert self._ground is not None
        wave, canvas = strip_wave(self._laid), self._writer.canvas
        at = wave.x + int((t - strip.start).ns * wave.width / (strip.end - strip.start).ns)
        at = min(at, wave.right - 2) // 2 * 2
        if at == self._head:
            return
        for x, drawn in ((self._head, False), (at, True)):
            if x is None:
                continue
            for plane, (whole, ground) in enumerate(zip(canvas, self._ground, strict=True)):
                by = 2 if plane else 1
                place = (slice(wave.y // by, wave.bottom // by), slice(x // by, (x + 2) // by))
                whole[place] = (128 if plane else 235) if drawn else ground[place]
        self._head = at


__all__ = ["PlayedPart", "ReviewRequest", "Reviewed", "write_review"]
