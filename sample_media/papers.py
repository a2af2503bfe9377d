"""The papers of the case: dispatch's log, a recorder's log, and the truth about everything."""

import csv
import json
from pathlib import Path
from typing import Any

from .events import (
    AMBULANCE_S,
    CALLS,
    CAM1,
    CAM1_SHOWS_LESS_S,
    CAM2,
    CAM2_GAP_FROM_S,
    CAM2_GAP_TO_S,
    CAM2_LOG_FAST_S,
    CAM3,
    CLOCK_CHECK_AFTER_S,
    DISTANCES_M,
    EVENTS,
    MEASURED_AT_S,
    PHONE,
    PHONE_SOUND_LATE_S,
    RADIO_CHAIN_S,
    SOUND_SPEED_M_S,
    Clock,
    cam1_displayed_s,
    clock_text,
    day_s,
    dispatch_media_s,
    dispatch_segments,
)  # fmt: skip

__all__ = ["MP3_LATE_S", "truth", "write_papers"]

#: What an MP3 encoder adds at the start, 576 + 529 samples at 8 kHz, when no tag tells of it.
MP3_LATE_S = 1105 / 8000
_TYPED_LATE_S = 24.0
_NAIVE_FILE_START_S = day_s("14:21:46")

#: Who sees or hears what: event, source, stream, segment, delays that apply.
_SIGHTINGS: tuple[tuple[str, str, str, int, tuple[str, ...]], ...] = (
    ("lamp", "cam1", "picture", 0, ()),
    ("strobe", "cam1", "picture", 0, ()),
    ("strobe", "cam3", "picture", 0, ()),
    ("strobe", "dispatch", "sound", 2, ("travel", "radio-chain")),
    ("barrier", "cam1", "picture", 0, ()),
    ("barrier", "dispatch", "sound", 4, ("travel", "radio-chain")),
    ("headlights", "cam1", "picture", 0, ()),
    ("headlights", "cam2", "picture", 0, ()),
    ("door", "cam3", "picture", 0, ()),
    ("door", "dispatch", "sound", 8, ("travel", "radio-chain")),
    ("light_bar", "cam1", "picture", 0, ()),
    ("light_bar", "cam3", "picture", 0, ()),
    ("light_bar", "phone", "picture", 0, ()),
    ("siren", "phone", "sound", 0, ("travel", "phone-sound")),
    ("siren", "dispatch", "sound", 8, ("travel", "radio-chain")),
    ("flash", "cam1", "picture", 0, ()),
    ("flash", "phone", "picture", 0, ()),
    ("flash", "phone", "sound", 0, ("travel", "phone-sound")),
    ("flash", "dispatch", "sound", 8, ("travel", "radio-chain")),
    ("words", "dispatch", "sound", 8, ("radio-chain",)),
    ("words", "phone", "sound", 0, ("radio-chain", "phone-sound")),
    ("passes_lamp", "cam2", "picture", 1, ()),
    ("copy_moving", "dispatch", "sound", 9, ("radio-chain",)),
    ("copy_moving", "phone", "sound", 0, ("radio-chain", "phone-sound")),
    ("ambulance_strobe", "cam2", "picture", 1, ()),
)

_CLOCKS: dict[str, Clock] = {"cam1": CAM1, "cam2": CAM2, "cam3": CAM3, "phone": PHONE}
_FILES = {"cam1": "cam1_gate.mp4", "cam2": "cam2_yard.mp4", "cam3": "cam3_door.mp4",
          "phone": "phone.mp4"}  # fmt: skip
_NOTES = {
    "cam1": "15 pictures a second; its own clock is burnt in, whole seconds, truncated",
    "cam2": "variable rate; its motion gap is taken out of media time",
    "cam3": "every picture three times; at the break another camera, six seconds earlier",
    "phone": "30000/1001 pictures a second; clock is that of the picture",
}

Json = dict[str, Any]


def _time(name: str, reference_s: float) -> Json:
    return {f"{name}_s": round(reference_s, 6), name: clock_text(reference_s)}


