"""Can everything the API schema allows be answered? SATISFIABILITY_ERROR where not.

Walks the API schema from the roots over the query graph, breadth first, so that the first failure
found for a field has the shortest path. A state is a concrete type with the set of places (nodes
of the query graph) where such an object may have been found; from there each visible field must
be resolvable, in the same subgraph or by moving to others with keys and `@requires`.

A state with more places can do at least as much, so one that contains a state already seen needs
no look. How a place was reached does not matter either: moves only need what is below the object.
Progressive overrides are walked with no label active, and again with all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from federation.composition.result import Diagnostics
from federation.composition.satisfiability_report import Failure, describe
from federation.composition.subgraph.state import SubgraphState
from federation.errors import FederationError, PlanningError
from federation.language import named_type
from federation.operation.model import Field as SelectedField
from federation.query_graph.build import build_query_graph
from federation.query_graph.model import QueryGraph
from federation.query_graph.path_finder import PathFinder
from federation.query_graph.paths import Path, RootStep
from federation.query_graph.positions import FieldShapes, Positions
from federation.supergraph.api_schema import hidden_types, is_inaccessible
from federation.supergraph.model import Field, Supergraph, TypeDef, TypeKind

# One field of one type cannot sensibly need more; beyond it the subgraphs are a mistake.
_MAX_PATHS = 1_000_000
_COMPOSITE = (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)

# (node id, concrete type known of the object)
Place = tuple[int, str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """How a state was reached, for the example operation: fields from the root, linked."""

    type_name: str
    field: Field | None
    previous: Step | None


@dataclass(frozen=True, slots=True)
class _State:
    type_name: str
    places: frozenset[Place]
    step: Step


def satisfiability_rule(
    supergraph: Supergraph, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    """Report each field that some allowed query asks for and nothing can resolve."""
    try:
        graph = build_query_graph(supergraph)
    except FederationError as error:
        diagnostics.report(
            "SATISFIABILITY_ERROR",
            f"The merged graph is too large to be checked: {error.message}",
            None,
            [(state.name, None) for state in states],
        )
        return
    labels = frozenset(
        join.override_label
        for type_ in supergraph.types.values()
        for field in type_.fields.values()
        for join in field.joins
        if join.override_label is not None
    )
    reported: set[tuple[str, str]] = set()
    for active in dict.fromkeys((frozenset[str](), labels)):
        walk = _Walk(graph, active)
        for failure in walk.failures():
            new = tuple(f for f in failure.fields if (failure.type_name, f) not in reported)
            if new:
                reported.update((failure.type_name, field) for field in new)
                _report(replace(failure, fields=new), supergraph, states, diagnostics)
        if walk.undecided is not None:
            diagnostics.report(
                "SATISFIABILITY_ERROR",
                f'"{walk.undecided}" can be reached in too many ways to tell whether its fields '
                "can always be resolved. Give it fewer keys, or simpler ones.",
                walk.undecided,
                [
                    (s.name, s.types[walk.undecided].node)
                    for s in states
                    if walk.undecided in s.types
                ],
            )


def _report(
    failure: Failure,
    supergraph: Supergraph,
    states: Sequence[SubgraphState],
    diagnostics: Diagnostics,
) -> None:
    places = [
        (state.name, state.types[failure.type_name].fields[field].node)
        for state in states
        if failure.type_name in state.types
        for field in failure.fields
        if field in state.types[failure.type_name].fields
    ]
    diagnostics.report(
        "SATISFIABILITY_ERROR",
        describe(failure, supergraph),
        f"{failure.type_name}.{failure.fields[0]}",
        places,
    )


class _Walk:
    """One walk with one set of active labels."""

    def __init__(self, graph: QueryGraph, labels: frozenset[str]) -> None:
        self.graph = graph
        self.labels = labels
        self.types = graph.supergraph.types
        self.hidden = hidden_types(graph.supergraph)
        self.shapes = FieldShapes(graph.supergraph, graph.possible)
        # Most fields need no @requires anywhere, and looking for it is the dearest part.
        self.requiring = {
            name for node in graph.nodes for name, move in node.fields.items() if move.requires
        }
        self.seen: dict[str, list[frozenset[Place]]] = {}
        self.queue: deque[_State] = deque()
        # The type at which the walk gave up, if it did.
        self.undecided: str | None = None

    def failures(self) -> Iterator[Failure]:
        for root, nodes in self.graph.roots.items():
            step = Step(root, None, None)
            self._add(_State(root, frozenset((node, None) for node in nodes), step))
        while self.queue:
            state = self.queue.popleft()
            try:
                yield from self._visit(state)
            except PlanningError:
                self.undecided = state.type_name
                return

    def _add(self, state: _State) -> None:
        known = self.seen.setdefault(state.type_name, [])
        if state.places and not any(places <= state.places for places in known):
            known.append(state.places)
            self.queue.append(state)

    def _visit(self, state: _State) -> Iterator[Failure]:
        type_ = self.types[state.type_name]
        finder = PathFinder(
            self.graph, Positions(self.shapes), labels=self.labels, max_paths=_MAX_PATHS
        )
        reachable = self._reachable(finder, state)
        failed: list[str] = []
        for field in type_.fields.values():
            target = named_type(field.type)
            if is_inaccessible(field.directives) or target in self.hidden:
                continue
            below = self.types.get(target)
            composite = below is not None and below.kind in _COMPOSITE
            selected = SelectedField(field.name, field.name, type_.name)
            found = self._options(finder, reachable, selected, all_ways=composite)
            if not found:
                failed.append(field.name)
            elif composite and below is not None:
                self._descend(finder, found, below, Step(target, field, state.step))
        if failed:
            places = tuple(self.graph.nodes[node] for node, _ in sorted(state.places, key=str))
            yield Failure(type_.name, tuple(failed), places, state.step)

    def _start(self, finder: PathFinder, place: Place) -> Path:
        node = self.graph.nodes[place[0]]
        return Path(node, finder.positions.root, RootStep(), None, 0, 1, narrow=place[1])

    def _reachable(self, finder: PathFinder, state: _State) -> list[tuple[Path, list[Path]]]:
        """Return where an object may be found, each with the places to go from there.

        Whatever can be reached by way of a place was reached with that place itself.
        """
        found: list[tuple[Path, list[Path]]] = []
        reached: set[Place] = set()
        for place in sorted(state.places, key=str):
            if place in reached:
                continue
            source = self._start(finder, place)
            closure = finder.closure(source)
            reached.update((path.node.id, path.narrow) for path in closure if path.node)
            found.append((source, closure))
        return found

    def _options(
        self,
        finder: PathFinder,
        reachable: list[tuple[Path, list[Path]]],
        field: SelectedField,
        *,
        all_ways: bool,
    ) -> list[Path]:
        """Return the ways to a field; only one unless `all_ways`, for what has fields below."""
        found: list[Path] = []
        for source, closure in reachable:
            for place in closure:
                direct = finder.advance(place, field)
                if direct is not None:
                    found.append(direct)
                    if not all_ways:
                        return found
            if field.name in self.requiring:
                found += finder.requiring(source, field)
        return found

    def _descend(self, finder: PathFinder, found: list[Path], below: TypeDef, step: Step) -> None:
        """Add a state for each concrete type the found places can answer with.

        A place that never answers with the type has nothing to resolve for it.
        """
        for type_name in self.graph.possible.of(below.name):
            if type_name in self.hidden:
                continue
            if type_name == self.graph.supergraph.query:
                # The query root needs no key: any subgraph can be asked anew.
                nodes = self.graph.roots[type_name]
                self._add(_State(type_name, frozenset((node, None) for node in nodes), step))
                continue
            casts = (finder.cast(path, type_name) for path in found)
            places = frozenset(
                (path.node.id, path.narrow)
                for path in casts
                if path.node is not None and not path.vacuous
            )
            here = step
            if type_name != below.name:
                here = Step(type_name, None, step)
            self._add(_State(type_name, places, here))
