"""The plan's tree as a flat tuple of fetch steps with their dependencies.

The tree says what people read; `depends_on` says what a fetch waits for. Here both become one
list of steps, each knowing by index whom it waits for and under which variables it runs:

- a query's fetch waits for its `depends_on`; an entity fetch that names none falls back to
  everything before it in the enclosing `Sequence`;
- in a mutation every step of a `Sequence` waits for all steps of the node before it, so root
  fields run strictly one after another (GraphQL October 2021 §6.2.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from federation.execution.contexts import with_context_members
from federation.plan.nodes import (
    BatchFetch,
    Condition,
    Defer,
    EntityBatch,
    Fetch,
    Flatten,
    OperationKind,
    Parallel,
    PlanNode,
    QueryPlan,
    RenameKey,
    Selected,
    Sequence,
    Subscription,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One call of one subgraph.

    `entities` empty: a root fetch whose answer has the shape `selections`. A root fetch for
    objects at a path has one without alias, variable and representations: the answer itself is
    the entity of all these objects. `waits_for` are
    indexes of earlier steps. `conditions` are (variable, wanted value), all of which must hold.
    `event` marks the fetch that opens a subscription: its answers arrive as events.
    `definitions`: those of the client's variables, where the text depends on the data (contexts).
    """

    id: int
    subgraph: str
    operation: str
    operation_name: str | None
    kind: OperationKind
    variables: tuple[str, ...]
    entities: tuple[EntityBatch, ...]
    selections: tuple[Selected, ...]
    output_rewrites: tuple[RenameKey, ...]
    depends_on: tuple[int, ...]
    waits_for: tuple[int, ...] = ()
    conditions: tuple[tuple[str, bool], ...] = ()
    event: bool = False
    definitions: str = ""


def flatten_plan(plan: QueryPlan) -> tuple[Step, ...]:
    """Return the steps of `plan`, in the order they are written."""
    steps: list[Step] = []
    if plan.node is not None:
        _Flattening(steps, serial=plan.kind is OperationKind.MUTATION).add(plan.node, (), ())
    by_id: dict[int, list[int]] = {}
    for index, step in enumerate(steps):
        by_id.setdefault(step.id, []).append(index)
    return tuple(_resolve(index, step, by_id) for index, step in enumerate(steps))


def _resolve(index: int, step: Step, by_id: dict[int, list[int]]) -> Step:
    named = (found for id_ in step.depends_on for found in by_id.get(id_, ()))
    waits_for = sorted({*step.waits_for, *named} - {index})
    return replace(step, waits_for=tuple(waits_for))


@dataclass(slots=True)
class _Flattening:
    steps: list[Step]
    serial: bool

    def add(
        self, node: PlanNode, before: tuple[int, ...], conditions: tuple[tuple[str, bool], ...]
    ) -> None:
        match node:
            case Fetch() | BatchFetch():
                self._append(node, before, conditions)
            case Flatten(_, inner):
                self.add(inner, before, conditions)
            case Parallel(nodes):
                for child in nodes:
                    self.add(child, before, conditions)
            case Sequence(nodes):
                for child in nodes:
                    start = len(self.steps)
                    self.add(child, before, conditions)
                    before = (*before, *range(start, len(self.steps)))
            case Condition(variable, then, otherwise):
                for branch, wanted in ((then, True), (otherwise, False)):
                    if branch is not None:
                        self.add(branch, before, (*conditions, (variable, wanted)))
            case Defer(_, first, deferred):
                for part in (first, *(later.node for later in deferred)):
                    if part is not None:
                        self.add(part, before, conditions)
            case Subscription(primary, rest):
                self._append(primary, before, conditions, event=True)
                if rest is not None:
                    self.add(rest, (*before, len(self.steps) - 1), conditions)

    def _append(
        self,
        fetch: Fetch | BatchFetch,
        before: Iterable[int],
        conditions: tuple[tuple[str, bool], ...],
        event: bool = False,
    ) -> None:
        step = _step(fetch)
        inherits = self.serial or (step.entities and not step.depends_on)
        self.steps.append(
            replace(
                step,
                waits_for=tuple(before) if inherits else (),
                conditions=conditions,
                event=event,
            )
        )


def _step(fetch: Fetch | BatchFetch) -> Step:
    match fetch:
        case BatchFetch():
            return Step(
                id=fetch.id,
                subgraph=fetch.subgraph,
                operation=fetch.operation,
                operation_name=fetch.operation_name,
                kind=OperationKind.QUERY,
                variables=fetch.variables,
                entities=tuple(
                    with_context_members(batch) if batch.contexts else batch
                    for batch in fetch.entities
                ),
                definitions=fetch.definitions,
                selections=(),
                output_rewrites=(),
                depends_on=fetch.depends_on,
            )
        case Fetch(representations=(), path=()):
            entities: tuple[EntityBatch, ...] = ()
        case Fetch():
            entities = (
                EntityBatch(
                    alias="_entities" if fetch.representations else "",
                    variable="representations" if fetch.representations else "",
                    paths=(fetch.path,),
                    representations=fetch.representations,
                    selections=fetch.selections,
                    output_rewrites=fetch.output_rewrites,
                ),
            )
    return Step(
        id=fetch.id,
        subgraph=fetch.subgraph,
        operation=fetch.operation,
        operation_name=fetch.operation_name,
        kind=fetch.kind,
        variables=fetch.variables,
        entities=entities,
        selections=() if entities else fetch.selections,
        output_rewrites=() if entities else fetch.output_rewrites,
        depends_on=fetch.depends_on,
    )