def _clock(clock: Clock) -> Json:
    segments = [
        {"from_s": s.from_s, "to_s": s.to_s, "offset_s": round(s.offset_s, 6)}
        for s in clock.segments
    ]
    return {"drift_ppm": clock.drift_ppm, "segments": segments}


def _sources() -> Json:
    """Every source's clock: reference = media × (1 + drift) + offset of its segment."""
    out: Json = {
        name: {"file": _FILES[name], "note": _NOTES[name], **_clock(clock)}
        for name, clock in _CLOCKS.items()
    }
    out["cam4"] = {
        "file": "cam4_hall.mp4", "note": "another day; nothing links it", "drift_ppm": None,
        "segments": [],
    }  # fmt: skip
    calls = [
        {
            "call": call.number, "from_s": round(s.from_s, 6), "to_s": round(s.to_s, 6),
            "offset_s": round(s.offset_s, 6), **_time("keyed", call.keyed_s),
            "words": [{"said": clock_text(t), "speaker": v, "text": w} for t, v, w in call.lines],
        }
        for call, s in zip(CALLS, dispatch_segments(), strict=True)
    ]  # fmt: skip
    out["dispatch"] = {
        "file": "dispatch.flac",
        "note": "recorded at dispatch-clock time; said radio chain earlier; silences removed",
        "drift_ppm": 0.0, "segments": calls,
    }  # fmt: skip
    out["dispatch_copy"] = {
        "file": "dispatch_copy.mp3", "copy_of": "dispatch", "late_s": MP3_LATE_S,
        "note": "untagged: what it decodes to begins this much later than the original",
    }  # fmt: skip
    return out


def _delays(event: str, source: str, names: tuple[str, ...]) -> list[Json]:
    values = {"radio-chain": RADIO_CHAIN_S, "phone-sound": PHONE_SOUND_LATE_S}
    if "travel" in names:
        values["travel"] = DISTANCES_M[event, source] / SOUND_SPEED_M_S
    return [{"name": name, "delay_s": round(values[name], 6)} for name in names]


def _events() -> list[Json]:
    """Every event with the media time it truly has in every file that shows it."""
    out = []
    for name, (reference_s, meaning) in EVENTS.items():
        marks = []
        for event, source, stream, segment, names in _SIGHTINGS:
            if event != name:
                continue
            delays = _delays(event, source, names)
            shown_s = reference_s + sum(d["delay_s"] for d in delays)
            if source == "dispatch":
                found = dispatch_media_s(shown_s)
                assert found is not None
                assert found[0] == segment + 1
                media_s = found[1]
            else:
                media_s = _CLOCKS[source].media_s(shown_s, segment)
            marks.append(
                {"source": source, "stream": stream, "segment": segment,
                 "media_s": round(media_s, 6), "delays": delays, "in_file": media_s >= 0}
            )  # fmt: skip
        out.append({"name": name, **_time("reference", reference_s), "meaning": meaning,
                    "marks": marks})  # fmt: skip
    return out


def _questions() -> list[Json]:
    def question(number: int, words: str, a: str, b: str, answer: str) -> Json:
        later_s = EVENTS[b][0] - EVENTS[a][0]
        return {"number": number, "words": words, "a": a, "b": b,
                "b_after_a_s": round(later_s, 3), "answer": answer}  # fmt: skip

    return [
        question(1, 'Was the flash at the corner before the words "shots, shots"?', "flash",
                 "words", "the flash came first, by 0.64 s"),
        question(2, 'Did the person pass the yard lamp before "copy, moving" was said?',
                 "passes_lamp", "copy_moving",
                 "the person passed 0.40 s earlier, but the recordings do not show it"),
    ]  # fmt: skip


def _naive() -> Json:
    """What somebody reads who trusts the burnt-in clock and the dispatch file's own time."""
    shown_s = cam1_displayed_s(EVENTS["flash"][0])
    found = dispatch_media_s(EVENTS["words"][0] + RADIO_CHAIN_S)
    assert found is not None
    call_s = _NAIVE_FILE_START_S + found[1]
    return {
        "flash": clock_text(int(shown_s), 0),
        "flash_s": round(shown_s, 3),
        "words": clock_text(call_s, 1),
        "words_s": round(call_s, 3),
        "words_before_flash_s": round(shown_s - call_s, 3),
        "how": (
            "the flash by camera 1's burnt-in clock; the words by their place in dispatch.flac, "
            f"counted from the log's first row, {clock_text(_NAIVE_FILE_START_S, 0)}, as if no "
            "silence had been removed: the call seems to come about 3 s before the flash"
        ),
    }


