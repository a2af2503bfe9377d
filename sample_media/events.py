"""The one table of what truly happened, and of every source's clock.

All times are reference times: dispatch-clock time in seconds of the day. Everything else in
this folder (drawing, sound, papers, truth) is derived from this table.
"""

from dataclasses import dataclass

__all__ = [
    "ALARM_END_S",
    "ALARM_PERIOD_S",
    "AMBULANCE_S",
    "CALLS",
    "CAM1",
    "CAM1_SHOWS_LESS_S",
    "CAM2",
    "CAM2_LOG_FAST_S",
    "CAM3",
    "CAM4_LENGTH_S",
    "CLOCK_CHECK_AFTER_S",
    "EVENTS",
    "MEASURED_AT_S",
    "PHONE",
    "PHONE_SOUND_LATE_S",
    "RADIO_CHAIN_S",
    "SOUND_SPEED_M_S",
    "Call",
    "Clock",
    "Segment",
    "cam1_displayed_s",
    "clock_text",
    "day_s",
    "temporal_three",
]


def day_s(text: str) -> float:
    """Seconds of the day of an ``HH:MM:SS.sss`` text."""
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def clock_text(time_s: float, decimals: int = 3) -> str:
    """``HH:MM:SS.sss`` text of seconds of the day, rounded to `decimals`."""
    units = round(time_s * 10**decimals)
    seconds, fraction = divmod(units, 10**decimals)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:0{decimals}d}" if decimals else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a file with an unbroken clock.

    Attributes
    ----------
    from_s, to_s : float
        Media time at which the stretch begins and ends.
    offset_s : float
        Reference seconds of the day that media time 0 would have on this stretch's clock.
    """

    from_s: float
    to_s: float
    offset_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Clock of one source: reference = media × (1 + drift) + offset of the segment."""

    drift_ppm: float
    segments: tuple[Segment, ...]

    def reference_s(self, media_s: float) -> float:
        """Reference time of a media time; outside the file the nearest segment's clock is used."""
        segment = self.segments[0]
        for candidate in self.segments:
            if media_s >= candidate.from_s:
                segment = candidate
        return media_s * (1 + self.drift_ppm * 1e-6) + segment.offset_s

    def media_s(self, reference_s: float, segment: int = 0) -> float:
        """Media time of a reference time on the clock of one segment."""
        return (reference_s - self.segments[segment].offset_s) / (1 + self.drift_ppm * 1e-6)


EVENTS: dict[str, tuple[float, str]] = {
    "lamp": (day_s("14:22:18.30"), "the lamp on the gate pillar comes on"),
    "strobe": (day_s("14:22:31.40"), "the alarm's strobe flashes, and its sounder sounds, first"),
    "barrier": (day_s("14:22:52.75"), "the gate barrier's arm hits its stop"),
    "headlights": (day_s("14:22:58.30"), "a car's headlights first light the long wall"),
    "door": (day_s("14:23:04.12"), "the side door slams shut"),
    "light_bar": (day_s("14:23:12.20"), "the patrol car's light bar is first lit as it enters"),
    "siren": (day_s("14:23:15.00"), "the patrol car's siren begins (it ends at 14:23:40)"),
    "flash": (day_s("14:23:25.10"), "a flash at the corner of the building (question 1, A)"),
    "words": (day_s("14:23:25.74"), 'an officer begins to say "shots, shots" (question 1, B)'),
    "passes_lamp": (day_s("14:23:31.50"), "a person walks past the yard lamp (question 2, A)"),
    "copy_moving": (
        day_s("14:23:31.90"),
        'an officer says "copy, moving" (question 2, B)',
    ),
    "ambulance_strobe": (day_s("14:23:52.00"), "an ambulance's white strobe first flashes"),
}

SOUND_SPEED_M_S = 343.0
RADIO_CHAIN_S = 0.31
PHONE_SOUND_LATE_S = 0.080

#: Distance from the thing that sounds to the microphone that hears it, metres.
DISTANCES_M: dict[tuple[str, str], float] = {
    ("strobe", "dispatch"): 0.0,
    ("barrier", "dispatch"): 0.0,
    ("door", "dispatch"): 0.0,
    ("flash", "dispatch"): 61.0,
    ("flash", "phone"): 61.0,
    ("siren", "dispatch"): 9.0,
    ("siren", "phone"): 14.0,
}

ALARM_PERIOD_S = 4.0
ALARM_END_S = EVENTS["strobe"][0] + 7 * ALARM_PERIOD_S
AMBULANCE_S = EVENTS["ambulance_strobe"][0]
SIREN_END_S = day_s("14:23:40")


def temporal_three(since_s: float) -> float:
    """Seconds since the start of the current pulse of a temporal-three cadence, or −1 in a pause.

    Three pulses of 0.5 s, 0.5 s apart, then 1.5 s of pause: the whole repeats every 4.0 s.
    """
    if since_s < 0:
        return -1.0
    place_s = since_s % ALARM_PERIOD_S
    return place_s % 1.0 if place_s < 3.0 and place_s % 1.0 < 0.5 else -1.0


# The start phases are chosen so that no event falls within a few milliseconds of a picture:
# a careful person must be able to read every bracket without doubt.
CAM1 = Clock(
    drift_ppm=28.0,
    segments=(Segment(from_s=0.0, to_s=150.0, offset_s=day_s("14:22:00.047")),),
)
CAM1_SHOWS_LESS_S = 37.00
MEASURED_AT_S = day_s("14:23:25.00")
CLOCK_CHECK_AFTER_S = 48 * 3600.0

