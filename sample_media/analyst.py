"""What a careful person would have marked, for tests and for the tour.

Pictures: every bracket is read from the finished file's own frames, by a person's means (where
to look, and what changes there), not from the table of true times. Sounds: the place a person
would put the mark, which is the sound's true place and a seeded reading error well within the
limits that the person types.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from .papers import truth

__all__ = ["write_analyst"]

Image = NDArray[np.float32]
Measure = Callable[[list[Image]], NDArray[np.float64]]


def _luma(images: list[Image]) -> NDArray[np.float64]:
    return np.array([float(i.mean()) for i in images])


def _colour(images: list[Image]) -> NDArray[np.float64]:
    """How red or blue the reddest and bluest hundredth of the place is."""
    out = []
    for image in images:
        soft = cv2.blur(image, (3, 3))
        excess = np.maximum(soft[..., 0], soft[..., 2]) - soft[..., 1]
        out.append(float(np.quantile(excess, 0.99)))
    return np.array(out)


def _unlike_last(images: list[Image]) -> NDArray[np.float64]:
    """How unlike the settled picture (the mean of the last ones), whatever the brightness."""
    grey = [cv2.blur(i.mean(axis=2), (3, 3)).ravel() for i in images]
    settled = np.mean(grey[-5:], axis=0)
    return np.array([1 - np.corrcoef(g, settled)[0, 1] for g in grey])


def _unlike_first(images: list[Image]) -> NDArray[np.float64]:
    """Largest local difference from the mean of the first pictures."""
    grey = [cv2.blur(i.mean(axis=2), (3, 5)) for i in images]
    before = np.mean(grey[:4], axis=0)
    return np.array([float(np.abs(g - before).max()) for g in grey])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Where to look for an event, and what is seen to change."""

    event: str
    source: str
    file: str
    window_s: tuple[float, float]
    place: tuple[int, int, int, int]
    measure: Measure
    threshold: float
    rises: bool = True
    one_sided: bool = False
    definition: str


_CAM1, _CAM2, _CAM3, _PHONE = "cam1_gate.mp4", "cam2_yard.mp4", "cam3_door.mp4", "phone.mp4"

_LOOKS = (
    _Look(event="lamp", source="cam1", file=_CAM1, window_s=(17, 20), place=(105, 150, 135, 180),
          measure=_luma, threshold=25, definition="first picture in which the gate lamp is lit"),
    _Look(event="strobe", source="cam1", file=_CAM1, window_s=(30, 33), place=(210, 62, 245, 97),
          measure=_luma, threshold=25,
          definition="first picture in which the strobe on the wall is lit"),
    _Look(event="barrier", source="cam1", file=_CAM1, window_s=(51, 54.5),
          place=(178, 222, 300, 262), measure=_unlike_last, threshold=0.15, rises=False,
          definition="first picture in which the arm lies on its stop"),
    _Look(event="headlights", source="cam1", file=_CAM1, window_s=(57.8, 59),
          place=(230, 60, 390, 160), measure=_luma, threshold=10,
          definition="first picture in which headlights light the wall"),
    _Look(event="light_bar", source="cam1", file=_CAM1, window_s=(71.5, 72.8),
          place=(560, 110, 640, 200), measure=_colour, threshold=25,
          definition="first picture in which the light bar is lit"),
    _Look(event="flash", source="cam1", file=_CAM1, window_s=(84.3, 85.7),
          place=(390, 125, 425, 160), measure=_luma, threshold=30,
          definition="first bright picture at the corner of the building"),
    _Look(event="headlights", source="cam2", file=_CAM2, window_s=(27.5, 29),
          place=(200, 40, 420, 190), measure=_luma, threshold=8,
          definition="first picture in which headlights light the wall"),
    _Look(event="passes_lamp", source="cam2", file=_CAM2, window_s=(41.5, 42.5),
          place=(343, 150, 350, 232), measure=_unlike_first, threshold=30,
          definition="first picture in which the person covers part of the lamp post"),
    _Look(event="strobe", source="cam3", file=_CAM3, window_s=(0, 2), place=(365, 35, 405, 75),
          measure=_luma, threshold=40, one_sided=True,
          definition="the strobe is already flashing: first picture in which it is lit"),
    _Look(event="door", source="cam3", file=_CAM3, window_s=(22.6, 26),
          place=(250, 100, 335, 245), measure=_unlike_last, threshold=0.035, rises=False,
          definition="first picture in which the door is shut"),
    _Look(event="light_bar", source="cam3", file=_CAM3, window_s=(31, 33),
          place=(425, 97, 584, 200), measure=_colour, threshold=25,
          definition="first picture in which red or blue light is mirrored in the window"),
    _Look(event="light_bar", source="phone", file=_PHONE, window_s=(3.4, 4.6),
          place=(200, 150, 640, 330), measure=_colour, threshold=14,
          definition="first picture in which the light bar is lit"),
    _Look(event="flash", source="phone", file=_PHONE, window_s=(16.4, 17.5),
          place=(120, 130, 330, 300), measure=_luma, threshold=10,
          definition="first bright picture at the corner of the building"),
)  # fmt: skip

