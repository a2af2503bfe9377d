"""What each pane of a review video shows at a time, and what runs in its two lines of text."""

from __future__ import annotations

from dataclasses import dataclass

from sync.case.case import Case, Source
from sync.evidence import Reading, takes_part
from sync.media.exact_frame import ExactFrame
from sync.media.film import Matrix, Planes
from sync.media.pane_reader import PaneReader
from sync.report.review_apart import Apart
from sync.report.review_drawing import PaneState, line_middles, pane_scale
from sync.report.review_extremes import Part
from sync.report.review_ink import Lettering
from sync.report.review_layout import Box, PaneBox, Places
from sync.report.review_sound import FilmSound
from sync.timebase import NS_PER_S, MediaTime, ReferenceTime, format_clock, format_seconds
from sync.timeline import Clip, Timeline
from sync.uncertainty import decimals_for, round_up

RUNNING_LETTERS = 52
_OLD_NS = 200_000_000
"""A picture this much older than it would usually be replaced is said to be."""
_RATE_UNKNOWN = 1e-4
"""How fast a burnt-in clock may run away from where it was read: 100 ppm, a cheap recorder's."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a pane shows at one time."""

    card: str
    """Why there is no picture; empty where there is one."""
    index: int = -1
    media: MediaTime | None = None
    """When the picture was, on the file's own time."""
    clip: Clip | None = None


@dataclass(slots=True)
class RunningText:
    """A line of running letters and what it says now."""

    lettering: Lettering
    x: int
    y: int
    said: str = ""

    def say(self, canvas: Planes, text: str) -> None:
        if text != self.said:
            self.lettering.write(canvas[0], self.x, self.y, text, self.said)
            self.said = text


