"""Conditions of jumps: from where to take the leaves of a `@key` or `@requires` field set.

The leaves need not come from one place: part of a key may be known where the object was found,
part in another subgraph, and a required field may itself require others. What is found are
paths, so their calls and their depth count in the jump's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation.operation.model import Field, Fragment, Selection
from federation.query_graph.paths import Path

if TYPE_CHECKING:
    from federation.query_graph.path_finder import PathFinder


def find_inputs(
    finder: PathFinder, wanted: tuple[Selection, ...], pool: list[Path]
) -> tuple[Path, ...] | None:
    """Return paths to all leaves of a field set from some of `pool`, or None.

    The cheapest for each leaf, counting calls already needed for the others as free.
    """
    found: list[Path] = []
    chosen = pool[0].mask
    for selection in wanted:
        if isinstance(selection, Fragment):
            inner = _inputs_of_type(finder, selection, finder.casts(pool, selection.type_name))
            if inner is None:
                # An interface object that cannot be entered again.
                presuming = [finder.cast(path, selection.type_name) for path in pool]
                if any(map(finder.is_presumed, presuming)):
                    inner = _inputs_of_type(finder, selection, presuming)
            if inner is None:
                return None
        else:
            inner = _input(finder, selection, pool, chosen)
            if inner is None:
                inner = _inputs_by_type(finder, selection, pool)
            if inner is None:
                return None
        for path in inner:
            chosen |= path.mask
        found += inner
    return tuple(found)


def _inputs_of_type(
    finder: PathFinder, fragment: Fragment, pool: list[Path]
) -> tuple[Path, ...] | None:
    if not pool:
        return None
    found = find_inputs(finder, fragment.selections, pool)
    if found is None:
        # Only as an object of this type can it be fetched from elsewhere.
        wider = [other for path in pool for other in finder.closure(path)]
        found = find_inputs(finder, fragment.selections, wider)
    return found


def _input(
    finder: PathFinder, field: Field, pool: list[Path], chosen: int
) -> tuple[Path, ...] | None:
    finder.spend()
    if field.name == "__typename":
        return tuple(p for p in pool if p.node and not p.node.is_interface_object)[:1] or None
    direct = [p for p in (finder.advance(s, field, required=True) for s in pool) if p]
    if not direct:
        for source in pool:
            direct += finder.requiring(source, field, required=True)
    if not direct:
        return None
    if not field.selections:
        return (min(direct, key=lambda path: path.cost(chosen)),)
    best: tuple[Path, ...] | None = None
    best_cost: tuple[int, int] | None = None
    for child in direct:
        inner = find_inputs(finder, field.selections, [child])
        if inner is None:
            inner = find_inputs(finder, field.selections, finder.closure(child))
        if inner is None:
            continue
        mask = 0
        for path in inner:
            mask |= path.mask
        cost = ((mask & ~chosen).bit_count(), max(path.depth for path in inner))
        if best_cost is None or cost < best_cost:
            best, best_cost = inner, cost
    return best


def _inputs_by_type(finder: PathFinder, field: Field, pool: list[Path]) -> tuple[Path, ...] | None:
    """The field of an interface that has to be asked for type by type."""
    for source in pool:
        if source.node is None or not source.node.is_abstract or source.vacuous:
            continue
        found: list[Path] = []
        for type_name in source.node.casts:
            inner = _input(
                finder, field, finder.closure(finder.cast(source, type_name)), source.mask
            )
            if inner is None:
                break
            found += inner
        else:
            return tuple(found)
    return None
