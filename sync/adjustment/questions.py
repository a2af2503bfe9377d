"""Questions: how far apart are two instants, which came first, and what does that rest on?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.build import Built, build
from sync.adjustment.conditions import conditions, rests_on_sentence
from sync.adjustment.findings import Finding, contradicted_limits, find, probability, with_readings
from sync.adjustment.flips import flips_if
from sync.adjustment.inputs import Inputs
from sync.adjustment.leave_out import leave_one_out, without_bounds
from sync.adjustment.network import Function
from sync.adjustment.next_best import NextBest, next_best
from sync.adjustment.solution import (
    Answer,
    Flag,
    Limited,
    NextAnchor,
    ResultStatus,
    Unnoticed,
    WhatIf,
)
from sync.adjustment.spots import (
    Spot,
    difference_of,
    extrapolated,
    find_spot,
    function_of,
    on_datum_scale,
)
from sync.adjustment.words import (
    conflict_sentence,
    contested_sentence,
    contradicted_sentence,
    infeasible_sentence,
    no_link_sentence,
    not_resolved_sentence,
    order_sentence,
    unnoticed_sentence,
    without_limits_sentence,
)
from sync.errors import EvidenceError
from sync.evidence import Place
from sync.timebase import MediaTime, ReferenceTime, format_clock
from sync.uncertainty import Share, format_pair

End = tuple[ReferenceTime | None, float | None]


def order(
    inputs: Inputs,
    built: Built,
    adjustment: Adjustment,
    a: Place,
    b: Place,
    *,
    without: frozenset[str] = frozenset(),
) -> Answer:
    """Was A before B, by how much, how sure, and resting on what (``command-line.md``)?

    Parameters
    ----------
    without
        Ids of evidence, events, rows or limits: the answer as if they were not there.

    Raises
    ------
    EvidenceError
        When a place cannot be asked about, or ``without`` names what takes no part.
    """
    if without:
        inputs, built, adjustment = _left_out(inputs, built, adjustment, without)
    asking = _Asking(inputs, built, adjustment, *(find_spot(inputs, built, at) for at in (a, b)))
    difference = asking.difference
    found = with_readings(adjustment, difference, find(adjustment, difference))
    left_out = leave_one_out(inputs, adjustment, asking.a, asking.b, found)
    if difference is None or found.status in ("conflict", "infeasible", "unconstrained"):
        return _nothing_stated(asking, found, left_out)
    changing = tuple(what.name for what in left_out if what.verdict != found.verdict)
    unnoticed = asking.unnoticed(found)
    flags = _flags(asking, difference, found, changing)
    labels = {row.id: row.label for row in adjustment.rows}
    (reference_a, U95_a_s), (reference_b, U95_b_s) = asking.ends()
    rests = conditions(adjustment, difference, _limit_names(adjustment, found), left_out)
    return Answer(
        a=asking.a.full,
        b=asking.b.full,
        verdict=found.verdict,
        flags=flags,
        difference_s=found.value_s,
        u_s=found.u_s,
        U95_s=found.U_s,
        k=found.k,
        interval_s=found.interval_s,
        p_a_before_b=probability(adjustment, difference, found),
        rests_on=changing,
        budget=() if found.plain is None else _labelled(found.plain.budget(), labels),
        anchors=rests.anchors,
        in_words=_words(asking, found, rests.in_words, left_out, unnoticed, flags),
        reference_a=reference_a,
        U95_a_s=U95_a_s,
        reference_b=reference_b,
        U95_b_s=U95_b_s,
        flips_if=_flips_if(asking, difference, found, changing),
        next_best=_surer_with(asking, difference, found),
        with_limits=found.limited,
        without_limits=_plain(found),
        limits=_limit_names(adjustment, found),
        leave_one_out=left_out,
        unnoticed=unnoticed,
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question about one adjusted network."""

    inputs: Inputs
    built: Built
    adjustment: Adjustment
    a: Spot
    b: Spot

    @property
    def difference(self) -> Function | None:
        """B - A; ``None`` where a place is a clock that nothing observed reaches."""
        return difference_of(self.adjustment.network, self.a, self.b)

    def ends(self) -> tuple[End, End]:
        """Both instants on the datum clock, each with its U."""
        return _stated_end(self.adjustment, self.a), _stated_end(self.adjustment, self.b)

    def unnoticed(self, found: Finding) -> tuple[Unnoticed, ...]:
        """What unnoticed mistakes could do to the difference; of observations alone."""
        if found.plain is None or self.difference is None:
            return ()
        return self.adjustment.unnoticed(self.difference, self.a.asked | self.b.asked)


