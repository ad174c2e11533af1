"""Leaves → one option for each: the cheapest combination (`cost.py`), within a bound.

A path carries its calls as a bit set, so a combination's calls are the union of its members'.
Choosing is a set-cover problem (NP-hard in general, tiny in practice):

1. leaves with one option are not a choice; their calls are paid;
2. leaves with an option among the paid calls cost nothing;
3. leaves with the same options are one choice (siblings usually are);
4. a greedy answer gives the first bound;
5. branch and bound over what is left: fewest options first, a branch is cut when its calls reach
   the best known. It looks at no more than `max_combinations` and then keeps the best so far.

At the end each leaf takes the best option *within the chosen calls*: the shallowest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from federation.planning.cost import Cost
from federation.planning.leaves import Leaf
from federation.query_graph.paths import Path

MAX_COUNTED = 4_000


def combine(
    leaves: Sequence[Leaf],
    *,
    max_combinations: int,
    should_stop: Callable[[], bool] | None = None,
    made: int = 0,
) -> list[Path]:
    """Return the chosen path for each leaf, in order. `made`: calls that are made anyway."""
    groups = _groups(leaves)
    paid, open_groups = _forced(groups, made)
    if open_groups:
        search = _Search(groups, max_combinations, should_stop)
        search.best = _greedy(paid, open_groups)
        search.best_cost = _cost(search.best, groups)
        search.descend(paid, sorted(open_groups, key=len))
        paid = search.best
    return [min(leaf.options, key=lambda path: path.cost(paid)) for leaf in leaves]


Group = tuple[Path, ...]


def _groups(leaves: Sequence[Leaf]) -> list[Group]:
    found: dict[tuple[tuple[int, int], ...], Group] = {}
    for leaf in leaves:
        found.setdefault(tuple((o.mask, o.depth) for o in leaf.options), leaf.options)
    return list(found.values())


def _forced(groups: list[Group], made: int) -> tuple[int, list[Group]]:
    paid = made
    for group in groups:
        if len(group) == 1:
            paid |= group[0].mask
    return paid, _unserved(paid, groups)


def _greedy(paid: int, open_groups: list[Group]) -> int:
    """Take, again and again, the option that serves the most groups for each call it costs."""
    left = list(open_groups)
    while left:
        options: dict[int, Path] = {}
        for group in left:
            for path in group:
                options.setdefault(path.mask, path)
        # Counting costs options x groups; with very many, the cheapest option has to do.
        counted = left if len(options) * len(left) <= MAX_COUNTED else []
        best = min(options.values(), key=partial(_rank, paid=paid, groups=counted))
        paid |= best.mask
        left = _unserved(paid, left)
    return paid


def _rank(path: Path, paid: int, groups: list[Group]) -> tuple[float, int, int, bool]:
    calls, depth, vacuous = path.cost(paid)
    served = len(groups) - len(_unserved(paid | path.mask, groups))
    return calls / max(served, 1), calls, depth, vacuous


def _unserved(paid: int, groups: list[Group]) -> list[Group]:
    return [group for group in groups if all(path.mask & ~paid for path in group)]


def _cost(calls: int, groups: list[Group]) -> Cost:
    depths, vacuous = [], 0
    for group in groups:
        best = min(group, key=lambda path: path.cost(calls))
        depths.append(best.depth)
        vacuous += best.vacuous
    return calls.bit_count(), max(depths, default=0), vacuous, sum(depths)


class _Search:
    """Branch and bound. `best` is a set of calls that serves every group."""

    def __init__(
        self, groups: list[Group], max_combinations: int, should_stop: Callable[[], bool] | None
    ) -> None:
        self.best = 0
        self.best_cost: Cost = (0, 0, 0, 0)
        self._groups = groups
        self._left = max_combinations
        self._should_stop = should_stop
        self._seen: set[int] = set()

    def descend(self, paid: int, open_groups: list[Group]) -> None:
        open_groups = _unserved(paid, open_groups)
        if not open_groups:
            if paid not in self._seen:
                self._seen.add(paid)
                cost = _cost(paid, self._groups)
                if cost < self.best_cost:
                    self.best, self.best_cost = paid, cost
            return
        group, rest = open_groups[0], open_groups[1:]
        for path in sorted(group, key=lambda path: path.cost(paid)):
            self._left -= 1
            if self._left < 0 or (
                self._left % 64 == 0 and self._should_stop is not None and self._should_stop()
            ):
                self._left = 0
                return
            calls = paid | path.mask
            # Equal calls may still be a shallower plan, so only more calls are cut.
            if calls.bit_count() <= self.best_cost[0]:
                self.descend(calls, rest)
