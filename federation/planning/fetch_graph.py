"""Fetch steps and what they wait for: the planner's last form before plan nodes.

Steps are drafts: they grow while paths are laid into them, and passes rewrite them. A step's
`selection` is what its subgraph is asked for; for an entity step that of each entity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from federation.operation.model import Argument, Conditions, either
from federation.plan.nodes import (
    OperationKind,
    Path,
    PathElement,
    PathKey,
    RequiredField,
    RequiredFragment,
    RequiredSelection,
)
from federation.query_graph.model import Node

# Literals that must all hold: (variable, wanted value).
Guard = frozenset[tuple[str, bool]]


@dataclass(slots=True, eq=False)
class FieldDraft:
    """A field to ask for. `key` is its name in the answer.

    `conditions` say all there is to say of when it is wanted, those of the objects around included:
    these may be asked for under fewer conditions, for somebody else.
    """

    key: str
    name: str
    arguments: tuple[Argument, ...]
    conditions: Conditions
    selection: SelectionDraft | None


@dataclass(slots=True, eq=False)
class SelectionDraft:
    """What is asked of an object. `node` is its type in the step's subgraph.

    `fragments` by the concrete type's name (an entity step's outermost ones: by the name of the
    type that is entered, which may be an interface).
    """

    node: Node | None
    fields: dict[str, FieldDraft] = field(default_factory=dict)
    fragments: dict[str, SelectionDraft] = field(default_factory=dict)

    def add(
        self,
        key: str,
        name: str,
        arguments: tuple[Argument, ...],
        conditions: Conditions,
        target: Node | None,
    ) -> SelectionDraft:
        """Ask for a field (again); return the draft of what is selected below it."""
        known = self.fields.get(key)
        if known is None:
            below = None if target is None else SelectionDraft(target)
            known = self.fields[key] = FieldDraft(key, name, arguments, conditions, below)
            if below is not None and target is not None and not target.is_object:
                below.add_typename()
        else:
            # Positions give different fields different keys; wrong data would be the price here.
            assert (known.name, known.arguments) == (name, arguments), key
            known.conditions = either(known.conditions, conditions)
        return known.selection or self

    def add_typename(self) -> None:
        """Ask for `__typename`, first of all and always."""
        known = self.fields.get("__typename")
        if known is None:
            rest = dict(self.fields)
            self.fields.clear()
            self.fields["__typename"] = FieldDraft("__typename", "__typename", (), (), None)
            self.fields.update(rest)
        else:
            known.conditions = ()

    def fragment(self, type_name: str, node: Node) -> SelectionDraft:
        known = self.fragments.get(type_name)
        if known is None:
            known = self.fragments[type_name] = SelectionDraft(node)
        return known

    def merge(self, other: SelectionDraft) -> None:
        """Ask for all that `other` asks for, too."""
        for name, draft in other.fields.items():
            if name == "__typename":
                self.add_typename()
                continue
            below = self.add(
                draft.key,
                draft.name,
                draft.arguments,
                draft.conditions,
                draft.selection.node if draft.selection else None,
            )
            if draft.selection is not None:
                below.merge(draft.selection)
        for type_name, inner in other.fragments.items():
            assert inner.node is not None
            self.fragment(type_name, inner.node).merge(inner)

    def is_empty(self) -> bool:
        return not self.fields and all(f.is_empty() for f in self.fragments.values())


@dataclass(slots=True, eq=False)
class RepresentationDraft:
    """As `plan.nodes.Representation`."""

    types: tuple[str, ...]
    typename: str | None
    selections: tuple[RequiredSelection, ...]

    def clashes(self, other: RepresentationDraft) -> bool:
        """Whether one representation cannot say both: a member of the same name from other data."""
        return (
            self.typename == other.typename
            and not set(self.types).isdisjoint(other.types)
            and contradict(self.selections, other.selections)
        )

    def says_same(self, other: RepresentationDraft) -> bool:
        """Whether both send the same of their objects, whatever their types."""
        return (self.typename, self.selections) == (other.typename, other.selections)


@dataclass(slots=True, eq=False)
class ContextDraft:
    """As `plan.nodes.ContextValue`; `sources`: (depth, concrete type) → members to the value."""

    type: str
    sources: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class FetchStep:
    """One call. `place` identifies the object it adds to, whatever types the path goes through.

    `uses`: under which literals parts of this step are wanted. `requires`: whether a
    representation holds `@requires` data.
    `members`: further entity steps that are sent in the same operation. `contexts` by variable.
    `late`: the deferred part whose call it is, 0 for the first answer (`late.PartScope`).
    `presumes`: something is asked of all objects that is wanted of one type, see `plan.nodes`.

    While paths are laid, what is asked of the objects at `place` is in `parts`; `split_parts` makes
    `path`, `selection` and `representations` of it.
    """

    order: int
    subgraph: str
    kind: OperationKind
    place: int
    path: Path
    selection: SelectionDraft
    representations: list[RepresentationDraft] = field(default_factory=list)
    dependencies: dict[FetchStep, None] = field(default_factory=dict)
    uses: set[Guard] = field(default_factory=set)
    requires: bool = False
    members: list[FetchStep] = field(default_factory=list)
    contexts: dict[str, ContextDraft] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    presumes: bool = False
    late: int = 0

    @property
    def is_entity(self) -> bool:
        return bool(self.representations)

    @property
    def is_root(self) -> bool:
        """Whether the step asks for fields of the operation's own root."""
        return not self.place

    def waits_for(self, other: FetchStep) -> bool:
        """Whether this step waits for `other`, directly or through others."""
        stack, seen = list(self.dependencies), set()
        while stack:
            step = stack.pop()
            if step is other:
                return True
            if id(step) not in seen:
                seen.add(id(step))
                stack.extend(step.dependencies)
        return False

    def touch(self, guard: Guard) -> None:
        """Note a use of this step under these literals."""
        self.uses.add(guard)

    @property
    def guard(self) -> Guard:
        """Literals that hold whenever anything of this step is wanted."""
        return frozenset.intersection(*self.uses) if self.uses else frozenset()

    def can_also(self, guard: Guard, inputs: Iterable[FetchStep], requires: bool) -> bool:
        """Whether this step may also serve a use under `guard` that needs `inputs`.

        A representation is sent whole or not at all. If part of it comes from calls made only
        under some condition, then what does not stand under the condition must not wait for it.
        """
        if self.uses == {guard}:
            return True
        return not requires and not self.requires and set(inputs) == set(self.dependencies)

    def can_represent(self, path: Path, draft: RepresentationDraft) -> bool:
        """Whether objects at `path` can be sent like this with what is sent of them already."""
        return not any(
            one.clashes(draft)
            for part in self.parts
            if part.path == path
            for one in part.representations
        )

    def part(self, path: Path, draft: RepresentationDraft | None) -> Part:
        """Return what is asked of these objects alone; `draft` says how they are sent."""
        typename = draft.typename if draft is not None else None
        types = draft.types if draft is not None and typename is not None else None
        for part in self.parts:
            if (part.path, part.typename, part.types) == (path, typename, types):
                break
        else:
            part = Part(path, typename, types)
            self.parts.append(part)
        if draft is not None:
            part.representations = represent(part.representations, draft)
        return part


