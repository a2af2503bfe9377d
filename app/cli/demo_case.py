"""The sample case from its files and ``analyst.json``: what a careful person would put down.

Nothing here knows the truth: the evidence comes from the analyst's marks and from searches.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.demo_folder import RECORDINGS
from sync.cache import Cache
from sync.case import acts
from sync.case.case import Break, Case, Source
from sync.case.paths import media_path_of
from sync.case.recordings import add_recording, with_breaks
from sync.evidence import Delay, Event, Mark, Place, Reading, Relation
from sync.media.inspect import inspect
from sync.media.sound import SoundReader
from sync.progress import Progress
from sync.timebase import Duration, MediaTime, ReferenceTime, parse_time_ns
from sync.traces.derive import derive_trace
from sync.traces.sound import find_transmissions
from sync.uncertainty import Distribution

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex
    from sync.traces.trace import TraceKind

BY = "tiepoint demo"
TITLE = "Harrow Hall, 14:22"
REFERENCE = "dispatch clock"
SAME_BREAK = Duration.from_s(0.1)
"""A break that the transmissions trace proposes and one that the analyst put down are the same
when they are this near: the pauses between calls last about a tenth of a second."""
AS_TYPED = Duration(1000)
"""``analyst.json`` has times to the microsecond: one may lie just before the frame it names."""

EVENT_NAMES = {
    "lamp": "gate lamp on",
    "strobe": "strobe and alarm",
    "barrier": "barrier",
    "headlights": "headlights on the wall",
    "door": "door",
    "light_bar": "light bar",
    "flash": "flash at the corner",
    "words": '"shots, shots"',
    "passes_lamp": "person passes the lamp",
    "copy_moving": '"copy, moving"',
}
QUESTIONS = (
    ('Did the flash at the corner come before the words "shots, shots"?', "flash", "words"),
    ('Did the person pass the lamp before "copy, moving"?', "passes_lamp", "copy_moving"),
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """How the breaks that the transmissions trace proposed compare with the analyst's."""

    proposed: int
    noted: int
    agree: int


