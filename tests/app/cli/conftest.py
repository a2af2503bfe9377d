"""Small recordings and cases for the verbs, and a way to run one in this process."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from app.cli import main
from tests.support.made_media import write_clip

RATE_HZ = 8000


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line gave."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be exactly one JSON document."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``tiepoint WORD …`` in this process."""

    def call(*words: object) -> Ran:
        capsys.readouterr()
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


@pytest.fixture(autouse=True)
def _own_log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Details of errors nobody foresaw go into the test's folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``cam.mp4`` (4 s, 25 a second), ``yard.mp4`` (5 s) and ``radio.wav`` (20 s)."""
    folder = tmp_path_factory.mktemp("made")
    write_clip(folder / "cam.mp4", range(100))
    write_clip(folder / "yard.mp4", range(300, 425))
    random = np.random.default_rng(5)
    noise = random.normal(0, 0.1, 20 * RATE_HZ).astype(np.float32)
    soundfile.write(folder / "radio.wav", noise, RATE_HZ, subtype="PCM_16")
    return folder


@pytest.fixture
def media(made: Path, tmp_path: Path) -> Path:
    """The made files, in a folder of the test's own."""
    folder = tmp_path / "media"
    shutil.copytree(made, folder)
    return folder


@pytest.fixture
def case(run: Run, media: Path, tmp_path: Path) -> Path:
    """A case with all three recordings in it."""
    path = tmp_path / "hall.tiepoint"
    assert run("new", path, "--title", "Hall").status == 0
    files = [media / name for name in ("cam.mp4", "yard.mp4", "radio.wav")]
    assert run("add", path, *files).status == 0
    return path


@pytest.fixture
def anchored(run: Run, case: Path) -> Path:
    """A case in which the door ties yard to cam, and nothing ties radio."""
    run("mark", case, "--event", "door", "--source", "cam", "--between", "1.00", "1.04")
    run("mark", case, "--event", "door", "--source", "yard", "--at", "2.02±0.02")
    run("mark", case, "--event", "gate", "--source", "cam", "--at", "3.02±0.02")
    run("mark", case, "--event", "shout", "--source", "radio", "--at", "12±0.1")
    assert run("observe", case, "--datum", "cam").status == 0
    return case


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """For a process of its own: no screen, the test's folders."""
    root = Path(__file__).resolve().parents[3]
    named = {key: value for key, value in os.environ.items() if "DISPLAY" not in key}
    return named | {"PYTHONPATH": str(root), "XDG_STATE_HOME": str(tmp_path / "state")}


def snapshot(case: Path) -> dict[str, bytes]:
    """The bytes of a case and its log; no lock may be left."""
    return {path.name: path.read_bytes() for path in case.parent.glob(case.name + "*")}
