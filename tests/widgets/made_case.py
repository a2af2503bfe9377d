"""Made cards, answers, evidence and clocks for tests and the gallery."""

from __future__ import annotations

from dataclasses import replace

from sync.adjustment.solution import (
    Answer,
    Candidate,
    ClockResult,
    Contested,
    Limited,
    LimitResult,
    NextAnchor,
    Proposal,
    RateHypothesis,
    ResultStatus,
    RowResult,
    Unnoticed,
    WhatIf,
)
from sync.case.case import Question
from sync.evidence import (
    Delay,
    Evidence,
    Lag,
    Limit,
    LogTime,
    Mark,
    Place,
    Provenance,
    Reading,
)
from sync.evidence import Search as HowFound
from sync.timebase import NS_PER_S, Duration, MediaTime
from sync.uncertainty import Distribution, Share
from tests.widgets.made_timeline import NAMES, at, model
from widgets.source_list import SourceCard
from widgets.theme import source_colour


def anchor(words: str) -> NextAnchor:
    """A proposal with these words, one minute into cam 1."""
    return NextAnchor(
        in_words=words, source_a="cam1", media_a=MediaTime.from_s(60.0), source_b="disp"
    )


def make_cards() -> list[SourceCard]:
    """The cards of the mock."""
    rows: list[tuple[str, str, ResultStatus, str, str, bool]] = [
        (
            "disp",
            "radio · 41:12 · silences removed",
            "ok",
            "",
            "14 calls linked · 3 between limits",
            False,
        ),
        (
            "cam1",
            "15 fps · 26:14 · burnt-in clock read",
            "ok",
            "± 0.04 s",
            "clock shows 36.9 s less, loses 2.4 s/day",
            False,
        ),
        ("cam2", "variable rate · 24:50 · 1 gap", "ok", "± 0.06 s", "2 stretches", False),
        (
            "cam3",
            "30 fps · 22:02",
            "unchecked",
            "± 0.2 s",
            "one anchor: a mistake would not show",
            True,
        ),
        (
            "phone",
            "29.97 fps + sound · 3:10",
            "unconstrained",
            "",
            "one shared event is enough",
            False,
        ),
    ]
    order = list(NAMES)
    return [
        SourceCard(
            source_id=source,
            name=NAMES[source],
            line=line,
            status=status,
            half_text=half,
            hint=hint,
            hint_acts=acts,
            colour=source_colour(order.index(source)),
            is_reference=source == "disp",
        )
        for source, line, status, half, hint, acts in rows
    ]


