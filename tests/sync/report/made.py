"""Cases to report on: some seconds of two cameras and a radio, and what may go wrong with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sync.case.acts import (
    ask_question,
    choose_datum,
    mark_event,
    radio_chain,
    set_aside,
    with_delay,
)
from sync.case.calculate import calculate
from sync.case.case import Case, SearchRecord
from sync.evidence import Place
from tests.sync.case.made import s, small_case


def marked(case: Case, event: str, source: str, at_s: float, **how: Any) -> Case:
    """One mark of ± 0.04 s."""
    given = {"stream": "picture", "earliest": s(at_s - 0.04), "latest": s(at_s + 0.04)} | how
    return mark_event(case, event=event, source=source, by="A. Analyst", **given)[0]


def hall(apart_s: float = 3.0, **changes: Any) -> Case:
    """Cam 1 and a phone, tied by two events; a third mark set aside; a question of two events.

    The step (cam 1) is ``apart_s`` before the shout, which the phone hears 0 to 1 s late.
    """
    case = with_delay(replace(small_case(), number="HH-7", examiner="A. Analyst"), radio_chain())
    for event, at in (("door", 10.0), ("flash", 50.0)):
        case = marked(case, event, "cam1", at)
        case = marked(case, event, "phone", at - 7.0)
    case = marked(case, "step", "cam1", 30.0)
    case = marked(case, "shout", "phone", 23.5 + apart_s, stream="sound", delays=("radio-chain",))
    case = marked(case, "lamp", "cam1", 20.0)
    case = marked(case, "lamp", "phone", 15.0)
    wrong = next(mark for mark in case.marks_of("lamp") if mark.source == "phone")
    case = set_aside(case, wrong.id, "another lamp", by="A. Analyst")
    case, _ = ask_question(
        case, words="Was the step before the shout?", a=Place(event="step"), b=Place(event="shout")
    )
    return replace(choose_datum(case, "cam1"), **changes)


def search(**changes: Any) -> SearchRecord:
    """A search that came to nothing."""
    given: dict[str, Any] = {
        "id": "search-1", "source_a": "cam1", "source_b": "dispatch", "kind_a": "motion",
        "kind_b": "onset", "offset_from_s": -600.0, "offset_to_s": 600.0, "surrogates": 1000,
        "seed": 7, "status": "no-match", "p": 0.062, "at": "2024-05-01T10:00:00Z", "by": "A.",
    }  # fmt: skip
    return SearchRecord(**given | changes)


def calculated(apart_s: float = 3.0, **changes: Any) -> Case:
    """The same with its clocks."""
    return calculate(hall(apart_s, **changes), at="2024-05-01T12:00:00+00:00")
