"""How surprising the largest correlation of two whitened sounds is, without surrogates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

# The spread off the peak is taken from the largest values in stretches of lags this long.
STRETCH_S = 0.05
# Peaks closer than this are one peak: the ripple of the band itself, and echoes of a room.
LOBE_S = 0.03
# Upper values of those largest values: high enough to see heavy tails, low enough not to see the
# handful of stretches in which a repeating alarm peaks.
TAIL_QUANTILES = (0.75, 0.9)
# Voices alike in pitch make single lags larger than the spread of all says. Without a margin 1.0 to
# 1.6 % of 1,000 unrelated pairs of a kind pass at a nominal 1 %, with it 0.2 to 1.1 %.
MARGIN = 1.02
MIN_STRETCHES, MIN_TAIL_STRETCHES = 4, 20
# Lags that are enough for a median; more only take memory.
MEDIAN_OF = 2_000_000


@dataclass(frozen=True, slots=True)
class GaussianMaximum:
    """Law of the largest |z| of as many Gaussian values as lags were searched (Šidák).

    The band fills two thirds of the spectrum, so neighbouring lags are nearly independent and
    counting every lag is hardly conservative. (A continuous peak, as Rice's formula counts it,
    would be three times as likely as one on the samples.)
    """

    sigma: float
    lags: int

    def p_value(self, largest: float) -> float:
        """Chance that some lag of unrelated sounds reaches ``largest``."""
        one = math.erfc(largest / (self.sigma * math.sqrt(2.0)))
        return 1.0 if one >= 1.0 else float(-math.expm1(self.lags * math.log1p(-one)))

    def threshold(self, p: float) -> float:
        """The |z| whose chance is ``p``."""
        return self.sigma * _two_sided(-math.expm1(math.log1p(-p) / self.lags))


def _two_sided(p: float) -> float:
    """The |z| that a standard Gaussian exceeds with probability ``p``."""
    return -NormalDist().inv_cdf(max(0.5 * p, 1e-300))


def law_of_maximum(
    size: NDArray[np.float32], lags: int, rate_hz: float, band_hz: tuple[float, float]
) -> GaussianMaximum:
    """The law, with its spread measured on the correlation itself, away from the peak.

    The largest of three: what theory gives for two even spectra in the band; the median of |z|;
    and the upper values of the maxima in stretches of lags. The last one is larger where tails
    are heavier than a Gaussian's (hum, rhythm) and raises the threshold.

    Parameters
    ----------
    size
        Shape (m,): |z| at consecutive lags; 0 at lags that were not searched.
    lags
        Number of lags that were searched.
    """
    peak, lobe = int(size.argmax()), round(LOBE_S * rate_hz)
    stretch = stretch_length(rate_hz)
    stretches = len(size) // stretch
    # Whole stretches only, less those that touch the peak or lags that were not searched.
    rows = size[: stretches * stretch].reshape(stretches, stretch)
    starts = np.arange(stretches) * stretch
    away = (starts > peak + lobe) | (starts + stretch < peak - lobe)
    away &= rows.min(axis=1, initial=np.inf) > 0
    # Every tenth stretch of an hour of lags tells the median to a thousandth.
    thin = rows[np.flatnonzero(away)[:: max(1, len(size) // MEDIAN_OF)]]
    return law_of_tops(rows.max(axis=1)[away], thin, lags, rate_hz, band_hz)


def stretch_length(rate_hz: float) -> int:
    """Lags in a stretch of which the largest |z| is kept."""
    return max(8, round(STRETCH_S * rate_hz))


def law_of_tops(
    tops: NDArray[np.float32],
    some: NDArray[np.float32],
    lags: int,
    rate_hz: float,
    band_hz: tuple[float, float],
) -> GaussianMaximum:
    """The law from the largest |z| of each stretch off the peak, and some of all |z| there."""
    spread = [math.sqrt(0.5 * rate_hz / (band_hz[1] - band_hz[0]))]
    if len(tops) >= MIN_STRETCHES:
        spread.append(float(np.median(some)) / _two_sided(0.5))
    if len(tops) >= MIN_TAIL_STRETCHES:
        for q in TAIL_QUANTILES:
            level = _two_sided(-math.expm1(math.log(q) / stretch_length(rate_hz)))
            spread.append(float(np.quantile(tops, q)) / level)
    return GaussianMaximum(MARGIN * max(spread), max(lags, 1))