@dataclass(slots=True, eq=False)
class Part:
    """Objects of one step that are asked for the same: those at `path`.

    A subgraph with an interface object cannot tell types apart; there, a part is for the objects
    of some `types` only, which the subgraph knows by `typename`. Else a part is for all types:
    `selection` tells them apart by fragments.
    """

    path: Path
    typename: str | None
    types: tuple[str, ...] | None
    selection: SelectionDraft = field(default_factory=lambda: SelectionDraft(None))
    representations: list[RepresentationDraft] = field(default_factory=list)


def represent(
    sent: list[RepresentationDraft], draft: RepresentationDraft
) -> list[RepresentationDraft]:
    """Return representations that say what `sent` say and what `draft` says.

    Their types stay disjoint: an object has one. What two of them say of the same type is united;
    what one says only of its own types stays with those.
    """
    left = list(draft.types)
    found: list[RepresentationDraft] = []
    for known in sent:
        shared = [name for name in known.types if name in left]
        if not shared or known.typename != draft.typename:
            found.append(known)
            continue
        left = [name for name in left if name not in shared]
        united = merge_required(known.selections, draft.selections)
        rest = tuple(name for name in known.types if name not in shared)
        if rest and united != known.selections:
            found.append(replace(known, types=rest))
            found.append(replace(known, types=tuple(shared), selections=united))
        else:
            found.append(replace(known, selections=united))
    if left:
        same = next((index for index, one in enumerate(found) if one.says_same(draft)), None)
        if same is None:
            found.append(replace(draft, types=tuple(left)))
        else:
            found[same] = replace(found[same], types=(*found[same].types, *left))
    return found


