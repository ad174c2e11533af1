"""Operation → query plan.

The six calls, in order (each has its own module and can be looked at on its own):

1. `Positions.register` – names every field's place in the data;
2. `LeafFinder.leaves`  – for all that is to be fetched, the paths that could;
3. `combine`            – the cheapest combination of them;
4. `FetchBuilder.add`   – chosen paths → fetch graph;
5. `optimize`           – passes over the fetch graph;
6. `PlanBuilder.build` and `ShapeBuilder.build` – plan nodes and response shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from graphql import GraphQLError, GraphQLSchema, parse, validate

from federation.errors import PlanningError, RequestError
from federation.operation.model import Operation
from federation.operation.normalize import Normalizer
from federation.operation.passes.subtract_selections import subtract_selections
from federation.operation.passes.withhold_fields import without_withheld
from federation.plan.nodes import Caution, OperationKind, PlanNode, QueryPlan
from federation.plan.shape import ResponseShape
from federation.planning.build_fetches import FetchBuilder
from federation.planning.build_plan import PlanBuilder
from federation.planning.build_shape import ShapeBuilder, ShapeTypes
from federation.planning.combine import combine
from federation.planning.explain import explain_choices
from federation.planning.fetch_graph import FetchGraph, FetchStep
from federation.planning.labels import OverrideLabels
from federation.planning.late import FIRST, LatePart, LatePaths, scopes_of
from federation.planning.leaves import Leaf, LeafFinder
from federation.planning.operation_text import OperationText
from federation.planning.optimize import optimize
from federation.planning.passes.place_typenames import place_typenames
from federation.query_graph.build import build_query_graph
from federation.query_graph.path_finder import PathFinder
from federation.query_graph.paths import Path
from federation.query_graph.positions import FieldShapes, Positions
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import Supergraph
from federation.supergraph.reader import read_supergraph


@dataclass(frozen=True, slots=True)
class PlannerLimits:
    """`max_paths`: steps of path finding before planning fails; ordinary operations
    take hundreds.

    `max_combinations`: choices compared before the best so far is taken.
    """

    max_paths: int = 100_000
    max_combinations: int = 10_000


class Planner:
    """Plans operations over one supergraph. Keeps nothing between calls that can change a plan."""

    def __init__(self, supergraph: Supergraph | str, limits: PlannerLimits | None = None) -> None:
        self.supergraph = read_supergraph(supergraph) if isinstance(supergraph, str) else supergraph
        self.limits = limits or PlannerLimits()
        self.graph = build_query_graph(self.supergraph)
        self.normalizer = Normalizer(self.supergraph)
        self._labels = OverrideLabels(self.supergraph, self.graph.possible)
        self._field_shapes = FieldShapes(self.supergraph, self.graph.possible)
        self._shape_types = ShapeTypes(self.graph)
        self._api_schema: GraphQLSchema | None = None

    def plan(
        self,
        operation: Operation | str,
        operation_name: str | None = None,
        *,
        labels: frozenset[str] = frozenset(),
        should_stop: Callable[[], bool] | None = None,
    ) -> QueryPlan:
        """Return the plan of a normalised operation, or of a document's text.

        `labels` are the progressive-override labels that are active. When `should_stop` answers
        True while combinations are compared, the best plan so far is returned.

        Raises `RequestError` when the text is not a valid document for the API schema, and
        `PlanningError` when no plan exists or the budget ran out before any was found.
        """
        if isinstance(operation, str):
            operation = self.normalize(operation, operation_name)
        careful = _Planning(self, operation, labels, should_stop)
        plan = careful.plan()
        # A mutation or an event cannot be asked for again, so there nothing is presumed.
        if not careful.avoided or operation.kind is not OperationKind.QUERY:
            return plan
        bold = _Planning(self, operation, labels, should_stop, presume=True)
        try:
            shorter = bold.plan()
        except PlanningError:
            # The budget is used up; the plan there is needs no other.
            return plan
        if bold.spreads or bold.fetches >= careful.fetches:
            return plan
        return replace(shorter, caution=Caution(plan, bold.presuming) if bold.presuming else None)

    def plan_with_shapes(
        self,
        operation: Operation,
        first: Operation,
        parts: Sequence[LatePart],
        *,
        labels: frozenset[str] = frozenset(),
        should_stop: Callable[[], bool] | None = None,
    ) -> tuple[QueryPlan, list[ResponseShape]]:
        """Return the plan of an operation with deferred parts, and the shapes of its answers.

        `first` and each part select some of what `operation` selects, together all of it. A part
        stands after the one around it.
        """
        planning = _Planning(self, operation, labels, should_stop)
        if operation.kind is OperationKind.QUERY:
            # The fields of a mutation run one after another: more calls would hold up the next.
            late = tuple(replace(p, operation=without_withheld(p.operation)) for p in parts)
            planning.parts = (without_withheld(first), late)
        wanted = (first, *(part.operation for part in parts))
        return planning.plan(), [planning.shape_of(one) for one in wanted]

    def labels_of(self, operation: Operation) -> tuple[str, ...]:
        """Return the progressive-override labels on which the operation's plan may depend.

        For any two sets of active labels that agree on these, the plan is the same.
        """
        return self._labels.of(operation)

    def explain(self, operation: Operation | str, operation_name: str | None = None) -> str:
        """Return what was chosen for each part of the operation, and the options not taken."""
        if isinstance(operation, str):
            operation = self.normalize(operation, operation_name)
        presume = self.plan(operation).caution is not None
        return _Planning(self, operation, frozenset(), None, presume=presume).explain()

    def normalize(self, text: str, operation_name: str | None = None) -> Operation:
        """Parse, validate and normalise a document."""
        try:
            document = parse(text)
        except GraphQLError as error:
            raise RequestError(error.message, code="GRAPHQL_PARSE_FAILED") from error
        if self._api_schema is None:
            self._api_schema = build_api_schema(self.supergraph)
        errors = validate(self._api_schema, document)
        if errors:
            first = errors[0]
            locations = tuple((at.line, at.column) for at in first.locations or ())
            raise RequestError(first.message, code="GRAPHQL_VALIDATION_FAILED", locations=locations)
        return self.normalizer.normalize(document, operation_name)

    def field_shapes(self) -> FieldShapes:
        return self._field_shapes

    def shape_types(self) -> ShapeTypes:
        return self._shape_types


class _Planning:
    """One run of the planner."""

    def __init__(
        self,
        planner: Planner,
        operation: Operation,
        labels: frozenset[str],
        should_stop: Callable[[], bool] | None,
        *,
        presume: bool = False,
    ) -> None:
        self.fetches = 0
        self.spreads = False
        self.presuming: frozenset[int] = frozenset()
        self.parts: tuple[Operation, tuple[LatePart, ...]] | None = None
        self._shown = operation
        self._operation = operation = without_withheld(operation)
        self._graph = planner.graph
        self._limits = planner.limits
        self._should_stop = should_stop
        self._positions = Positions(planner.field_shapes())
        self._text = OperationText(planner.graph, operation)
        self._shape_types = planner.shape_types()
        self._finder = PathFinder(
            planner.graph,
            self._positions,
            labels=labels,
            max_paths=planner.limits.max_paths,
            should_stop=should_stop,
            presume=presume,
        )
        self._positions.register(operation.selections, self._positions.root)

    @property
    def avoided(self) -> bool:
        """Whether an interface object's type had to be learnt, see `PathFinder.casts`."""
        return self._finder.avoided

    def explain(self) -> str:
        if self._operation.kind is not OperationKind.MUTATION:
            return explain_choices(*self._choose(self._operation))
        parts = (replace(self._operation, selections=(s,)) for s in self._operation.in_order())
        return "\n".join(explain_choices(*self._choose(part)) for part in parts)

    def plan(self) -> QueryPlan:
        operation = self._operation
        nodes = PlanBuilder(operation, self._text)
        node: PlanNode | None
        match operation.kind:
            case OperationKind.QUERY:
                graphs = [self._fetches(operation)]
                place_typenames(graphs, operation.selections)
                node = nodes.build(graphs)
            case OperationKind.MUTATION:
                graphs = self._serial_fetches(operation)
                place_typenames(graphs, operation.selections)
                node = nodes.build(graphs)
            case OperationKind.SUBSCRIPTION:
                graph = self._fetches(operation)
                node = nodes.build_subscription(graph) if graph.steps else None
        self.fetches, self.presuming = nodes.fetches(), nodes.presuming()
        return QueryPlan(operation.kind, node, self.shape_of(self._shown))

    def shape_of(self, operation: Operation) -> ResponseShape:
        """Return the shape of the operation planned here, or of a part of it."""
        return ShapeBuilder(self._shape_types, self._positions).build(operation)

    def _choose(self, operation: Operation) -> tuple[list[Leaf], list[Path]]:
        leaves = LeafFinder(self._graph, self._finder).leaves(
            operation.selections, self._finder.roots(operation.root_type)
        )
        return leaves, self._combined(leaves)

    def _combined(self, leaves: Sequence[Leaf], made: int = 0) -> list[Path]:
        return combine(
            leaves,
            max_combinations=self._limits.max_combinations,
            should_stop=self._should_stop,
            made=made,
        )

    def _fetches(self, operation: Operation) -> FetchGraph:
        builder = FetchBuilder(
            self._graph, self._positions, operation.kind, self._text.free_prefix("_ctx")
        )
        if self.parts is None:
            leaves, chosen = self._choose(operation)
            for leaf, path in zip(leaves, chosen, strict=True):
                builder.add(path, leaf.selections, leaf.literals)
        else:
            self._lay_parts(builder, *self.parts)
        self.spreads |= builder.spreads
        optimize(builder.fetches)
        return builder.fetches

    def _lay_parts(
        self, builder: FetchBuilder, first: Operation, parts: tuple[LatePart, ...]
    ) -> None:
        """Lay what is answered first, then what each part adds, in calls of its own."""
        roots = self._finder.roots(first.root_type)
        scopes = (FIRST, *scopes_of(parts, self._positions))
        wanted, known, made = first.selections, first.selections, 0
        for number, scope in enumerate(scopes):
            if number:
                selections = parts[number - 1].operation.selections
                wanted, known = subtract_selections(selections, known), (*known, *selections)
            finder = LeafFinder(self._graph, self._finder, scope.apart)
            leaves = finder.leaves(wanted, roots)
            late = LatePaths(self._finder, scope)
            for leaf, path in zip(leaves, self._combined(leaves, made), strict=True):
                made |= path.mask
                paths = late.of(path)
                # Through another view of the type less may be known, see `@provides`.
                if not all(finder.resolves_all(leaf.selections, entered) for entered in paths):
                    paths = (path,)
                for entered in paths:
                    builder.add(entered, leaf.selections, leaf.literals, scope)

    def _serial_fetches(self, operation: Operation) -> list[FetchGraph]:
        """One graph for each root field; neighbours of one subgraph share a call.

        They do only while nothing but that call is needed: what a root field selects in other
        subgraphs has to be read before the next root field changes it.
        """
        graphs: list[FetchGraph] = []
        for selection in operation.in_order():
            graph = self._fetches(replace(operation, selections=(selection,)))
            if not graph.steps:
                continue
            last = graphs[-1].steps if graphs else []
            if len(last) == len(graph.steps) == 1 and _can_share(last[0], graph.steps[0]):
                last[0].selection.merge(graph.steps[0].selection)
            else:
                graphs.append(graph)
        return graphs


def _can_share(one: FetchStep, two: FetchStep) -> bool:
    # A key that comes again (under other conditions) has to come after all before it.
    again = one.selection.fields.keys() & two.selection.fields.keys()
    return one.subgraph == two.subgraph and one.guard == two.guard and not again
