"""Every table of the search that the validation page holds, by one command.

Run as ``python -m benchmarks.search_tables [--quick] [--only PART]``. Each table is a program of
its own and is run as one, so that what it measures of time and memory is its own. ``--quick`` runs
each with a few trials: it shows that all of them run, and its figures say nothing. The exit status
is 1 when one of them failed, or found a share surely beyond what is asked. All of them together
take many hours.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time

# What is asked, the program with its options, and the options of a quick run.
TABLES: tuple[tuple[str, str, str], ...] = (
    ("false_alarms", "--trials 1000 --seed 3", "--trials 5"),
    ("false_alarms", "--short --trials 500 --seed 3", "--short --trials 5"),
    ("false_alarms", "--power --trials 300", "--power --trials 5"),
    ("false_alarms", "--sound --trials 1000", "--sound --trials 3"),
    ("trace_coverage", "--cases 500", "--cases 2"),
    ("trace_coverage", "--long --cases 500", "--long --cases 1"),
    ("sound_search", "--trials 30", "--trials 1 --rows find"),
    ("sound_coverage", "--trials 500", "--trials 2"),
    ("silence_removed", "", "--recordings 1 --unrelated 2"),
    ("real_pairs", "--sample", "--sample"),
    ("real_pairs", "", ""),
    ("real_unrelated", "--pairs 1000", "--pairs 3"),
)


def main(arguments: list[str] | None = None) -> int:
    """Run them in a row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few trials each")
    parser.add_argument("--only", default="", help="programs whose name holds this")
    options = parser.parse_args(arguments)
    failed = False
    for program, usual, quick in TABLES:
        if options.only not in program:
            continue
        command = ["-m", f"benchmarks.{program}", *shlex.split(quick if options.quick else usual)]
        print(f"\n$ python {shlex.join(command)}", flush=True)
        begun = time.perf_counter()
        status = subprocess.run([sys.executable, *command], check=False).returncode
        failed |= status != 0
        took_s = time.perf_counter() - begun
        print(f"({took_s:.0f} s{f', exit status {status}' if status else ''})", flush=True)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