def contradict(left: tuple[RequiredSelection, ...], right: tuple[RequiredSelection, ...]) -> bool:
    """Whether two representations take a member of the same name from different data.

    >>> contradict((RequiredField("fee", "fee"),), (RequiredField("fee", "fee_1"),))
    True
    """
    for one in left:
        for two in right:
            if isinstance(one, RequiredField) and isinstance(two, RequiredField):
                if one.name == two.name and (
                    one.source != two.source or contradict(one.selections, two.selections)
                ):
                    return True
            elif (
                isinstance(one, RequiredFragment)
                and isinstance(two, RequiredFragment)
                and one.condition == two.condition
                and contradict(one.selections, two.selections)
            ):
                return True
    return False


def merge_required(
    left: tuple[RequiredSelection, ...], right: tuple[RequiredSelection, ...]
) -> tuple[RequiredSelection, ...]:
    """Return the union of two representations' members.

    >>> a, b = RequiredField("a", "a"), RequiredField("b", "b")
    >>> merge_required((a,), (a, b)) == (a, b)
    True
    """
    found: dict[tuple[str, str], RequiredSelection] = {}
    for item in (*left, *right):
        key = ("field", item.name) if isinstance(item, RequiredField) else ("on", item.condition)
        known = found.get(key)
        if known is None:
            found[key] = item
        elif isinstance(known, RequiredField) and isinstance(item, RequiredField):
            found[key] = RequiredField(
                item.name,
                known.source,
                merge_required(known.selections, item.selections),
                known.nullable and item.nullable,
            )
        elif isinstance(known, RequiredFragment) and isinstance(item, RequiredFragment):
            found[key] = RequiredFragment(
                known.condition, known.types, merge_required(known.selections, item.selections)
            )
    return tuple(found.values())


def merge_paths(left: Path, right: Path) -> Path:
    """Return the path to the objects of both: conditions on types are united.

    >>> merge_paths((PathKey("a", ("T",)),), (PathKey("a", ("U",)),))
    (PathKey(key='a', types=('T', 'U')),)
    """
    merged: list[PathElement] = []
    for one, two in zip(left, right, strict=True):
        if isinstance(one, PathKey) and isinstance(two, PathKey) and one.types != two.types:
            types = None
            if one.types is not None and two.types is not None:
                types = tuple(sorted({*one.types, *two.types}))
            merged.append(PathKey(one.key, types))
        else:
            merged.append(one)
    return tuple(merged)


@dataclass(slots=True)
class FetchGraph:
    """All steps of one operation (or of one root field of a mutation), in order of need."""

    steps: list[FetchStep] = field(default_factory=list)

    def replace(self, old: FetchStep, new: FetchStep) -> None:
        """Remove `old`; whoever waited for it waits for `new`."""
        self.steps.remove(old)
        for step in self.steps:
            if old in step.dependencies:
                step.dependencies = {(new if d is old else d): None for d in step.dependencies}
