"""A calculated case of recordings with numbers painted in, at every kind of rate, and a radio."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile

from sync.cache import Cache
from sync.case.acts import choose_datum
from sync.case.calculate import calculate
from sync.case.case import Case
from sync.case.recordings import add_recording
from sync.case.store import CaseStore
from sync.evidence import Event, Mark, Provenance, StreamName
from sync.timebase import MediaTime
from tests.support.clip_classes import irregular_times_ms
from tests.support.made_media import click_track, write_clip

RATES: dict[str, Fraction | None] = {
    "12.5": Fraction(25, 2), "15": Fraction(15), "25": Fraction(25),
    "29.97": Fraction(30_000, 1001), "30": Fraction(30), "variable": None,
}  # fmt: skip
SECONDS = 1.6
RADIO_HZ = 8_000
CLICK_S = 1.3
"""Of the radio's own time, in which the flash is at 0.9 s."""


@dataclass(frozen=True, slots=True)
class Painted:
    """The case, where its recordings lie, and when each frame of each was (s)."""

    path: Path
    case: Case
    media: dict[str, Path]
    times_s: dict[str, list[float]]
    cache: Cache


def painted_case(folder: Path, rates: tuple[str, ...] = tuple(RATES), *, half_s: float = 0.005
                 ) -> Painted:  # fmt: skip
    """Write the recordings and the case; the n-th sees the flash (0.3 + 0.07 n) s into its file.

    ``half_s``: half-width of every mark.
    """
    cache, path = Cache(folder / "cache"), folder / "painted.tiepoint"
    case = Case(id="", title="Painted").with_event(Event(id="flash", name="flash"))
    media, times_s = {}, {}
    for n, name in enumerate(rates):
        rate, file = RATES[name], folder / f"rate {name}.mp4"
        if rate is None:
            times = irregular_times_ms(24)
            write_clip(file, range(24), times=times, gop=10)
            shown = [at / 1000 for at in times]
        else:
            count = round(SECONDS * rate)
            write_clip(file, range(count), rate=rate, gop=10)
            shown = [float(k / rate) for k in range(count)]
        case, source = add_recording(case, file, case_path=path, name=name, cache=cache)
        media[source.id], times_s[source.id] = file, shown
        case = _tied(case, source.id, "picture", 0.3 + 0.07 * n, half_s)
    radio = folder / "radio.wav"
    soundfile.write(radio, click_track(2.0, RADIO_HZ, [CLICK_S]).astype(np.float32), RADIO_HZ)
    case, source = add_recording(case, radio, case_path=path, name="radio", cache=cache)
    media[source.id] = radio
    case = _tied(case, source.id, "sound", 0.9, half_s)
    case = calculate(choose_datum(case, case.sources[0].clock))
    with CaseStore.create(path, case) as store:
        case = store.case
    return Painted(path, case, media, times_s, cache)


def _tied(case: Case, source: str, stream: StreamName, at_s: float, half_s: float) -> Case:
    return case.with_evidence(
        Mark(
            id=f"mark-{source}", event="flash", source=source, stream=stream,
            earliest=MediaTime.from_s(at_s - half_s), latest=MediaTime.from_s(at_s + half_s),
            provenance=Provenance(status="accepted", by="A. Analyst"),
        )
    )  # fmt: skip
