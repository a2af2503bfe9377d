"""Make networks with known truth: files that "tiepoint solve --network" takes, and truth.json.

tiepoint simulate S3-n5 --out made --cases 20
tiepoint simulate S1 --out made            (all of S1: 1, 2, 3, 5 and 20 anchors)

Scenarios are those that "tiepoint calibrate" scores; a name that is none lists them. The same seed
makes the same files.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.outcome import Outcome, UsageError
from app.cli.printing import to_json
from app.cli.session import Session
from sync.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.validation.scenarios import Scenario


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("scenario", metavar="SCENARIO")
    parser.add_argument("--out", required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument(
        "--cases", type=int, default=1, metavar="N", help="networks of each scenario (default 1)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Write the networks, then their truth."""
    from sync.validation.scenarios import made_case

    scenarios = chosen([arguments.scenario])
    check_counts(arguments.cases, arguments.seed)
    folder = _empty_folder(arguments.out)
    files: list[str] = []
    cases: list[dict[str, Any]] = []
    total = len(scenarios) * arguments.cases
    for scenario in scenarios:
        for case in range(arguments.cases):
            name = f"{scenario.name}-{case:05d}.json"
            session.progress.report(len(files) / total, f"writing {name}")
            network, truth = made_case(scenario, arguments.seed, case)
            _write(folder / name, network)
            files.append(str(folder / name))
            cases.append({"file": name, "scenario": scenario.name, "case": case, **asdict(truth)})
    truths = {"seed": arguments.seed, "cases": cases}
    _write(folder / "truth.json", truths)
    files.append(str(folder / "truth.json"))
    lines = [
        *(f"{scenario.name}: {scenario.text}" for scenario in scenarios),
        f"{total} network{'s' if total > 1 else ''} and truth.json are in {folder}.",
    ]
    return Outcome(document={"files": files, "truth": truths}, lines=lines)


def chosen(names: Iterable[str]) -> tuple[Scenario, ...]:
    """The scenarios that were named.

    Raises
    ------
    UsageError
        Listing all of them, in one line, where a name is none.
    """
    from sync.validation.scenarios import ANCHORS, SCENARIOS, family, select

    try:
        return select(names)
    except KeyError as error:
        several = f" (each also with -n{', -n'.join(map(str, ANCHORS))})"
        plain = [name for name in SCENARIOS if family(name) == name]
        families = dict.fromkeys(family(name) for name in SCENARIOS if family(name) != name)
        raise UsageError(
            f"There is no scenario {error.args[0]!r}.",
            f"Scenarios: {', '.join(families)}{several}, {', '.join(plain)}.",
        ) from None


def check_counts(cases: int, seed: int) -> None:
    """Refuse a number of cases or a seed that cannot be."""
    if not 1 <= cases <= 1_000_000:
        raise UsageError("--cases must be between 1 and 1000000.")
    if seed < 0:
        raise UsageError("--seed must not be negative.")


def _empty_folder(typed: str) -> Path:
    folder = Path(typed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be made: {error.strerror}.", path=folder, hint="Choose another --out."
        ) from error
    if occupied:
        raise StorageError(
            f"{folder} has something in it, so it is left alone.",
            path=folder,
            hint="Choose a new or empty folder: --out DIR",
        )
    return folder


def _write(path: Path, document: Any) -> None:
    try:
        path.write_text(to_json(document) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", path=path) from error
