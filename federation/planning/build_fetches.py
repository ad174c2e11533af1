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
from federation.operation.model import (
    Argument,
    Conditions,
    Field,
    Fragment,
    Literals,
    Selection,
    both,
)
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
)
from federation.planning.late import FIRST, PartScope
from federation.query_graph.model import LEAF, Node, QueryGraph
from federation.query_graph.paths import CastStep, FieldStep, JumpStep, Path, RootStep
from federation.query_graph.positions import Position, Positions


@dataclass(slots=True, eq=False)
class Placed:
    """Where a path ends: in which step, at which selection, under which path of the data.

    `types`: condition on the object for whatever is below it. `used`: all steps the path needs.
    `unwanted`: some of the objects here are there only because too much was asked for.
    `conditions`: when the client wants something of the object; it may be there for others, too.
    """

    step: FetchStep
    selection: SelectionDraft
    path: PlanPath
    types: tuple[str, ...] | None
    used: dict[FetchStep, None]
    unwanted: bool = False
    conditions: Conditions = ()


class FetchBuilder:
    """Lays paths into one fetch graph."""

    def __init__(
        self, graph: QueryGraph, positions: Positions, kind: OperationKind, context_prefix: str
    ) -> None:
        self.fetches = FetchGraph()
        # Whether for objects nobody wants further calls are made.
        self.spreads = False
        self._graph = graph
        self._positions = positions
        self._kind = kind
        self._context_prefix = context_prefix
        # (place, type, field, argument) → variable
        self._context_variables: dict[tuple[int, str, str, str], str] = {}
        # By place and subgraph; the root's steps are not among them.
        self._steps: dict[tuple[int, str], list[FetchStep]] = {}
        self._placed: dict[tuple[Path, Guard, int, bool], Placed] = {}
        self._guard: Guard = frozenset()
        self._scope = FIRST
        # Whether what is laid now is what a part's objects are entered with.
        self._is_input = False

    def add(
        self,
        path: Path,
        selections: tuple[Selection, ...],
        literals: Literals,
        scope: PartScope = FIRST,
    ) -> None:
        """Fetch what `path` leads to and, in the same call, all of `selections` below it.

        `literals` hold whenever it is wanted. `scope`: the deferred part it is wanted for.
        """
        self._guard = frozenset(literals)
        self._scope = scope
        # An object's type is known from whoever told it first.
        self._is_input = isinstance(path.step, FieldStep) and path.step.key == "__typename"
        placed = self._place(path)
        if selections and path.node is not None:
            self._add_local(
                placed.selection, selections, path.node, path.position, placed.conditions
            )
        elif path.vacuous or (path.node is not None and not selections):
            # Nothing of the object itself is wanted, but whether it is there must be known.
            placed.selection.add_typename()
        for step in placed.used:
            step.touch(self._guard)

    def _place(self, path: Path) -> Placed:
        # Paths wanted under other conditions may need other steps, see `FetchStep.can_also`.
        key = (path, self._guard, self._scope.number, self._is_input)
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
                if path.vacuous or _is_presumed(path):
                    # The shape sorts out whom it was wanted of.
                    return before
                return Placed(
                    before.step,
                    before.selection.fragment(type_name, path.node),
                    before.path,
                    (type_name,),
                    before.used,
                    before.unwanted,
                    before.conditions,
                )
            case FieldStep():
                return self._lay_field(path, path.step)

    def _lay_root(self, path: Path) -> Placed:
        assert path.node is not None
        subgraph = path.node.subgraph
        late = self._scope.part_at(path.position)
        for step in self.fetches.steps:
            if step.subgraph == subgraph and step.is_root and step.late == late:
                return Placed(step, step.selection, (), None, {step: None})
        step = FetchStep(
            len(self.fetches.steps),
            subgraph,
            self._kind,
            0,
            (),
            SelectionDraft(path.node),
            late=late,
        )
        self.fetches.steps.append(step)
        return Placed(step, step.selection, (), None, {step: None})

    def _lay_field(self, path: Path, step: FieldStep) -> Placed:
        assert path.previous is not None
        before = self._place(path.previous)
        if step.field.name == "__typename":
            before.selection.add_typename()
            return before
        presumed = _is_presumed(path.previous)
        before.step.presumes |= presumed
        conditions = before.conditions
        if not step.required:
            conditions = _within(conditions, step.field.conditions)
        arguments = (*step.field.arguments, *self._context_arguments(path.previous, step, before))
        below = before.selection.add(step.key, step.field.name, arguments, conditions, path.node)
        elements: list[PathElement] = [PathKey(step.key, before.types)]
        elements += [PathList()] * _list_depth(step.move.type)
        return Placed(
            before.step,
            below,
            (*before.path, *elements),
            None,
            before.used,
            before.unwanted or presumed,
            conditions,
        )

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
        # What a part's own objects are entered with may come from calls made for them before.
        outer, self._is_input = self._is_input, self._scope.is_object(path.position)
        source = self._place(path.previous)
        if not _knows_typename(path.previous):
            source.selection.add_typename()
        used = dict(source.used)
        dependencies = {source.step: None}
        for needed in jump.inputs:
            placed = self._place(needed)
            used.update(placed.used)
            dependencies[placed.step] = None
        self._is_input = outer
        draft = None
        if not jump.move.is_root:
            draft = self._representation(path.previous, path.node, jump)
        needs_more = bool(jump.requires or jump.contexts)
        step = self._step(path, source, dependencies, draft, needs_more)
        used[step] = None
        step.presumes |= path.node.is_interface_object and _is_presumed(path.previous)
        self.spreads |= source.unwanted
        entered = step.part(source.path, draft).selection
        if draft is not None:
            entered = entered.fragment(path.node.type_name, path.node)
        return Placed(
            step, entered, source.path, source.types, used, source.unwanted, source.conditions
        )

    def _step(
        self,
        path: Path,
        source: Placed,
        dependencies: dict[FetchStep, None],
        draft: RepresentationDraft | None,
        requires: bool,
    ) -> FetchStep:
        assert path.node is not None
        place, subgraph = path.position.id, path.node.subgraph
        late = self._scope.part_at(path.position)
        known = self._steps.setdefault((place, subgraph), [])
        for step in known:
            if step.late != late and not (self._is_input and self._scope.is_around(step.late)):
                continue
            if any(d is step or d.waits_for(step) for d in dependencies):
                continue
            if draft is not None and not step.can_represent(source.path, draft):
                continue
            if step.can_also(self._guard, dependencies, requires):
                step.dependencies.update(dependencies)
                step.requires |= requires
                step.touch(self._guard)
                return step
        step = FetchStep(
            len(self.fetches.steps),
            subgraph,
            OperationKind.QUERY,
            place,
            source.path,
            SelectionDraft(None),
            late=late,
        )
        step.dependencies.update(dependencies)
        step.requires = requires
        step.touch(self._guard)
        self.fetches.steps.append(step)
        known.append(step)
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
        around: Conditions,
    ) -> None:
        for item in selections:
            if isinstance(item, Fragment):
                if node.is_abstract:
                    target = self._graph.nodes[node.casts[item.type_name]]
                    inner = draft.fragment(item.type_name, target)
                    self._add_local(inner, item.selections, target, position, around)
                else:
                    self._add_local(draft, item.selections, node, position, around)
                continue
            if item.name == "__typename":
                draft.add_typename()
                continue
            move = node.fields[item.name]
            below_node = None if move.target == LEAF else self._graph.nodes[move.target]
            key = position.selected_key(item)
            conditions = _within(around, item.conditions)
            below = draft.add(key, item.name, item.arguments, conditions, below_node)
            if item.selections and below_node is not None:
                child = self._positions.child(position, key)
                self._add_local(below, item.selections, below_node, child, conditions)


def _within(around: Conditions, own: Conditions) -> Conditions:
    """Return when a field is wanted of an object that is wanted under conditions itself.

    Where that can never be, its own conditions keep it out once the object's are written.
    """
    found = both(around, own)
    return own if found is None else found


def _is_presumed(path: Path) -> bool:
    """Whether a path ends in a cast that its subgraph cannot make: it has but one type there."""
    return isinstance(path.step, CastStep) and (
        path.previous is not None and path.node is path.previous.node and not path.vacuous
    )


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
