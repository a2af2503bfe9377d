"""Reads a bare network from JSON (``cases/README.md``), naming the entry that is malformed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sync.adjustment.network import Bound, Function, Network, NetworkSource, Row, combine
from sync.errors import NetworkError
from sync.uncertainty import Distribution

Entry = Mapping[str, Any]


NARROWEST_S = 1e-6
"""Nothing is read better than a microsecond: a smaller half or u is raised to it."""


def read_network(inputs: Entry, problems: list[str] | None = None) -> Network:
    """The network that ``inputs`` describes, rows in the documented order.

    Parameters
    ----------
    problems
        Where given, an observation or limit that cannot be used is left out and named here.

    Raises
    ------
    sync.errors.NetworkError
        Naming the entry that is malformed: of the sources and the reference always, of the rest
        where there are no ``problems`` to name it in.
    """
    if not isinstance(inputs, Mapping):
        raise NetworkError("A network is a JSON object.")
    sources, u_drift = _sources(inputs)
    network = Network(str(_need(inputs, "reference", "The network")), sources, u_drift)
    kinds: dict[str, Callable[[Network, Entry, int, str], None]] = {
        "marks": partial(_add_mark, {}),
        "lags": _add_lag,
        "offsets": _add_offset,
        "readings": _add_reading,
        "quantities": _add_quantity,
        "gaps": _add_gap,
        "constraints": _add_constraint,
    }
    for key, add in kinds.items():
        for number, entry in enumerate(_entries(inputs, key)):
            where = f"{key}[{number}]"
            try:
                add(network, entry, number, where)
            except NetworkError as fault:
                if problems is None:
                    raise
                problems.append(f"{fault.message.rstrip('.')}: left out.")
                continue
            if problems is not None:
                problems += [
                    f"{where}: its {size} is raised to a microsecond; nothing is read better."
                    for size in ("half", "u")
                    if 0 < (entry.get(size) or 0) < NARROWEST_S
                ]
    network.add_drift_priors()
    return network


def _entries(inputs: Entry, key: str) -> list[Any]:
    entries = inputs.get(key)
    if entries is None:
        return []
    if not isinstance(entries, list | tuple):
        raise NetworkError(f"{key} must be an array.", row=key)
    return list(entries)


def _add_mark(
    seen: dict[object, str], network: Network, entry: Entry, number: int, where: str
) -> None:
    """A sighting; a second one of the same happening in one stream must not count twice.

    A bare network has no streams: marks with the same delays are taken to be of one.
    """
    event = str(_need(entry, "event", where))
    source = source_of(network, entry, "source", where)
    tau_s = number_of(entry, "tau", where)
    distribution = _spread(entry, where)
    delays = _keys(entry.get("delay"))
    stream = (event, source, network.sources[source].stretch_at(tau_s), frozenset(delays))
    row_id = _id(entry, f"mark:{number}")
    if stream in seen:
        raise NetworkError(
            f"{where}: {seen[stream]} is a mark of event {event!r} in {source!r} already, and two "
            "in one stream are one observation.",
            row=where,
        )
    seen[stream] = row_id
    network.add_mark(
        row_id, event=event, source=source, tau_s=tau_s, distribution=distribution, delays=delays
    )


def _add_lag(network: Network, entry: Entry, number: int, where: str) -> None:
    network.add_lag(
        _id(entry, f"lag:{number}"),
        "lag",
        a=source_of(network, entry, "a", where),
        tau_a_s=number_of(entry, "tau_a", where),
        b=source_of(network, entry, "b", where),
        tau_b_s=number_of(entry, "tau_b", where),
        distribution=_spread(entry, where),
        delays_a=_keys(entry.get("delay_a")),
        delays_b=_keys(entry.get("delay_b")),
    )


def _add_quantity(network: Network, entry: Entry, number: int, where: str) -> None:
    key = str(_need(entry, "key", where))
    value, distribution = number_of(entry, "value", where), _spread(entry, where)
    network.add(
        Row(_id(entry, f"quantity:{key}"), "quantity", value, {network.quantity(key): 1.0},
            distribution, unit=key)
    )  # fmt: skip


def _sources(inputs: Entry) -> tuple[list[NetworkSource], dict[str, float | None]]:
    sources: list[NetworkSource] = []
    u_drift: dict[str, float | None] = {}
    for number, entry in enumerate(_need(inputs, "sources", "The network")):
        where = f"sources[{number}]"
        name = str(_need(entry, "name", where))
        if any(source.name == name for source in sources):
            raise NetworkError(f"{where}: there are two sources {name!r}.", row=where)
        clock = str(entry.get("clock") or name)
        stated = entry.get("u_drift")
        if stated is not None:
            stated = number_of(entry, "u_drift", where)
            if stated < 0:
                raise NetworkError(f"{where}: u_drift must not be negative.", row=where)
        if clock in u_drift and u_drift[clock] != stated:
            raise NetworkError(
                f"{where}: sources on clock {clock!r} state different u_drift.", row=where
            )
        u_drift[clock] = stated
        breaks = tuple(
            sorted(number_of({"breaks": at}, "breaks", where) for at in entry.get("breaks") or ())
        )
        sources.append(NetworkSource(name, number_of(entry, "epoch", where, 0.0), clock, breaks))
    return sources, u_drift


def _add_offset(network: Network, entry: Entry, number: int, where: str) -> None:
    """A stated correction."""
    source = source_of(network, entry, "source", where)
    terms = network.correction(source, number_of(entry, "tau", where))
    row_id = _id(entry, f"offset:{number}")
    network.add(
        Row(row_id, "offset", number_of(entry, "value", where), terms, _spread(entry, where),
            unit=row_id)
    )  # fmt: skip


def _add_reading(network: Network, entry: Entry, number: int, where: str) -> None:
    """A clock reading, with its authority's unknown error."""
    source = source_of(network, entry, "source", where)
    tau_s, shown_s = number_of(entry, "tau", where), number_of(entry, "value", where)
    distribution = _spread(entry, where)
    error = network.quantity(str(_need(entry, "authority", where)))
    terms = combine((1.0, network.correction(source, tau_s)), (1.0, {error: 1.0}))
    row_id = _id(entry, f"reading:{number}")
    network.add(Row(row_id, "reading", shown_s - tau_s, terms, distribution, unit=row_id))


