"""What the planner chose and what else there was, as text (`hub explain`).

One paragraph per choice: where, by which path, for how many calls; then the options not taken.
If a plan is wrong, look here first: a missing option is the query graph's or the path finder's
doing, a wrong choice the cost model's.
"""

from __future__ import annotations

from collections.abc import Iterable

from federation.operation.fingerprint import print_selections
from federation.planning.leaves import Leaf
from federation.query_graph.paths import Path, print_path


def explain_choices(leaves: Iterable[Leaf], chosen: Iterable[Path]) -> str:
    """Return the choices as text, in the order of the operation."""
    lines: list[str] = []
    for leaf, path in zip(leaves, chosen, strict=True):
        lines.append(f"{print_path(path)}  ({_cost(path)})")
        if leaf.selections:
            lines.append(f"    with all of {{ {print_selections(leaf.selections)} }}")
        lines += [
            f"    not: {print_path(other)}  ({_cost(other)})"
            for other in leaf.options
            if other is not path
        ]
    return "\n".join(lines)


def _cost(path: Path) -> str:
    calls = path.mask.bit_count()
    text = f"{calls} call{'' if calls == 1 else 's'}, {path.depth} in a row"
    return text + (", nothing to fetch" if path.vacuous else "")
