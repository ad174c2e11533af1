"""Fetch graphs → plan nodes.

The tree shows people the order: what is independent stands in a `Parallel`, what waits in a
`Sequence`. Where the dependencies are no tree (a step with two sources that have other
followers), the tree waits more than necessary; `Fetch.depends_on` is exact, and executors go by
that. A query is one graph; each root field of a mutation is a graph of its own, strictly one
after another (GraphQL §6.2.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from federation.operation.model import Operation
from federation.plan import nodes
from federation.plan.nodes import PlanNode
from federation.planning.fetch_graph import FetchGraph, FetchStep
from federation.planning.operation_text import OperationText


class PlanBuilder:
    """Builds the nodes of one operation; numbers the fetches in the order they are written."""

    def __init__(self, operation: Operation, text: OperationText) -> None:
        self._operation = operation
        self._text = text
        self._ids: dict[FetchStep, int] = {}

    def build(self, graphs: Sequence[FetchGraph]) -> PlanNode | None:
        """Return the plan's tree, or None when nothing is to be fetched."""
        parts = [self._level(graph.steps) for graph in graphs if graph.steps]
        return _sequence(parts) if parts else None

    def build_subscription(self, graph: FetchGraph) -> PlanNode:
        """Return the tree of a subscription: its one root call opens the stream."""
        primary, *rest = graph.steps
        opening = self._fetch(primary)
        inner = self._level(rest) if rest else None
        return nodes.Subscription(opening, inner)

    def fetches(self) -> int:
        """Return how many fetches there are."""
        return len(self._ids)

    def presuming(self) -> frozenset[int]:
        """Return the ids of fetches that ask for too much, see `nodes.Caution`."""
        return frozenset(number for step, number in self._ids.items() if step.presumes)

    def _level(self, steps: Sequence[FetchStep]) -> PlanNode:
        """Group connected steps; independent groups run in parallel."""
        return _parallel([self._group(group) for group in _components(steps)])

    def _group(self, steps: Sequence[FetchStep]) -> PlanNode:
        here = set(steps)
        first = [step for step in steps if here.isdisjoint(step.dependencies)]
        rest = [step for step in steps if step not in set(first)]
        heads = _parallel([self._guarded(step) for step in first])
        return _sequence([heads, self._level(rest)]) if rest else heads

    def _guarded(self, step: FetchStep) -> PlanNode:
        node: PlanNode
        if (
            step.members
            or step.contexts
            or (step.is_entity and self._text.defines("representations"))
        ):
            # A batch names its variables itself, so it cannot clash with the client's.
            node = self._batch(step)
        else:
            fetch = self._fetch(step)
            node = nodes.Flatten(step.path, fetch) if step.path else fetch
        for variable, wanted in sorted(step.guard, reverse=True):
            node = nodes.Condition(variable, node if wanted else None, None if wanted else node)
        return node

    def _fetch(self, step: FetchStep) -> nodes.Fetch:
        number = self._number(step)
        body, used = self._text.selection_text(step)
        extra: tuple[str, ...] = ()
        if step.is_entity:
            body = f"{{_entities(representations:$representations){body}}}"
            extra = ("$representations:[_Any!]!",)
        name = self._name(step, number)
        variables = self._text.in_order(used)
        return nodes.Fetch(
            id=number,
            subgraph=step.subgraph,
            operation=self._text.document(step.kind, name, variables, extra, body),
            kind=step.kind,
            operation_name=name,
            variables=variables,
            path=step.path,
            representations=_representations(step),
            selections=self._text.shape(step.selection),
            depends_on=self._depends_on(step),
        )

    def _batch(self, leader: FetchStep) -> nodes.BatchFetch:
        number = self._number(leader)
        used: set[str] = set()
        variable = self._text.free_prefix("_r")
        batches: dict[tuple[str, tuple[nodes.Representation, ...]], nodes.EntityBatch] = {}
        bodies: list[str] = []
        for step in (leader, *leader.members):
            text, variables_used = self._text.selection_text(step)
            used |= variables_used
            key = (text, _representations(step))
            known = batches.get(key)
            if known is not None:
                batches[key] = replace(known, paths=(*known.paths, step.path))
                continue
            index = len(batches)
            batches[key] = nodes.EntityBatch(
                alias=f"_e{index}",
                variable=f"{variable}{index}",
                paths=(step.path,),
                representations=key[1],
                selections=self._text.shape(step.selection),
                contexts=_contexts(step),
                body=text if step.contexts else "",
            )
            bodies.append(f"_e{index}:_entities(representations:${variable}{index}){text}")
        name = self._name(leader, number)
        variables = self._text.in_order(used)
        extra = [f"${batch.variable}:[_Any!]!" for batch in batches.values()]
        extra += [f"${name}:{draft.type}" for name, draft in leader.contexts.items()]
        body = "{" + " ".join(bodies).replace(nodes.CONTEXT_MARK, "") + "}"
        return nodes.BatchFetch(
            id=number,
            subgraph=leader.subgraph,
            operation=self._text.document(leader.kind, name, variables, extra, body),
            definitions=",".join(self._text.definitions(variables)) if leader.contexts else "",
            entities=tuple(batches.values()),
            operation_name=name,
            variables=variables,
            depends_on=self._depends_on(leader),
        )

    def _number(self, step: FetchStep) -> int:
        return self._ids.setdefault(step, len(self._ids))

    def _name(self, step: FetchStep, number: int) -> str | None:
        """Name the call after the client's operation, so that a subgraph's logs say whose it is."""
        if not self._operation.name:
            return None
        return f"{self._operation.name}__{_graphql_name(step.subgraph)}__{number}"

    def _depends_on(self, step: FetchStep) -> tuple[int, ...]:
        return tuple(sorted(self._ids[dependency] for dependency in step.dependencies))


