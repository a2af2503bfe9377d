"""solve --network: bare networks from files, arrays and standard input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.conftest import Run

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
SOLVABLE = ("s01", "s02", "s03", "s05", "s09", "s10")


def _simple() -> dict[str, Any]:
    return {
        "reference": "A",
        "sources": [{"name": "A", "u_drift": 0}, {"name": "B", "u_drift": 0}],
        "marks": [
            {"event": "e", "source": "A", "tau": 10.0, "half": 0.02},
            {"event": "e", "source": "B", "tau": 4.0, "half": 0.02},
        ],
        "query": [{"correction": "B", "tau": 4.0}],
    }


@pytest.mark.parametrize("name", SOLVABLE)
def test_shared_cases(run: Run, name: str) -> None:
    if not CASES.is_dir():
        pytest.skip("the shared cases are not on this machine")
    (path,) = CASES.glob(f"{name}_*.json")
    ran = run("solve", "--network", path, "--json")
    assert ran.status == 0
    assert ran.json["results"]
    assert run("solve", "--network", path).out.startswith("Status: ")


def test_one_network(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text(json.dumps(_simple()), encoding="utf-8")
    found = run("solve", "--network", file, "--json").json
    assert found["results"][0]["value"] == pytest.approx(6.0)
    assert found["results"][0]["k"] == pytest.approx(1.9018, abs=1e-3)
    assert {"status", "rows", "chi2", "dof", "p_global"} <= set(found)


def test_an_array_keeps_the_good_answers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = _simple() | {"reference": "nobody"}
    for documents, status in (([_simple(), _simple()], 0), ([_simple(), bad, 7], 1)):
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(documents)))
        ran = run("solve", "--network", "-", "--json")
        assert ran.status == status
        assert len(ran.json) == len(documents)
        assert ran.json[0]["results"]
    assert [("error" in answer) for answer in ran.json] == [False, True, True]


@pytest.mark.parametrize(
    "text", ["", "not json", "7", "{}", '{"reference": "A", "sources": 3}', '{"sources": [[]]}']
)
def test_malformed(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "net.json"
    file.write_text(text, encoding="utf-8")
    ran = run("solve", "--network", file, "--json")
    assert ran.status == 1
    assert ran.json["error"]["code"] == "network"
    assert run("solve", "--network", file).err.count("\n") == 1


def test_missing_file(run: Run, tmp_path: Path) -> None:
    ran = run("solve", "--network", tmp_path / "none.json", "--json")
    assert ran.json["error"]["path"] == str(tmp_path / "none.json")


def test_a_bad_row_is_named_and_the_rest_calculated(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    network = _simple()
    network["marks"].append({"event": "f", "source": "B", "tau": 5.0, "half": 0})
    file.write_text(json.dumps(network), encoding="utf-8")
    ran = run("solve", "--network", file, "--json")
    assert ran.status == 0
    (problem,) = ran.json["problems"]
    assert problem == "marks[2]: half must be positive, not 0: left out."
    assert ran.json["results"][0]["value"] == pytest.approx(6.0)
    assert f"To look at: {problem}" in run("solve", "--network", file).out


def test_a_one_sided_result_is_said_in_words(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    network = _simple() | {
        "constraints": [{"first": ["A", 12.0], "second": {"event": "knock"}, "lo": 0}],
        "query": [{"event": "knock"}, {"correction": "B", "tau": 4.0}],
    }
    file.write_text(json.dumps(network), encoding="utf-8")
    out = run("solve", "--network", file).out
    assert "12 or more" in out
    assert "6.0" in out