_PLANTED = _Look(
    event="strobe", source="cam2", file=_CAM2, window_s=(61.8, 63.4), place=(520, 60, 640, 200),
    measure=_luma, threshold=12,
    definition="first picture in which the strobe is lit (wrongly: it is an ambulance's)",
)  # fmt: skip
_CLOCK = _Look(
    event="clock", source="cam1", file=_CAM1, window_s=(84.5, 85.3), place=(610, 11, 626, 32),
    measure=_unlike_first, threshold=60, definition="first picture that shows 14:22:48",
)  # fmt: skip

#: Sounds: event, source, typed limit in seconds, definition.
_SOUNDS = (
    ("strobe", "dispatch", 0.045, "onset of the first tone of the alarm, call 3"),
    ("barrier", "dispatch", 0.045, "clank of the barrier, call 5"),
    ("door", "dispatch", 0.040, "slam of the door, call 9"),
    ("flash", "dispatch", 0.100, "bang, call 9 (it swells: no sharp onset)"),
    ("words", "dispatch", 0.045, 'onset of "shots", call 9'),
    ("copy_moving", "dispatch", 0.050, 'onset of "copy", call 10'),
    ("flash", "phone", 0.040, "bang"),
    ("words", "phone", 0.050, 'onset of "shots" from the officer\'s radio'),
    ("copy_moving", "phone", 0.050, 'onset of "copy" from the officer\'s radio'),
)


