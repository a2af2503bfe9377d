"""Recordings without their silences against continuous ones: how many calls find their place.

Run as ``python -m benchmarks.silence_removed [--recordings N] [--seed S]``. Each case is a radio
channel with calls of 0.7 to 12 s, heard by two receivers. The logger starts up to 60 ms late, goes
on for its hang time (0.3 to 3 s) and joins what it kept; its clock is up to 50 ppm off; it writes
mu-law at 8 kHz. The other recording is continuous. ``placed`` counts calls placed within 40 ms of
their truth, ``outside`` those of all placed calls whose stated 95 % range does not hold it. "One
line" is the usual way: the single offset that agrees best, for all calls.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from benchmarks.false_alarms import speech
from sync.correlate.result import SearchResult
from sync.correlate.segments import with_segments
from sync.correlate.sound import Samples, search_samples
from sync.correlate.sound_asked import Asked
from sync.timebase import MediaTime
from sync.validation.coverage import binomial_limits

Float = NDArray[np.float64]

RATE_HZ = 8000
WITHIN_S = 0.040
FINER = 16
PAD_S = 0.1


@dataclass(frozen=True)
class Kind:
    """One row: noise of both receivers (dB below the voices), and whether it is the air between."""

    name: str
    snr_logger_db: tuple[float, float]
    snr_other_db: tuple[float, float]
    through_air: bool = False


KINDS = (
    Kind("clear, both", (25, 40), (20, 30)),
    Kind("other at 5 to 15 dB", (20, 30), (5, 15)),
    Kind("other at -5 to 5 dB", (20, 30), (-5, 5)),
    Kind("hiss on both", (10, 16), (5, 15)),
    Kind("a phone hears the radio", (20, 35), (5, 15), through_air=True),
)


@dataclass(frozen=True)
class Call:
    """A call: where it is in the logger's file, and what is added there to get the other's time."""

    from_s: float
    to_s: float
    offset_s: float


@dataclass(frozen=True)
class Made:
    """Two recordings with their truth."""

    logger: Samples
    other: Samples
    calls: tuple[Call, ...]
    drift: float
    """Change of the offset for one second of the logger's file."""


def mu_law(values: Float) -> Float:
    """Through eight bits of ITU-T G.711 mu-law (the continuous formula, μ = 255)."""
    mu = 255.0
    squeezed = np.sign(values) * np.log1p(mu * np.abs(np.clip(values, -1, 1))) / np.log1p(mu)
    coded = np.round(squeezed * 127) / 127
    return np.asarray(np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(mu)) / mu)


def channel(rng: np.random.Generator, calls: int) -> tuple[Float, list[tuple[float, float]]]:
    """What was said on a radio channel, and when: a key-up click, voices, no sound between."""
    spans = []
    at = rng.uniform(1.0, 6.0)
    for _ in range(calls):
        long_s = float(np.clip(rng.lognormal(1.0, 0.6), 0.7, 12.0))
        spans.append((at, at + long_s))
        at += long_s + float(np.clip(rng.exponential(7.0), 0.4, 40.0))
    out = np.zeros(round((at + 2.0) * RATE_HZ))
    for low, high in spans:
        first, last = round(low * RATE_HZ), round(high * RATE_HZ)
        said = speech(rng, (last - first) / RATE_HZ)[: last - first]
        out[first : first + len(said)] = said
        out[first : first + 40] += rng.standard_normal(40) * said.std()
    return out, spans


def receiver(rng: np.random.Generator, said: Float, spans: list[tuple[float, float]],
             snr_db: float, *, squelched: bool) -> Float:  # fmt: skip
    """One receiver: its noise while a call is on, its squelch tail, and hiss or silence between."""
    loud = np.sqrt(np.mean(said[said != 0] ** 2))
    noise = rng.standard_normal(len(said)) * loud * 10 ** (-snr_db / 20)
    if squelched:
        on = np.full(len(said), 0.003)
        for low, high in spans:
            on[round(low * RATE_HZ) : round(high * RATE_HZ)] = 1.0
        noise *= on
    out = said + noise
    for _, high in spans:
        first = round(high * RATE_HZ)
        tail = out[first : first + round(rng.uniform(0.08, 0.2) * RATE_HZ)]
        tail += loud * rng.standard_normal(len(tail))
    return np.asarray(out, np.float64)


