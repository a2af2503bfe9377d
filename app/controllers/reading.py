"""What is read of one recording, each a job's work: values in, values out, no Qt."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sync.cache import Cache
from sync.case.case import Source
from sync.errors import StorageError, TraceError
from sync.progress import Progress
from sync.traces.trace import PICTURE_KINDS, Trace

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex
    from sync.media.pyramid import Pyramid
    from sync.media.timing import TimingHealth
    from sync.traces.trace import TraceKind


@dataclass(frozen=True, slots=True)
class Index:
    """A frame index, and what comes with it."""

    index: FrameIndex
    timing: TimingHealth
    proxy: Path | None = None
    preview: Trace | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """What one decode pass gives."""

    read: Index | None
    traces: dict[TraceKind, Trace]
    problem: StorageError | None
    """What the cache could not take."""


def counted(source: Source, index: FrameIndex) -> Index:
    """An index with what it says of its times."""
    from sync.media.timing import claimed_rate, timing_health

    picture = source.facts.picture
    claimed = None if picture is None else claimed_rate(picture.nominal_rate)
    return Index(index, timing_health(index, claimed))


def index(path: Path, source: Source, cache: Cache, progress: Progress) -> Index:
    """The verified index from the cache, else a provisional one and a preview to look at."""
    from sync.media.inspect import quick_index
    from sync.media.one_pass import proxy_path
    from sync.traces.derive import activity_preview

    found = counted(source, quick_index(path, source.facts, cache, progress))
    preview = None
    if found.index.state == "provisional":
        with contextlib.suppress(TraceError):
            preview = activity_preview(found.index, source.facts)
    return replace(found, proxy=proxy_path(cache, source.facts.sha256), preview=preview)


def pictures(path: Path, source: Source, cache: Cache, progress: Progress) -> Pictures:
    """What one decode pass gives, unless cached: verified index, proxy and the usual traces."""
    from sync.media.inspect import inspect
    from sync.traces.derive import derive_traces

    found = inspect(path, cache=cache, proxy=True, progress=progress.part(0.0, 0.9))
    traces = derive_traces(
        path, source.facts, PICTURE_KINDS, cache=cache, progress=progress.part(0.9, 1.0)
    )
    read = None if found.index is None else counted(source, found.index)
    return Pictures(read, {kind: trace for (kind, _), trace in traces.items()}, found.problem)


def first_sound(path: Path, source: Source, cache: Cache, progress: Progress) -> Pyramid | None:
    """The waveform from the cache, else a sparse first picture where samples are at hand."""
    from sync.media.pyramid import probed_pyramid, stored_pyramid
    from sync.media.raw_sound import RawSound

    sound, sha256 = source.facts.sound, source.facts.sha256
    assert sound is not None
    raw = RawSound.of_facts(sound)
    stored = stored_pyramid(path, cache, sha256, raw)
    if stored is not None or sound.reader != "soundfile":
        return stored
    return probed_pyramid(path, sha256, progress, raw=raw)


def whole_sound(path: Path, source: Source, cache: Cache, progress: Progress) -> Pyramid:
    """The waveform of every sample."""
    from sync.media.pyramid import waveform_pyramid
    from sync.media.raw_sound import RawSound

    assert source.facts.sound is not None
    raw = RawSound.of_facts(source.facts.sound)
    return waveform_pyramid(path, cache, source.facts.sha256, progress, raw=raw)


def onsets(path: Path, source: Source, cache: Cache, progress: Progress) -> Trace:
    """Where sounds begin."""
    from sync.traces.derive import derive_trace

    return derive_trace(path, source.facts, "onset", cache=cache, progress=progress)
