"""Make the sample case "Harrow Hall, 14:22" in a folder, from its recordings and what a careful
person would put down about them; calculate it, ask both questions, export the timeline, and hold
every clock and answer against the truth, which nothing else has seen.

tiepoint demo
tiepoint demo --out /tmp/harrow-hall --no-window
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.outcome import Outcome
from app.cli.session import Session

if TYPE_CHECKING:
    from app.cli.demo_case import DemoCase, Proposed
    from app.cli.demo_search import Searched
    from sync.adjustment.solution import Answer, Solution
    from sync.case.case import Case
    from sync.case.store import CaseStore
    from sync.progress import Progress

STAGES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "with the barrier, the light bar and the stamps",
        (
            ("barrier", "cam1"), ("barrier", "dispatch"), ("light_bar", "cam1"),
            ("light_bar", "cam3"), ("flash", "cam1"), ("words", "dispatch"),
        ),
    ),
    (
        "and with the door",
        (
            ("barrier", "cam1"), ("barrier", "dispatch"), ("light_bar", "cam1"),
            ("light_bar", "cam3"), ("flash", "cam1"), ("words", "dispatch"),
            ("door", "cam3"), ("door", "dispatch"),
        ),
    ),
)  # fmt: skip
"""How question 1 becomes answerable: (in words, marks that are used)."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own arguments."""
    parser.add_argument("--out", default="demo-case", metavar="DIR", help="default: ./demo-case")
    parser.add_argument("--no-window", action="store_true", help="do not open it afterwards")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Everything the demo found, for printing."""

    case_path: Path
    case: Case
    keys: dict[str, str]
    """Id in the case to key in ``analyst.json`` and ``truth.json``."""
    files: list[Path]
    proposed: Proposed
    searches: list[Searched]
    stages: list[tuple[str, Answer]]
    planted: Solution
    """The calculation with the planted mark taken for good."""
    answers: list[Answer]
    sample: Path


def run(arguments: argparse.Namespace, session: Session) -> Outcome:
    """Make, print, and open where there is a screen."""
    from app.cli.demo_report import demo_entry, demo_lines
    from app.cli.printing import print_outcome
    from app.cli.verbs.window import has_screen, open_case

    demo = make(Path(arguments.out), session.progress)
    outcome = Outcome(document=demo_entry(demo), lines=demo_lines(demo))
    if session.as_json or arguments.no_window or not has_screen():
        return outcome
    session.line.clear()
    print_outcome(outcome, as_json=False)
    return Outcome(document=outcome.document, status=open_case(demo.case_path))


def make(folder: Path, progress: Progress) -> Demo:
    """The whole case; every act stands in its log."""
    from app.cli.demo_case import BY, TITLE, DemoCase
    from app.cli.demo_folder import CASE_NAME, prepare, sample_folder
    from sync.case.case import Case
    from sync.case.store import CaseStore

    sample = sample_folder()
    files = prepare(folder, progress.part(0.0, 0.03))
    path = folder / CASE_NAME
    begun = Case(id="", title=TITLE, number="SAMPLE", examiner="the sample's analyst")
    with CaseStore.create(path, begun, BY) as store:
        demo = DemoCase.begin(store.case, path, sample)
        return _fill(demo, store, files, sample, progress.part(0.03, 1.0))


def _fill(
    demo: DemoCase, store: CaseStore, files: list[Path], sample: Path, progress: Progress
) -> Demo:
    from app.cli.demo_case import BY
    from app.cli.demo_folder import EXPORTS
    from app.cli.demo_search import run_searches
    from sync.case.calculate import calculate
    from sync.interchange.export import Request, export, write_all

    def done(act: str) -> None:
        store.commit(demo.case, act, BY)

    demo.add_recordings(progress.part(0.0, 0.5))
    done("add the recordings")
    demo.derive_traces(progress.part(0.5, 0.6))
    proposed = demo.add_breaks()
    done("note where recordings are interrupted")
    demo.add_typed()
    done("state delays, stamps, the clock reading and its check")
    demo.add_marks()
    done("mark the events")
    searches = run_searches(demo, progress.part(0.6, 0.9))
    done("search, and accept the match of phone and dispatch")
    demo.add_questions()
    done("ask both questions")
    progress.report(0.92, "calculating")
    demo.case = calculate(demo.case)
    done("calculate")
    store.save()
    exports = [store.path.parent / name for name in EXPORTS]
    for out, kind in zip(exports, ("csv", "json"), strict=True):
        write_all(out, export(kind, Request(case=demo.case, media={})))
    return Demo(
        case_path=store.path,
        case=demo.case,
        keys={found: key for key, found in demo.ids.items()},
        files=[store.path, *files, *exports],
        proposed=proposed,
        searches=searches,
        stages=[(words, _first_answer(demo.only(marks))) for words, marks in STAGES],
        planted=_with_planted(demo),
        answers=_answers(demo.case),
        sample=sample,
    )


def _answers(case: Case) -> list[Answer]:
    from sync.case.calculate import prepare

    ready = prepare(case)
    return [ready.order(question.a, question.b) for question in case.questions]


def _first_answer(case: Case) -> Answer:
    from sync.case.calculate import ask

    return ask(case, case.questions[0].a, case.questions[0].b)


def _with_planted(demo: DemoCase) -> Solution:
    """What the program says when the ambulance's strobe is taken for the alarm's."""
    from sync.case.acts import restore
    from sync.case.calculate import calculate

    case = demo.case
    for mark in demo.planted:
        case = restore(case, mark)
    solution = calculate(case).solution
    assert solution is not None
    return solution
