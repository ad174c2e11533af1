"""Chosen paths → fetch graph.

Each path is laid into the graph from its root: fields and casts grow the selection of the step
they are in, a jump finds (or makes) the step of its subgraph at that place. A step is shared by
all paths that enter the same subgraph at the same place – unless that would make a step wait for
itself, as when a subgraph's `@requires` needs what another learnt from its own answer; then it is
entered a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from federation.language import ListOf, NonNull, TypeRef, named_type, parse_type_ref
from federation.operation.model import Argument, Field, Fragment, Literals, Selection
from federation.plan.nodes import (
    CONTEXT_MARK,
    OperationKind,
    PathElement,
    PathKey,
    PathList,
    RequiredField,
    RequiredFragment,
    RequiredSelection,
)
from federation.plan.nodes import Path as PlanPath
from federation.planning.fetch_graph import (
    ContextDraft,
    FetchGraph,
    FetchStep,
    Guard,
    RepresentationDraft,
    SelectionDraft,
    merge_paths,
)
from federation.query_graph.model import LEAF, Node, QueryGraph
from federation.query_graph.paths import CastStep, FieldStep, JumpStep, Path, RootStep
from federation.query_graph.positions import Position, Positions


@dataclass(slots=True, eq=False)
class Placed:
    """Where a path ends: in which step, at which selection, under which path of the data.

    `types`: condition on the object for whatever is below it. `used`: all steps the path needs.
    """

    step: FetchStep
    selection: SelectionDraft
    path: PlanPath
    types: tuple[str, ...] | None
    used: dict[FetchStep, None]


class FetchBuilder:
    """Lays paths into one fetch graph."""

    def __init__(
        self, graph: QueryGraph, positions: Positions, kind: OperationKind, context_prefix: str
    ) -> None:
        self.fetches = FetchGraph()
        self._graph = graph
        self._positions = positions
        self._kind = kind
        self._context_prefix = context_prefix
        # (place, type, field, argument) → variable
        self._context_variables: dict[tuple[int, str, str, str], str] = {}
        self._placed: dict[tuple[Path, Guard], Placed] = {}
        self._guard: Guard = frozenset()

    def add(self, path: Path, selections: tuple[Selection, ...], literals: Literals) -> None:
        """Fetch what `path` leads to and, in the same call, all of `selections` below it.

        `literals` hold whenever it is wanted.
        """
        self._guard = frozenset(literals)
        placed = self._place(path)
        if selections and path.node is not None:
            self._add_local(placed.selection, selections, path.node, path.position)
        elif path.vacuous or (path.node is not None and not selections):
            # Nothing of the object itself is wanted, but whether it is there must be known.
            placed.selection.add_typename()
        for step in placed.used:
            step.touch(self._guard)

    def _place(self, path: Path) -> Placed:
        # Paths wanted under other conditions may need other steps, see `FetchStep.can_also`.
        key = (path, self._guard)
        placed = self._placed.get(key)
        if placed is None:
            placed = self._placed[key] = self._lay(path)
        return placed

    def _lay(self, path: Path) -> Placed:
        match path.step:
            case RootStep():
                return self._lay_root(path)
            case JumpStep():
                return self._lay_jump(path, path.step)
            case CastStep(type_name):
                assert path.previous is not None
                assert path.node is not None
                before = self._place(path.previous)
                if path.vacuous or path.node is path.previous.node:
                    # An interface object cannot be asked for one type; the shape sorts it out.
                    return before
                return Placed(
                    before.step,
                    before.selection.fragment(type_name, path.node),
                    before.path,
                    (type_name,),
                    before.used,
                )
            case FieldStep():
                return self._lay_field(path, path.step)

    def _lay_root(self, path: Path) -> Placed:
        assert path.node is not None
        subgraph = path.node.subgraph
        for step in self.fetches.steps:
            if step.subgraph == subgraph and step.is_root:
                return Placed(step, step.selection, (), None, {step: None})
        step = FetchStep(
            len(self.fetches.steps), subgraph, self._kind, 0, (), SelectionDraft(path.node)
        )
        self.fetches.steps.append(step)
        return Placed(step, step.selection, (), None, {step: None})

    def _lay_field(self, path: Path, step: FieldStep) -> Placed:
        assert path.previous is not None
        before = self._place(path.previous)
        if step.field.name == "__typename":
            before.selection.add_typename()
            return before
        conditions = () if step.required else step.field.conditions
        arguments = (*step.field.arguments, *self._context_arguments(path.previous, step, before))
        below = before.selection.add(step.key, step.field.name, arguments, conditions, path.node)
        elements: list[PathElement] = [PathKey(step.key, before.types)]
        elements += [PathList()] * _list_depth(step.move.type)
        return Placed(before.step, below, (*before.path, *elements), None, before.used)

    def _context_arguments(
        self, entity: Path, field: FieldStep, placed: Placed
    ) -> Iterator[Argument]:
        """Yield the arguments that come from objects above; note the values in the step."""
        if not field.move.contexts:
            return
        jump, node = _entry(entity), entity.node
        assert jump is not None
        assert node is not None
        for use in jump.contexts:
            key = (entity.position.id, node.type_name, field.move.name, use.argument)
            number = len(self._context_variables)
            name = self._context_variables.setdefault(key, f"{self._context_prefix}{number}")
            draft = placed.step.contexts.setdefault(name, ContextDraft(use.type))
            depth = len(self._place(use.above).path)
            for type_name, selections in use.selections:
                members = self._required(use.above.position, type_name, selections, node)
                draft.sources[depth, type_name] = tuple(_chain(members))
            yield Argument(use.argument, f"${name}{CONTEXT_MARK}")

    # Jumps

    def _lay_jump(self, path: Path, jump: JumpStep) -> Placed:
        assert path.previous is not None
        assert path.node is not None
        source = self._place(path.previous)
        if not _knows_typename(path.previous):
            source.selection.add_typename()
        used = dict(source.used)
        dependencies = {source.step: None}
        for needed in jump.inputs:
            placed = self._place(needed)
            used.update(placed.used)
            dependencies[placed.step] = None
        if jump.move.is_root:
            step = self._step(path, source, dependencies, [], requires=False)
            used[step] = None
            return Placed(step, step.selection, step.path, source.types, used)
        draft = self._representation(path.previous, path.node, jump)
        needs_more = bool(jump.requires or jump.contexts)
        step = self._step(path, source, dependencies, [draft], needs_more)
        step.represent(draft)
        used[step] = None
        entered = step.selection.fragment(path.node.type_name, path.node)
        return Placed(step, entered, step.path, source.types, used)

    def _step(
        self,
        path: Path,
        source: Placed,
        dependencies: dict[FetchStep, None],
        drafts: list[RepresentationDraft],
        requires: bool,
    ) -> FetchStep:
        assert path.node is not None
        place, subgraph = path.position.id, path.node.subgraph
        for step in self.fetches.steps:
            if step.is_root or step.place != place or step.subgraph != subgraph:
                continue
            if any(d is step or d.waits_for(step) for d in dependencies):
                continue
            if step.can_also(self._guard, dependencies, requires) and step.can_join(
                source.path, drafts
            ):
                step.dependencies.update(dependencies)
                step.requires |= requires
                step.touch(self._guard)
                step.path = merge_paths(step.path, source.path)
                return step
        step = FetchStep(
            len(self.fetches.steps),
            subgraph,
            OperationKind.QUERY,
            place,
            source.path,
            SelectionDraft(None),
        )
        step.dependencies.update(dependencies)
        step.requires = requires
        step.touch(self._guard)
        self.fetches.steps.append(step)
        return step

    # Representations

    def _representation(self, source: Path, target: Node, jump: JumpStep) -> RepresentationDraft:
        assert source.node is not None
        own_type = source.narrow or source.node.type_name
        key = self._required(source.position, own_type, jump.move.key, target)
        if jump.move.single:
            (only,) = key
            assert isinstance(only, RequiredField)
            key = (RequiredField(only.name, only.source, (), nullable=False),)
        requires = self._required(source.position, own_type, jump.requires, target)
        return RepresentationDraft(
            entered=target.type_name,
            types=self._types_of(source),
            typename=jump.move.typename,
            selections=(*key, *(r for r in requires if r not in key)),
        )

    def _types_of(self, source: Path) -> tuple[str, ...]:
        """Values of `__typename` that objects found by `source` may have in the data."""
        node = source.node
        assert node is not None
        if node.is_interface_object:
            # Until another subgraph says more, the data says the interface's name.
            concrete = (
                (source.narrow,) if source.narrow else self._graph.possible.of(node.type_name)
            )
            return (*concrete, node.type_name)
        return tuple(node.casts) if node.is_abstract else (node.type_name,)

    def _required(
        self,
        position: Position,
        type_name: str,
        selections: tuple[Selection, ...],
        target: Node,
    ) -> tuple[RequiredSelection, ...]:
        found: list[RequiredSelection] = []
        for item in selections:
            if isinstance(item, Fragment):
                inner = self._required(position, item.type_name, item.selections, target)
                found.append(RequiredFragment(item.type_name, (item.type_name,), inner))
            else:
                found.append(self._required_field(position, type_name, item, target))
        return tuple(found)

    def _required_field(
        self, position: Position, type_name: str, item: Field, target: Node
    ) -> RequiredField:
        key = position.required_key(type_name, item)
        if item.name == "__typename":
            return RequiredField(item.name, key, (), nullable=False)
        field = self._graph.supergraph.types[type_name].fields[item.name]
        declared = next((j.type for j in field.joins if j.subgraph == target.subgraph), None)
        type_ref = parse_type_ref(declared) if declared else field.type
        inner: tuple[RequiredSelection, ...] = ()
        if item.selections:
            child = self._positions.child(position, key)
            inner = self._required(child, named_type(field.type), item.selections, target)
        return RequiredField(item.name, key, inner, nullable=not isinstance(type_ref, NonNull))

    # Subtrees that one subgraph resolves

    def _add_local(
        self,
        draft: SelectionDraft,
        selections: tuple[Selection, ...],
        node: Node,
        position: Position,
    ) -> None:
        for item in selections:
            if isinstance(item, Fragment):
                if node.is_abstract:
                    target = self._graph.nodes[node.casts[item.type_name]]
                    inner = draft.fragment(item.type_name, target)
                    self._add_local(inner, item.selections, target, position)
                else:
                    self._add_local(draft, item.selections, node, position)
                continue
            if item.name == "__typename":
                draft.add_typename()
                continue
            move = node.fields[item.name]
            below_node = None if move.target == LEAF else self._graph.nodes[move.target]
            key = position.selected_key(item)
            below = draft.add(key, item.name, item.arguments, item.conditions, below_node)
            if item.selections and below_node is not None:
                child = self._positions.child(position, key)
                self._add_local(below, item.selections, below_node, child)


def _knows_typename(path: Path) -> bool:
    """Whether the data has the object's `__typename` before the step that `path` ends in.

    It has when the object was entered by a representation, which held it. An interface object
    must not be asked again: its answer would write the interface's name over the concrete one.
    Where the representation came from an interface object, the concrete name is still to learn.
    """
    step: Path | None = path
    while step is not None and isinstance(step.step, CastStep):
        step = step.previous
    if step is None or not isinstance(step.step, JumpStep):
        return False
    origin = step.previous
    learns = origin is not None and origin.node is not None and origin.node.is_interface_object
    return not learns or (step.node is not None and step.node.is_interface_object)


def _entry(path: Path) -> JumpStep | None:
    """Return the jump by which an object was entered."""
    step: Path | None = path
    while step is not None and isinstance(step.step, CastStep):
        step = step.previous
    return step.step if step is not None and isinstance(step.step, JumpStep) else None


def _chain(selections: tuple[RequiredSelection, ...]) -> Iterator[str]:
    """Yield the members on the way to the one value that is selected."""
    while selections:
        first = selections[0]
        if isinstance(first, RequiredField):
            yield first.source
        selections = first.selections


def _list_depth(ref: TypeRef) -> int:
    depth = 0
    while True:
        match ref:
            case NonNull(inner):
                ref = inner
            case ListOf(inner):
                ref = inner
                depth += 1
            case _:
                return depth
