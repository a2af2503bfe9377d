"""What cannot be compared gets a status and a reason in words, by the verb and from Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.cli import main
from benchmarks.false_alarms import speech
from sync.correlate.result import SearchResult
from sync.correlate.search import search
from sync.correlate.sound import Samples, search_samples
from sync.timebase import MediaTime
from sync.traces.files import write_trace
from sync.traces.trace import Trace

RATE_HZ = 8000
Float = np.ndarray


@dataclass(frozen=True, slots=True)
class Bad:
    """Two signals, how they are searched, and what must be said."""

    a: Float
    b: Float
    status: str
    says: str
    rate_b_hz: int = RATE_HZ
    reach_s: tuple[float, float] | None = None


def talk(seconds: float = 20.0, seed: int = 1) -> Float:
    made = speech(np.random.default_rng(seed), seconds)
    return np.asarray(made / np.abs(made).max() * 0.5)


def sounds() -> dict[str, Bad]:
    said, other, long = talk(), talk(seed=2), talk(40.0)
    later = said[5 * RATE_HZ :]
    loud = np.clip(12.0 * later, -0.9, 0.9)
    return {
        "constant": Bad(said, np.full(RATE_HZ * 10, 0.25), "not-testable", "silent"),
        "silent": Bad(np.zeros(RATE_HZ * 10), said, "not-testable", "silent"),
        "too short": Bad(said, said[: RATE_HZ * 3 // 2], "not-testable", "at least 2 s"),
        "clipped": Bad(said, loud, "significant", "overdriven"),
        "stereo": Bad(said, np.stack([later, 0.3 * later], axis=1), "significant", ""),
        "one channel reversed": Bad(said, np.stack([later, -later], 1), "significant", ""),
        "lags outside": Bad(said, other, "not-testable", "no offset", reach_s=(500.0, 600.0)),
        "two copies": Bad(said, said.copy(), "not-testable", "same recording"),
        "wrong rate": Bad(long, long[RATE_HZ * 5 :], "no-match", "wrong rate", rate_b_hz=11_025),
    }


def traces() -> dict[str, Bad]:
    rng = np.random.default_rng(3)
    one, two = (np.repeat(rng.exponential(1.0, 180), 5) for _ in range(2))
    return {
        "constant": Bad(one, np.full(900, 3.0), "not-testable", "never changes"),
        "silent": Bad(np.zeros(900), one, "not-testable", "never changes"),
        "all masked": Bad(one, np.full(900, np.nan), "not-testable", "marked as missing"),
        "too short": Bad(one, two[:100], "not-testable", "at least 15 s"),
        "both short": Bad(one[:300], two[:300], "not-testable", "at least 60 s"),
        "one event": Bad(one, np.eye(1, 900, 450)[0], "not-testable", "separate event"),
        "lags outside": Bad(one, two, "not-testable", "no offset", reach_s=(500.0, 600.0)),
        "unrelated": Bad(one, two, "no-match", "No match found"),
        "two copies": Bad(one, one.copy(), "not-testable", "same recording"),
    }


def as_trace(values: Float) -> Trace:
    valid = np.isfinite(values)
    return Trace(
        kind="envelope", source_sha256="0" * 64, start=MediaTime(0), step_ns=100_000_000,
        values=np.where(valid, values, 0.0), valid=valid, parameters={},
    )  # fmt: skip


def as_samples(values: Float) -> Samples:
    mono = values if values.ndim == 1 else values[:, 0]
    return Samples(values=mono.astype(np.float32), rate_hz=RATE_HZ, start=MediaTime(0))


def holds(status: str, reasons: list[str], bad: Bad) -> None:
    assert status == bad.status, reasons
    assert not bad.says or any(bad.says.lower() in reason.lower() for reason in reasons), reasons
    assert status == "significant" or all(
        reason[0].isupper() and reason.endswith(".") for reason in reasons
    )


def from_python(a: object, b: object, once: Callable[..., SearchResult], bad: Bad) -> None:
    result = once(a, b, offset_range_s=bad.reach_s)
    holds(result.status, list(result.reasons), bad)


def by_verb(a: Path, b: Path, bad: Bad, capsys: pytest.CaptureFixture[str]) -> None:
    reach = [] if bad.reach_s is None else ["--from", bad.reach_s[0], "--to", bad.reach_s[1]]
    status = main([str(word) for word in ("correlate", a, b, *reach, "--json")])
    told = capsys.readouterr()
    found = json.loads(told.out)
    holds(found["status"], found["reasons"], bad)
    assert status == (0 if bad.status == "significant" else 1)
    assert "Traceback" not in told.err


@pytest.mark.parametrize("name", sounds())
def test_sound(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = sounds()[name]
    a, b = tmp_path / "a.wav", tmp_path / "b.wav"
    soundfile.write(a, bad.a, RATE_HZ, subtype="PCM_16")
    soundfile.write(b, bad.b, bad.rate_b_hz, subtype="PCM_16")
    by_verb(a, b, bad, capsys)
    if bad.rate_b_hz == RATE_HZ:
        from_python(as_samples(bad.a), as_samples(bad.b), search_samples, bad)


@pytest.mark.parametrize("name", traces())
def test_traces(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = traces()[name]
    pair = as_trace(bad.a), as_trace(bad.b)
    paths = tmp_path / "a.npz", tmp_path / "b.npz"
    for trace, path in zip(pair, paths, strict=True):
        write_trace(trace, path)
    by_verb(*paths, bad, capsys)
    from_python(*pair, search, bad)