def made(rng: np.random.Generator, kind: Kind, calls: int = 12) -> Made:
    """A logger's recording without its silences, and a continuous one."""
    said, spans = channel(rng, calls)
    squelched = kind.snr_logger_db[0] >= 20
    heard = receiver(rng, said, spans, rng.uniform(*kind.snr_logger_db), squelched=squelched)
    other = said
    if kind.through_air:
        # Echoes, 0 to 6 dB below what comes straight.
        room = rng.standard_normal(round(0.25 * RATE_HZ))
        room *= np.exp(-np.arange(len(room)) / (rng.uniform(0.03, 0.08) * RATE_HZ))
        room *= 10 ** (-rng.uniform(0, 6) / 20) / np.sqrt(np.sum(room**2))
        room[0] = 1.0
        band = scipy.signal.butter(2, (350, 3200), "bandpass", fs=RATE_HZ, output="sos")
        other = scipy.signal.sosfiltfilt(band, np.convolve(said, room)[: len(said)])
    other = receiver(rng, other, spans, rng.uniform(*kind.snr_other_db), squelched=False)
    drift, hang_s = rng.uniform(-50e-6, 50e-6), rng.uniform(0.3, 3.0)
    pieces: list[Float] = []
    truth: list[Call] = []
    at = 0
    for low, high, inside in _kept(rng, spans, hang_s, len(said) / RATE_HZ):
        samples = int((high - low) * RATE_HZ / (1 + drift))
        begin = low * RATE_HZ + np.arange(samples) * (1 + drift)
        pieces.append(_at(heard, begin))
        for first, last in inside:
            in_file = [at / RATE_HZ + (t - low) / (1 + drift) for t in (max(first, low), last)]
            middle = 0.5 * (max(first, low) + last)
            truth.append(Call(in_file[0], in_file[1], middle - 0.5 * sum(in_file)))
        at += samples
    logger = np.concatenate(pieces)
    return Made(
        *(
            Samples(
                values=mu_law(0.9 * values / np.abs(values).max()).astype(np.float32),
                rate_hz=RATE_HZ,
                start=MediaTime(0),
            )
            for values in (logger, other)
        ),
        tuple(truth),
        drift,
    )


def _kept(
    rng: np.random.Generator, spans: list[tuple[float, float]], hang_s: float, end_s: float
) -> list[tuple[float, float, list[tuple[float, float]]]]:
    """What the logger keeps, from … to, and the calls in each part of it."""
    kept: list[tuple[float, float, list[tuple[float, float]]]] = []
    for low, high in spans:
        stop = min(high + hang_s, end_s - PAD_S)
        if kept and low <= kept[-1][1]:
            kept[-1] = (kept[-1][0], stop, [*kept[-1][2], (low, high)])
        else:
            kept.append((low + rng.uniform(0.0, 0.06), stop, [(low, high)]))
    return kept


def _at(values: Float, places: Float) -> Float:
    """``values`` between its samples: band-limited by sixteen, then straight lines."""
    first = int(places[0]) - 64
    part = np.asarray(values[max(0, first) : int(places[-1]) + 65])
    fine = scipy.signal.resample_poly(part, FINER, 1)
    return np.asarray(np.interp((places - max(0, first)) * FINER, np.arange(len(fine)), fine))


def searched(a: Samples, b: Samples) -> tuple[SearchResult, SearchResult]:
    """The one line, and the segment map."""
    line = search_samples(a, b)
    return line, with_segments(Asked.of(a, b, None, None, 1), line)


@dataclass
class Count:
    """What came of the calls of one row."""

    calls: int = 0
    placed: int = 0
    near: int = 0
    outside: int = 0
    line_near: int = 0
    refused: Counter[str] | None = None
    errors: list[float] | None = None
    halves: list[float] | None = None