CAM2_GAP_FROM_S = day_s("14:23:02.60")
CAM2_GAP_TO_S = day_s("14:23:22.01")
CAM2_LOG_FAST_S = 12.0
_CAM2_START_S = day_s("14:22:30.013")
_CAM2_DRIFT_PPM = -17.0
#: Media time of the first picture after the gap; the last one before it is 80 ms earlier.
_CAM2_BREAK_S = 32.64
CAM2 = Clock(
    drift_ppm=_CAM2_DRIFT_PPM,
    segments=(
        Segment(from_s=0.0, to_s=_CAM2_BREAK_S, offset_s=_CAM2_START_S),
        Segment(
            from_s=_CAM2_BREAK_S,
            to_s=_CAM2_BREAK_S + 38.0,
            offset_s=CAM2_GAP_TO_S - _CAM2_BREAK_S * (1 + _CAM2_DRIFT_PPM * 1e-6),
        ),
    ),
)

_CAM3_START_S = day_s("14:22:40.060")
_CAM3_CUT_S = 59.9
CAM3 = Clock(
    drift_ppm=11.0,
    segments=(
        Segment(from_s=0.0, to_s=_CAM3_CUT_S, offset_s=_CAM3_START_S),
        Segment(from_s=_CAM3_CUT_S, to_s=100.0, offset_s=_CAM3_START_S - 6.0),
    ),
)

CAM4_LENGTH_S = 100.0

PHONE = Clock(
    drift_ppm=9.0,
    segments=(Segment(from_s=0.0, to_s=40.04, offset_s=day_s("14:23:08.039")),),
)


def cam1_displayed_s(reference_s: float) -> float:
    """What camera 1's burnt-in clock would show with all its digits, seconds of the day."""
    lost_s = (reference_s - MEASURED_AT_S) * CAM1.drift_ppm * 1e-6
    return reference_s - CAM1_SHOWS_LESS_S - lost_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One transmission as the dispatch recorder wrote it.

    Attributes
    ----------
    number : int
        Counted from 1.
    keyed_s : float
        Reference time at which the recorder hears the key-up.
    length_s : float
        From key-up to the end of the squelch tail.
    pause_s : float
        Near-silence the recorder leaves after the call before the next one.
    lines : tuple of (float, str, str)
        When the words are *said* (reference time), the voice, the words.
    """

    number: int
    keyed_s: float
    length_s: float
    pause_s: float
    lines: tuple[tuple[float, str, str], ...]


def _call(
    number: int, keyed: str, length_s: float, pause_s: float, *lines: tuple[str, str, str]
) -> Call:
    """Row of the table below, with times as text."""
    said = tuple((day_s(when), voice, words) for when, voice, words in lines)
    return Call(number=number, keyed_s=day_s(keyed), length_s=length_s, pause_s=pause_s, lines=said)


CALLS: tuple[Call, ...] = (
    _call(1, "14:21:46.41", 3.40, 0.085,
          ("14:21:46.45", "lima", "Control, lima two, on foot at the east gate.")),
    _call(2, "14:22:07.83", 3.20, 0.070,
          ("14:22:07.88", "control", "Lima two, received, all quiet here.")),
    _call(3, "14:22:30.93", 16.45, 0.110,
          ("14:22:34.75", "lima", "Stand by."),
          ("14:22:42.80", "lima", "Control, alarm at Harrow Hall.")),
    _call(4, "14:22:48.30", 2.20, 0.065,
          ("14:22:48.32", "control", "Harrow Hall, received.")),
    _call(5, "14:22:51.30", 3.62, 0.095,
          ("14:22:51.55", "gate", "Closing the gate."),
          ("14:22:53.55", "gate", "Gate is down.")),
    _call(6, "14:22:55.47", 2.40, 0.080,
          ("14:22:55.50", "control", "Gate down, thank you.")),
    _call(7, "14:22:58.21", 1.75, 0.100,
          ("14:22:58.22", "mike", "Mike one, en route.")),
    _call(8, "14:23:00.26", 1.70, 0.075,
          ("14:23:00.26", "control", "Mike one, received.")),
    _call(9, "14:23:02.37", 25.63, 0.090,
          ("14:23:07.60", "lima", "Stay back from the door."),
          ("14:23:25.74", "lima", "Shots, shots!")),
    _call(10, "14:23:31.05", 2.90, 0.085,
          ("14:23:30.98", "mike", "Mike one."),
          ("14:23:31.90", "mike", "Copy, moving.")),
    _call(11, "14:23:41.18", 3.30, 0.070,
          ("14:23:41.20", "control", "All units, keep clear of the corner.")),
    _call(12, "14:23:58.64", 3.00, 0.105,
          ("14:23:58.62", "lima", "Ambulance is in the yard.")),
    _call(13, "14:24:17.09", 3.40, 0.080,
          ("14:24:17.10", "mike", "Mike one, at the corner, one detained.")),
    _call(14, "14:24:37.72", 3.60, 0.120,
          ("14:24:37.75", "control", "One detained, time fourteen twenty four.")),
)  # fmt: skip


def dispatch_segments() -> tuple[Segment, ...]:
    """Where each call lies in the dispatch file; the file begins at the first key-up."""
    media_s, segments = 0.0, []
    for call in CALLS:
        end_s = media_s + call.length_s
        segments.append(Segment(from_s=media_s, to_s=end_s, offset_s=call.keyed_s - media_s))
        media_s = end_s + call.pause_s
    return tuple(segments)


def dispatch_media_s(recorded_s: float) -> tuple[int, float] | None:
    """Call number and media time of an instant recorded by dispatch, None when not recorded."""
    for call, segment in zip(CALLS, dispatch_segments(), strict=True):
        media_s = recorded_s - segment.offset_s
        if segment.from_s <= media_s <= segment.to_s:
            return call.number, media_s
    return None