def _left_out(
    inputs: Inputs, built: Built, adjustment: Adjustment, without: frozenset[str]
) -> tuple[Inputs, Built, Adjustment]:
    """Everything as if some evidence had not been put forward."""
    wanted = {name.removeprefix("delay:").removeprefix("granule:") for name in without}
    rows = {row.id for row in adjustment.rows}
    limits = {bound.id for bound in built.network.bounds}
    items = {item.id: getattr(item, "event", None) for item in inputs.evidence}
    unknown = wanted - rows - limits - items.keys() - {event.id for event in inputs.events}
    if unknown:
        name = min(unknown)
        raise EvidenceError(
            f"{name!r} is no evidence of this case, so it cannot be left out.", row=name
        )
    fewer = inputs.without(
        frozenset(name for name, event in items.items() if name in wanted or event in wanted)
    )
    again = build(fewer)
    network = without_bounds(again.network, frozenset(wanted))
    solved = adjust(network, adjustment.excluded | (wanted & rows))
    return fewer, replace(again, network=network), solved


# -- what is stated -------------------------------------------------------------------------------


def _nothing_stated(asking: _Asking, found: Finding, left_out: tuple[WhatIf, ...]) -> Answer:
    """No link, or evidence or limits that contradict each other: no number is stated."""
    limits = _limit_names(asking.adjustment, found)
    ends: tuple[End, End] = ((None, None), (None, None))
    if found.status == "unconstrained":
        words, ends = no_link_sentence(asking.a.where, asking.b.where), asking.ends()
    elif found.status == "infeasible":
        words = infeasible_sentence(limits)
    elif found.contested is not None:
        words = contested_sentence(asking.a.full, asking.b.full, found.contested.candidates)
    else:
        words = conflict_sentence(contested_names(asking.adjustment))
    return Answer(
        a=asking.a.full, b=asking.b.full, verdict=found.verdict,
        flags=() if found.status == "unconstrained" else ("disagrees",), difference_s=None,
        u_s=None, U95_s=None, k=None, interval_s=None, p_a_before_b=None, rests_on=(), budget=(),
        anchors=0, in_words=words, reference_a=ends[0][0], U95_a_s=ends[0][1],
        reference_b=ends[1][0], U95_b_s=ends[1][1], with_limits=found.limited, limits=limits,
        leave_one_out=left_out, contested=found.contested,
    )  # fmt: skip


def contested_names(adjustment: Adjustment) -> tuple[str, ...]:
    """What people call the units that disagree, the largest standardised residual first."""
    w = abs(adjustment.standardised)
    numbers = [i for i in range(len(adjustment.rows)) if adjustment.contested[i] and w[i] == w[i]]
    rows = [adjustment.rows[i] for i in sorted(numbers, key=lambda i: -w[i])]
    labels = [adjustment.network.event_name(row) or row.label for row in rows]
    return tuple(dict.fromkeys(labels))


def _limit_names(adjustment: Adjustment, found: Finding) -> tuple[str, ...]:
    if found.limited is None:
        return ()
    labels = {bound.id: bound.label for bound in adjustment.network.bounds}
    return tuple(labels[name] for name in found.limited.limits)


def _plain(found: Finding) -> Limited | None:
    """The result by the observations alone, where limits shape the answer."""
    if found.limited is None:
        return None
    stated = found.stated
    status: ResultStatus = "unconstrained" if stated is None else "ok"
    return Limited(
        status=status,
        value_s=None if stated is None else stated.value,
        u_s=None if stated is None else stated.u,
        low_s=None if stated is None else stated.low,
        high_s=None if stated is None else stated.high,
        limits=(),
    )


def _stated_end(adjustment: Adjustment, spot: Spot) -> End:
    """An instant on the datum clock and its U, limits included; nothing where none is known."""
    function = function_of(adjustment.network, spot)
    if function is None:
        return None, None
    found = find(adjustment, on_datum_scale(adjustment, function))
    if found.value_s is None:
        return None, None
    return ReferenceTime.from_s(found.value_s), found.U_s


def _flags(
    asking: _Asking, difference: Function, found: Finding, changing: tuple[str, ...]
) -> tuple[Flag, ...]:
    flags: list[Flag] = []
    if found.verdict != "not-resolved" and changing:
        flags.append("fragile")
    asked = asking.a.asked | asking.b.asked
    if found.plain is not None and asking.adjustment.unchecked(difference, asked):
        flags.append("unchecked")
    ends = [abs(end) for end in (found.low_s, found.high_s) if end is not None]
    if found.U_s is not None and min(ends) <= found.U_s / 10:
        flags.append("at-the-limit")
    if any(extrapolated(asking.inputs, asking.built, spot) for spot in (asking.a, asking.b)):
        flags.append("extrapolated")
    if contradicted_limits(asking.adjustment, difference):
        flags.append("limit-contradicted")
    return tuple(flags)


