"""Every question of a case with its answer, and with what it would be otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync.adjustment.findings import find, with_readings
from sync.adjustment.headline import flag_sentences, headline, stated_ends
from sync.adjustment.network import Function
from sync.adjustment.solution import Answer, Contested, WhatIf
from sync.adjustment.spots import difference_of, find_spot
from sync.adjustment.words import quoted, two_figures, unnoticed_sentence
from sync.case.calculate import Calculation, prepare
from sync.case.case import Case, Question
from sync.errors import EvidenceError
from sync.evidence import Delay, Evidence
from sync.report import words
from sync.report.figures import AxisRow
from sync.report.history import Seen
from sync.timebase import Duration
from sync.uncertainty import Distribution, Share, decimals_for, format_ends

MOST_EXCLUDED = 12
"""Excluded pieces whose effect is printed one by one; of more, that of all together."""
RADIO_DELAYS_S = (0, 1, 2)
EXACT_U_S = 1e-6
"""A delay taken as known: far below every other uncertainty."""
MOST_IN_FIGURE = 8
LEAST_SHARE = 0.005
"""Of a budget; inputs below it are printed as one: they round to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The answer under another assumption."""

    name: str
    verdict: str
    in_words: str
    changed: bool
    """Whether the verdict is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, answered or refused."""

    words: str
    headline: str
    sentence: str
    a: str
    b: str
    times: tuple[tuple[str, str], ...] = ()
    """(place, its time on the reference clock with its range)."""
    resolved: bool = False
    probability: str = ""
    flags: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    axis: tuple[AxisRow, ...] = ()
    budget: tuple[tuple[str, str, str], ...] = ()
    """(input, its part of u in seconds, its share)."""
    left_out: tuple[Other, ...] = ()
    flips: tuple[str, ...] = ()
    surer: tuple[str, ...] = ()
    unnoticed: tuple[tuple[str, str, str], ...] = ()
    """(observation, largest mistake unseen, by how much it would shift the answer)."""
    worst: str = ""
    restored: tuple[Other, ...] = ()
    radio: tuple[Other, ...] = ()
    seen: Seen
    answer: Answer | None = None


def ask_all(case: Case, ready: Calculation, seen: Sequence[Seen]) -> tuple[Asked, ...]:
    """Every question of the case, in order; ``seen`` in the same order."""
    variants = _Variants(case)
    return tuple(
        _ask(ready, variants, question, own)
        for question, own in zip(case.questions, seen, strict=True)
    )


def _ask(ready: Calculation, variants: _Variants, question: Question, seen: Seen) -> Asked:
    try:
        answer = ready.order(question.a, question.b)
    except EvidenceError as error:
        return Asked(words=question.words, headline="No answer can be given", a="", b="",
                     sentence=str(error), seen=seen)  # fmt: skip
    ends = ((answer.a, answer.reference_a, answer.U95_a_s),
            (answer.b, answer.reference_b, answer.U95_b_s))  # fmt: skip
    p = answer.p_a_before_b
    return Asked(
        words=question.words,
        headline=headline(answer),
        sentence=answer.in_words,
        a=answer.a,
        b=answer.b,
        times=tuple(
            (name, words.clock_time(at, U_s))
            for name, at, U_s in ends if at is not None and U_s is not None
        ),
        resolved=answer.verdict in ("a-before-b", "b-before-a"),
        probability="" if p is None else words.probability(p),
        flags=tuple(flag_sentences(answer)),
        limits=answer.limits,
        axis=_axis(answer),
        budget=_budget(answer.budget),
        left_out=tuple(_left_out(answer, what) for what in answer.leave_one_out),
        flips=answer.flips_if,
        surer=tuple(best.in_words for best in answer.next_best),
        unnoticed=tuple(
            (one.label, _size(one.mistake_s, "of any size"), _size(one.shift_s, "without limit"))
            for one in answer.unnoticed
        ),
        worst=unnoticed_sentence(answer.unnoticed),
        restored=variants.restored(question, answer),
        radio=variants.radio(question, answer),
        seen=seen,
        answer=answer,
    )  # fmt: skip


def _budget(lines: Sequence[Share]) -> tuple[tuple[str, str, str], ...]:
    """Every input of some weight; the rest as one line, so that the parts still make the whole."""
    shown = [line for line in lines if line.share >= LEAST_SHARE]
    rest = [line for line in lines if line.share < LEAST_SHARE]
    if len(rest) > 1:
        u_s = math.hypot(*(line.u for line in rest))
        shown.append(Share(f"{len(rest)} more inputs", u_s, sum(line.share for line in rest)))
    else:
        shown += rest
    return tuple(
        (line.source, f"{line.u:.2g}" if line.u >= 1e-4 else "below 0.0001",
         words.percent(line.share))
        for line in shown
    )  # fmt: skip


def _size(value_s: float | None, unknown: str) -> str:
    return unknown if value_s is None else f"{two_figures(value_s, up=True)} s"


def _left_out(answer: Answer, what: WhatIf) -> Other:
    low, high = what.interval_s or (None, None)
    said = words.difference(low, high)
    if what.verdict == "no-link":
        said = "nothing observed links the two"
    return Other(name=what.name, verdict=words.verdict(what.verdict), in_words=said,
                 changed=what.verdict != answer.verdict)  # fmt: skip


def _axis(answer: Answer) -> tuple[AxisRow, ...]:
    """The stated range first, then what it would be without each piece that moves it most."""
    if answer.contested is not None:
        return _contested(answer.contested)
    low, high = stated_ends(answer)
    rows = [AxisRow(name="stated", low_s=low, high_s=high, value_s=answer.difference_s,
                    strong=True)]  # fmt: skip
    alone = answer.without_limits
    if alone is not None:
        rows.append(AxisRow(name="without any limit", low_s=alone.low_s, high_s=alone.high_s,
                            value_s=alone.value_s))  # fmt: skip
    for what in answer.leave_one_out[:MOST_IN_FIGURE]:
        if what.interval_s is not None:
            rows.append(AxisRow(name=f"without {_unquoted(what.name)}", low_s=what.interval_s[0],
                                high_s=what.interval_s[1], value_s=what.difference_s))  # fmt: skip
    return tuple(rows)


def _unquoted(name: str) -> str:
    """``door`` of ``anchor 'door'``: a figure has little room."""
    head, quote, rest = name.partition(" '")
    return rest[:-1] if quote and head in ("anchor", "limit") else name


def _contested(contested: Contested) -> tuple[AxisRow, ...]:
    rows = [
        AxisRow(name=f"without {quoted(each.set_aside)}", low_s=each.value_s - each.U95_s,
                high_s=each.value_s + each.U95_s, value_s=each.value_s)
        for each in contested.candidates[:MOST_IN_FIGURE]
    ]  # fmt: skip
    low, high = contested.interval_s
    return (AxisRow(name="whichever holds", low_s=low, high_s=high, strong=True), *rows)


# -- with and without what was excluded, and other delays of the radio ----------------------------


class _Variants:
    """Other states of the case, each calculated once for all questions; none is kept."""

    def __init__(self, case: Case) -> None:
        excluded = [item for item in case.evidence if is_excluded(item)]
        self._restored: list[tuple[str, Calculation]] = []
        if len(excluded) <= MOST_EXCLUDED:
            self._restored = [
                (f"{words.KINDS[type(item)]} {words.what(case, item)} ({item.id})",
                 prepare(taken_in(case, [item])))
                for item in excluded
            ]  # fmt: skip
        if len(excluded) > 1:
            everything = prepare(taken_in(case, excluded))
            self._restored.append((f"all {len(excluded)} together", everything))
        self._radio = [
            (f"{late_s} s", prepare(_with_radio(case, late_s)))
            for late_s in RADIO_DELAYS_S if radio_delays(case)
        ]  # fmt: skip

    def restored(self, question: Question, answer: Answer) -> tuple[Other, ...]:
        """The answer with each excluded piece taken in."""
        return tuple(_other(name, ready, question, answer) for name, ready in self._restored)

    def radio(self, question: Question, answer: Answer) -> tuple[Other, ...]:
        """The answer if the radio were late by exactly so much."""
        return tuple(_other(name, ready, question, answer) for name, ready in self._radio)


def _other(name: str, ready: Calculation, question: Question, answer: Answer) -> Other:
    try:
        a, b = (find_spot(ready.inputs, ready.built, at) for at in (question.a, question.b))
    except EvidenceError as error:
        return Other(name=name, verdict="no answer", in_words=str(error), changed=True)
    network, adjustment = ready.adjustment.network, ready.adjustment
    difference = difference_of(network, a, b)
    found = with_readings(adjustment, difference, find(adjustment, difference))
    if found.status == "conflict":
        said = _disagreement(found.contested)
        return Other(name=name, verdict="evidence disagrees", in_words=said, changed=True)
    if found.status == "infeasible":
        said = "the limits then contradict what was observed, and no answer would be stated"
        return Other(name=name, verdict="limits contradict", in_words=said, changed=True)
    said = words.difference(found.low_s, found.high_s)
    if found.verdict == "no-link":
        said = "nothing observed links the two"
    return Other(name=name, verdict=words.verdict(found.verdict), in_words=said,
                 changed=found.verdict != answer.verdict)  # fmt: skip


def _disagreement(contested: Contested | None) -> str:
    """That nothing would be stated, and what the two weightiest readings would each come to."""
    said = "no answer would be stated: the evidence then disagrees"
    readings = () if contested is None else contested.candidates[:2]
    each = [
        f"without {quoted(one.set_aside)} "
        + words.difference(one.value_s - one.U95_s, one.value_s + one.U95_s)
        for one in readings
    ]
    return f"{said} ({'; '.join(each)})" if each else said


def is_excluded(item: Evidence) -> bool:
    """Whether the person put it out of the calculation."""
    return item.provenance.status in ("set-aside", "rejected")


def taken_in(case: Case, items: Sequence[Evidence]) -> Case:
    """The case as if these pieces were accepted."""
    for item in items:
        accepted = replace(item.provenance, status="accepted", reason="")
        case = case.with_status(item.id, accepted)
    return case


def radio_delays(case: Case) -> tuple[Delay, ...]:
    """Delays that are those of a radio, by their name: the program's own is ``radio chain``."""
    return tuple(
        delay for delay in case.of_kind(Delay)
        if not is_excluded(delay) and "radio" in f"{delay.key} {delay.name}".casefold()
    )  # fmt: skip


def radio_found(case: Case, ready: Calculation) -> tuple[str, ...]:
    """What the whole evidence says of every delay of a radio, its stated range included."""
    network, adjustment = ready.adjustment.network, ready.adjustment
    said = []
    for delay in radio_delays(case):
        if not network.has_quantity(delay.key):
            continue
        late = Function(0.0, {network.quantity(delay.key): 1.0}, {}, {})
        if adjustment.estimable(late) and not adjustment.conflict(late):
            found = adjustment.uncertain(late).expanded()
            low, high = format_ends(found.low, found.high, decimals_for(found.U))
            said.append(f"By this evidence “{delay.name}” is late by {low} to {high} s "
                        "(95 % range).")  # fmt: skip
    return tuple(said)


def _with_radio(case: Case, late_s: float) -> Case:
    exact = Distribution.normal(EXACT_U_S)
    fixed = [
        replace(delay, value=Duration.from_s(late_s), distribution=exact)
        for delay in radio_delays(case)
    ]
    return case.with_evidence(*fixed)
