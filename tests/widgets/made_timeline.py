"""A made timeline, traces and pictures for tests and the gallery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sync.adjustment.solution import ResultStatus
from sync.clock import ClockModel
from sync.timebase import NS_PER_S, Duration, MediaTime, ReferenceTime, parse_time_ns
from sync.timeline import Clip, Gap, Marker, Timeline, Track
from sync.traces.trace import Trace

NAMES = {
    "cam1": "cam 1  gate",
    "cam2": "cam 2  court",
    "cam3": "cam 3  lot",
    "disp": "dispatch ch 8A",
    "phone": "phone  stairs",
}
EVENT_NAMES = {"strobe": "strobe ↔ alarm", "door": "door ↔ bang", "bar": "light bar ↔ siren"}
NOW = parse_time_ns("14:23:19.80")


def at(text: str) -> ReferenceTime:
    """A clock time."""
    return ReferenceTime(parse_time_ns(text))


def model(source: str, start: str, half_s: float = 0.04, drift: float = 0.0) -> ClockModel:
    """A clock whose media zero is at ``start``."""
    return ClockModel(
        source=source,
        stretch=0,
        epoch=MediaTime(0),
        reference=at(start),
        drift=drift,
        var_offset_s2=(half_s / 1.96) ** 2,
        cov_offset_drift_s=0.0,
        var_drift=(3e-6) ** 2,
        coverage_factor=1.96,
        observed=None,
    )


def clip(
    source: str,
    start: str,
    end: str,
    half_s: float,
    status: ResultStatus = "ok",
    origin: str | None = None,
    stretch: int = 0,
) -> Clip:
    """A placed stretch; media time counts from ``origin`` (its own start unless given)."""
    clock = model(source, origin or start, half_s)
    half = Duration.from_s(half_s)
    return Clip(
        source=source,
        stretch=stretch,
        status=status,
        start=at(start),
        end=at(end),
        half_start=half,
        half_end=half,
        model=clock,
        media_start=clock.from_reference(at(start)),
        media_end=clock.from_reference(at(end)),
    )


def marker(event: str, source: str, when: str, half_s: float) -> Marker:
    """A placed mark."""
    return Marker(
        event=event,
        mark=f"{event}-{source}",
        source=source,
        reference=at(when),
        half=Duration.from_s(half_s),
        media=MediaTime(0),
    )


def make_timeline(*, stale: bool = False) -> Timeline:
    """Three cameras, a dispatch recording with calls, and a phone with no link."""
    gap = Gap(source="cam2", start=at("14:23:30"), end=at("14:23:38.6"), reason="gap 8.6 s")
    calls = [
        clip(
            "disp",
            f"14:{22 + s // 60:02d}:{s % 60:02d}",
            f"14:{22 + e // 60:02d}:{e % 60:02d}",
            0.0,
            "ok",
            "14:22:00",
            place,
        )
        for place, (s, e) in enumerate(
            [
                (10, 22),
                (28, 31),
                (33, 41),
                (45, 53),
                (58, 64),
                (69, 80),
                (87, 92),
                (100, 110),
                (115, 123),
                (132, 145),
            ]
        )
    ]
    between = replace(
        clip("disp", "14:23:33.5", "14:23:37.5", 3.0, "bounded", "14:22:00", 99), model=None
    )
    lost = Clip(
        source="phone",
        stretch=0,
        media_start=MediaTime(0),
        media_end=MediaTime(190 * NS_PER_S),
        status="unconstrained",
        start=None,
        end=None,
        half_start=None,
        half_end=None,
        model=None,
    )
    return Timeline(
        stale=stale,
        tracks=(
            Track(
                source="cam1",
                clips=(clip("cam1", "14:22:23.8", "14:24:19.4", 0.5),),
                gaps=(),
                markers=(
                    marker("strobe", "cam1", "14:22:47.1", 0.04),
                    marker("door", "cam1", "14:23:08.4", 0.03),
                ),
            ),
            Track(
                source="cam2",
                clips=(
                    clip("cam2", "14:22:20.2", "14:23:30", 0.5),
                    clip("cam2", "14:23:38.6", "14:24:08", 0.5, "ok", "14:22:20.2", 1),
                ),
                gaps=(gap,),
                markers=(marker("door", "cam2", "14:23:08.9", 0.04),),
            ),
            Track(
                source="cam3",
                clips=(clip("cam3", "14:22:37", "14:24:22", 2.1, "unchecked"),),
                gaps=(),
                markers=(marker("bar", "cam3", "14:23:49.6", 0.2),),
            ),
            Track(
                source="disp",
                clips=(*calls, between),
                gaps=(),
                markers=(
                    marker("strobe", "disp", "14:22:47.2", 0.05),
                    marker("door", "disp", "14:23:08.3", 0.02),
                    marker("bar", "disp", "14:23:49.7", 0.02),
                ),
            ),
            Track(source="phone", clips=(lost,), gaps=(), markers=()),
        ),
    )


def make_trace(seed: int) -> Trace:
    """Motion that comes and goes."""
    rng = np.random.default_rng(seed)
    pushes = (rng.random(6000) < 0.01) * rng.random(6000) * 3
    values = (
        np.convolve(pushes, np.exp(-np.arange(200) / 60), "full")[:6000] + rng.random(6000) * 0.2
    )
    return Trace(
        kind="motion",
        source_sha256="",
        start=MediaTime(0),
        step_ns=NS_PER_S // 30,
        values=values,
        valid=np.ones(6000, dtype=bool),
        parameters={},
    )


def sound(
    first_media_ns: int, last_media_ns: int, width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Speech-like min/max columns."""
    t = np.linspace(first_media_ns, last_media_ns, width) / NS_PER_S
    ripple = 0.6 + 0.4 * np.abs(np.sin(t * 97))
    level = np.abs(np.sin(t * 2.2) * np.sin(t * 0.63 + 1)) * ripple + 0.04
    return -level, level


def picture(seed: int, width: int = 320, height: int = 180) -> NDArray[np.uint8]:
    """A made street."""
    rng = np.random.default_rng(seed)
    image = np.zeros((height, width, 4), dtype=np.uint8)
    image[:] = (*rng.integers(45, 70, 3), 255)
    image[height // 2 :, :, :3] += 18
    for _ in range(6):
        x, y = int(rng.integers(0, width - 30)), int(rng.integers(height // 3, height - 40))
        image[y : y + 34, x : x + 14, :3] = rng.integers(60, 220, 3)
    image[:, :, 3] = 0
    return image
