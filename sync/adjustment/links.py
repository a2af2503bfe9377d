"""Which stretches are tied together, for saying what would link one that is not.

Only wording: whether something is estimable is decided by the design (``adjust``), never here.
"""

from __future__ import annotations

from sync.adjustment.adjust import Adjustment
from sync.adjustment.build import NO_DATUM
from sync.adjustment.inputs import Inputs, SourceInput
from sync.adjustment.words import joined

Node = tuple[str, int]


def tied_groups(adjustment: Adjustment) -> dict[Node, Node]:
    """Union-find over (source, stretch): the representative of every stretch."""
    network = adjustment.network
    parent: dict[object, object] = {}

    def find(node: object) -> object:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    stretches = {
        (key[1], key[2]): number for number, key in enumerate(network.parameters) if key[0] == "o"
    }
    by_number = {number: node for node, number in stretches.items()}
    reference: Node = (network.reference, 0)
    for row in adjustment.rows:
        if row.id in adjustment.excluded or row.kind in ("quantity", "drift-prior"):
            continue
        nodes: list[object] = [by_number[number] for number in row.terms if number in by_number]
        if row.event is not None:
            nodes.append(("event", row.event))
            if len(nodes) == 1:
                nodes.append(reference)
        elif len(nodes) == 1:
            nodes.append(reference)
        for node in nodes[1:]:
            parent[find(nodes[0])] = find(node)
    every: list[Node] = [reference, *stretches]
    roots = {node: find(node) for node in every}
    first: dict[object, Node] = {}
    for node in every:
        first.setdefault(roots[node], node)
    return {node: first[roots[node]] for node in every}


def what_would_link(
    inputs: Inputs, adjustment: Adjustment, source: SourceInput, stretch: int
) -> str:
    """One sentence: what the stretch hangs together with, and what would tie it."""
    if adjustment.network.reference == NO_DATUM:
        return "Choose a reference clock that something observed reaches."
    groups = tied_groups(adjustment)
    node = (source.id, stretch)
    own = groups.get(node, node)
    names = {item.id: item.name for item in inputs.sources}
    together = sorted(
        {names[n] for (n, k), root in groups.items() if root == own and n in names} - {source.name}
    )
    reference_root = groups[(adjustment.network.reference, 0)]
    linked = sorted({names[n] for (n, _), root in groups.items()
                     if root == reference_root and n in names} - {source.name})  # fmt: skip
    if own == reference_root:
        return "It is tied, but its rate is unknown: state a drift prior or mark a second event."
    target = f"any of {joined(linked, 'or')}" if linked else "the reference clock"
    if together:
        return (
            f"It is tied to {joined(together)}, but not to the reference clock; one event that "
            f"either shares with {target} is enough."
        )
    return f"Nothing observed connects it; one event shared with {target} is enough."