def score(count: Count, case: Made, *, logger_is_a: bool) -> None:
    """Search one case and count its calls."""
    a, b = (case.logger, case.other) if logger_is_a else (case.other, case.logger)
    line, found = searched(a, b)
    sign = -1.0 if logger_is_a else 1.0
    side = "a" if logger_is_a else "b"
    assert count.refused is not None and count.errors is not None and count.halves is not None
    segments = found.segments if found.segments_of == side else ()
    for call in case.calls:
        count.calls += 1
        middle = 0.5 * (call.from_s + call.to_s)
        if line.candidates and line.status == "significant":
            count.line_near += abs(sign * line.candidates[0].offset_s - call.offset_s) <= WITHIN_S
        over = [s for s in segments if s.from_s - 0.05 <= middle <= s.to_s + 0.05]
        if not segments and found.status == "significant":
            match = found.candidates[0]
        elif over and over[0].candidate is not None:
            match = found.candidates[over[0].candidate]
        else:
            count.refused[over[0].reason.split(" (")[0].split(":")[0] if over else "not seen"] += 1
            continue
        at_b = middle + call.offset_s if logger_is_a else middle
        stated = match.offset_s + 1e-6 * (match.drift_ppm or 0.0) * (at_b - match.epoch_s)
        half = np.hypot(match.U95_s, 1.96e-6 * (match.u_drift_ppm or 0.0) * (at_b - match.epoch_s))
        error = abs(sign * stated - call.offset_s)
        count.placed += 1
        count.near += error <= WITHIN_S
        count.outside += error > half
        count.errors.append(error)
        count.halves.append(float(half))


def limits(some: int, of: int) -> str:
    """A share with its exact binomial 95 % limits."""
    if not of:
        return "     –"
    low, high = binomial_limits(some, of)
    return f"{some / of:6.1%} ({low:5.1%} … {high:6.1%})"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--recordings", type=int, default=20, help="of each kind")
    parser.add_argument("--unrelated", type=int, default=100, help="pairs of the negative control")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(
        f"{'':26}{'calls':>6}  {'placed within 40 ms':<24}  {'outside 95 % range':<24}"
        f"{'error':>8}{'half':>8}  {'one line':>8}  refused"
    )
    for row, kind in enumerate(KINDS):
        rng = np.random.default_rng([chosen.seed, row])
        count = Count(refused=Counter(), errors=[], halves=[])
        for number in range(chosen.recordings):
            score(count, made(rng, kind), logger_is_a=number % 2 == 0)
        assert count.refused is not None
        why = ", ".join(f"{k} {v}" for k, v in count.refused.most_common())
        print(
            f"{kind.name:26}{count.calls:6d}  {limits(count.near, count.calls):<24}  "
            f"{limits(count.outside, count.placed):<24}"
            f"{1e3 * np.median(count.errors or [np.nan]):8.3f}"
            f"{1e3 * np.median(count.halves or [np.nan]):8.3f}"
            f"  {count.line_near / count.calls:8.1%}  {why or 'none'}",
            flush=True,
        )
    print("(median error and stated half-width in ms)")
    _unrelated(chosen.unrelated, chosen.seed)


def _unrelated(pairs: int, seed: int) -> None:
    """Loggers against recordings of other channels: nothing may be placed."""
    rng = np.random.default_rng([seed, 99])
    calls = placed = recordings = 0
    for number in range(pairs):
        kind = KINDS[number % len(KINDS)]
        case, stranger = made(rng, kind), made(rng, kind)
        _, found = searched(case.logger, stranger.other)
        wrong = sum(s.transmissions for s in found.segments if s.candidate is not None)
        calls += len(case.calls)
        placed += wrong
        recordings += wrong > 0
    print(
        f"\nnegative control, nominal 1 % of recordings: {recordings} of {pairs} recordings "
        f"{limits(recordings, pairs)}, {placed} of {calls} calls"
    )


if __name__ == "__main__":
    main()
