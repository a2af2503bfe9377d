"""Bare networks as JSON (``cases/README.md``): what ``tiepoint solve --network`` takes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.bare_network import Entry, number_of, read_network, source_of
from sync.adjustment.checks import doubts, wrong_units
from sync.adjustment.limits import Limits
from sync.adjustment.mistakes import MistakeReport, find_mistakes
from sync.adjustment.network import Function
from sync.adjustment.solution import Contested, Limited
from sync.errors import NetworkError
from sync.uncertainty import Uncertain, probability_above_zero

__all__ = ["read_network", "solve_network"]


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
        ``status``, ``results`` (one a query, in order), ``rows``, ``chi2``, ``dof``, ``p_global``,
        and ``problems``: one sentence for each row that was left out or looks wrong.

    Raises
    ------
    sync.errors.NetworkError
        Naming the entry that is malformed, where the rest means nothing without it.
    """
    inputs = document.get("inputs", document)
    problems: list[str] = []
    network = read_network(inputs, problems)
    found = find_mistakes(network) if inputs.get("snoop") else None
    adjustment = adjust(network) if found is None else found.adjustment
    plain = adjust(network) if adjustment.excluded else adjustment
    limits = Limits(adjustment) if network.bounds else None
    results = [
        _answer(adjustment, found, limits, query, f"query[{number}]")
        for number, query in enumerate(inputs.get("query", ()))
    ]
    answer = {
        "status": _status(adjustment, results),
        "results": results,
        "rows": rows_as_json(adjustment, {} if found is None else found.w),
        "chi2": adjustment.chi2,
        "dof": adjustment.dof,
        "p_global": adjustment.p_global,
        "problems": [*problems, *doubts(network), *wrong_units(plain)],
    }
    if limits is not None:
        answer["constraints"] = [asdict(result) for result in limits.results]
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


def _answer(
    adjustment: Adjustment,
    found: MistakeReport | None,
    limits: Limits | None,
    query: Entry,
    where: str,
) -> dict[str, Any]:
    function = _function(adjustment, query, where, on_datum_scale=True)
    plain = result_as_json(adjustment, function)
    if found is not None and found.readings is not None and function is not None:
        contested = found.readings.contested(function)
        if contested is not None:
            answer = contested_as_json(adjustment, contested)
            return answer | ({"p_first_before_second": None} if "order" in query else {})
    if "order" in query and function is not None and plain["value"] is not None:
        parts = adjustment.uncertain(function)
        plain["p_first_before_second"] = probability_above_zero(parts)
    if limits is None:
        return plain
    ideal = _function(adjustment, query, where, on_datum_scale=False)
    if function is None or ideal is None:
        return plain | {"without_constraints": plain}
    if "correction" in query or "event" in query:
        limited = limits.limited_on_datum(ideal, number_of(query, "tau", where, 0.0))
    else:
        limited = limits.limited(function)
    against = {"contradicted_by": list(limits.contradicted_by(ideal))}
    if limited is None:
        return plain | against | {"without_constraints": plain}
    answer = {**limited_as_json(limited), **against, "without_constraints": plain}
    if "order" in query and limited.status in ("ok", "bounded"):
        answer["p_first_before_second"] = limits.probability_above_zero(function)
    return answer


def _function(
    adjustment: Adjustment, query: Entry, where: str, *, on_datum_scale: bool
) -> Function | None:
    """The linear function a query asks for; ``None`` for an event no row has."""
    network = adjustment.network
    if "correction" in query:
        source = source_of(network, query, "correction", where)
        tau_s = number_of(query, "tau", where)
        return adjustment.correction_function(source, tau_s, on_datum_scale=on_datum_scale)
    if "drift" in query:
        source = source_of(network, query, "drift", where)
        return adjustment.drift_function(source, relative_to_datum=False)
    if "event" in query:
        event = network.find_event(str(query["event"]))
        if event is None:
            return None
        return adjustment.event_function(event, on_datum_scale=on_datum_scale)
    if "difference" in query:
        s1, t1, s2, t2 = query["difference"]
        pair = [(s1, t1), (s2, t2)]
    elif "order" in query:
        pair = [(s, t) for s, t in query["order"]]
    else:
        raise NetworkError(f"{where} asks nothing that is known.", row=where)
    first, second = (
        adjustment.instant_function(
            source_of(network, {"source": s}, "source", where),
            number_of({"tau": t}, "tau", where),
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


def contested_as_json(adjustment: Adjustment, contested: Contested) -> dict[str, Any]:
    """A result whose evidence disagrees: the range of the mixture, and what each reading keeps."""
    seen = Counter(row.unit for row in adjustment.rows if row.event is not None)
    anchors = {event for event, marks in seen.items() if marks > 1}
    return {
        "status": "conflict",
        **dict.fromkeys(("value", "u", "U", "k")),
        "interval": list(contested.interval_s),
        "budget": [],
        "candidates": [
            {
                "value": c.value_s,
                "U": c.U95_s,
                "weight": c.weight,
                "events": sorted(anchors.difference(c.set_aside)),
                "set_aside": list(c.set_aside),
            }
            for c in contested.candidates
        ],
    }


def limited_as_json(limited: Limited) -> dict[str, Any]:
    """A result with the constraints imposed; ``U`` is half its 95 % range.

    ``interval`` is equal-tailed, as that of every bare result; ``shortest`` is what a case states.
    """
    low, high = limited.equal_tailed_s or (limited.low_s, limited.high_s)
    half = None if low is None or high is None else (high - low) / 2
    return {
        "status": limited.status,
        "value": limited.value_s,
        "u": limited.u_s,
        "U": half,
        "k": half / limited.u_s if half is not None and limited.u_s else None,
        "interval": None if limited.status == "infeasible" else [low, high],
        "shortest": None if limited.status == "infeasible" else [limited.low_s, limited.high_s],
        "budget": [],
        "limits": list(limited.limits),
    }


def rows_as_json(
    adjustment: Adjustment, w_excluded: Mapping[str, float] | None = None
) -> list[dict[str, Any]]:
    """Diagnostics of every row in input order; null where nothing checks a row.

    ``w_excluded`` holds the standardised predicted residuals of excluded rows by id.
    """
    predicted = w_excluded or {}

    def plain(value: float) -> float | None:
        return float(value) if math.isfinite(value) else None

    return [
        {
            "id": row.id,
            "residual_s": plain(adjustment.residuals[i]),
            "redundancy": plain(adjustment.redundancy[i]),
            "w": plain(predicted.get(row.id, adjustment.standardised[i])),
            "mdb_s": plain(adjustment.mdb[i]),
            "excluded": row.id in adjustment.excluded,
            "reason": "disagrees with the rest" if row.id in adjustment.excluded else "",
        }
        for i, row in enumerate(adjustment.rows)
    ]