def make_answers() -> list[tuple[Question, Answer | None]]:
    """One resolved, one not, one with no link, one not calculated."""
    place = Place(event="door")

    def ask(number: int, text: str) -> Question:
        return Question(id=f"q{number}", words=text, a=place, b=place)

    yes = Answer(
        a="“shots at the north building”  dispatch",
        b="door opens  cam 1",
        verdict="a-before-b",
        flags=(),
        difference_s=1.8,
        u_s=0.1,
        U95_s=0.2,
        k=1.96,
        interval_s=(1.6, 2.0),
        p_a_before_b=0.999,
        rests_on=(),
        anchors=6,
        budget=(
            Share("onset of the call, marked ± 40 ms", 0.07, 0.46),
            Share("anchor strobe ↔ alarm, one picture", 0.05, 0.27),
            Share("radio delay 300 ± 100 ms, shared", 0.04, 0.18),
            Share("drift of cam 1 over 6 min", 0.03, 0.09),
        ),
        in_words="“Shots at the north building” (dispatch) came before door opens (cam 1): "
        "by 1.8 s, between 1.6 and 2.0 s (95 % range). This holds if the 6 anchors are the "
        "events described and the stated delays are right.",
        reference_a=at("14:23:23.6"),
        U95_a_s=0.13,
        reference_b=at("14:23:25.4"),
        U95_b_s=0.07,
        flips_if=("a mistake of 1.6 s (24 pictures) in anchor ‘door’",),
        unnoticed=(
            Unnoticed(label="door in cam 1", mistake_s=0.31, shift_s=0.17),
            Unnoticed(label="strobe in dispatch", mistake_s=0.2, shift_s=0.05),
        ),
        leave_one_out=(
            WhatIf(
                name="anchor 'strobe'",
                rows=("mark-1", "mark-2"),
                verdict="a-before-b",
                difference_s=1.83,
                interval_s=(1.55, 2.12),
            ),
            WhatIf(
                name="anchor 'door'",
                rows=("mark-4",),
                verdict="not-resolved",
                difference_s=1.1,
                interval_s=(-0.4, 2.6),
            ),
            WhatIf(
                name="match cam 3 ↔ dispatch",
                rows=("lag-1",),
                verdict="no-link",
                difference_s=None,
                interval_s=None,
            ),
        ),
        next_best=(
            anchor(
                "One more anchor, cam 1 to dispatch, near 14:25, would bring ± 0.2 s to ± 0.1 s."
            ),
        ),
    )
    open_ = Answer(
        a="the flash  cam 1",
        b="the words  dispatch",
        verdict="not-resolved",
        flags=("unchecked",),
        difference_s=0.25,
        u_s=0.3,
        U95_s=0.65,
        k=1.96,
        interval_s=(-0.4, 0.9),
        p_a_before_b=0.7,
        rests_on=(),
        anchors=2,
        budget=(Share("cam 3 pictures", 0.3, 0.8), Share("radio delay", 0.1, 0.2)),
        in_words="The recordings do not show which came first. The words lie between 0.40 s before "
        "and 0.90 s after the flash (95 % range). This is not a finding that they happened "
        "together.",
        reference_a=at("14:23:04.1"),
        U95_a_s=0.35,
        reference_b=at("14:23:04.35"),
        U95_b_s=0.5,
        next_best=(anchor("An anchor between cam 2 and dispatch near 14:23:04 would help most."),),
    )
    none = Answer(
        a="cam 4 lights out",
        b="the call  dispatch",
        verdict="no-link",
        flags=(),
        difference_s=None,
        u_s=None,
        U95_s=None,
        k=None,
        interval_s=None,
        p_a_before_b=None,
        rests_on=(),
        budget=(),
        anchors=0,
        in_words="No answer can be given: nothing observed links cam 4 with dispatch.",
        reference_a=None,
        U95_a_s=None,
        reference_b=None,
        U95_b_s=None,
    )
    return [
        (ask(1, "Did the call come before the door opened?"), yes),
        (ask(2, "Was the flash before the words?"), open_),
        (ask(3, "Did the lights go out before the call?"), none),
        (ask(4, "Was the car there when the siren began?"), None),
    ]


