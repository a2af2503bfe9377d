"""Delays of a path: by how much a stream saw or heard an event late, and the usual ones."""

from __future__ import annotations

import math

from sync.case.case import Case
from sync.errors import EvidenceError
from sync.evidence import Delay, Provenance
from sync.timebase import Duration
from sync.uncertainty import Distribution

SPEED_OF_SOUND_M_S = 343.0
"""In dry air at 20 °C (estimation.md §2)."""
U_SPEED_OF_SOUND_M_S = 7.0
"""Standard uncertainty where the air's temperature is not stated: 0.6 m/s a degree, and anywhere
within ± 20 degrees of 20 °C, so ± 12 m/s rectangular."""
RADIO_CHAIN_KEY = "radio-chain"
DEVICE_HALF_S = 0.1
"""Half-width of what is unknown between picture and sound of one device."""


def radio_chain(key: str = RADIO_CHAIN_KEY, *, by: str = "", longest_s: float = 1.0) -> Delay:
    """Microphone to recorder of a radio system: between 0 and ``longest_s``, nothing more being
    known."""
    return Delay(
        key=key,
        name="radio chain",
        value=Duration.from_s(longest_s / 2),
        distribution=Distribution.rectangular(longest_s / 2),
        provenance=Provenance(by=by, method="preset"),
    )


def picture_to_sound(source: str, start_half_s: float = 0.0, *, by: str = "") -> Delay:
    """Sound against picture of one device: within ± 0.1 s, never assumed zero.

    Where the coding leaves the sound's first sample uncertain (``SoundFacts.start_half``) that is
    added: both may lie on the same side.
    """
    return Delay(
        key=f"picture-to-sound-{source}",
        name=f"picture to sound of {source}",
        value=Duration(0),
        distribution=Distribution.rectangular(DEVICE_HALF_S + start_half_s),
        provenance=Provenance(by=by, method="preset"),
    )


def sound_travel(
    key: str, distance_m: float, half_m: float, *, name: str = "", by: str = ""
) -> Delay:
    """Sound on its way over a distance: distance / 343 m/s.

    Parameters
    ----------
    distance_m, half_m
        Distance and the half-width within which it is known, metres.

    Notes
    -----
    u = √((u_dist/343)² + (dist·u_c/343²)²), estimation.md §2, with u_dist = half/√3.

    Raises
    ------
    EvidenceError
        When the distance is negative or its limit not positive.
    """
    if not (math.isfinite(distance_m) and distance_m >= 0 and math.isfinite(half_m) and half_m > 0):
        raise EvidenceError(
            f"A distance of {distance_m:g} ± {half_m:g} m cannot be: neither may be negative, and "
            "no distance is known exactly.",
            row=key,
        )
    c = SPEED_OF_SOUND_M_S
    u = math.hypot(half_m / math.sqrt(3) / c, distance_m * U_SPEED_OF_SOUND_M_S / c**2)
    return Delay(
        key=key,
        name=name or f"sound over {distance_m:g} m",
        value=Duration.from_s(distance_m / c),
        distribution=Distribution.normal(u),
        provenance=Provenance(by=by, method="sound-travel", note=f"{distance_m:g} ± {half_m:g} m"),
    )


def ensure_delay(
    case: Case, key: str, name: str, value: Duration, distribution: Distribution, *, by: str = ""
) -> Case:
    """The case with this delay; unchanged when it has it already.

    Raises
    ------
    EvidenceError
        When the key stands for something else, or for other values.
    """
    if not key:
        raise EvidenceError("A delay needs a key.")
    there = case.find(key)
    if there is None:
        provenance = Provenance(by=by)
        return case.with_evidence(
            Delay(key=key, name=name or key, value=value, distribution=distribution,
                  provenance=provenance)
        )  # fmt: skip
    if not isinstance(there, Delay):
        raise EvidenceError(f"{key!r} is another piece of evidence, not a delay.", row=key)
    if (there.value, there.distribution) != (value, distribution):
        raise EvidenceError(
            f"The delay {key!r} is in the case with another value ({there.value.s:g} s).",
            row=key,
            hint="Choose another key, or change that delay: all marks that name it share it.",
        )
    return case


def with_delay(case: Case, delay: Delay) -> Case:
    """The case with a preset delay; see :func:`ensure_delay`."""
    if case.find(delay.key) is None:
        return case.with_evidence(delay)
    return ensure_delay(case, delay.key, delay.name, delay.value, delay.distribution)
