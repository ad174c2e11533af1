"""Where else an object can be found, and what can be resolved of it: the query graph as sets.

The planner looks for the best path for one operation; satisfiability asks of all operations
whether there is any. So here paths have no cost and are not kept: a *place* is a node of the
query graph with the concrete type known of the object, and a *closure* is the set of places the
object can be entered at, beginning with one of them. What a closure offers does not depend on how
it was reached, so it is computed once.

Most keys are held where the object is found (`_held` looks at the place alone), so closures of a
type are shared by all places that hold the same keys; a hundred subgraphs that know an entity by
its id have one closure among them. Keys that take a further call – nested ones, ones that are
themselves `@requires` fields, ones held partly here and partly there – are found by repeating the
search until nothing is added (a least fixed point, so it ends whatever refers to whatever).

Two limits are not ours but those of other gateways' planners, and a graph they cannot plan is
refused like one that nobody can: while a key for entering a subgraph is gathered, that subgraph
is not entered, not even for objects below; and a key that led to a place is not used again from
there, since the place before could have gone on by it directly. Both matter for keys that take a
further call only (`_Key.subgraph`).

`tests/federation/composition/test_reachability.py` compares it with the planner's `PathFinder`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from federation.errors import PlanningError
from federation.operation.model import Field as SelectedField
from federation.operation.model import Fragment, Selection
from federation.query_graph.model import LEAF, EntityMove, FieldMove, Node, QueryGraph
from federation.query_graph.path_finder import MAX_CHAIN

# (node id, concrete type known of the object where the node leaves it open)
Place = tuple[int, str | None]
Selections = tuple[Selection, ...]

LEAF_PLACE: Place = (LEAF, None)
# Where the concrete type asked for never occurs: nothing there has to be resolved.
VACUOUS: Place = (LEAF - 1, None)

# Conditions looked at in one walk; a hundred large subgraphs need some ten thousand.
_MAX_CONDITIONS = 2_000_000
_NOWHERE: frozenset[Place] = frozenset()


@dataclass(eq=False, slots=True)
class Core:
    """Places reached by entity moves, and the places of what their fields resolve alone."""

    places: frozenset[Place]
    types: frozenset[str]
    offers: dict[str, frozenset[Place]]


@dataclass(frozen=True, slots=True)
class Closure:
    """A place and those reached from it. `start` is None where the core has it, or all it has."""

    start: Place | None
    core: Core
    places: frozenset[Place] = field(compare=False)


@dataclass(slots=True)
class _Key:
    """One key of a type and the moves it opens.

    Keys with several leaves are kept apart by `subgraph`, the one they are for; `same` has the
    bits of all those with the same selections.
    """

    selections: Selections
    moves: list[EntityMove]
    subgraph: str | None = None
    same: int = 0


# What a condition is looked for in: a closure, or some places alone.
_Pool = Closure | tuple[Place, ...]


class Reachability:
    """All closures of a query graph with one set of active progressive-override labels.

    `without` is a subgraph that is never entered: the one a key is being gathered for.
    """

    def __init__(
        self, graph: QueryGraph, labels: frozenset[str] = frozenset(), without: str | None = None
    ) -> None:
        self._without = without
        self._waiting: dict[str, Reachability] = {}
        self._graph = graph
        self._nodes = graph.nodes
        self._types = graph.supergraph.types
        self._labels = labels
        self._left = _MAX_CONDITIONS
        self._keys: dict[str, list[_Key]] = {}
        self._requiring: dict[str, dict[str, list[tuple[EntityMove, FieldMove]]]] = {}
        self._requiring_names = {
            name for node in graph.nodes for name, move in node.fields.items() if not move.is_alone
        }
        self._place_offers: dict[int, dict[str, Place]] = {}
        self._interned: dict[frozenset[Place], Core] = {}
        # Keys held at a place (bit i: key i of its type): by the place alone, and otherwise.
        self._local: dict[Place, int] = {}
        self._found: dict[Place, int] = {}
        # What follows from those, forgotten when more keys are found.
        self._cores: dict[tuple[str, str | None, int], Core] = {}
        self._conditions: dict[tuple[Closure, Selections], bool] = {}
        self._resolved: dict[tuple[Closure, str], frozenset[Place]] = {}
        self._settled: dict[Place, Closure] = {}
        # Places whose keys are being searched for now; None when no search is on.
        self._pending: dict[Place, None] | None = None
        # `@requires` fields being resolved, and how often one was needed for itself.
        self._open: set[tuple[Closure, str]] = set()
        self._cuts = 0

    # Questions

    def closure(self, place: Place) -> Closure:
        """Return the places an object found at `place` can be entered at.

        Raises `PlanningError` when that takes more work than any sensible graph needs.
        """
        known = self._settled.get(place)
        if known is None:
            if self._pending is not None:
                self._pending.setdefault(place)
                return self._current(place)
            self._settle(place)
            known = self._settled[place]
        return known

    def cast(self, place: Place, type_name: str) -> Place:
        """Return the place for objects of a concrete type only; `VACUOUS` if there are none."""
        node_id, narrow = place
        if place in (VACUOUS, LEAF_PLACE) or narrow == type_name:
            return place
        node = self._nodes[node_id]
        if narrow is None:
            if node.is_interface_object:
                if node.type_name in self._types[type_name].interfaces:
                    return (node_id, type_name)
            elif node.is_abstract:
                target = node.casts.get(type_name)
                return VACUOUS if target is None else (target, None)
            elif node.type_name == type_name:
                return place
        return VACUOUS

    def concrete_types(self, place: Place) -> Iterable[str]:
        """Return the concrete types that occur at a place."""
        node_id, narrow = place
        if narrow is not None:
            return (narrow,)
        node = self._nodes[node_id]
        if node.is_interface_object:
            return self._graph.possible.of(node.type_name)
        return node.casts if node.is_abstract else (node.type_name,)

    def resolve(self, closure: Closure, name: str) -> frozenset[Place]:
        """Return the places a field's value can be found at; empty if nothing resolves it."""
        return self._direct(closure, name) | self._by_requires(closure, name)

    # Closures

    def _settle(self, place: Place) -> None:
        """Find all keys held at `place` and wherever that leads, then fix those closures."""
        self._pending = pending = {place: None}
        expanded: set[Core] = set()
        try:
            changed = True
            while changed:
                changed = False
                for looked_at in _growing(pending):
                    current = self._current(looked_at)
                    if current.core not in expanded:
                        expanded.add(current.core)
                        pending.update(dict.fromkeys(current.core.places))
                    changed |= self._search_keys(looked_at, current)
        finally:
            self._pending = None
        for looked_at in pending:
            self._settled[looked_at] = self._current(looked_at)

    def _search_keys(self, place: Place, current: Closure) -> bool:
        """Look for keys that the place does not hold alone; return whether any was found."""
        held = self._held(place)
        added = 0
        narrow = self._narrow(place)
        for index, key in enumerate(self._keys_of(self._nodes[place[0]])):
            if held >> index & 1:
                continue
            targets = {self._enter(narrow, move) for move in key.moves} - {VACUOUS}
            if targets <= current.places:
                continue
            if self._gathers(key, place, current):
                added |= 1 << index
        if added:
            self._found[place] = self._found.get(place, 0) | added
            self._cores.clear()
            self._conditions.clear()
            self._resolved.clear()
        return added != 0

    def _gathers(self, key: _Key, place: Place, current: Closure) -> bool:
        """Whether a key that the place does not hold alone can be had before it is needed."""
        # Deeper waiting is not followed: it would take a search for each set of subgraphs.
        if key.subgraph is None or self._without is not None:
            return self._holds(key.selections, (place,)) or self._holds(key.selections, current)
        other = self._waiting.get(key.subgraph)
        if other is None:
            other = Reachability(self._graph, self._labels, key.subgraph)
            self._waiting[key.subgraph] = other
        return other._holds(key.selections, (place,)) or other._holds(
            key.selections, other.closure(place)
        )

    def _current(self, place: Place) -> Closure:
        """Return the closure by what is known of the keys so far."""
        settled = self._settled.get(place)
        if settled is not None:
            return settled
        node = self._nodes[place[0]]
        core = self._core(node.type_name, self._narrow(place), self._held(place))
        if place in core.places:
            return Closure(None, core, core.places)
        start = None if self._adds_nothing(place, core) else place
        return Closure(start, core, core.places | {place})

    def _adds_nothing(self, place: Place, core: Core) -> bool:
        """Whether the place has only leaves, all of which the core has too: a bare reference."""
        return self._nodes[place[0]].type_name in core.types and all(
            target == LEAF_PLACE and target in core.offers.get(name, ())
            for name, target in self._offers(place).items()
        )

    def _core(self, type_name: str, narrow: str | None, held: int) -> Core:
        memo = (type_name, narrow, held)
        known = self._cores.get(memo)
        if known is None:
            places = frozenset(self._reach(type_name, narrow, held))
            known = self._interned.get(places)
            if known is None:
                types = frozenset(self._nodes[place[0]].type_name for place in places)
                known = Core(places, types, self._merged_offers(places))
                self._interned[places] = known
            self._cores[memo] = known
        return known

    def _reach(self, type_name: str, narrow: str | None, held: int) -> set[Place]:
        """Return the places that keys lead to, by at most as many jumps as the planner takes."""
        reached: set[Place] = set()
        arrived: set[tuple[Place, int]] = set()
        used: dict[str, int] = {}
        fresh = {type_name: held}
        for _ in range(MAX_CHAIN):
            opened: dict[str, int] = {}
            for name, mask in fresh.items():
                mask &= ~used.get(name, 0)
                used[name] = used.get(name, 0) | mask
                for place, same_key in self._entered(name, narrow, mask):
                    if (place, same_key) not in arrived:
                        arrived.add((place, same_key))
                        reached.add(place)
                        below = self._nodes[place[0]].type_name
                        held = self._held(place) & ~(same_key if below == name else 0)
                        opened[below] = opened.get(below, 0) | held
            if not opened:
                break
            fresh = opened
        return reached

    def _entered(
        self, type_name: str, narrow: str | None, mask: int
    ) -> Iterable[tuple[Place, int]]:
        """Yield each place with the bits of the key that leads there, whatever it is for."""
        for index, key in enumerate(self._keys.get(type_name, ())):
            if mask >> index & 1:
                for move in key.moves:
                    place = self._enter(narrow, move)
                    if place != VACUOUS:
                        yield place, key.same

    def _enter(self, narrow: str | None, move: EntityMove) -> Place:
        target = self._nodes[move.target]
        if target.is_object:
            return (move.target, None)
        if target.is_interface_object:
            return (move.target, narrow)
        return (move.target, None) if narrow is None else self.cast((move.target, None), narrow)

    def _narrow(self, place: Place) -> str | None:
        node = self._nodes[place[0]]
        return place[1] or (node.type_name if node.is_object else None)

    def _held(self, place: Place) -> int:
        known = self._local.get(place)
        if known is None:
            known = 0
            for index, key in enumerate(self._keys_of(self._nodes[place[0]])):
                if self._holds(key.selections, (place,), local=True):
                    known |= 1 << index
            self._local[place] = known
        return known | self._found.get(place, 0)

    def _keys_of(self, node: Node) -> list[_Key]:
        """Return the keys of the node's type; all nodes of a type have the same entity moves."""
        known = self._keys.get(node.type_name)
        if known is None:
            by_key: dict[tuple[Selections, str | None], _Key] = {}
            for move in node.entity_moves:
                target = self._nodes[move.target].subgraph
                if target != self._without:
                    subgraph = None if move.single else target
                    key = _Key(move.key, [], subgraph)
                    by_key.setdefault((move.key, subgraph), key).moves.append(move)
            known = self._keys[node.type_name] = list(by_key.values())
            same: dict[Selections, int] = {}
            for index, key in enumerate(known):
                if key.subgraph is not None:
                    same[key.selections] = same.get(key.selections, 0) | 1 << index
            for key in known:
                key.same = same.get(key.selections, 0)
        return known

    # Fields

    def _usable(self, node: Node, name: str) -> FieldMove | None:
        move = node.fields.get(name)
        if move is not None and move.label and (move.label[0] in self._labels) != move.label[1]:
            return None
        return move

    def _offers(self, place: Place) -> dict[str, Place]:
        """Return what the place's subgraph resolves alone: field → place of its value."""
        known = self._place_offers.get(place[0])
        if known is None:
            known = {}
            node = self._nodes[place[0]]
            for name in node.fields:
                move = self._usable(node, name)
                if move is not None and move.is_alone:
                    known[name] = (move.target, None)
            self._place_offers[place[0]] = known
        return known

    def _merged_offers(self, places: frozenset[Place]) -> dict[str, frozenset[Place]]:
        found: dict[str, set[Place]] = {}
        for place in places:
            for name, target in self._offers(place).items():
                found.setdefault(name, set()).add(target)
        return {name: frozenset(targets) for name, targets in found.items()}

    def _direct(self, pool: _Pool, name: str) -> frozenset[Place]:
        if isinstance(pool, Closure):
            found = pool.core.offers.get(name, _NOWHERE)
            own = None if pool.start is None else self._offers(pool.start).get(name)
            return found if own is None else found | {own}
        targets = (self._offers(place).get(name) for place in pool)
        return frozenset(target for target in targets if target is not None)

    def _by_requires(self, closure: Closure, name: str) -> frozenset[Place]:
        """Return the places of a field's value when `@requires` data is sent along.

        Arguments taken from a context are data too, from an object further up. That it can be
        had there is proved where the walk meets that object, of which it proves every field.
        """
        if name not in self._requiring_names:
            return _NOWHERE
        memo = (closure, name)
        known = self._resolved.get(memo)
        if known is not None:
            return known
        if memo in self._open:
            self._cuts += 1
            return _NOWHERE
        cuts = self._cuts
        self._open.add(memo)
        try:
            found = frozenset(self._requiring_targets(closure, name))
        finally:
            self._open.discard(memo)
        # What was found without itself may be less than all there is; then it is not the answer
        # to the same question asked elsewhere.
        if cuts == self._cuts:
            self._resolved[memo] = found
        return found

    def _requiring_targets(self, closure: Closure, name: str) -> Iterable[Place]:
        sources = {self._nodes[place[0]].type_name: place for place in closure.places}
        for type_name, place in sorted(sources.items()):
            for move, field_move in self._requiring_moves(type_name, place).get(name, ()):
                if (
                    self._enter(self._narrow(place), move) != VACUOUS
                    and self._holds(move.key, closure)
                    and self._holds(field_move.requires, closure)
                ):
                    yield (field_move.target, None)

    def _requiring_moves(
        self, type_name: str, place: Place
    ) -> dict[str, list[tuple[EntityMove, FieldMove]]]:
        known = self._requiring.get(type_name)
        if known is None:
            known = self._requiring[type_name] = {}
            for entity_move in self._nodes[place[0]].entity_moves:
                target = self._nodes[entity_move.target]
                for name in target.fields:
                    move = self._usable(target, name)
                    if move is not None and not move.is_alone:
                        known.setdefault(name, []).append((entity_move, move))
        return known

    # Conditions

    def _holds(self, wanted: Selections, pool: _Pool, *, local: bool = False) -> bool:
        """Whether all leaves of a field set can be had; `local`: without leaving the subgraph."""
        if local or not isinstance(pool, Closure):
            return self._all_hold(wanted, pool, local)
        known = self._conditions.get((pool, wanted))
        if known is None:
            cuts = self._cuts
            known = self._all_hold(wanted, pool, local)
            if known or cuts == self._cuts:
                self._conditions[pool, wanted] = known
        return known

    def _all_hold(self, wanted: Selections, pool: _Pool, local: bool) -> bool:
        for selection in wanted:
            if isinstance(selection, Fragment):
                places = pool.places if isinstance(pool, Closure) else pool
                inner = tuple(self.cast(place, selection.type_name) for place in places)
                # What the place lacks can be had elsewhere, as an object of this type.
                if not self._holds(selection.selections, inner, local=local) and (
                    local
                    or not any(
                        self._holds(selection.selections, self.closure(place)) for place in inner
                    )
                ):
                    return False
            elif not self._has(selection, pool, local):
                return False
        return True

    def _has(self, field: SelectedField, pool: _Pool, local: bool) -> bool:
        self._spend()
        if not isinstance(pool, Closure):
            if VACUOUS in pool:
                return True
            if field.name == "__typename":
                return any(not self._nodes[p[0]].is_interface_object for p in pool)
        elif field.name == "__typename":
            return any(not self._nodes[p[0]].is_interface_object for p in pool.places)
        found = self._direct(pool, field.name)
        if not found and not local:
            pools = [pool] if isinstance(pool, Closure) else [self.closure(p) for p in pool]
            found = frozenset(t for each in pools for t in self._by_requires(each, field.name))
        if found and not field.selections:
            return True
        return any(
            self._holds(field.selections, (child,), local=local)
            or (not local and self._holds(field.selections, self.closure(child)))
            for child in found - {LEAF_PLACE}
        ) or self._has_by_type(field, pool, local)

    def _has_by_type(self, field: SelectedField, pool: _Pool, local: bool) -> bool:
        """Whether the field of an abstract type can be had of each of its concrete types."""
        for place in pool.places if isinstance(pool, Closure) else pool:
            node = self._nodes[place[0]]
            if node.is_abstract and all(
                self._has(
                    field,
                    ((target, None),) if local else self.closure((target, None)),
                    local,
                )
                for target in node.casts.values()
            ):
                return True
        return False

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise PlanningError(
                "The keys and required fields depend on each other in too many ways.",
                code="QUERY_PLAN_COMPLEXITY_EXCEEDED",
            )


def _growing(places: dict[Place, None]) -> Iterable[Place]:
    """Yield the keys of a dict, also those added meanwhile."""
    done: set[Place] = set()
    while len(done) < len(places):
        for place in [p for p in places if p not in done]:
            done.add(place)
            yield place
