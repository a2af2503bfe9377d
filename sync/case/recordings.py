"""Recordings of a case: adding, removing, their breaks, and whether they are still the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sync.case.case import Break, Case, Clock, Source
from sync.case.integrity import references_of
from sync.case.naming import ids_in, readable_id
from sync.case.paths import media_path_of, relative_media_path
from sync.errors import EvidenceError, MediaChanged, MediaError, MediaMissing
from sync.evidence import KnownGap, takes_part
from sync.progress import SILENT, Progress
from sync.timebase import format_seconds

if TYPE_CHECKING:
    from sync.cache import Cache
    from sync.media.facts import MediaFacts
    from sync.media.raw_sound import RawSound


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingState:
    """Whether the file of a recording is there and still the one that was added."""

    source: str
    state: Literal["ok", "missing", "changed"]
    detail: str = ""


def add_recording(
    case: Case,
    path: Path,
    *,
    case_path: Path,
    name: str | None = None,
    device: str = "",
    received: str = "",
    raw: RawSound | None = None,
    cache: Cache | None = None,
    verify: bool = True,
    progress: Progress = SILENT,
) -> tuple[Case, Source]:
    """The case with one more recording, and its clock.

    Parameters
    ----------
    path
        The file; it is read and never written to.
    case_path
        The case file: the recording is kept by its path from there.
    name
        For the screen and the report; the file's name when not given.
    device, received
        Which device made it; from whom, when and how it was received.
    raw
        How to read a file that has no head, where a person stated it.
    verify
        False takes the quick index of the container for now; :func:`with_facts` brings the
        verified one later.

    Raises
    ------
    MediaError
        When the file cannot be used as a recording.
    EvidenceError
        When the same content, or another recording of this name, is in the case already.
    """
    # Reading media needs PyAV, which is slow to load; a case can be opened and asked without it.
    from sync.cache import Cache
    from sync.media.inspect import inspect
    from sync.media.inspect_raw import inspect_raw

    path = Path(path)
    where = Cache() if cache is None else cache
    if raw is not None:
        facts = inspect_raw(path, raw, progress)
    else:
        facts = inspect(path, cache=where, verify=verify, progress=progress).facts
    for source in case.sources:
        if source.facts.sha256 == facts.sha256:
            raise EvidenceError(
                f"{path.name} is in the case already, as recording {source.id!r}: the content is "
                "the same.",
                row=source.id,
                hint="A copy would count one observation twice.",
            )
    names = {source.name for source in case.sources}
    if name is not None and name in names:
        raise EvidenceError(
            f"Another recording of the case is named {name!r}.", hint="Choose another name."
        )
    source_id = readable_id(path.stem, ids_in(case), "recording")
    shown = name or _free_name(path.name, names)
    source = Source(
        id=source_id,
        name=shown,
        path=relative_media_path(case_path, path),
        facts=facts,
        clock=source_id,
        device=device,
        received=received,
    )
    clock = Clock(id=source_id, name=f"clock of {shown}")
    return case.with_source(source, clock), source


def with_facts(case: Case, source_id: str, facts: MediaFacts) -> Case:
    """The case with one recording's facts read anew, when its index has been verified.

    Raises
    ------
    EvidenceError
        When they are of another file.
    """
    source = case.source(source_id)
    if facts.sha256 != source.facts.sha256:
        raise EvidenceError(
            f"These are the facts of another file than recording {source.id!r}.", row=source.id
        )
    return case.with_source(replace(source, facts=facts))


def remove_recording(case: Case, source_id: str) -> Case:
    """The case without a recording and its clock.

    Raises
    ------
    EvidenceError
        When evidence, a question or the choice of the reference clock rests on it.
    """
    source = case.source(source_id)
    clock_shared = any(
        other.clock == source.clock for other in case.sources if other.id != source.id
    )
    clocks = set() if clock_shared else {source.clock}
    users = [
        item.id
        for item in case.evidence
        if source.id in references_of(item)[0] or clocks & set(references_of(item)[2])
    ]
    users += [
        question.id
        for question in case.questions
        if source.id in (question.a.source, question.b.source)
    ]
    if users:
        raise EvidenceError(
            f"Recording {source.id!r} cannot be removed: {', '.join(users)} rest on it.",
            row=users[0],
            hint="What was observed stays in the case; set it aside with a reason instead.",
        )
    if case.datum in clocks:
        raise EvidenceError(
            f"Recording {source.id!r} cannot be removed: its clock is the reference clock.",
            row=source.id,
            hint="Choose another reference clock first.",
        )
    return replace(
        case,
        sources=tuple(other for other in case.sources if other.id != source.id),
        clocks=tuple(clock for clock in case.clocks if clock.id not in clocks),
    )


def with_breaks(case: Case, source_id: str, breaks: Iterable[Break]) -> Case:
    """The case with other breaks of one recording: sorted, inside it, no two at one time.

    Stated gap lengths stay with their break.

    Raises
    ------
    EvidenceError
        When a break lies outside, two are at one time, a stated gap would lose its break, or the
        recording's clock is the reference clock and a break has no confirmed length.
    """
    source = case.source(source_id)
    cuts = tuple(sorted(breaks, key=lambda cut: cut.at))
    for number, cut in enumerate(cuts):
        when = format_seconds(cut.at.ns)
        if not source.start < cut.at < source.end:
            raise EvidenceError(
                f"A break at {when} s is not inside {source.id!r} ("
                f"{format_seconds(source.start.ns)} to {format_seconds(source.end.ns)} s).",
                row=source.id,
            )
        if number and cuts[number - 1].at == cut.at:
            raise EvidenceError(f"Two breaks of {source.id!r} are at {when} s.", row=source.id)
    changed = case.with_source(replace(source, breaks=cuts))
    changed = _with_gaps_kept(changed, source, cuts)
    if case.datum == source.clock:
        reason = why_not_datum(changed, source.clock)
        if reason is not None:
            raise EvidenceError(
                reason, row=source.id, hint="Choose another reference clock before adding breaks."
            )
    return changed


def why_not_datum(case: Case, clock_id: str) -> str | None:
    """Why a clock cannot be the reference clock, or ``None`` when it can.

    Zero is held fixed on the clock, so every time it showed must be known from one: a recording
    with a gap of unknown length shows two clocks.
    """
    for source in case.sources:
        if source.clock != clock_id:
            continue
        confirmed = {
            gap.after_stretch
            for gap in case.of_kind(KnownGap)
            if gap.source == source.id and takes_part(gap)
        }
        for number, cut in enumerate(source.breaks):
            if number not in confirmed:
                return (
                    f"The clock of {source.id!r} cannot be the reference clock: its recording is "
                    f"interrupted at {format_seconds(cut.at.ns)} s for a time nobody has confirmed."
                )
    return None


def check_recordings(
    case: Case, case_path: Path, *, progress: Progress = SILENT
) -> tuple[RecordingState, ...]:
    """Whether every file is there and unchanged: by size first, then by SHA-256."""
    from sync.media.inspect import check_unchanged

    states = []
    for number, source in enumerate(case.sources):
        progress.report(number / len(case.sources), source.name)
        path = media_path_of(case_path, source.path)
        try:
            check_unchanged(path, source.facts.size_bytes, source.facts.sha256)
        except MediaMissing as error:
            states.append(RecordingState(source=source.id, state="missing", detail=error.message))
        except MediaChanged as error:
            states.append(RecordingState(source=source.id, state="changed", detail=error.message))
        except MediaError as error:  # there, but not to be read: as good as missing
            states.append(RecordingState(source=source.id, state="missing", detail=error.message))
        else:
            states.append(RecordingState(source=source.id, state="ok"))
    progress.report(1.0)
    return tuple(states)


def _with_gaps_kept(case: Case, old: Source, cuts: tuple[Break, ...]) -> Case:
    """Stated gaps renumbered to follow their break."""
    places = {cut.at: number for number, cut in enumerate(cuts)}
    for gap in case.of_kind(KnownGap):
        if gap.source != old.id:
            continue
        at = old.breaks[gap.after_stretch].at
        if at not in places:
            raise EvidenceError(
                f"The break at {format_seconds(at.ns)} s of {old.id!r} cannot be removed: "
                f"{gap.id} states its length.",
                row=gap.id,
            )
        if places[at] != gap.after_stretch:
            case = case.with_evidence(replace(gap, after_stretch=places[at]))
    return case


def _free_name(name: str, used: set[str]) -> str:
    """``cam1.mp4``, or ``cam1.mp4 (2)`` when a file of that name is in the case."""
    number = 2
    shown = name
    while shown in used:
        shown, number = f"{name} ({number})", number + 1
    return shown
