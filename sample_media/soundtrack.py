"""What the microphones heard, and what the radio chain and the phone made of it.

Sounds are laid on one line of reference time at 8 kHz, separately for each microphone, with each
sound's own travel time. Dispatch hears a microphone `RADIO_CHAIN_S` later; the phone writes what
it hears `PHONE_SOUND_LATE_S` later into its file than the picture of the same instant.
"""

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.signal import butter, fftconvolve, sosfiltfilt

from .events import (
    ALARM_END_S,
    CALLS,
    DISTANCES_M,
    EVENTS,
    PHONE,
    PHONE_SOUND_LATE_S,
    RADIO_CHAIN_S,
    SIREN_END_S,
    SOUND_SPEED_M_S,
    Call,
    day_s,
    temporal_three,
)  # fmt: skip
from .voices import RATE_HZ, Sound, say

__all__ = ["dispatch_sound", "phone_sound"]

_LINE_FROM_S = day_s("14:21:40")
_LINE_LENGTH = 190 * RATE_HZ


def _line() -> Sound:
    return np.zeros(_LINE_LENGTH)


def _lay(line: Sound, at_s: float, sound: Sound, gain: float = 1.0) -> None:
    """Add a sound to a line of reference time."""
    first = round((at_s - _LINE_FROM_S) * RATE_HZ)
    part = line[max(first, 0) : first + sound.size]
    part += gain * sound[max(-first, 0) : max(-first, 0) + part.size]


def _band(sound: Sound, low_hz: float, high_hz: float, order: int = 3) -> Sound:
    """Band-pass without delay."""
    sections = butter(order, [low_hz, min(high_hz, 3900.0)], "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(sosfiltfilt(sections, sound))


def _room(seed: int, length_s: float, share: float) -> Sound:
    """Impulse response: the direct sound, some walls, a tail."""
    random = np.random.default_rng(seed)
    count = int(length_s * RATE_HZ)
    tail = random.standard_normal(count) * np.exp(-np.arange(count) / (0.22 * count))
    tail[: int(0.006 * RATE_HZ)] = 0
    response = share * tail / np.sqrt((tail**2).sum())
    response[0] = 1.0
    return np.asarray(response)


def _noise(seed: int, seconds: float) -> Sound:
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))


def _thud(seed: int, seconds: float, decay_s: float, low_hz: float, high_hz: float) -> Sound:
    """A blow: noise in a band that dies away; its first sample is its loudest part."""
    padded = np.concatenate([np.zeros(2000), _noise(seed, seconds), np.zeros(2000)])
    shaped = _band(padded, low_hz, high_hz, 2)[2000:-2000]
    shaped = shaped * np.exp(-np.arange(shaped.size) / RATE_HZ / decay_s)
    return np.asarray(shaped / np.abs(shaped).max())