def _representations(step: FetchStep) -> tuple[nodes.Representation, ...]:
    return tuple(
        nodes.Representation(draft.types, draft.selections, draft.typename)
        for draft in step.representations
    )


def _contexts(step: FetchStep) -> tuple[nodes.ContextValue, ...]:
    found = []
    for variable, draft in step.contexts.items():
        by_keys: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        for (depth, type_name), keys in draft.sources.items():
            by_keys.setdefault((depth, keys), []).append(type_name)
        sources = [
            nodes.ContextSource(depth, tuple(types), keys)
            for (depth, keys), types in sorted(by_keys.items(), key=lambda item: -item[0][0])
        ]
        found.append(nodes.ContextValue(variable, draft.type, tuple(sources)))
    return tuple(found)


def _components(steps: Sequence[FetchStep]) -> list[list[FetchStep]]:
    """Split steps into groups that do not wait for one another, in order of appearance."""
    group_of: dict[FetchStep, int] = {}
    for index, step in enumerate(steps):
        group_of[step] = index
    for step in steps:
        for dependency in step.dependencies:
            if dependency in group_of and group_of[dependency] != group_of[step]:
                old, new = group_of[step], group_of[dependency]
                low, high = min(old, new), max(old, new)
                for other, group in group_of.items():
                    if group == high:
                        group_of[other] = low
    groups: dict[int, list[FetchStep]] = {}
    for step in steps:
        groups.setdefault(group_of[step], []).append(step)
    return list(groups.values())


def _parallel(parts: Iterable[PlanNode]) -> PlanNode:
    flat: list[PlanNode] = []
    for part in parts:
        flat.extend(part.nodes if isinstance(part, nodes.Parallel) else (part,))
    return flat[0] if len(flat) == 1 else nodes.Parallel(tuple(flat))


def _sequence(parts: Iterable[PlanNode]) -> PlanNode:
    flat: list[PlanNode] = []
    for part in parts:
        flat.extend(part.nodes if isinstance(part, nodes.Sequence) else (part,))
    return flat[0] if len(flat) == 1 else nodes.Sequence(tuple(flat))


def _graphql_name(text: str) -> str:
    """Return `text` with everything that GraphQL names cannot hold replaced by "_"."""
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in text)
