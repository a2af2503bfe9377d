"""What holds for every verb: help, exit status, one JSON document, one clear line."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import get_args

import pytest

from app.cli.parser import VERBS, Parser, read_arguments
from app.cli.printing import table, to_json
from app.cli.progress_line import ProgressLine
from app.cli.verbs.trace import KINDS
from sync.traces.trace import TraceKind
from tests.app.cli.conftest import Run

HEAVY = ("PySide6", "cv2", "av", "scipy", "numpy", "pyqtgraph", "soundfile", "PIL")


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([v, "--help"] for v in VERBS)])
def test_help_imports_nothing_heavy(words: list[str], environment: dict[str, str]) -> None:
    program = (
        "import sys\nfrom app.cli import main\n"
        f"status = main({words!r})\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], status, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert done.stderr.strip() == "[] 0"
    assert "tiepoint" in done.stdout


def test_every_verb_has_help_with_an_example() -> None:
    import importlib

    for name, (module, line) in VERBS.items():
        text = importlib.import_module(module).__doc__
        assert f"tiepoint {name}" in text
        assert line


def test_trace_kinds_are_the_engine_s() -> None:
    assert get_args(TraceKind) == KINDS


@pytest.mark.parametrize(
    "words",
    [
        ["inspect"],
        ["inspect", "a", "b"],
        ["nosuchverb"],
        ["--nosuchoption"],
        ["export", "x", "--format", "wordstar", "--out", "y"],
        ["frame", "x", "--out", "y"],
        ["trace", "x", "--kind", "smell", "--out", "y.csv"],
        ["mark", "x", "--event", "e", "--source", "s", "--at", "1:70±0.1"],
        ["mark", "x", "--event", "e", "--source", "s", "--between", "1", "later"],
        ["correlate", "a", "b", "--max-lag", "3", "--from", "1"],
        ["solve"],
        ["constrain", "x", "--first", "a@1", "--second", "b@2"],
        ["constrain", "x", "--first", "a@1", "--second", "b@2", "--lo", "soon", "--why", "w"],
        ["observe", "x", "--log", "door", "--clock", "cad"],
        ["order", "x", "a@1", "b@2", "--without"],
    ],
)
def test_bad_usage_is_2_and_one_line(run: Run, words: list[str]) -> None:
    ran = run(*words)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith("tiepoint: ")
    assert ran.err.count("\n") == 1
    as_json = run(*words, "--json")
    assert as_json.status == 2
    assert as_json.err == ""
    assert set(as_json.json) == {"error"}
    assert {"code", "message"} <= set(as_json.json["error"])


def test_formats_that_exist_are_named(run: Run) -> None:
    ran = run("export", "x", "--format", "wordstar", "--out", "y")
    assert "csv" in ran.err
    assert "json" in ran.err


def test_unforeseen_error_has_no_traceback_but_keeps_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from app.cli.verbs import inspect as verb

    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(verb, "run", broken)
    ran = run("inspect", "x", "--json")
    error = ran.json["error"]
    assert ran.status == 1
    assert error["code"] == "internal"
    assert "Traceback" not in ran.out + ran.err
    assert "ZeroDivisionError" in Path(error["path"]).read_text(encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        run("inspect", "x", "--debug")


def test_cancelled_is_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cli.verbs import inspect as verb

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verb, "run", stopped)
    assert run("inspect", "x").status == 130
    ran = run("inspect", "x", "--json")
    assert ran.status == 130
    assert ran.json["error"]["code"] == "cancelled"


def test_a_library_that_prints_does_not_spoil_the_json(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.cli.outcome import Outcome
    from app.cli.verbs import inspect as verb

    def noisy(*_: object) -> Outcome:
        print("look at me")
        return Outcome(document={"a": 1})

    monkeypatch.setattr(verb, "run", noisy)
    ran = run("inspect", "x", "--json")
    assert ran.json == {"a": 1}
    assert "look at me" in ran.err


def test_reader_that_goes_away_is_quiet(made: Path, environment: dict[str, str]) -> None:
    words = [sys.executable, "-m", "app", "inspect", str(made / "cam.mp4"), "--frames"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_json_has_no_nan_and_numpy_becomes_plain() -> None:
    import numpy as np

    text = to_json({"a": float("nan"), "b": np.float64(2), "c": np.arange(2), "d": "±"})
    assert json.loads(text) == {"a": None, "b": 2, "c": [0, 1], "d": "±"}


def test_negative_times_are_no_options() -> None:
    _, found = read_arguments(["observe", "c", "--offset", "b@0", "-37.5±0.5"])
    assert found.offset == ["b@0", "\N{MINUS SIGN}37.5±0.5"]
    _, found = read_arguments(["correlate", "a", "b", "--from", "-10", "--to", "-2.5"])
    assert (found.low, found.high) == (-10, -2.5)


def test_parser_complains_with_an_error_of_ours() -> None:
    from app.cli.outcome import UsageError

    with pytest.raises(UsageError):
        Parser(prog="x").parse_args(["--no"])


def test_table_is_aligned() -> None:
    lines = table(["name", "s"], [["a", "1.5"], ["longer", "10.5"]], right=".r")
    assert lines == ["name       s", "------  ----", "a        1.5", "longer  10.5"]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_only() -> None:
    silent, terminal = io.StringIO(), _Terminal()
    for stream in (silent, terminal):
        line = ProgressLine(stream)
        line.show(0.5, "reading")
        thread = threading.Thread(target=line.show, args=(0.6, "reading"))
        thread.start()
        thread.join()
        line.clear()
    assert silent.getvalue() == ""
    assert "50%  reading" in terminal.getvalue()
    assert "\n" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


def test_window_without_a_screen_is_refused_clearly(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    ran = run()
    assert ran.status == 1
    assert "no screen" in ran.err