def _add_gap(network: Network, entry: Entry, number: int, where: str) -> None:
    source = source_of(network, entry, "source", where)
    index = int(number_of(entry, "break", where))
    breaks = network.sources[source].breaks_s
    if not 0 <= index < len(breaks):
        raise NetworkError(f"{where}: {source!r} has no break {index}.", row=where)
    terms = network.jump(source, index)
    row_id = _id(entry, f"gap:{number}")
    network.add(
        Row(row_id, "gap", number_of(entry, "value", where), terms, _spread(entry, where),
            unit=row_id)
    )  # fmt: skip


def _add_constraint(network: Network, entry: Entry, number: int, where: str) -> None:
    """lo ≤ T(second) - T(first) ≤ hi; an event that no mark has is an unknown of its own."""
    first, second = (_place(network, _need(entry, key, where), f"{where}: {key}")
                     for key in ("first", "second"))  # fmt: skip
    low, high = (
        None if entry.get(key) is None else number_of(entry, key, where) for key in ("lo", "hi")
    )
    if low is None and high is None:
        raise NetworkError(f"{where} needs lo or hi.", row=where)
    if low is not None and high is not None and low > high:
        raise NetworkError(f"{where}: lo {low:g} is above hi {high:g}.", row=where)
    bound_id = _id(entry, f"constraint:{number}")
    if any(bound.id == bound_id for bound in network.bounds):
        raise NetworkError(f"{where}: there are two constraints {bound_id!r}.", row=where)
    network.bounds.append(Bound(bound_id, bound_id, second - first, low, high))


def _place(network: Network, place: Any, where: str) -> Function:
    """``[source, tau]`` or ``{"event": e}`` as elapsed time."""
    if isinstance(place, Mapping):
        event = network.event(str(_need(place, "event", where)))
        return Function(0.0, {}, {event: 1.0}, {})
    if not isinstance(place, list | tuple) or len(place) != 2:
        raise NetworkError(f'{where} must be [source, tau] or {{"event": e}}.', row=where)
    source = source_of(network, {"source": place[0]}, "source", where)
    return network.instant(source, number_of({"tau": place[1]}, "tau", where))


def _need(entry: Entry, key: str, where: str) -> Any:
    if not isinstance(entry, Mapping) or key not in entry:
        raise NetworkError(f"{where} has no {key!r}.", row=where)
    return entry[key]


def number_of(entry: Entry, key: str, where: str, default: float | None = None) -> float:
    """A finite number of an entry."""
    value = entry.get(key, default) if default is not None else _need(entry, key, where)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NetworkError(f"{where}: {key} must be a finite number, not {value!r}.", row=where)
    return float(value)


def _spread(entry: Entry, where: str) -> Distribution:
    """Rectangular for ``half``, normal for ``u``; at least a microsecond."""
    given = [key for key in ("half", "u") if entry.get(key) is not None]
    if len(given) != 1:
        raise NetworkError(f"{where} needs either half or u.", row=where)
    size = number_of(entry, given[0], where)
    if size <= 0:
        raise NetworkError(
            f"{where}: {given[0]} must be positive, not {size:g}.",
            row=where,
            hint="Nothing is read better than a microsecond.",
        )
    if given[0] == "half":
        return Distribution.rectangular(max(size, NARROWEST_S))
    return Distribution.normal(max(size, NARROWEST_S))


def source_of(network: Network, entry: Entry, key: str, where: str) -> str:
    """A source that the network has."""
    name = str(_need(entry, key, where))
    if name not in network.sources:
        raise NetworkError(f"{where}: there is no source {name!r}.", row=where)
    return name


def _keys(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(key) for key in value)


def _id(entry: Entry, default: str) -> str:
    return str(entry.get("id") or default)
