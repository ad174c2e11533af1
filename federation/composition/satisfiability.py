"""Can everything the API schema allows be answered? SATISFIABILITY_ERROR where not.

Walks the API schema from the roots over the query graph, breadth first, so that the first failure
found for a field has the shortest path. A state is a concrete type with the set of places where
such an object may have been found, each with the places to go from there (its closure, see
`reachability`); from one of them each visible field must be resolvable.

What a state can do depends on its closures alone, so equal ones are looked at once however they
were reached, and one that contains a state already seen needs no look: it can do at least as
much. So each subgraph's view of a type is looked at about once, not once for every path to it.
Progressive overrides are walked with no label active, and again with all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from federation.composition.reachability import VACUOUS, Closure, Place, Reachability
from federation.composition.result import Diagnostics
from federation.composition.satisfiability_report import Failure, describe
from federation.composition.subgraph.state import SubgraphState
from federation.errors import FederationError, PlanningError
from federation.language import named_type
from federation.query_graph.build import build_query_graph
from federation.query_graph.model import QueryGraph
from federation.supergraph.api_schema import hidden_types, is_inaccessible
from federation.supergraph.model import Field, Supergraph, TypeDef, TypeKind

# Fields looked for in closures. A hundred subgraphs of sixty types take forty thousand.
# Subgraphs that each leave out another field of a shared type can have a state for each of their
# subsets: that is a mistake.
_MAX_LOOKS = 1_000_000
# How many states of one type are compared, to see whether one contains another.
_MAX_COMPARED = 200
_COMPOSITE = (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)


@dataclass(frozen=True, slots=True)
class Step:
    """How a state was reached, for the example operation: fields from the root, linked."""

    type_name: str
    field: Field | None
    previous: Step | None


@dataclass(frozen=True, slots=True)
class _State:
    """`places`: where the object was found; what can be done follows from their closures."""

    type_name: str
    places: frozenset[Place]
    closures: frozenset[Closure]
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
                "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
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
        self.types = graph.supergraph.types
        self.hidden = hidden_types(graph.supergraph)
        self.reachability = Reachability(graph, labels)
        self.seen: dict[str, _Seen] = {}
        # Where a field led, whatever field it was: (its type, places of its value).
        self.descended: set[tuple[str, frozenset[Place]]] = set()
        self.queue: deque[_State] = deque()
        self.left = _MAX_LOOKS
        # The type at which the walk gave up, if it did.
        self.undecided: str | None = None

    def failures(self) -> Iterator[Failure]:
        for root in self.graph.roots:
            self._add_root(root, Step(root, None, None))
        while self.queue:
            state = self.queue.popleft()
            try:
                yield from self._visit(state)
            except PlanningError:
                self.undecided = state.type_name
            self.left -= len(state.closures) * len(self.types[state.type_name].fields)
            if self.left < 0:
                self.undecided = state.type_name
            if self.undecided is not None:
                return

    def _add_root(self, root: str, step: Step) -> None:
        self._add(root, frozenset((node, None) for node in self.graph.roots[root]), step)

    def _add(self, type_name: str, places: frozenset[Place], step: Step) -> None:
        closures = frozenset(self.reachability.closure(place) for place in places)
        if closures and self.seen.setdefault(type_name, _Seen()).add(closures):
            self.queue.append(_State(type_name, places, closures, step))

    def _visit(self, state: _State) -> Iterator[Failure]:
        type_ = self.types[state.type_name]
        failed: list[str] = []
        for field in type_.fields.values():
            target = named_type(field.type)
            if is_inaccessible(field.directives) or target in self.hidden:
                continue
            found = self._resolve(state, field.name)
            below = self.types.get(target)
            if not found:
                failed.append(field.name)
            elif below is not None and below.kind in _COMPOSITE:
                self._descend(found, below, Step(target, field, state.step))
        if failed:
            places = tuple(self.graph.nodes[node] for node, _ in sorted(state.places, key=str))
            yield Failure(type_.name, tuple(failed), places, state.step)

    def _resolve(self, state: _State, name: str) -> frozenset[Place]:
        found = [self.reachability.resolve(closure, name) for closure in state.closures]
        return found[0].union(*found[1:])

    def _descend(self, found: frozenset[Place], below: TypeDef, step: Step) -> None:
        """Add a state for each concrete type the found places can answer with.

        A place that never answers with the type has nothing to resolve for it.
        """
        if (below.name, found) in self.descended:
            return
        self.descended.add((below.name, found))
        answering: dict[str, set[Place]] = {}
        for place in found:
            for type_name in self.reachability.concrete_types(place):
                answering.setdefault(type_name, set()).add(self.reachability.cast(place, type_name))
        possible = self.graph.possible.as_set(below.name)
        for type_name in sorted(answering.keys() & possible):
            if type_name in self.hidden:
                continue
            if type_name == self.graph.supergraph.query:
                # The query root needs no key: any subgraph can be asked anew.
                self._add_root(type_name, step)
                continue
            here = step if type_name == below.name else Step(type_name, None, step)
            self._add(type_name, frozenset(answering[type_name] - {VACUOUS}), here)


class _Seen:
    """The states looked at for one type, as the sets of closures that contain no smaller one."""

    def __init__(self) -> None:
        self.single: set[Closure] = set()
        self.several: dict[frozenset[Closure], None] = {}

    def add(self, closures: frozenset[Closure]) -> bool:
        """Return whether a state with these closures is to be looked at."""
        if not self.single.isdisjoint(closures) or closures in self.several:
            return False
        if len(closures) == 1:
            self.single |= closures
            return True
        if any(known <= closures for known in islice(self.several, _MAX_COMPARED)):
            return False
        self.several[closures] = None
        return True
