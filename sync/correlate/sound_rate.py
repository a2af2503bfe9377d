"""Whether two sounds agree only when one is played at another rate: a wrongly declared file."""

from __future__ import annotations

import numpy as np

from sync.correlate.resample import Resampler
from sync.correlate.sound_asked import P_LEAST, Asked
from sync.correlate.sound_screen import COARSE, scan

# Rates in use whose mistaking for one another leaves sound that somebody would still work with.
RATES_HZ = (8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000)
MOST_RATIO = 2.0
PIECE_S = 20.0
# A hint is not worth minutes of work.
LONGEST_S = 1800.0


def other_rate(asked: Asked) -> tuple[str, ...]:
    """The reason to add to a refusal where a ratio of two usual rates makes the sounds agree."""
    a, b, rate_hz = asked.a, asked.b, asked.rate_hz
    shorter, longer = (a, b) if a.count <= b.count else (b, a)
    length = round(PIECE_S * rate_hz)
    if rate_hz < RATES_HZ[0] or shorter.count < length or longer.count > LONGEST_S * rate_hz:
        return ()
    piece = shorter.read((shorter.count - length) // 2, length)
    ratios = sorted(
        {
            (true, stated)
            for true in RATES_HZ
            for stated in RATES_HZ
            if true != stated and 1 / MOST_RATIO <= true / stated <= MOST_RATIO
        },
        key=lambda pair: (pair[0] / pair[1], pair),
    )
    tried: dict[float, tuple[int, int]] = {}
    for true, stated in ratios:
        tried.setdefault(round(true / stated, 6), (true, stated))
    for ratio, (true, stated) in tried.items():
        resampler = Resampler(true, stated)
        again = np.concatenate((resampler.push(piece), resampler.finish()))
        found = scan(again, 0, longer, (-longer.count, longer.count), rate_hz, COARSE)
        if found is not None and found.p * len(tried) <= P_LEAST:
            which = "first" if shorter is a else "second"
            return (
                f"They do agree when the {which} recording is played at {ratio:.4f} of its stated "
                f"sampling rate (as {true} Hz stands to {stated} Hz): one of the two files states "
                "a wrong rate. Correct that, then compare again.",
            )
    return ()
