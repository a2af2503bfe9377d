"""The walls hold, and the tool that guards them really catches what climbs over."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a tree; its cache stays out of the project."""
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter is not installed beside this Python")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [str(program), "--no-cache"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code and its contracts, to plant things in."""
    for package in ("app", "widgets", "sync"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_walls_hold(tree: Path) -> None:
    done = lint_imports(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("sync/traces/grid.py", "import PySide6.QtCore", "The engine never reaches Qt"),
        ("sync/clock.py", "import app.problem", "app > widgets > sync"),
        ("sync/timebase.py", "import sync.case.case", "Layers of the engine"),
        ("sync/case/case.py", "import av", "av and soundfile only in sync.media"),
    ],
)
def test_a_planted_import_is_caught(tree: Path, module: str, line: str, contract: str) -> None:
    target = tree / module
    source = target.read_text(encoding="utf-8")
    target.write_text(f"{source}\n{line}  # planted\n", encoding="utf-8")
    done = lint_imports(tree)
    assert done.returncode != 0
    broken = [row for row in done.stdout.splitlines() if "BROKEN" in row]
    assert any(contract in row for row in broken), done.stdout


def test_a_new_module_must_be_given_its_place(tree: Path) -> None:
    (tree / "sync" / "helpers.py").write_text('"""A file of helpers."""\n', encoding="utf-8")
    done = lint_imports(tree)
    assert done.returncode != 0
    assert "sync.helpers" in done.stdout