class DemoCase:
    """The case while it is being put together; :attr:`case` is a value like any other.

    Attributes
    ----------
    ids
        Key in ``analyst.json`` to id in the case.
    planted
        Ids of the marks that are wrong, which the analyst has set aside.
    """

    def __init__(self, case: Case, case_path: Path, analyst: Mapping[str, Any]) -> None:
        self.case = case
        self.folder = case_path.parent
        self.case_path = case_path
        self.analyst = analyst
        self.ids: dict[str, str] = {}
        self.planted: list[str] = []
        self.cache = Cache()

    @classmethod
    def begin(cls, case: Case, case_path: Path, sample: Path) -> DemoCase:
        """Start from an empty case."""
        analyst = json.loads((sample / "analyst.json").read_text(encoding="utf-8"))
        return cls(case, case_path, analyst)

    def source(self, key: str) -> Source:
        """The recording with this key of ``analyst.json``."""
        return self.case.source(self.ids[key])

    def file(self, key: str) -> Path:
        """Its file in the demo's folder."""
        return self.folder / next(file for name, file, _ in RECORDINGS if name == key)

    # -- recordings and their stretches -----------------------------------------------------------

    def add_recordings(self, progress: Progress) -> None:
        """All recordings, read whole."""
        for number, (key, file, name) in enumerate(RECORDINGS):
            part = progress.part(
                number / len(RECORDINGS), (number + 1) / len(RECORDINGS), f"reading {file}"
            )
            self.case, source = add_recording(
                self.case,
                self.folder / file,
                case_path=self.case_path,
                name=name,
                received="from the sample case; synthetic",
                cache=self.cache,
                progress=part,
            )
            self.ids[key] = source.id

    def derive_traces(self, progress: Progress) -> None:
        """The traces that the window shows first, so that it opens without waiting."""
        wanted: list[tuple[Source, TraceKind]] = []
        for source in self.case.sources:
            wanted += [(source, "motion")] * (source.facts.picture is not None)
            wanted += [(source, "envelope")] * (source.facts.sound is not None)
        for number, (source, kind) in enumerate(wanted):
            derive_trace(
                media_path_of(self.case_path, source.path),
                source.facts,
                kind,
                cache=self.cache,
                progress=progress.part(
                    number / len(wanted), (number + 1) / len(wanted), f"{kind} of {source.name}"
                ),
            )

    def add_breaks(self) -> Proposed:
        """The analyst's breaks; those of dispatch are held against what the sound itself shows."""
        noted: dict[str, list[Break]] = {}
        for entry in self.analyst["typed"]["breaks"]:
            relation: Relation = "another camera" if entry["source"] == "cam3" else "later"
            at = MediaTime.from_s(entry["at_s"])
            noted.setdefault(entry["source"], []).append(
                Break(at=at, relation=relation, reason=entry["why"])
            )
        for key, breaks in noted.items():
            self.case = with_breaks(self.case, self.ids[key], breaks)
        with SoundReader(self.file("dispatch")) as sound:
            calls = find_transmissions(sound)
        proposed = [
            MediaTime((before.end.ns + after.start.ns) // 2) for before, after in pairwise(calls)
        ]
        here = [cut.at for cut in noted.get("dispatch", [])]
        agree = sum(any(abs(at - cut) <= SAME_BREAK for cut in proposed) for at in here)
        return Proposed(len(proposed), len(here), agree)

    # -- what the analyst put down ----------------------------------------------------------------

    def add_typed(self) -> None:
        """Delays, distances, the length of the gap, stamps, the clock reading and its check."""
        typed = self.analyst["typed"]
        names = {"radio-chain": "radio chain", "phone-sound": "picture to sound of the phone"}
        for entry in typed["delays"]:
            low, high = entry["low_s"], entry["high_s"]
            self.case = acts.ensure_delay(
                self.case,
                entry["key"],
                names.get(entry["key"], entry["key"]),
                Duration.from_s((low + high) / 2),
                Distribution.rectangular((high - low) / 2),
                by=BY,
            )
        for entry in typed["distances"]:
            travel = acts.sound_travel(
                entry["key"],
                entry["distance_m"],
                entry["half_m"],
                name=f"sound from the corner to the {entry['source']} microphone",
                by=BY,
            )
            self.case = acts.with_delay(self.case, travel)
        for entry in typed["gaps"]:
            self.case, _ = acts.add_known_gap(
                self.case,
                source=self.ids[entry["source"]],
                after_stretch=0,
                value=Duration.from_s(entry["removed_s"]),
                distribution=Distribution.rectangular(entry["half_s"]),
                by=BY,
                note=entry["note"],
            )
        self._add_clocks(typed)

    def _add_clocks(self, typed: Mapping[str, Any]) -> None:
        """Stamps of the reference clock; the burnt-in clock is the camera's own clock, so its
        check over two days also says how fast the camera's pictures run."""
        for entry in typed["stamps"]:
            at = MediaTime.from_s(entry["media_s"])
            self.case, _ = acts.add_reading(
                self.case,
                source=self.ids[entry["source"]],
                stream="sound",
                earliest=at,
                latest=at,
                clock=REFERENCE,
                displayed=ReferenceTime.from_s(entry["shown_s"]),
                granularity=Duration.from_s(entry["granularity_s"]),
                truncates=entry["rule"] == "truncated",
                by=BY,
                note=f"cad.csv: machine stamp, call {entry['call']} begins",
            )
        reference = next(clock for clock in self.case.clocks if clock.name == REFERENCE)
        self.case = acts.choose_datum(self.case, reference.id)
        for entry in typed["clock_readings"]:
            source = self.source(entry["source"])
            self.case, _ = acts.add_reading(
                self.case,
                source=source.id,
                stream="picture",
                earliest=MediaTime.from_s(entry["not_yet_s"]),
                latest=MediaTime.from_s(entry["happened_s"]),
                clock=source.clock,
                displayed=ReferenceTime.from_s(entry["shown_s"]),
                granularity=Duration(0),
                by=BY,
                note=entry["definition"],
            )
        for entry in typed["clock_checks"]:
            if entry["after_s"] == 0:
                continue  # what the case finds by itself, not something that was looked up
            at_s = parse_time_ns(entry["at"]) / 1e9 + entry["after_s"]
            self.case, _ = acts.add_clock_check(
                self.case,
                clock=self.source(entry["source"]).clock,
                displayed=ReferenceTime.from_s(at_s - entry["shows_less_s"]),
                against=reference.id,
                reference=ReferenceTime.from_s(at_s),
                distribution=Distribution.rectangular(entry["half_s"]),
                by=BY,
                note=entry["note"],
            )

    def add_marks(self) -> None:
        """Every mark of the analyst; the planted one is kept, but set aside with its reason."""
        indexes: dict[str, FrameIndex | None] = {}
        for entry in self.analyst["marks"]:
            self._add_mark(entry, indexes)
        for entry in self.analyst["planted"]:
            mark = self._add_mark(entry, indexes)
            self.planted.append(mark.id)
            self.case = acts.set_aside(
                self.case, mark.id, "it is the ambulance's strobe, not the alarm's", BY
            )

    def _add_mark(self, entry: Mapping[str, Any], indexes: dict[str, FrameIndex | None]) -> Mark:
        key = entry["source"]
        frames = None
        if "happened_s" in entry:
            earliest = None if entry["not_yet_s"] is None else MediaTime.from_s(entry["not_yet_s"])
            latest = MediaTime.from_s(entry["happened_s"])
            if key not in indexes:
                indexes[key] = inspect(self.file(key), cache=self.cache).index
            frames = _frames(indexes[key], latest)
        else:
            centre, half = Duration.from_s(entry["at_s"]), Duration.from_s(entry["half_s"])
            earliest, latest = MediaTime((centre - half).ns), MediaTime((centre + half).ns)
        event = entry["event"]
        if self.case.event(event) is None:
            # A short id, so that it can be typed: tiepoint order … event:flash event:words
            name = EVENT_NAMES.get(event, event)
            made = Event(id=event, name=name, definition=entry["definition"])
            self.case = self.case.with_event(made)
        self.case, mark = acts.mark_event(
            self.case,
            event=event,
            source=self.ids[key],
            stream=entry["stream"],
            earliest=earliest,
            latest=latest,
            delays=entry.get("delays", ()),
            frames=frames,
            by=BY,
            note=entry["definition"],  # an event has one definition, each mark its own words
        )
        return mark

    # -- questions --------------------------------------------------------------------------------

    def add_questions(self) -> None:
        """The two questions of the case, in words."""
        for words, a, b in QUESTIONS:
            self.case, _ = acts.ask_question(
                self.case, words=words, a=self.place(a), b=self.place(b)
            )

    def place(self, event: str) -> Place:
        """The event with this name of ``analyst.json``, to ask about."""
        return Place(event=event)

    def only(self, marks: Iterable[tuple[str, str]]) -> Case:
        """The case with no more than these marks (event, recording), the stamps and the delays."""
        wanted = {(event, self.ids[key]) for event, key in marks}
        own_clocks = {source.clock for source in self.case.sources}
        kept = tuple(
            item
            for item in self.case.evidence
            if (isinstance(item, Mark) and (item.event, item.source) in wanted)
            or (isinstance(item, Reading) and item.clock not in own_clocks)
            or item.id in {delay.key for delay in self.case.of_kind(Delay)}
        )
        return replace(self.case, evidence=kept, solution=None)


def _frames(index: FrameIndex | None, at: MediaTime) -> tuple[int, int] | None:
    """File frames of the picture that begins at ``at``."""
    frame = None if index is None else index.frame_at(at + AS_TYPED)
    if index is None or frame is None:
        return None
    shown = index.frames_of_picture(index.picture_of(frame))
    return shown.start, shown.stop - 1