def make_shaped() -> list[tuple[Question, Answer | None]]:
    """Answers that limits shape, that limits alone hold, and whose evidence disagrees."""
    (asked, base), (_, open_), *_ = make_answers()
    assert base is not None
    assert open_ is not None
    alone = Limited(status="ok", value_s=1.2, u_s=0.7, low_s=-0.2, high_s=2.6, limits=())
    shaped = replace(
        base, without_limits=alone, with_limits=Limited(
            status="ok", value_s=1.8, u_s=0.1, low_s=1.6, high_s=2.0, limits=("limit-1",)),
        limits=("said after it", "call 12 follows call 11"),
        leave_one_out=(*base.leave_one_out, WhatIf(
            name="limit 'said after it'", rows=("limit-1",), verdict="not-resolved",
            difference_s=1.2, interval_s=(-0.2, 2.6))),
    )  # fmt: skip
    half = replace(
        base, difference_s=None, u_s=None, U95_s=None, k=None, interval_s=None, with_limits=Limited(
            status="one-sided", value_s=None, u_s=None, low_s=0.5, high_s=None,
            limits=("limit-1",)),
        budget=(), leave_one_out=(), unnoticed=(Unnoticed(label="the limit", mistake_s=None,
                                                          shift_s=None),),
        reference_a=None, U95_a_s=None, limits=("said after it",), flips_if=(), next_best=(),
        anchors=1, in_words="The door opened at least 0.5 s after the call: a limit says so.",
    )  # fmt: skip
    torn = replace(
        open_, flags=("disagrees",), difference_s=None, u_s=None, U95_s=None, k=None,
        interval_s=None, p_a_before_b=None, budget=(), reference_a=None, U95_a_s=None,
        reference_b=None, U95_b_s=None, in_words="The evidence disagrees: ‘strobe’, ‘door’. The "
        "recordings do not show which is wrong. Until this is settled no time is stated.",
        contested=Contested(
            candidates=(
                Candidate(set_aside=("strobe",), weight=0.81, value_s=0.62, U95_s=0.1),
                Candidate(set_aside=("door", "siren"), weight=0.19, value_s=4.3, U95_s=0.2),
            ), interval_s=(0.53, 4.45),
        ), next_best=(),
    )  # fmt: skip
    return [
        (replace(asked, id="q1", words="Did the call come before the door opened?"), shaped),
        (replace(asked, id="q2", words="And without an end?"), half),
        (replace(asked, id="q3", words="Was the flash before the words?"), torn),
    ]


def make_limit_results() -> dict[str, LimitResult]:
    """What the calculation says of the limits of :func:`make_evidence`."""
    found = (
        LimitResult(id="limit-1", status="imposed", slack_u=2.3, p_before=0.99,
                    in_words="It held before it was imposed."),
        LimitResult(id="limit-2", status="contradicted", slack_u=-4.1, p_before=0.0001,
                    in_words="The evidence contradicts it: it is not imposed."),
        LimitResult(id="mark-5", status="infeasible", slack_u=None, p_before=None,
                    in_words="It cannot hold together with ‘limit-2’."),
    )  # fmt: skip
    return {result.id: result for result in found}


def make_proposals() -> tuple[Proposal, ...]:
    """One anchor, and one reading."""
    return (
        Proposal(id="mark-3", event="door", w=4.1,
                 in_words="‘door’ disagrees with the other evidence: w = 4.1."),
        Proposal(id="reading-1", event=None, w=-3.6,
                 in_words="The reading of cam 1 at 12.0 s disagrees: w = -3.6."),
    )  # fmt: skip


def make_hypotheses() -> tuple[RateHypothesis, ...]:
    """A file played at the wrong rate."""
    return (
        RateHypothesis(clock="cam2", drift_ppm=1004.0, ratio="1001/1000",
                       in_words="Cam 2 runs 1004 ppm off, which no clock does. Recorded at 30 and "
                       "played at 30000/1001 pictures a second would explain it."),
    )  # fmt: skip


