"""Deriving traces from a recording: any number of them from one reading, with a cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sync.cache import Cache
from sync.errors import TraceError
from sync.media.facts import MediaFacts, PictureFacts
from sync.progress import SILENT, Progress
from sync.traces.activity import CodedPictures, activity
from sync.traces.files import read_trace, write_trace
from sync.traces.grid import FAST_HZ, SLOW_HZ
from sync.traces.impulses import Impulses
from sync.traces.light import flash, luminance, steps
from sync.traces.lightbar import lightbar, measure_alternation
from sync.traces.picture import Measured, PictureSignal, Region, measure, motion
from sync.traces.sound import Envelope, Onset, without_holes
from sync.traces.sound_cells import Reading, SoundBlocks, SoundSignal, read_once
from sync.traces.squelch import Transmissions
from sync.traces.tones import Tones
from sync.traces.trace import ALL_PICTURE_KINDS, ALL_SOUND_KINDS, KINDS, Trace, TraceKind

if TYPE_CHECKING:
    from sync.media.frame_index import FrameIndex

__all__ = [
    "Region",
    "activity_preview",
    "derive_trace",
    "derive_traces",
    "read_trace",
    "write_trace",
]

VERSION = 2
"""Raise when a method changes: old entries of the cache are then not used."""

# Kinds that date instants or fast alternation live on the fine grid.
RATES_HZ: dict[TraceKind, float] = dict.fromkeys(
    ("flash", "steps", "lightbar", "onset", "tone", "impulses"), FAST_HZ
)
LOWEST_HZ, HIGHEST_HZ = 1.0, 100.0
METHODS: dict[TraceKind, str] = {
    "motion": "mean absolute difference of successive distinct pictures (160×90 grey)",
    "luminance": "mean grey level",
    "flash": "brightening against the last 0.25 s and 2 s, grey levels",
    "steps": "lasting change of the level of a second, sudden and steady, grey levels",
    "lightbar": "red less blue light where the two alternate, levels × cells (80×45 colour)",
    "activity": "bytes of the coded picture, key pictures masked; nothing is decoded",
    "envelope": "log(1 + energy / quiet level)",
    "onset": "rise of 12 bands' log energy over 20 ms",
    "transmissions": "channel open (1) or closed (0), from a tracked noise floor",
    "tone": "share of time with a steady or sweeping tone",
    "impulses": "sudden broad-band transients, dB above the half second before",
}
_GREY: dict[TraceKind, Callable[[Measured, int, float], PictureSignal]] = {
    "motion": motion,
    "luminance": luminance,
    "flash": flash,
    "steps": steps,
}
_SOUND: dict[TraceKind, Callable[[SoundBlocks, float], Reading]] = {
    "envelope": Envelope,
    "onset": Onset,
    "transmissions": Transmissions,
    "tone": Tones,
    "impulses": Impulses,
}
Wanted = tuple[TraceKind, Region | None]


def derive_trace(
    path: Path | str,
    facts: MediaFacts,
    kind: TraceKind,
    *,
    roi: Region | None = None,
    channel: int | None = None,
    rate_hz: float | None = None,
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> Trace:
    """One signal of one recording; see :func:`derive_traces`.

    Parameters
    ----------
    roi
        Region X, Y, W, H in pixels of the original; picture kinds only.
    """
    if channel is not None and kind in ALL_PICTURE_KINDS:
        raise TraceError(f"A channel belongs to the sound; {kind} is taken from the picture.")
    if roi is not None and kind in ALL_SOUND_KINDS:
        raise TraceError(f"A region belongs to the picture; {kind} is taken from the sound.")
    traces = derive_traces(
        path, facts, [kind], regions=[roi], channel=channel, rate_hz=rate_hz, cache=cache,
        progress=progress,
    )  # fmt: skip
    return traces[kind, roi]


def kept_trace(facts: MediaFacts, kind: TraceKind, cache: Cache) -> Trace | None:
    """A signal of the whole picture or sound that was derived before; nothing is read."""
    return _kept(facts, (kind, None), RATES_HZ.get(kind, SLOW_HZ), None, cache)


def derive_traces(
    path: Path | str,
    facts: MediaFacts,
    kinds: Sequence[TraceKind],
    *,
    regions: Sequence[Region | None] = (None,),
    channel: int | None = None,
    rate_hz: float | None = None,
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> dict[Wanted, Trace]:
    """Signals of one recording on even grids of media time, all from one reading of it.

    Parameters
    ----------
    path, facts
        The recording and what is known of it.
    kinds
        Any of the picture's (``motion``, ``luminance``, ``flash``, ``steps``, ``lightbar``,
        ``activity``) and of the sound's (``envelope``, ``onset``, ``transmissions``, ``tone``,
        ``impulses``).
    regions
        Regions X, Y, W, H in pixels of the original, ``None`` for the whole picture: every
        picture kind is derived of every region, but ``activity`` of the whole only.
    channel
        One channel of the sound, counted from 0; ``None`` for all of them together.
    rate_hz
        Samples a second, 1 to 100; by default 10, and 25 for kinds that date instants.
    cache
        Where traces are kept for the next time.

    Returns
    -------
    traces : one for each kind and region; sound kinds and ``activity`` under region ``None``.

    Raises
    ------
    TraceError
        When the recording has no such stream, or a region or the rate makes no sense.
    """
    if rate_hz is not None and not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        raise TraceError(f"A trace has {LOWEST_HZ:.0f} to {HIGHEST_HZ:.0f} samples a second.")
    wanted = _wanted(path, facts, kinds, regions)
    rates = {kind: rate_hz or RATES_HZ.get(kind, SLOW_HZ) for kind, _ in wanted}
    out: dict[Wanted, Trace] = {}
    for one in wanted:
        found = None if cache is None else _kept(facts, one, rates[one[0]], channel, cache)
        if found is not None:
            out[one] = found
    left = [one for one in wanted if one not in out]
    signals: dict[Wanted, PictureSignal | SoundSignal] = {}
    try:
        signals |= _of_pictures(path, facts, left, rates, cache, progress.part(0.0, 0.6))
        signals |= _of_packets(path, facts, left, rates, progress.part(0.6, 0.7))
        signals |= _of_sound(path, facts, left, rates, channel, cache, progress.part(0.7, 1.0))
    except TraceError as error:
        named = f"{Path(path).name}: {error.message}"
        raise TraceError(named, path=path, hint=error.hint) from error
    for one, signal in signals.items():
        out[one] = _trace(facts, one, rates[one[0]], channel, signal)
        if cache is not None:
            parameters = _parameters(one, rates[one[0]], channel)
            cache.store(facts.sha256, "trace", parameters, out[one].to_arrays())
    progress.report(1.0)
    return {one: out[one] for one in wanted}


def _wanted(
    path: Path | str,
    facts: MediaFacts,
    kinds: Sequence[TraceKind],
    regions: Sequence[Region | None],
) -> list[Wanted]:
    name = Path(path).name
    out: list[Wanted] = []
    for kind in kinds:
        if kind in ALL_PICTURE_KINDS:
            if facts.picture is None:
                raise TraceError(
                    f"{name} has no picture, so there is no {kind} in it.",
                    path=path,
                    hint=f"Of a sound recording: {_words(ALL_SOUND_KINDS)}.",
                )
            if kind == "activity" and any(roi is not None for roi in regions):
                raise TraceError(
                    "Activity is the size of whole coded pictures; it has no regions.",
                    hint="Motion can be taken of a region.",
                )
            out += [(kind, roi) for roi in regions]
        elif kind in ALL_SOUND_KINDS:
            if facts.sound is None:
                raise TraceError(
                    f"{name} has no sound, so there is no {kind} in it.",
                    path=path,
                    hint=f"Of a silent recording: {_words(ALL_PICTURE_KINDS)}.",
                )
            out.append((kind, None))
        else:
            raise TraceError(
                f"This version cannot derive the trace {kind!r}.",
                hint=f"Kinds: {_words(KINDS)}.",
            )
    return list(dict.fromkeys(out))


def _words(kinds: Sequence[TraceKind]) -> str:
    return f"{', '.join(kinds[:-1])} or {kinds[-1]}"


# -- keeping --------------------------------------------------------------------------------------


def _parameters(one: Wanted, rate_hz: float, channel: int | None) -> dict[str, object]:
    kind, roi = one
    alone = {"channel": channel} if channel is not None and kind in ALL_SOUND_KINDS else {}
    return {
        "kind": kind,
        "method": METHODS[kind],
        "version": VERSION,
        "rate_hz": rate_hz,
        "roi": None if roi is None else list(roi),
        **alone,
    }


def _kept(
    facts: MediaFacts, one: Wanted, rate_hz: float, channel: int | None, cache: Cache
) -> Trace | None:
    parameters = _parameters(one, rate_hz, channel)
    stored = cache.arrays(facts.sha256, "trace", parameters)
    if stored is None:
        return None
    try:
        return Trace.from_arrays(one[0], facts.sha256, parameters, stored)
    except (KeyError, ValueError, IndexError):
        return None  # an entry of another make


def _trace(
    facts: MediaFacts, one: Wanted, rate_hz: float, channel: int | None,
    signal: PictureSignal | SoundSignal,
) -> Trace:  # fmt: skip
    parameters = _parameters(one, rate_hz, channel)
    if isinstance(signal, PictureSignal):
        parameters["picture_interval_ns"] = signal.picture_interval_ns
    return Trace(
        kind=one[0],
        source_sha256=facts.sha256,
        start=signal.grid.start,
        step_ns=signal.grid.step_ns,
        values=signal.values,
        valid=signal.valid,
        parameters=parameters,
    )


# -- reading --------------------------------------------------------------------------------------


def _of_pictures(
    path: Path | str,
    facts: MediaFacts,
    wanted: Sequence[Wanted],
    rates: dict[TraceKind, float],
    cache: Cache | None,
    progress: Progress,
) -> dict[Wanted, PictureSignal]:
    grey = [one for one in wanted if one[0] in _GREY]
    colour = [roi for kind, roi in wanted if kind == "lightbar"]
    if not grey and not colour:
        return {}
    from sync.media.one_pass import small_pictures  # the decoder loads only when it is needed

    pictures = small_pictures(path, facts, cache, progress.part(0.0, 0.9))
    out: dict[Wanted, PictureSignal] = {}
    if grey:
        regions = list(dict.fromkeys(roi for _, roi in grey))
        measured = measure(pictures, regions, progress.part(0.9, 0.95))
        for kind, roi in grey:
            out[kind, roi] = _GREY[kind](measured, regions.index(roi), rates[kind])
    if colour:
        found = measure_alternation(pictures, colour, progress.part(0.95, 1.0))
        for k, roi in enumerate(colour):
            out["lightbar", roi] = lightbar(found, k, rates["lightbar"])
    return out


def _of_packets(
    path: Path | str,
    facts: MediaFacts,
    wanted: Sequence[Wanted],
    rates: dict[TraceKind, float],
    progress: Progress,
) -> dict[Wanted, PictureSignal]:
    if ("activity", None) not in wanted or facts.picture is None:
        return {}
    from sync.media.provisional import provisional_index

    index, _ = provisional_index(path, progress)
    return {("activity", None): _activity(index, facts.picture, rates["activity"])}


def activity_preview(index: FrameIndex, facts: MediaFacts) -> Trace:
    """The activity of a recording whose packets are known: nothing is read.

    To look at until motion is derived; see :mod:`sync.traces.activity`.

    Raises
    ------
    TraceError
        When the recording shows fewer than two pictures.
    """
    if facts.picture is None:
        raise TraceError("A recording without pictures has no activity.")
    rate_hz = RATES_HZ.get("activity", SLOW_HZ)
    signal = _activity(index, facts.picture, rate_hz)
    return _trace(facts, ("activity", None), rate_hz, None, signal)


def _activity(index: FrameIndex, picture: PictureFacts, rate_hz: float) -> PictureSignal:
    assert index.packets is not None
    coded = CodedPictures(
        time_ns=index.time_ns,
        size=index.packets.size[index.ordinal],
        key=index.key,
        width_px=picture.width_px,
        height_px=picture.height_px,
    )
    return activity(coded, rate_hz)


def _of_sound(
    path: Path | str,
    facts: MediaFacts,
    wanted: Sequence[Wanted],
    rates: dict[TraceKind, float],
    channel: int | None,
    cache: Cache | None,
    progress: Progress,
) -> dict[Wanted, SoundSignal]:
    kinds = [kind for kind, _ in wanted if kind in _SOUND]
    if not kinds:
        return {}
    from sync.media.raw_sound import RawSound
    from sync.media.sound import SoundReader

    # The reader's scan of what only FFmpeg decodes is kept: with it this is one pass.
    raw = None if facts.sound is None else RawSound.of_facts(facts.sound)
    with SoundReader(path, cache=cache, sha256=facts.sha256, raw=raw, channel=channel) as reader:
        readings = [_SOUND[kind](reader, rates[kind]) for kind in kinds]
        signals = read_once(reader, readings, progress)
        holes = [note.at for note in reader.notes if note.code == "gap" and note.at is not None]
        if holes:
            signals = tuple(without_holes(signal, reader, holes) for signal in signals)
    return {(kind, None): signal for kind, signal in zip(kinds, signals, strict=True)}