def truth() -> Json:
    """Everything that is in ``truth.json``."""
    later_s = MEASURED_AT_S + CLOCK_CHECK_AFTER_S
    return {
        "title": "Harrow Hall, 14:22",
        "date": "2024-12-19",
        "reference": (
            "dispatch-clock time, seconds of the day; an event's reference time is when it "
            "happened, or when a sound was made or said, where it was made; a source shows it "
            "later by the delays listed with its mark"
        ),
        "formula": "reference_s = media_s * (1 + drift_ppm * 1e-6) + offset_s of the segment",
        "sources": _sources(),
        "events": _events(),
        "delays": {
            "radio_chain_s": RADIO_CHAIN_S,
            "phone_sound_after_picture_s": PHONE_SOUND_LATE_S,
            "sound_speed_m_s": SOUND_SPEED_M_S,
            "distances_m": {f"{e}/{m}": d for (e, m), d in DISTANCES_M.items()},
        },
        "cam1_clock": {
            "shows_less_s": CAM1_SHOWS_LESS_S,
            **_time("at", MEASURED_AT_S),
            "checked_after_s": CLOCK_CHECK_AFTER_S,
            "then_shows_less_s": round(later_s - cam1_displayed_s(later_s), 4),
        },
        "cam2_gap": {
            **_time("stopped", CAM2_GAP_FROM_S),
            **_time("started", CAM2_GAP_TO_S),
            "removed_s": round(CAM2.segments[1].offset_s - CAM2.segments[0].offset_s, 6),
            "recorder_clock_fast_s": CAM2_LOG_FAST_S,
        },
        "typed_late": {"call": 9, "late_s": _TYPED_LATE_S, **_time("event", EVENTS["words"][0])},
        "planted": {
            **_time("ambulance", AMBULANCE_S),
            "looks_like": "strobe",
            "meaning": "the ambulance's strobe in camera 2 taken for the alarm's in camera 1",
        },
        "naive": _naive(),
        "questions": _questions(),
    }


def _write_csv(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_papers(folder: Path) -> None:
    """Write ``cad.csv``, ``cam2_recorder_log.csv`` and ``truth.json``."""
    start = {c.number: clock_text(int(c.keyed_s), 0) for c in CALLS}
    typed = clock_text(int((EVENTS["words"][0] + _TYPED_LATE_S) / 60) * 60, 0)[:5]
    _write_csv(
        folder / "cad.csv",
        [
            ("time", "stamp_kind", "unit", "call", "text"),
            (start[1], "machine", "REC", "1", "Channel 1 recording begins"),
            ("14:22:10", "typed", "LIMA 2", "", "Foot patrol east gate, all quiet"),
            ("14:22:50", "typed", "CONTROL", "", "Alarm Harrow Hall, reported by Lima 2"),
            (start[5], "machine", "GATE", "5", "Transmission start"),
            ("14:22:59", "typed", "MIKE 1", "", "En route"),
            (start[9], "machine", "LIMA 2", "9", "Transmission start"),
            (typed, "typed", "LIMA 2", "9", "Shots reported, corner of Harrow Hall"),
            ("14:24:05", "typed", "CONTROL", "12", "Ambulance in yard"),
            ("14:24:25", "typed", "MIKE 1", "13", "One detained"),
        ],
    )
    stopped, started = (
        clock_text(int(t + CAM2_LOG_FAST_S), 0) for t in (CAM2_GAP_FROM_S, CAM2_GAP_TO_S)
    )
    _write_csv(
        folder / "cam2_recorder_log.csv",
        [("time", "event"), (stopped, "recording stopped"), (started, "recording started")],
    )
    text = json.dumps(truth(), indent=1, ensure_ascii=False)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
