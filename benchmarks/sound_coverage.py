"""How often the stated 95 % range of a sound match holds the truth, and how wide it is.

Run as ``python -m benchmarks.sound_coverage [--trials N] [--seed S]``. Each trial is a made sound
with uneven loudness in two recordings, each with its own noise, whose relative rate is normal with
σ. "width" is the median U over the 95 % quantile of the error's own size, each match's error put
to the median U first: 1 is as narrow as it may be.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from sync.correlate.sound import Samples, search_samples
from sync.timebase import MediaTime
from sync.validation.coverage import binomial_limits

RATE_HZ = 8000


@dataclass(frozen=True)
class Kind:
    """One row: seconds, noise of each recorder against the sound, and σ of the rate."""

    length_s: int
    noise: float
    sigma_ppm: float


KINDS = (
    Kind(4, 1.0, 30.0),
    Kind(20, 0.3, 30.0),
    Kind(20, 0.3, 141.0),
    Kind(20, 2.0, 141.0),
    Kind(60, 3.0, 141.0),
)


def trial(rng: np.random.Generator, kind: Kind) -> tuple[float, float, float] | None:
    """Error and U of the offset, and the drift's error in its u; ``None`` without a match."""
    drift = rng.normal(0, kind.sigma_ppm * 1e-6)
    count, margin = kind.length_s * RATE_HZ, 200
    at = np.arange(count, dtype=float)
    # Of a band that straight lines between sixteenths of a sample keep to a thousandth.
    spectrum = np.fft.rfft(rng.standard_normal(count + 2 * margin))
    spectrum[np.fft.rfftfreq(count + 2 * margin) > 0.4] = 0
    fine = np.fft.irfft(np.pad(spectrum, (0, 15 * (len(spectrum) - 1))))
    fine /= fine.std()
    seconds = np.arange(kind.length_s + 1)
    loud = rng.gamma(0.5, 2, kind.length_s + 1) + 0.02

    def heard(places: np.ndarray) -> np.ndarray:
        level = np.interp(places / RATE_HZ, seconds, loud)
        return np.asarray(level * np.interp((places + margin) * 16, np.arange(len(fine)), fine))

    # At B's time t the sound was A's at t·(1 + drift).
    a, b = (
        Samples(
            values=(sound + kind.noise * sound.std() * rng.standard_normal(count)).astype(
                np.float32
            ),
            rate_hz=RATE_HZ,
            start=MediaTime(0),
        )
        for sound in (heard(at), heard(at * (1 + drift)))
    )
    found = search_samples(a, b)
    if found.status != "significant":
        return None
    best = found.candidates[0]
    off_ppm = (best.drift_ppm or 0.0) - drift * 1e6
    in_u = off_ppm / best.u_drift_ppm if best.u_drift_ppm else np.nan
    return best.offset_s - drift * best.epoch_s, best.U95_s, float(in_u)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1234)
    chosen = parser.parse_args()
    print(
        "length  noise  rate σ      inside   95 % limits   no match  U median   width  drift inside"
    )
    for row, kind in enumerate(KINDS):
        rng = np.random.default_rng([chosen.seed, row])
        every = [trial(rng, kind) for _ in range(chosen.trials)]
        held = np.array([found for found in every if found is not None])
        ratio = np.abs(held[:, 0]) / held[:, 1]
        inside = int((ratio <= 1).sum())
        low, high = binomial_limits(inside, len(held))
        drift = held[:, 2][np.isfinite(held[:, 2])]
        print(
            f"{kind.length_s:4d} s {kind.noise:6.1f} {kind.sigma_ppm:5.0f} ppm "
            f"{inside:5d}/{len(held):<5d} {low:6.1%} … {high:6.1%} {len(every) - len(held):6d}"
            f" {1e6 * np.median(held[:, 1]):8.2f} µs {1 / np.quantile(ratio, 0.95):6.2f}"
            f" {float((np.abs(drift) <= 1.96).mean()):10.1%} of {len(drift)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
