"""How long the adjustment takes, against one plain least-squares solution of the same rows.

Run: ``python benchmarks/adjustment.py``. CPU seconds (median of several runs) and the ratio to
``numpy.linalg.lstsq`` on the whole design, which gives neither redundancies nor estimability.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np

from sync.adjustment.adjust import Adjustment, adjust
from sync.adjustment.network import Network, NetworkSource
from sync.uncertainty import Distribution


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


def cpu_s(work: Callable[[], object], runs: int) -> float:
    """Median CPU time of one run."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


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


def one_function(result: Adjustment) -> object:
    """A correction with budget and coverage factor."""
    uncertain = result.uncertain(result.correction_function("s1", 100.0, on_datum_scale=True))
    return uncertain.expanded(), uncertain.budget()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print("sources × events   adjust      with checks  one function  plain lstsq  ratio")
    for sources, events in ((3, 10), (10, 100), (100, 1000)):
        network = made_network(sources, events)
        alone = cpu_s(lambda n=network: adjust(n), runs)
        checked = cpu_s(lambda n=network: adjust(n).standardised, runs)
        result = adjust(network)
        function = cpu_s(lambda r=result: one_function(r), runs)
        plain = cpu_s(lambda n=network: plain_least_squares(n), runs)
        print(
            f"{sources:7d} × {events:<6d} {alone * 1e3:8.1f} ms {checked * 1e3:10.1f} ms "
            f"{function * 1e3:10.2f} ms {plain * 1e3:10.1f} ms  {checked / plain:5.2f}"
        )
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