def _pictures(folder: Path, look: _Look) -> tuple[list[float], list[Image]]:
    """Times and cut-outs of the distinct pictures in a window; repeated frames count once."""
    times: list[float] = []
    images: list[Image] = []
    x0, y0, x1, y1 = look.place
    whole: Image | None = None
    with av.open(str(folder / look.file)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        container.seek(int(max(0, look.window_s[0] - 0.2) / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            assert frame.pts is not None
            media_s = float(frame.pts * stream.time_base)
            if media_s > look.window_s[1]:
                break
            if media_s < look.window_s[0] - 0.15:
                continue
            image = frame.to_ndarray(format="rgb24").astype(np.float32)
            repeated = whole is not None and float(np.abs(image - whole).mean()) < 0.6
            whole = image
            if media_s < look.window_s[0] or (repeated and look.file == _CAM3):
                continue
            times.append(round(media_s, 6))
            images.append(image[y0:y1, x0:x1])
    return times, images


def _bracket(folder: Path, look: _Look) -> tuple[float | None, float]:
    """Last picture that does not show it, first picture that does."""
    times, images = _pictures(folder, look)
    values = look.measure(images)
    if look.rises:
        shows = values - (0 if look.one_sided else np.median(values[:4])) > look.threshold
        if look.one_sided:
            shows = values > np.median(values) + look.threshold
        first = int(np.argmax(shows))
    else:
        first = int(np.flatnonzero(values > look.threshold)[-1]) + 1
    if first == 0 and not look.one_sided:
        raise ValueError(f"{look.event} not found in {look.file}")
    return (None if look.one_sided else times[first - 1]), times[first]


def _picture_mark(folder: Path, look: _Look) -> dict[str, Any]:
    not_yet_s, happened_s = _bracket(folder, look)
    return {
        "id": f"{look.event}-{look.source}-picture", "event": look.event, "source": look.source,
        "stream": "picture", "not_yet_s": not_yet_s, "happened_s": happened_s,
        "definition": look.definition, "delays": [],
    }  # fmt: skip


def _delay_key(event: str, source: str, name: str) -> str:
    """Delays that are one and the same quantity have the same key."""
    return f"travel-{event}-{source}" if name == "travel" else name


def _sound_marks(true: dict[str, Any]) -> list[dict[str, Any]]:
    """Sound marks as a person puts them: near the true place, within the typed limits."""
    random = np.random.default_rng(4)
    places = {
        (e["name"], m["source"]): m
        for e in true["events"] for m in e["marks"] if m["stream"] == "sound"
    }  # fmt: skip
    out = []
    for event, source, half_s, definition in _SOUNDS:
        place = places[event, source]
        error_s = float(random.uniform(-0.75, 0.75)) * half_s
        delays = [
            _delay_key(event, source, d["name"])
            for d in place["delays"]
            if d["name"] != "travel" or d["delay_s"] > 0
        ]
        mark = {
            "id": f"{event}-{source}-sound", "event": event, "source": source, "stream": "sound",
            "at_s": round(place["media_s"] + error_s, 3), "half_s": half_s,
            "definition": definition, "delays": delays,
        }  # fmt: skip
        if source == "dispatch":
            mark["call"] = place["segment"] + 1
        out.append(mark)
    return out


def _breaks(true: dict[str, Any]) -> list[dict[str, Any]]:
    """Where a clock is broken, in media time: between the two pictures or calls."""
    cam2 = true["sources"]["cam2"]["segments"][1]["from_s"]
    cam3 = true["sources"]["cam3"]["segments"][1]["from_s"]
    calls = true["sources"]["dispatch"]["segments"]
    out = [
        {"source": "cam2", "at_s": round(cam2 - 0.04, 3), "why": "motion gap, by the log"},
        {"source": "cam3", "at_s": round(cam3 - 0.05, 3), "why": "cut to another camera"},
    ]
    for before, after in pairwise(calls):
        middle_s = (before["to_s"] + after["from_s"]) / 2
        out.append({"source": "dispatch", "at_s": round(middle_s, 3),
                    "why": f"between calls {before['call']} and {after['call']}"})  # fmt: skip
    return out


def _typed(folder: Path, true: dict[str, Any]) -> dict[str, Any]:
    """What the person types: readings, records, stamps, delays."""
    not_yet_s, happened_s = _bracket(folder, _CLOCK)
    calls = true["sources"]["dispatch"]["segments"]
    stamps = [
        {"call": number, "source": "dispatch", "media_s": calls[number - 1]["from_s"],
         "shown": calls[number - 1]["keyed"][:8], "shown_s": int(calls[number - 1]["keyed_s"]),
         "granularity_s": 1.0, "rule": "truncated", "authority": "dispatch clock"}
        for number in (5, 9)
    ]  # fmt: skip
    return {
        "clock_readings": [
            {"source": "cam1", "authority": "cam1 burnt-in clock", "shown": "14:22:48",
             "shown_s": 51768, "not_yet_s": not_yet_s, "happened_s": happened_s,
             "definition": _CLOCK.definition}
        ],
        "clock_checks": [
            {"source": "cam1", "shows_less_s": 41.84, "half_s": 0.5, "at": "14:23:25",
             "after_s": 172800.0, "note": "clock-check record, 48 h later"},
        ],
        "stamps": stamps,
        "delays": [
            {"key": "radio-chain", "low_s": 0.0, "high_s": 1.0, "distribution": "rectangular"},
            {"key": "phone-sound", "low_s": -0.1, "high_s": 0.1, "distribution": "rectangular"},
        ],
        "distances": [
            {"key": "travel-flash-dispatch", "event": "flash", "source": "dispatch",
             "distance_m": 61.0, "half_m": 3.0},
            {"key": "travel-flash-phone", "event": "flash", "source": "phone",
             "distance_m": 61.0, "half_m": 3.0},
        ],
        "gaps": [
            {"source": "cam2", "removed_s": 20.0, "half_s": 1.0, "distribution": "rectangular",
             "note": "cam2_recorder_log.csv: stopped and started in whole seconds"}
        ],
        "breaks": _breaks(true),
    }  # fmt: skip


def write_analyst(folder: Path) -> None:
    """Write ``analyst.json`` from the finished files in `folder`."""
    true = truth()
    marks = [_picture_mark(folder, look) for look in _LOOKS] + _sound_marks(true)
    planted = _picture_mark(folder, _PLANTED)
    planted["id"] = "planted-strobe-cam2-picture"
    content = {
        "note": "marks as a careful person puts them; media times in seconds of each file",
        "marks": marks,
        "planted": [planted],
        "typed": _typed(folder, true),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False)
    (folder / "analyst.json").write_text(text + "\n", encoding="utf-8")
