"""Bare networks as JSON (``cases/README.md``): what ``tiepoint solve --network`` takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.mistakes import find_mistakes
from sync.adjustment.network import Function, Network, NetworkSource, Row, combine
from sync.errors import NetworkError
from sync.uncertainty import Distribution, Uncertain, probability_above_zero

Entry = Mapping[str, Any]


def solve_network(document: Entry) -> dict[str, Any]:
    """Adjust one bare network and answer its queries.

    Parameters
    ----------
    document
        The network, or an object that holds it under ``inputs``. Times in seconds relative to the
        project's epoch, drifts dimensionless.

    Returns
    -------
    dict
        ``status``, ``results`` (one a query, in order), ``rows``, ``chi2``, ``dof``, ``p_global``.

    Raises
    ------
    sync.errors.NetworkError
        Naming the entry that is malformed.
    """
    inputs = document.get("inputs", document)
    network = read_network(inputs)
    if inputs.get("constraints"):
        raise NetworkError(
            "This version does not calculate limits in a bare network.", row="constraints"
        )
    found = find_mistakes(network) if inputs.get("snoop") else None
    adjustment = adjust(network) if found is None else found.adjustment
    results = [
        _answer(adjustment, query, number) for number, query in enumerate(inputs.get("query", ()))
    ]
    answer = {
        "status": _status(adjustment, results),
        "results": results,
        "rows": rows_as_json(adjustment),
        "chi2": adjustment.chi2,
        "dof": adjustment.dof,
        "p_global": adjustment.p_global,
    }
    if found is not None:
        answer["status"] = found.status
        answer["excluded"] = sorted(found.excluded)
        answer["excluded_events"] = sorted(s.unit for s in found.suspects if s.is_event)
        answer["contested"] = sorted(found.contested)
    return answer


def _status(adjustment: Adjustment, results: Sequence[Entry]) -> str:
    if adjustment.p_global is not None and adjustment.p_global < 0.05:
        return "disagrees"
    statuses = [result["status"] for result in results]
    if statuses and all(status == "unconstrained" for status in statuses):
        return "nothing-linked"
    return "partly" if "unconstrained" in statuses else "calculated"


# -- reading --------------------------------------------------------------------------------------


def read_network(inputs: Entry) -> Network:
    """The network that ``inputs`` describes, rows in the documented order."""
    if not isinstance(inputs, Mapping):
        raise NetworkError("A network is a JSON object.")
    sources, u_drift = _sources(inputs)
    network = Network(str(_need(inputs, "reference", "The network")), sources, u_drift)
    for number, entry in enumerate(inputs.get("marks", ())):
        where = f"marks[{number}]"
        network.add_mark(
            _id(entry, f"mark:{number}"),
            event=str(_need(entry, "event", where)),
            source=_source(network, entry, "source", where),
            tau_s=_number(entry, "tau", where),
            distribution=_spread(entry, where),
            delays=_keys(entry.get("delay")),
        )
    for number, entry in enumerate(inputs.get("lags", ())):
        where = f"lags[{number}]"
        network.add_lag(
            _id(entry, f"lag:{number}"),
            "lag",
            a=_source(network, entry, "a", where),
            tau_a_s=_number(entry, "tau_a", where),
            b=_source(network, entry, "b", where),
            tau_b_s=_number(entry, "tau_b", where),
            distribution=_spread(entry, where),
            delays_a=_keys(entry.get("delay_a")),
            delays_b=_keys(entry.get("delay_b")),
        )
    for kind, key in (("offset", "offsets"), ("reading", "readings")):
        for number, entry in enumerate(inputs.get(key, ())):
            _add_statement(network, kind, entry, number, f"{key}[{number}]")
    for number, entry in enumerate(inputs.get("quantities", ())):
        where = f"quantities[{number}]"
        key = str(_need(entry, "key", where))
        network.add(
            Row(
                _id(entry, f"quantity:{key}"), "quantity", _number(entry, "value", where),
                {network.quantity(key): 1.0}, _spread(entry, where), unit=key,
            )
        )  # fmt: skip
    for number, entry in enumerate(inputs.get("gaps", ())):
        _add_gap(network, entry, number)
    network.add_drift_priors()
    return network


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
            stated = _number(entry, "u_drift", where)
            if stated < 0:
                raise NetworkError(f"{where}: u_drift must not be negative.", row=where)
        if clock in u_drift and u_drift[clock] != stated:
            raise NetworkError(
                f"{where}: sources on clock {clock!r} state different u_drift.", row=where
            )
        u_drift[clock] = stated
        breaks = tuple(sorted(float(value) for value in entry.get("breaks") or ()))
        sources.append(NetworkSource(name, _number(entry, "epoch", where, 0.0), clock, breaks))
    return sources, u_drift


def _add_statement(network: Network, kind: str, entry: Entry, number: int, where: str) -> None:
    """A stated correction, or a reading (which adds its authority's unknown error)."""
    source = _source(network, entry, "source", where)
    tau_s = _number(entry, "tau", where)
    value = _number(entry, "value", where)
    terms = network.correction(source, tau_s)
    if kind == "reading":
        error = network.quantity(str(_need(entry, "authority", where)))
        terms = combine((1.0, terms), (1.0, {error: 1.0}))
        value -= tau_s
    row_id = _id(entry, f"{kind}:{number}")
    network.add(
        Row(row_id, "reading" if kind == "reading" else "offset", value, terms,
            _spread(entry, where), unit=row_id)
    )  # fmt: skip


def _add_gap(network: Network, entry: Entry, number: int) -> None:
    where = f"gaps[{number}]"
    source = _source(network, entry, "source", where)
    index = int(_number(entry, "break", where))
    breaks = network.sources[source].breaks_s
    if not 0 <= index < len(breaks):
        raise NetworkError(f"{where}: {source!r} has no break {index}.", row=where)
    terms = network.jump(source, index)
    row_id = _id(entry, f"gap:{number}")
    network.add(
        Row(row_id, "gap", _number(entry, "value", where), terms, _spread(entry, where),
            unit=row_id)
    )  # fmt: skip


def _need(entry: Entry, key: str, where: str) -> Any:
    if not isinstance(entry, Mapping) or key not in entry:
        raise NetworkError(f"{where} has no {key!r}.", row=where)
    return entry[key]


def _number(entry: Entry, key: str, where: str, default: float | None = None) -> float:
    value = entry.get(key, default) if default is not None else _need(entry, key, where)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NetworkError(f"{where}: {key} must be a finite number, not {value!r}.", row=where)
    return float(value)


def _spread(entry: Entry, where: str) -> Distribution:
    """Rectangular for ``half``, normal for ``u``; at least a microsecond."""
    given = [key for key in ("half", "u") if entry.get(key) is not None]
    if len(given) != 1:
        raise NetworkError(f"{where} needs either half or u.", row=where)
    size = _number(entry, given[0], where)
    if size <= 0:
        raise NetworkError(
            f"{where}: {given[0]} must be positive, not {size:g}.",
            row=where,
            hint="Nothing is read better than a microsecond.",
        )
    if given[0] == "half":
        return Distribution.rectangular(max(size, 1e-6))
    return Distribution.normal(max(size, 1e-6))


def _source(network: Network, entry: Entry, key: str, where: str) -> str:
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


# -- answering ------------------------------------------------------------------------------------


def _answer(adjustment: Adjustment, query: Entry, number: int) -> dict[str, Any]:
    where = f"query[{number}]"
    function = _function(adjustment, query, where)
    answer = result_as_json(adjustment, function)
    if "order" in query and function is not None and answer["value"] is not None:
        parts = adjustment.uncertain(function)
        answer["p_first_before_second"] = probability_above_zero(parts)
    return answer


def _function(adjustment: Adjustment, query: Entry, where: str) -> Function | None:
    """The linear function a query asks for; ``None`` for an event no row has."""
    network = adjustment.network
    if "correction" in query:
        source = _source(network, query, "correction", where)
        tau_s = _number(query, "tau", where)
        return adjustment.correction_function(source, tau_s, on_datum_scale=True)
    if "drift" in query:
        source = _source(network, query, "drift", where)
        return adjustment.drift_function(source, relative_to_datum=False)
    if "event" in query:
        event = network.find_event(str(query["event"]))
        return None if event is None else adjustment.event_function(event, on_datum_scale=True)
    if "difference" in query:
        s1, t1, s2, t2 = query["difference"]
        pair = [(s1, t1), (s2, t2)]
    elif "order" in query:
        pair = [(s, t) for s, t in query["order"]]
    else:
        raise NetworkError(f"{where} asks nothing that is known.", row=where)
    first, second = (
        adjustment.instant_function(
            _source(network, {"source": s}, "source", where),
            _number({"tau": t}, "tau", where),
            on_datum_scale=False,
        )
        for s, t in pair
    )
    return second - first


def result_as_json(adjustment: Adjustment, function: Function | None) -> dict[str, Any]:
    """One result with everything needed to state it; all null when not estimable."""
    if function is None or not adjustment.estimable(function):
        empty = dict.fromkeys(("value", "u", "U", "k", "interval"))
        return {"status": "unconstrained", **empty, "budget": []}
    uncertain: Uncertain = adjustment.uncertain(function)
    stated = uncertain.expanded()
    return {
        "status": "unchecked" if adjustment.unchecked(function) else "ok",
        "value": stated.value,
        "u": stated.u,
        "U": stated.U,
        "k": stated.k,
        "interval": [stated.low, stated.high],
        "budget": [
            {"id": share.source, "u": share.u, "share": share.share} for share in uncertain.budget()
        ],
    }


def rows_as_json(adjustment: Adjustment) -> list[dict[str, Any]]:
    """Diagnostics of every row in input order; null where nothing checks a row."""

    def plain(value: float) -> float | None:
        return float(value) if math.isfinite(value) else None

    return [
        {
            "id": row.id,
            "residual_s": plain(adjustment.residuals[i]),
            "redundancy": plain(adjustment.redundancy[i]),
            "w": plain(adjustment.standardised[i]),
            "mdb_s": plain(adjustment.mdb[i]),
            "excluded": row.id in adjustment.excluded,
            "reason": "",
        }
        for i, row in enumerate(adjustment.rows)
    ]
