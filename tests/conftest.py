"""Fixtures for all tests. Qt runs without a screen."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

SHARED_MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """The real recordings that lie beside the project; tests skip where they are absent."""
    if not SHARED_MEDIA.is_dir():
        pytest.skip("the real recordings (../shared/media) are not on this machine")
    return SHARED_MEDIA


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or fills the person's own cache; one cache serves the whole run."""
    folder = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setenv("TIEPOINT_CACHE", str(folder))
