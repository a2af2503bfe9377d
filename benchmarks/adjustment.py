"""How long the adjustment takes, against one plain least-squares solution of the same rows.

Run: ``python benchmarks/adjustment.py``. CPU time, one BLAS thread as in the program. Every figure
is measured in turn with ``numpy.linalg.lstsq`` on the whole design of the same rows, event times
and all, which gives neither redundancies nor estimability; the ratio is the median of these pairs.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded

import argparse
import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.bare import solve_network
from sync.adjustment.build import build
from sync.adjustment.inputs import ClockInput, Inputs, SourceInput
from sync.adjustment.network import Network, NetworkSource
from sync.adjustment.questions import order
from sync.adjustment.summary import summarise
from sync.evidence import Event, Mark, Place
from sync.timebase import MediaTime
from sync.uncertainty import Distribution

HOUR_S = 3600.0
HALF_PICTURES_S = (0.02, 1 / 30, 0.05)


def made_network(sources: int, events: int, marks_each: int = 3, seed: int = 0) -> Network:
    """A random network: every event seen by a few of the sources within one hour."""
    rng = np.random.default_rng(seed)
    names = [f"s{number}" for number in range(sources)]
    network = Network(
        names[0], [NetworkSource(name, 1800.0, name) for name in names], dict.fromkeys(names, 1e-4)
    )
    half_picture = Distribution.rectangular(0.02)
    for event in range(events):
        at = float(rng.uniform(0, 3600))
        for source in rng.choice(sources, min(marks_each, sources), replace=False):
            network.add_mark(
                f"e{event}-s{source}",
                event=f"e{event}",
                source=f"s{source}",
                tau_s=at + float(rng.uniform(-0.02, 0.02)),
                distribution=half_picture,
            )
    network.add_drift_priors()
    return network


def made_inputs(sources: int, events: int, marks_each: int = 3, seed: int = 0) -> Inputs:
    """A case's inputs of that size, every recording an hour long."""
    rng = np.random.default_rng(seed)
    names = [f"s{number}" for number in range(sources)]
    marks = []
    for event in range(events):
        at_s = float(rng.uniform(1, HOUR_S - 1))
        for source in rng.choice(sources, min(marks_each, sources), replace=False):
            half_s = float(rng.choice(HALF_PICTURES_S))
            centre_s = at_s + float(rng.uniform(-half_s, half_s))
            marks.append(
                Mark(
                    id=f"e{event}-s{source}",
                    event=f"e{event}",
                    source=f"s{source}",
                    stream="picture",
                    earliest=MediaTime.from_s(centre_s - half_s),
                    latest=MediaTime.from_s(centre_s + half_s),
                )
            )
    return Inputs(
        datum="s0",
        clocks=tuple(ClockInput(id=name, name=name, u_drift_ppm=100.0) for name in names),
        sources=tuple(
            SourceInput(
                id=name,
                name=name,
                clock=name,
                start=MediaTime(0),
                end=MediaTime.from_s(HOUR_S),
                breaks=(),
            )
            for name in names
        ),
        events=tuple(Event(id=f"e{event}", name=f"e{event}") for event in range(events)),
        evidence=tuple(marks),
    )


def made_document(sources: int, events: int) -> dict[str, object]:
    """A small bare network with three queries, as ``solve --network`` takes it."""
    network = made_network(sources, events)
    return {
        "reference": "s0",
        "sources": [
            {"name": name, "epoch": HOUR_S / 2, "u_drift": 1e-4} for name in network.sources
        ],
        "marks": [
            {"event": row.unit, "source": row.id.split("-")[1], "tau": row.value, "half": 0.02}
            for row in network.rows
            if row.event is not None
        ],
        "query": [
            {"correction": "s1", "tau": 100.0},
            {"difference": ["s1", 100.0, "s2", 200.0]},
            {"order": [["s1", 100.0], ["s2", 100.1]]},
        ],
    }


def cpu_s(work: Callable[[], object]) -> float:
    """CPU time of one run."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def paired(
    work: Callable[[], object], peer: Callable[[], object], runs: int
) -> tuple[float, float]:
    """Median CPU time of ``work``, and the median ratio to ``peer`` run right after it."""
    work()  # imports and caches
    pairs = [(cpu_s(work), cpu_s(peer)) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs), statistics.median(a / b for a, b in pairs)


def peak_mb(work: Callable[[], object]) -> float:
    """Largest memory that ``work`` adds."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def plain_least_squares(network: Network) -> np.ndarray:
    """The whole design, event times and all, by one dense least-squares call."""
    n = len(network.parameters)
    design = np.zeros((len(network.rows), n + len(network.events)))
    for i, row in enumerate(network.rows):
        weight = 1 / row.distribution.u
        for number, value in row.terms.items():
            design[i, number] = value * weight
        if row.event is not None:
            design[i, n + row.event] = weight
    value = np.array([row.value / row.distribution.u for row in network.rows])
    return np.linalg.lstsq(design, value, rcond=None)[0]


def checked(network: Network) -> Adjustment:
    """Adjusted, with redundancies, standardised residuals and smallest noticeable mistakes."""
    result = adjust(network)
    _ = result.standardised, result.mdb, result.p_global
    return result


def dragged(inputs: Inputs) -> object:
    """What moving one mark makes the program calculate, with one question answered again."""
    built = build(inputs)
    adjustment = adjust(built.network)
    solution = summarise(inputs, built, adjustment, "")
    return solution, order(inputs, built, adjustment, Place(event="e0"), Place(event="e1"))


def fresh_function(result: Adjustment) -> Callable[[], object]:
    """Asks a correction at another time on every call, so that no coverage factor is known."""
    times = iter(np.linspace(100.0, 3500.0, 1000))

    def ask() -> object:
        function = result.correction_function("s1", float(next(times)), on_datum_scale=True)
        uncertain = result.uncertain(function)
        return uncertain.expanded(), uncertain.budget()

    return ask


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    print(
        f"{'sources × events':17s} {'what':44s} {'CPU ms':>8s} {'ratio to lstsq':>15s} {'MB':>6s}"
    )

    def line(size: str, what: str, measured: tuple[float, float], mb: float | None = None) -> None:
        memory = "" if mb is None else f"{mb:6.0f}"
        print(f"{size:17s} {what:44s} {measured[0] * 1e3:8.2f} {measured[1]:9.3f} {memory}")

    for sources, events in ((3, 10), (10, 100), (100, 1000)):
        network, size = made_network(sources, events), f"{sources} × {events}"

        def peer(rows: Network = network) -> object:
            return plain_least_squares(rows)

        def solve(rows: Network = network) -> object:
            return adjust(rows)

        def solve_and_check(rows: Network = network) -> object:
            return checked(rows)

        line(size, "adjust", paired(solve, peer, runs), peak_mb(solve))
        line(size, "adjust with all checks", paired(solve_and_check, peer, runs))
        result = checked(network)
        line(size, "one function: value, u, k, budget", paired(fresh_function(result), peer, runs))
        if events <= 100:
            inputs = made_inputs(sources, events)
            again = paired(lambda i=inputs: dragged(i), peer, runs)
            line(size, "while dragging: all, and one question", again)
    for sources, events in ((3, 4), (5, 12)):
        document, network = made_document(sources, events), made_network(sources, events)
        small = paired(
            lambda d=document: solve_network(d), lambda n=network: plain_least_squares(n), runs
        )
        line(f"{sources} × {events}", "solve --network, three queries", small)


if __name__ == "__main__":
    main()