class Pane:
    """One pane while the film is made."""

    def __init__(
        self, case: Case, source: Source, colour: int, reader: PaneReader, matrix: Matrix
    ) -> None:
        self.source, self._colour, self._reader, self._matrix = source, colour, reader, matrix
        index = reader.index
        pictures = index.pictures or len(index)
        self._interval_s = index.median_interval.s * len(index) / max(1, pictures)
        self._readings = sorted(
            (item for item in case.of_kind(Reading)
             if item.source == source.id and item.stream == "picture" and takes_part(item)),
            key=lambda item: item.latest,
        )  # fmt: skip
        self._box = Box(0, 0, 0, 0)
        self._planes: Planes | None = None
        self._frame: ExactFrame | None = None
        self._painted = -1

    def place(self, places: Places, box: PaneBox, inks: dict[int, tuple[Lettering, Lettering]],
              lumas: tuple[int, int, int]) -> None:  # fmt: skip
        """Take a place in the picture."""
        self._box = box.picture.fitted(self._reader.aspect)
        scale = pane_scale(places, box)
        size = round(19 * scale)
        if size not in inks:
            text, secondary, panel = lumas
            inks[size] = (Lettering(size, text, panel), Lettering(size, secondary, panel))
        first, second = line_middles(box)
        half = inks[size][0].height // 2
        right = box.text.right - round(6 * scale) - RUNNING_LETTERS * inks[size][0].letter
        self._time = RunningText(inks[size][0], box.text.x + round(6 * scale), second - half)
        self._own = RunningText(inks[size][1], right, first - half)

    # -- what it shows --------------------------------------------------------------------------

    def shown(self, timeline: Timeline, t: ReferenceTime) -> Shown:
        """The picture with the greatest time ≤ ``t`` on the pane's own clock, or why none."""
        position = timeline.position(self.source.id, t)
        track = timeline.track(self.source.id)
        if position.media is None or position.stretch is None or track is None:
            return Shown(position.reason)
        clip = track.clips[position.stretch]
        if clip.status == "conflict":
            return Shown("the evidence disagrees: no time is stated for it")
        index = self._reader.frame_at(position.media)
        if index is None:
            return Shown("it has sound here, and no picture")
        media = self._reader.index.time_of(index)
        if media < clip.media_start and clip.stretch:
            return Shown("its next stretch has no picture yet")
        return Shown("", index, media, clip)

    def state(self, shown: Shown, part: Part, apart: Apart, sound: FilmSound | None,
              sound_name: str, t: ReferenceTime) -> PaneState:  # fmt: skip
        """What it says besides that changes seldom.

        In an arrangement that is not the best estimate no ± is put to its time, which is not the
        middle of any range: by how much it was moved stands there.
        """
        clip, timeline = shown.clip, part.timeline
        if clip is None or clip.model is None or shown.media is None:
            return PaneState(name=self.source.name, colour=self._colour, card=shown.card)
        U_s = clip.model.half_range_at(shown.media).s
        found: float | None = U_s
        against: tuple[str, ...] = ("",)
        if sound is not None and sound.source == self.source.id:
            found, against = 0.0, ("with its own sound", "own sound")
        elif sound is not None:
            found = apart.half_s(self.source, shown.media, sound.heard_at(timeline, t))
            if found is None:
                by_limits = "only limits hold it against"
                against = (
                    (f"{by_limits} {sound_name}", f"{by_limits} the sound")
                    if part.held
                    else (f"nothing links it with {sound_name}", "not linked with the sound")
                )
            else:
                U = _covering(found)
                against = (f"± {U} s against {sound_name}", f"± {U} s against the sound",
                           f"± {U} s")  # fmt: skip
        wider = found is None or 2 * found > self._interval_s
        if wider:
            against = (f"{against[0]} – more than one picture".removeprefix(" – "),
                       f"{against[-1]}, more than 1 picture".removeprefix(", "),
                       f"{against[-1]}, > 1 picture".removeprefix(", "))  # fmt: skip
        range_95 = f"± {_covering(U_s)} s" if U_s else "reference"
        if (clip.source, clip.stretch) in part.held:
            range_95 = "by limits"
        elif part.name:
            by = part.moved[clip.source, clip.stretch].s
            decimals = decimals_for(U_s)
            moved = f"moved {by:+.{decimals}f} s".replace("-", "\N{MINUS SIGN}")
            range_95 = "not moved" if round(by, decimals) == 0 else moved
        at = clip.model.to_reference(shown.media)
        return PaneState(
            name=self.source.name,
            colour=self._colour,
            time_letters=len(format_clock(at, decimals_for(U_s))),
            range_95=range_95,
            against=against,
            wider=wider,
        )

    # -- painting -------------------------------------------------------------------------------

    def forget(self) -> None:
        """The picture was drawn anew: everything of the pane is to be painted again."""
        self._painted = -1
        self._time.said = self._own.said = ""

    def paint(self, canvas: Planes, shown: Shown, t: ReferenceTime) -> None:
        """Paint the picture, where it is another, and the running text."""
        clip = shown.clip
        if clip is None or clip.model is None or shown.media is None:
            return
        if self._frame is None or self._frame.index != shown.index:
            self._frame = self._reader.frame(shown.index)
            self._planes = self._reader.planes(
                self._frame, self._box.width, self._box.height, self._matrix
            )
        if self._painted != shown.index:
            self._painted = shown.index
            _put(canvas, self._box, self._planes)
        at = clip.model.to_reference(shown.media)
        U_s = clip.model.half_range_at(shown.media).s
        self._time.say(canvas, format_clock(at, decimals_for(U_s)))
        age_ns = (t - at).ns
        self._own.say(
            canvas, self._own_times(shown.index, shown.media, age_ns).rjust(RUNNING_LETTERS)
        )

    def _own_times(self, index: int, media: MediaTime, age_ns: int) -> str:
        assert self._frame is not None
        words = [f"file {format_seconds(media.ns)} s", f"frame {index}"]
        if self._frame.damaged:
            words.append("damaged")
        if age_ns > 1.5 * self._reader.index.median_interval.ns and age_ns > _OLD_NS:
            words.insert(0, f"picture {age_ns / NS_PER_S:.1f} s old")
        else:
            clock = self._displayed(media)
            words = [clock, *words] if clock else words
        return "  ".join(words)[-RUNNING_LETTERS:]

    def _displayed(self, at: MediaTime) -> str:
        """What its burnt-in clock shows at ``at`` by the nearest reading in the same stretch."""
        stretch = self.source.stretch_at(at)
        near = [r for r in self._readings if self.source.stretch_at(r.latest) == stretch]
        if not near:
            return ""
        one = min(near, key=lambda reading: abs((reading.latest - at).ns))
        seen = (one.earliest.ns + one.latest.ns) // 2
        width_s = (one.latest.ns - one.earliest.ns + one.granularity.ns) / 2 / NS_PER_S
        half_s = width_s + abs(at.ns - seen) / NS_PER_S * _RATE_UNKNOWN
        ahead = one.granularity.ns // 2 if one.truncates else 0
        shows = ReferenceTime(one.displayed.ns + ahead + at.ns - seen)
        return f"clock {format_clock(shows, decimals_for(half_s))} ± {_covering(half_s)}"


def _covering(U_s: float) -> str:
    """U rounded up at the place its value is rounded at."""
    decimals = decimals_for(U_s)
    return f"{round_up(U_s, decimals):.{decimals}f}"


def _put(canvas: Planes, box: Box, planes: Planes | None) -> None:
    assert planes is not None
    y, u, v = planes
    canvas[0][box.y : box.bottom, box.x : box.right] = y
    for whole, part in ((canvas[1], u), (canvas[2], v)):
        whole[box.y // 2 : box.bottom // 2, box.x // 2 : box.right // 2] = part
