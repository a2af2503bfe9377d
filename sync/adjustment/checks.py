"""What looks wrong with a network's evidence: doubts that are said, while the rest is calculated.

:func:`doubts` needs only the network. :func:`wrong_units` looks at what an adjustment says
disagrees, and speaks only where a factor of 1,000 all but proves itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace

import numpy as np

from sync.adjustment.adjust import W_LIMIT, Adjustment, adjust
from sync.adjustment.network import Network, Row, combine
from sync.adjustment.words import counted, joined

Node = tuple[str, int]
"""(source, stretch)"""


# -- what ties nothing ----------------------------------------------------------------------------


def doubts(network: Network, *, has_datum: bool = True) -> tuple[str, ...]:
    """One sentence for each thing that cannot do what it seems meant for; nothing is left out.

    Parameters
    ----------
    has_datum
        False where no clock could be chosen and the network's reference only stands in for it.
    """
    sightings = _sightings(network)
    found = list(_events(network, sightings))
    if has_datum:
        found += _datum(network, sightings)
    return tuple(found)


def _sightings(network: Network) -> dict[int, list[tuple[Row, Node]]]:
    """Rows of every event, with the stretch each lies in."""
    found: dict[int, list[tuple[Row, Node]]] = {}
    for row in network.rows:
        if row.event is not None:
            found.setdefault(row.event, []).append((row, _node(network, row)))
    return found


def _node(network: Network, row: Row) -> Node:
    """The stretch a sighting lies in."""
    for number in row.terms:
        kind, name, stretch = network.parameters[number]
        if kind == "o":
            return name, stretch
    return network.reference, 0


def _nodes(network: Network, row: Row) -> list[Node]:
    """Stretches whose offsets a row speaks of; the datum's first has none."""
    keys = (network.parameters[number] for number in row.terms)
    return [(name, stretch) for kind, name, stretch in keys if kind == "o"]


def _events(network: Network, sightings: dict[int, list[tuple[Row, Node]]]) -> Iterator[str]:
    limited = {event for bound in network.bounds for event in bound.function.events}
    single = []
    for event, seen in sightings.items():
        nodes = {node for _, node in seen}
        if len(nodes) == len(seen) > 1:
            continue
        name = network.names.event(network.events[event])
        if len(seen) == 1 and event not in limited:
            single.append(f"'{name}' ({seen[0][0].id})")
        if len(nodes) == 1 < len(seen):
            yield (
                f"All marks of event '{name}' ({joined([row.id for row, _ in seen])}) are in "
                f"'{network.names.node(seen[0][1][0])}': it ties no clock to another."
            )
        for row, other in _twice(network, seen):
            yield (
                f"{row.id} and {other.id} are both marks of event '{name}' in one recording with "
                "the same delays, and count as independent: if they are of one stream, set one "
                "aside; if one is picture and one sound, state the delay between them."
            )
    if single:
        some = "Event" if len(single) == 1 else "Events"
        yield f"{some} {joined(single)}: one mark only, which ties no clocks."


def _twice(network: Network, seen: list[tuple[Row, Node]]) -> Iterator[tuple[Row, Row]]:
    """Sightings of one event in one stretch with the same delays, each with the first of them."""
    first: dict[object, Row] = {}
    for row, node in seen:
        delays = frozenset(n for n in row.terms if network.parameters[n][0] == "q")
        before = first.setdefault((node, delays), row)
        if before is not row:
            yield before, row


def _datum(network: Network, sightings: dict[int, list[tuple[Row, Node]]]) -> Iterator[str]:
    reference = network.sources[network.reference]
    called = network.names.node(reference.name)
    if reference.breaks_s:
        yield (
            f"The reference '{called}' is interrupted "
            f"{counted(len(reference.breaks_s), 'time')}: only its first stretch holds the zero. "
            "Choose a clock that ran through."
        )
    held: Node = (reference.name, 0)
    by_event = any(held == node for seen in sightings.values() for _, node in seen if len(seen) > 1)
    # A row of one offset alone speaks of it against the datum.
    by_row = any(
        row.event is None
        and row.kind not in ("quantity", "drift-prior", "gap")
        and len(_nodes(network, row)) == 1
        for row in network.rows
    )
    if len(network.sources) > 1 and not (by_event or by_row):
        yield (
            f"Nothing observed links the reference '{called}' with anything else: no time on it "
            "can be stated."
        )


# -- units ----------------------------------------------------------------------------------------

THOUSAND = 1000.0
_PROOF = 1e4
"""χ² must fall by this much: the row disagreed by 100 times its own u and now does not."""
_SUSPECTS = 3
"""Rows tried: a factor of 1,000 is among the worst residuals or the longest levers, or it does not
matter."""
_BENDS, _NEAR = 1e-6, 0.05
"""Redundancy below which v/r is mostly rounding; how near it must come to the change of units."""
_ALIKE = 10.0
_ENOUGH = 4
"""Others of a kind whose u are alike, before one that is 1,000 times theirs is doubted. One that is
a thousandth is not: a sound is placed to a sample where pictures are placed to a half."""


def wrong_units(adjustment: Adjustment) -> tuple[str, ...]:
    """One sentence for each row that would fit if it were 1,000 times larger or smaller."""
    found = list(_too_wide(adjustment))
    if bool(adjustment.contested.any()):
        for number in _suspects(adjustment):
            row = adjustment.rows[number]
            for words, changed in _rescaled(adjustment.network, row):
                if _may_be(adjustment, number, changed.value) and _proves_itself(
                    adjustment, number, changed
                ):
                    found.append(f"{_called(row)} disagrees with the rest; {words}")
                    break
    return tuple(found)


