"""One line at each start. Keys are taken from the action table, so a tip cannot be out of date."""

from __future__ import annotations

from app.actions import ACTIONS, key_text
from app.settings import Settings

_KEYS = {spec.id: key_text(spec.keys[0]) for spec in ACTIONS if spec.keys}

TIPS: tuple[str, ...] = (
    f"{_KEYS['mark']} marks what you see; {_KEYS['next_source']} goes to the next recording that "
    "could show it.",
    f"{_KEYS['next_anchor']} goes where one more anchor would narrow the open answer most.",
    f"{_KEYS['close_up']} shows eight pictures across, and again what was there before.",
    "Drag in a lane to choose a range; "
    f"{_KEYS['fit_selection']} fills the timeline with it, {_KEYS['previous_view']} goes back.",
    "Ctrl+Shift+drag tries a lane on at another time: a view only, no clock moves.",
    f"Hold {_KEYS['peek']} to look at covered answers while marking; the log keeps that you did.",
    f"{_KEYS['copy']} copies a time with its range and conditions: a number never leaves alone.",
    f"{_KEYS['pitch_kept']} keeps the pitch of slow speech; without it onsets stay where they are.",
    f"{_KEYS['any']} goes to the next picture of any clip, {_KEYS['step']} to that of this one.",
    f"{_KEYS['own_time']} looks at a recording on its own time, apart from the reference clock.",
    "Alt+wheel makes a lane taller; drag its head to put it elsewhere.",
    f"{_KEYS['keys']} shows what every key does.",
)


def next_tip(settings: Settings) -> str:
    """The tip of this start; each comes in turn."""
    at = settings.starts % len(TIPS)
    settings.starts += 1
    return TIPS[at]
