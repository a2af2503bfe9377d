"""From a line followed through two sounds to the candidate a person is shown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sync.correlate import position
from sync.correlate.result import Candidate
from sync.correlate.shown import MOMENT_S, strongest_moments
from sync.correlate.sound_asked import Asked
from sync.correlate.sound_track import Line

# Of a short sound a moment (± this share of it) is shorter than of a long one.
MOMENT_SHARE = 0.05
# A rate worse known than two recorders' rates are beforehand is not worth stating.
U_RATE_PPM = math.sqrt(2) * 100.0


def candidate(asked: Asked, line: Line, p: float, z: float) -> Candidate:
    """The candidate of a line: ``offset_s`` holds at ``epoch_s``, and drifts from there.

    ``u_s`` has a statistical part and one common to every search of the pair: the unknown start of
    the two sounds (rectangular, ± ``start_half`` each). At ``epoch_s`` offset and drift are
    uncorrelated.
    """
    rate_hz, a, b = asked.rate_hz, asked.a, asked.b
    halves_s = [a.start_half.s, b.start_half.s]
    normal_s = line.u_lag / rate_hz
    u_s, U95_s = position.expanded(normal_s, halves_s)
    u_drift_ppm = 1e6 * line.u_slope
    known = u_drift_ppm <= U_RATE_PPM
    step_s = float(np.median(np.diff(line.places))) / rate_hz if len(line.places) > 1 else 1.0
    first_s = a.start.s + (float(line.places[0]) + 0.5 * line.length) / rate_hz
    moments = strongest_moments(
        line.carried, step_s, first_s, 0.0, min(MOMENT_S, MOMENT_SHARE * len(line.carried) * step_s)
    )
    return Candidate(
        offset_s=asked.offset_s(line.lag),
        u_s=u_s,
        U95_s=U95_s,
        epoch_s=b.start.s + (line.at + line.lag) / rate_hz,
        p=asked.stated(p),
        z=z,
        correlation=line.correlation,
        kind_a="samples",
        kind_b="samples",
        coincidences=tuple(
            replace(
                moment,
                time_b_s=moment.time_a_s
                - asked.offset_s(line.lag_at((moment.time_a_s - a.start.s) * rate_hz)),
            )
            for moment in moments
        ),
        # A's time against B's: the slope is b's samples for one of a's, less one.
        drift_ppm=-1e6 * line.slope / (1.0 + line.slope) if known else None,
        u_drift_ppm=u_drift_ppm if known else None,
        u_statistical_s=normal_s,
        u_systematic_s=math.sqrt(sum(half * half for half in halves_s) / 3.0),
    )
