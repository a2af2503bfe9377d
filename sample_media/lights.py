"""How bright the lights that several cameras see are at any reference time, 0 to 1."""

from functools import cache

import numpy as np

from .events import ALARM_END_S, AMBULANCE_S, EVENTS, temporal_three

__all__ = [
    "ambulance_power", "flash_power", "headlight_power", "headlight_turn", "light_bar",
    "strobe_power",
]  # fmt: skip


def _blink(since_s: float) -> float:
    """Brightness within one strobe pulse: a burst with a short tail, off after 0.3 s."""
    if since_s < 0 or since_s > 0.32:
        return 0.0
    return float(np.exp(-max(0.0, since_s - 0.11) / 0.05))


def strobe_power(time_s: float) -> float:
    """The alarm's strobe: flashes at the start of each sounder pulse, until it is reset."""
    if time_s >= ALARM_END_S:
        return 0.0
    return _blink(temporal_three(time_s - EVENTS["strobe"][0]))


def ambulance_power(time_s: float) -> float:
    """The ambulance's white strobe: unrelated, but it keeps nearly the same cadence."""
    since = time_s - AMBULANCE_S
    return _blink(temporal_three(since)) if since >= 0 else 0.0


def flash_power(time_s: float) -> float:
    """The flash at the corner, about a tenth of a second."""
    since = time_s - EVENTS["flash"][0]
    return float(np.exp(-since / 0.035)) if 0 <= since < 0.11 else 0.0


def headlight_power(time_s: float) -> float:
    """A car turns into the road: its beam comes past the hedge at once, then swings away."""
    since = time_s - EVENTS["headlights"][0]
    if since < 0 or since > 2.6:
        return 0.0
    return float(0.85 * min(1.0, (2.6 - since) / 1.1) * (1 + 0.06 * np.sin(9 * since)))


def headlight_turn(time_s: float) -> float:
    """How far the beam has swung along the wall, 0 to 1."""
    return float(np.clip((time_s - EVENTS["headlights"][0]) / 2.6, 0, 1))


@cache
def _bar_changes() -> tuple[tuple[float, int], ...]:
    """Instants at which the light bar changes, and to which of its patterns."""
    random = np.random.default_rng(1422)
    since, out = 0.26, [(0.0, 3)]
    while since < 90:
        state = int(random.choice([1, 2, 1, 2, 3, 0]))
        out.append((since, state))
        since += float(random.uniform(0.09, 0.34))
    return tuple(out)


def light_bar(time_s: float) -> tuple[float, float]:
    """Red and blue of the patrol car's light bar."""
    since = time_s - EVENTS["light_bar"][0]
    if since < 0:
        return 0.0, 0.0
    starts = [s for s, _ in _bar_changes()]
    state = _bar_changes()[int(np.searchsorted(starts, since, side="right")) - 1][1]
    return float(state & 1), float(state >> 1)