def make_evidence() -> tuple[list[Evidence], dict[str, RowResult]]:
    """A few of each kind."""

    def mark(name: str, event: str, source: str, first: float, last: float | None) -> Mark:
        end = None if last is None else MediaTime.from_s(last)
        return Mark(
            id=name,
            event=event,
            source=source,
            stream="picture",
            earliest=MediaTime.from_s(first),
            latest=end,
        )

    aside = Provenance(status="set-aside", reason="the lamp flickers by itself")
    how = HowFound(
        p=0.001,
        z=6.0,
        kind_a="motion",
        kind_b="onset",
        offset_from_s=-600,
        offset_to_s=600,
        surrogates=999,
        seed=1,
        family=4,
    )
    items: list[Evidence] = [
        mark("mark-1", "strobe", "cam1", 23.267, 23.333),
        mark("mark-2", "strobe", "disp", 47.16, 47.24),
        mark("mark-3", "door", "cam1", 44.6, 44.667),
        mark("mark-4", "door", "cam2", 48.70, 48.77),
        mark("mark-5", "bar", "cam3", 70.1, None),
        Lag(
            id="lag-1",
            source_a="cam3",
            stream_a="picture",
            time_a=MediaTime(0),
            source_b="disp",
            stream_b="sound",
            time_b=MediaTime(0),
            distribution=Distribution.normal(0.1),
            search=how,
        ),
        Reading(
            id="reading-1",
            source="cam1",
            stream="picture",
            earliest=MediaTime.from_s(12.0),
            latest=MediaTime.from_s(12.067),
            clock="burnt",
            displayed=at("14:22:00"),
            granularity=Duration(0),
            provenance=aside,
        ),
        Delay(
            key="radio",
            name="radio chain",
            value=Duration.from_s(0.3),
            distribution=Distribution.rectangular(0.1),
        ),
        Limit(
            id="limit-1",
            first=Place(event="door"),
            second=Place(source="disp"),
            low=Duration(0),
            high=None,
            why="said after",
        ),
        Limit(
            id="limit-2",
            first=Place(event="strobe"),
            second=Place(event="door"),
            low=Duration.from_s(0.5),
            high=Duration.from_s(2),
            why="seen to follow at once",
        ),
        LogTime(
            id="log-1",
            event="door",
            clock="cad",
            displayed=at("14:23:10"),
            granularity=Duration.from_s(1),
            typed_within=Duration.from_s(60),
        ),
    ]
    values = [
        (0.012, 0.6, 0.4),
        (-0.011, 0.6, -0.4),
        (0.08, 0.7, 4.1),
        (-0.02, 0.5, -0.9),
        (0.0, 0.0, None),
    ]
    results = {
        item.id: RowResult(id=item.id, residual_s=v, redundancy=r, w=w, mdb_s=0.1, excluded=False)
        for item, (v, r, w) in zip(items[:5], values, strict=True)
    }
    return items, results


def make_clocks() -> list[ClockResult]:
    """One of each state."""
    rows: list[tuple[str, ResultStatus, float, float]] = [
        ("disp", "ok", 0.0, 0.0),
        ("cam1", "ok", 0.04, 28e-6),
        ("cam2", "ok", 0.06, -12e-6),
        ("cam3", "unchecked", 0.21, 0.0),
        ("phone", "unconstrained", 0.0, 0.0),
    ]
    return [
        ClockResult(
            source=source,
            stretch=0,
            status=status,
            model=None if status == "unconstrained" else model(source, "14:22:23.8", half, drift),
            u_s=half / 1.96,
            U95_s=None if status == "unconstrained" else half,
            k=1.96,
            is_reference=source == "disp",
            valid_from=MediaTime(0),
            valid_to=MediaTime(1574 * NS_PER_S),
            anchors=3,
            in_words=f"{NAMES[source]}: nothing observed links it with the reference clock."
            if status == "unconstrained"
            else f"{NAMES[source]}: at 14:23:00 dispatch-clock time its burnt-in clock showed "
            "37.2 s less (between 36.9 and 37.5 s; 95 % range). From 3 anchors and 1 clock check.",
        )
        for source, status, half, drift in rows
    ]


def make_limited_clocks() -> list[ClockResult]:
    """Clocks that limits narrow, hold between two ends, and hold on one side."""
    base = make_clocks()
    zero = at("14:22:23.8").ns / NS_PER_S
    shapes: list[tuple[int, ResultStatus, float | None, float | None, float | None]] = [
        (1, "ok", zero, zero - 0.03, zero + 0.02),
        (4, "bounded", zero, zero - 2.0, zero + 3.0),
        (4, "one-sided", None, zero - 2.0, None),
    ]
    return [
        replace(
            base[place],
            stretch=number,
            status=status,
            with_limits=Limited(
                status=status, value_s=value, u_s=None, low_s=low, high_s=high, limits=("limit-1",)
            ),
            unnoticed=(Unnoticed(label="door in cam 1", mistake_s=0.31, shift_s=0.1),),
        )
        for number, (place, status, value, low, high) in enumerate(shapes)
    ]