def _flips_if(
    asking: _Asking, difference: Function, found: Finding, changing: Iterable[str]
) -> tuple[str, ...]:
    if found.limited is not None:
        return tuple(f"{name} not holding" for name in changing if name.startswith("limit "))
    then = ""
    if found.verdict == "not-resolved" and found.value_s is not None:
        first, second = asking.a.full, asking.b.full
        if found.value_s < 0:
            first, second = second, first
        then = f": then {first} would come before {second}"
    return flips_if(asking.inputs, asking.adjustment, difference, found, then)


def _surer_with(asking: _Asking, difference: Function, found: Finding) -> tuple[NextAnchor, ...]:
    """The anchors that would narrow the range without limits most, one sentence each."""
    if found.stated is None:
        return ()
    network, adjustment = asking.adjustment.network, asking.adjustment
    ends = [function_of(network, spot) for spot in (asking.a, asking.b)]
    times = [adjustment.value(end) for end in ends if end is not None]
    about_s = sum(times) / len(times)
    names = {source.id: source.name for source in asking.inputs.sources}
    helpful = next_best(
        asking.inputs, asking.built, adjustment, difference, about_s, found.stated.k
    )
    return tuple(
        NextAnchor(
            in_words=_promise(names, best),
            source_a=best.source_a,
            media_a=MediaTime.from_s(best.media_a_s),
            source_b=best.source_b,
        )
        for best in helpful
    )


def _promise(names: dict[str, str], best: NextBest) -> str:
    return (
        f"one more anchor between {names[best.source_a]} and {names[best.source_b]} near "
        f"{format_clock(ReferenceTime.from_s(best.at_s), 0)} would bring "
        f"± {format_pair(0.0, best.U_before_s)[1]} s to ± {format_pair(0.0, best.U_after_s)[1]} s"
    )


def _labelled(budget: tuple[Share, ...], labels: dict[str, str]) -> tuple[Share, ...]:
    """The budget under the names people know, inputs of one name as one line."""
    merged: dict[str, tuple[float, float]] = {}
    for line in budget:
        name = labels.get(line.source, line.source)
        u2, share = merged.get(name, (0.0, 0.0))
        merged[name] = (u2 + line.u**2, share + line.share)
    return tuple(
        Share(name, u2**0.5, share)
        for name, (u2, share) in sorted(merged.items(), key=lambda entry: -entry[1][1])
    )


# -- in words -------------------------------------------------------------------------------------


def _words(
    asking: _Asking,
    found: Finding,
    holds_if: str,
    left_out: tuple[WhatIf, ...],
    unnoticed: tuple[Unnoticed, ...],
    flags: tuple[Flag, ...],
) -> str:
    a, b = asking.a.full, asking.b.full
    if found.verdict == "not-resolved":
        parts = [not_resolved_sentence(a, b, found.low_s, found.high_s)]
        if "at-the-limit" in flags:
            parts.append("An end of the range lies close to zero.")
        if found.limited is not None:
            parts.append(holds_if)
    else:
        parts = [_order_words(asking, found), holds_if]
    if found.limited is not None:
        stated = found.stated
        ends = (None, None) if stated is None else (stated.low, stated.high)
        parts.append(without_limits_sentence(a, b, _limit_names(asking.adjustment, found), *ends))
    difference = asking.difference
    if "limit-contradicted" in flags and difference is not None:
        parts.append(contradicted_sentence(contradicted_limits(asking.adjustment, difference)))
    if found.verdict != "not-resolved" or "unchecked" not in flags:
        parts.append(unnoticed_sentence(unnoticed))
    if found.verdict != "not-resolved":
        parts.append(rests_on_sentence(left_out, found.verdict))
    return " ".join(part for part in parts if part)


def _order_words(asking: _Asking, found: Finding) -> str:
    if found.verdict == "a-before-b":
        first, second, near, far = asking.a, asking.b, found.low_s, found.high_s
    else:
        first, second = asking.b, asking.a
        near = None if found.high_s is None else -found.high_s
        far = None if found.low_s is None else -found.low_s
    assert near is not None
    return order_sentence(first.full, second.full, near, far, abs(found.value_s or 0.0))