def _called(row: Row) -> str:
    return row.id if row.label in ("", row.id) else f"{row.id} ({row.label})"


def _suspects(adjustment: Adjustment) -> list[int]:
    """The worst residuals, and the longest lever on every drift that disagrees with its prior.

    A time 1,000 times too late turns its clock's drift rather than leave a residual.
    """
    rows = adjustment.rows
    w = np.abs(np.nan_to_num(adjustment.standardised))
    prior = np.array([row.kind == "drift-prior" for row in rows])
    worst = [int(i) for i in np.argsort(-np.where(prior, 0.0, w))[:_SUSPECTS]]
    levers = []
    for i in np.argsort(-np.where(prior, w, 0.0))[:_SUSPECTS]:
        if prior[i] and w[i] > W_LIMIT:
            (drift,) = rows[i].terms
            reach = [0.0 if row is rows[i] else abs(row.terms.get(drift, 0.0)) for row in rows]
            levers.append(int(np.argmax(reach)))
    return [i for i in dict.fromkeys([*levers, *worst]) if not prior[i]]


def _rescaled(network: Network, row: Row) -> Iterator[tuple[str, Row]]:
    """The row as it would be in other units, with what that would mean."""
    for factor, unit in ((1 / THOUSAND, "milliseconds"), (THOUSAND, "thousands of seconds")):
        asked = f"is it in {unit}? Seconds are meant."
        if row.event is not None:
            tau_s = row.value * factor
            yield (
                f"{tau_s:g} s instead of {row.value:g} would fit: {asked}",
                _moved(network, row, tau_s),
            )
        elif row.kind in ("offset", "quantity", "gap"):
            value = row.value * factor
            yield (
                f"{value:g} s instead of {row.value:g} would fit: {asked}",
                replace(row, value=value),
            )
        elif row.kind == "reading":
            yield from _reread(network, row, factor, asked)


def _moved(network: Network, row: Row, tau_s: float) -> Row:
    """A sighting at another media time of the same stretch."""
    source, stretch = _node(network, row)
    before = network.correction(source, row.value, stretch)
    after = network.correction(source, tau_s, stretch)
    terms = combine((1.0, row.terms), (1.0, before), (-1.0, after))
    return replace(row, value=tau_s, terms=terms)


def _reread(network: Network, row: Row, factor: float, asked: str) -> Iterator[tuple[str, Row]]:
    """A bare network's reading, R - τ, with R in another unit; the drift's lever gives τ."""
    (source, stretch), *more = _nodes(network, row) or [(network.reference, 0)]
    drift = network.drift(source, stretch)
    if more or not drift:
        return
    (number,) = drift
    tau_s = row.terms.get(number, 0.0) + network.sources[source].epoch_s
    shown = row.value + tau_s
    yield (
        f"{shown * factor:g} s instead of {shown:g} would fit: {asked}",
        replace(row, value=shown * factor - tau_s),
    )


def _may_be(adjustment: Adjustment, number: int, value: float) -> bool:
    """False, without another adjustment, where the others place the row far from ``value``.

    v/r is by how much a row differs from what all others say of it, however much it bends them.
    """
    r = adjustment.redundancy[number]
    moved = adjustment.rows[number].value - value
    return bool(r < _BENDS) or bool(
        abs(adjustment.residuals[number] / r - moved) <= _NEAR * abs(moved)
    )


def _proves_itself(adjustment: Adjustment, number: int, changed: Row) -> bool:
    """True when the network with the changed row has lost its disagreement with it."""
    again = _with_row(adjustment, number, changed)
    w = again.standardised[number]
    return bool(abs(w) <= W_LIMIT) and adjustment.chi2 - again.chi2 > _PROOF


def _with_row(adjustment: Adjustment, number: int, changed: Row) -> Adjustment:
    network = copy(adjustment.network)
    network.rows = [*network.rows[:number], changed, *network.rows[number + 1 :]]
    return adjust(network, adjustment.excluded)


def _is_usual(network: Network, row: Row, u: float) -> bool:
    """True when the others of the row's kind have u alike, and ``u`` is one of theirs."""
    kind = row.kind
    others = [r.distribution.u for r in network.rows if r.kind == kind and r is not row]
    alike = len(others) >= _ENOUGH and max(others) <= _ALIKE * min(others)
    return alike and min(others) / 2 <= u <= 2 * max(others)


def _too_wide(adjustment: Adjustment) -> Iterator[str]:
    """Rows whose u is 1,000 times that of all others of their kind, which it fits without."""
    widest: dict[str, int] = {}
    for number, row in enumerate(adjustment.rows):
        if row.kind != "drift-prior" and row.id not in adjustment.excluded:
            most = widest.setdefault(row.kind, number)
            if row.distribution.u > adjustment.rows[most].distribution.u:
                widest[row.kind] = number
    for number in widest.values():
        row = adjustment.rows[number]
        narrow = row.distribution.u / THOUSAND
        if _is_usual(adjustment.network, row, narrow):
            changed = replace(row, distribution=replace(row.distribution, u=narrow))
            if abs(_with_row(adjustment, number, changed).standardised[number]) <= W_LIMIT:
                yield (
                    f"{_called(row)} has a u of {row.distribution.u:g} s, 1,000 times that of the "
                    f"others of its kind, and fits within {narrow:g} s: is it in milliseconds? "
                    "Seconds are meant."
                )