def _alarm() -> Sound:
    """The sounder, from its first pulse to its reset."""
    count = round((ALARM_END_S - EVENTS["strobe"][0]) * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ
    pulse = np.array([temporal_three(t) for t in time_s[::8]]).repeat(8)[:count]
    gate = np.clip(pulse / 0.004, 0, 1) * np.clip((0.5 - pulse) / 0.004, 0, 1) * (pulse >= 0)
    tone = np.tanh(2.5 * np.sin(2 * np.pi * 520 * time_s)) + 0.3 * np.sin(2 * np.pi * 1560 * time_s)
    return np.asarray(gate * tone * 0.6)


def _siren() -> Sound:
    """A hand-worked siren: wails and yelps of uneven length, so that it never repeats."""
    random = np.random.default_rng(911)
    count = round((SIREN_END_S - EVENTS["siren"][0]) * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ
    turns_s, levels, at_s, high = [0.0], [500.0], 0.0, False
    while at_s < time_s[-1]:
        at_s += float(random.uniform(0.28, 0.55) if random.random() < 0.4
                      else random.uniform(0.9, 2.2))  # fmt: skip
        high = not high
        turns_s.append(at_s)
        levels.append(float(random.uniform(1150, 1500) if high else random.uniform(480, 700)))
    pitch_hz = np.interp(time_s, turns_s, levels)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    tone = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.35 * np.sin(3 * phase + 0.4)
    edge = np.clip(time_s / 0.05, 0, 1) * np.clip((time_s[-1] - time_s) / 0.4, 0, 1)
    slow = 1 + 0.3 * np.interp(time_s, np.arange(0, 26, 0.5), random.uniform(-1, 1, 52))
    return np.asarray(0.5 * tone * edge * slow)


def _bang() -> Sound:
    """A sharp report with a short rumble."""
    report = _thud(31, 0.5, 0.035, 150, 3800)
    rumble = _thud(32, 1.2, 0.25, 90, 700)
    out = 0.30 * rumble
    out[: report.size] += report
    out[:6] += np.array([0.5, 1.0, 0.8, -0.6, -0.8, -0.3])
    return np.asarray(out)


def _steps(seed: int, from_s: float, to_s: float, line: Sound, gain: float) -> None:
    """Footsteps of somebody who carries a microphone."""
    random = np.random.default_rng(seed)
    at_s = from_s
    while at_s < to_s:
        _lay(line, at_s, _thud(int(random.integers(1 << 30)), 0.12, 0.02, 200, 1800),
             gain * float(random.uniform(0.5, 1)))  # fmt: skip
        at_s += float(random.uniform(0.48, 0.62))


def _travel_s(event: str, microphone: str) -> float:
    return DISTANCES_M[event, microphone] / SOUND_SPEED_M_S


def _speech(call: Call) -> Sound:
    """Line with everything said in a call; nobody is cut short by the next line or the end."""
    line = _line()
    ends = [when for when, *_ in call.lines[1:]]
    ends.append(call.keyed_s + call.length_s - RADIO_CHAIN_S - 0.16)
    for (when_s, voice, words), end_s in zip(call.lines, ends, strict=True):
        # The pressing of the key comes before the words: nobody speaks into a closed channel.
        at_s = max(when_s, call.keyed_s - RADIO_CHAIN_S + 0.10)
        _lay(line, at_s, say(voice, words, end_s - at_s - 0.05), 0.75)
    return line


def _surroundings(call: Call) -> Sound:
    """Line with what a call's open microphone picks up besides speech, before the radio."""
    line = _line()
    if call.number == 3:
        _lay(line, EVENTS["strobe"][0], fftconvolve(_alarm(), _room(5, 0.5, 0.5)), 0.42)
        _steps(51, day_s("14:22:35.6"), day_s("14:22:42"), line, 0.12)
    if call.number == 5:
        _lay(line, EVENTS["strobe"][0], fftconvolve(_alarm(), _room(6, 0.7, 0.9)), 0.030)
        clank = _thud(61, 0.35, 0.04, 350, 2600)
        ring_s = np.arange(clank.size) / RATE_HZ
        clank = clank + 0.4 * np.sin(2 * np.pi * 1180 * ring_s) * np.exp(-ring_s / 0.07)
        _lay(line, EVENTS["barrier"][0], fftconvolve(clank, _room(7, 0.3, 0.35)), 0.85)
    if call.number == 9:
        slam = _thud(71, 0.4, 0.05, 120, 2400)
        _lay(line, EVENTS["door"][0], fftconvolve(slam, _room(8, 0.45, 0.4)), 1.0)
        siren = fftconvolve(_siren(), _room(9, 0.35, 0.45))
        _lay(line, EVENTS["siren"][0] + _travel_s("siren", "dispatch"), siren, 0.20)
        # Round the corner and through a coat the report swells instead of cracking, so that its
        # onset can be marked to a tenth of a second only.
        bang = fftconvolve(_bang(), _room(10, 0.6, 1.5))
        bang *= 1 - np.exp(-np.arange(bang.size) / RATE_HZ / 0.045)
        _lay(line, EVENTS["flash"][0] + _travel_s("flash", "dispatch"), bang, 1.25)
        _steps(72, day_s("14:23:09.6"), day_s("14:23:21"), line, 0.13)
        _steps(73, day_s("14:23:02.2"), day_s("14:23:03.7"), line, 0.10)
    return line


def _cut(line: Sound, from_s: float, length_s: float) -> Sound:
    first = round((from_s - _LINE_FROM_S) * RATE_HZ)
    return line[first : first + round(length_s * RATE_HZ)]


def _transmit(call: Call) -> Sound:
    """A call as dispatch records it, from the click of the key to the end of the squelch tail."""
    seed = 1000 + call.number
    voice, around = _speech(call), _surroundings(call)
    sound = np.tanh(1.3 * _band(voice + around, 300, 3000)) / np.tanh(1.3)
    part = _cut(sound, call.keyed_s - RADIO_CHAIN_S, call.length_s).copy()
    hiss = _band(_noise(seed, call.length_s), 300, 3000)
    fade = 1 + 0.5 * np.interp(
        np.arange(part.size) / RATE_HZ,
        np.arange(0, 40, 0.4),
        np.random.default_rng(seed).uniform(-1, 1, 100),
    )
    part += 0.018 * fade * hiss / hiss.std()
    click = _thud(seed + 1, 0.03, 0.004, 300, 3000)
    opened = np.clip((np.arange(part.size) / RATE_HZ - 0.045) / 0.01, 0, 1)
    part *= opened
    part[: click.size] += 0.5 * click
    tail = round(0.12 * RATE_HZ)
    burst = _band(_noise(seed + 2, 0.5), 300, 3000)[800 : 800 + tail]
    part[-tail:] *= 0.05
    part[-tail:] += 0.16 * burst / burst.std() * np.linspace(1, 0.75, tail)
    return np.asarray(part)


def dispatch_sound() -> tuple[Sound, Sound]:
    """Dispatch's file, calls end to end, and the same on a line of reference time.

    Returns
    -------
    file : Sound
        Samples of the file, silences removed.
    line : Sound
        What a radio's loudspeaker plays, over reference time.
    """
    pieces, line = [], _line()
    for call in CALLS:
        part = _transmit(call)
        _lay(line, call.keyed_s, part)
        pieces += [part, np.zeros(round(call.pause_s * RATE_HZ))]
    file = np.concatenate(pieces[:-1])
    file = file + 0.0006 * np.random.default_rng(14).standard_normal(file.size)
    return np.clip(0.7 * file, -1, 1), line


def _radio_level() -> Sound:
    """How loud the officer's radio is at the phone: he turns it up and comes nearer."""
    time_s = _LINE_FROM_S + np.arange(_LINE_LENGTH) / RATE_HZ
    steps = [day_s("14:23:20"), day_s("14:23:25.6"), day_s("14:23:25.95"), day_s("14:23:50")]
    return np.interp(time_s, steps, [0.0, 0.02, 0.55, 0.60])


def phone_sound(radio: Sound, length_s: float) -> Sound:
    """The phone's sound track, from its media time 0.

    Parameters
    ----------
    radio : Sound
        What radio loudspeakers play, over reference time.
    length_s : float
        Length of the track.
    """
    line = _line()
    siren = fftconvolve(_siren(), _room(20, 0.45, 0.55))
    _lay(line, EVENTS["siren"][0] + _travel_s("siren", "phone"), siren, 0.20)
    bang = fftconvolve(_bang(), _room(21, 0.8, 0.6))
    _lay(line, EVENTS["flash"][0] + _travel_s("flash", "phone"), bang, 0.85)
    loudspeaker = _band(radio * _radio_level(), 450, 2700, 2)
    line += fftconvolve(loudspeaker, _room(22, 0.2, 0.35))[: line.size]
    _steps(81, day_s("14:23:09"), day_s("14:23:14"), line, 0.06)
    _steps(82, day_s("14:23:33"), day_s("14:23:46"), line, 0.07)
    wind = np.cumsum(_noise(83, _LINE_LENGTH / RATE_HZ))
    line += 0.02 * _band(wind, 60, 400, 2) / 3 + 0.006 * _noise(84, _LINE_LENGTH / RATE_HZ)
    media_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    offset_s = PHONE.segments[0].offset_s
    heard_s = (media_s - PHONE_SOUND_LATE_S) * (1 + PHONE.drift_ppm * 1e-6) + offset_s
    places = (heard_s - _LINE_FROM_S) * RATE_HZ
    return np.asarray(np.tanh(map_coordinates(line, [places], order=5) * 0.9))
