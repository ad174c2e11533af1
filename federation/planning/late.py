"""What deferred parts fetch: in calls of their own, also at a subgraph that knows no `@defer`.

The plain plan would ask for a deferred field in the same call as its siblings; then the first part
of the answer waits for it. So where a deferred fragment's fields leave its object, the object is
entered again: by a key in the same subgraph, or in another that resolves the field, too. At the
query's root that is a root call of its own. What cannot be entered again (a value type, say) stays
where it is, and is answered with what is around it.

A call belongs to the part that its object is in; see `PartScope`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from federation.operation.model import Field, Fragment, Operation, Selection
from federation.query_graph.conditions import find_inputs
from federation.query_graph.path_finder import PathFinder
from federation.query_graph.paths import CastStep, FieldStep, JumpStep, Path, RootStep
from federation.query_graph.positions import Position, Positions

Paths = tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class LatePart:
    """A deferred part: `operation` leads by `path` (response keys) to the objects it is on.

    `parent` is the index of the part around it.
    """

    operation: Operation
    path: tuple[str, ...]
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class PartScope:
    """For laying one part's paths: which part's calls fetch at which place.

    `objects`: places of the part's objects and of those of the parts around it, innermost part
    first; parts are numbered from 1, 0 is the first answer. `apart`: the places of the part's
    objects and all on the way to them.
    """

    objects: tuple[tuple[int, frozenset[int]], ...] = ()
    apart: frozenset[int] = frozenset()

    @property
    def number(self) -> int:
        return self.objects[0][0] if self.objects else 0

    def part_at(self, position: Position) -> int:
        """Return the part whose calls fetch what is below `position`."""
        for number, places in self.objects:
            at: Position | None = position
            while at is not None:
                if at.id in places:
                    return number
                at = at.parent
        return 0

    def is_object(self, position: Position) -> bool:
        """Whether one of the part's own objects is at `position`."""
        return bool(self.objects) and position.id in self.objects[0][1]

    def is_around(self, part: int) -> bool:
        """Whether calls of `part` are there before this part's, so that keys may come from them."""
        return part == 0 or any(part == number for number, _ in self.objects)


FIRST = PartScope()


def scopes_of(parts: Sequence[LatePart], positions: Positions) -> list[PartScope]:
    """Return each part's scope; parents stand before their parts."""
    scopes: list[PartScope] = []
    for number, part in enumerate(parts, 1):
        found = _objects(part, positions)
        places = frozenset(position.id for position in found)
        around = FIRST if part.parent is None else scopes[part.parent]
        scopes.append(PartScope(((number, places), *around.objects), _with_above(found)))
    return scopes


def _with_above(positions: Sequence[Position]) -> frozenset[int]:
    found: set[int] = set()
    for position in positions:
        at: Position | None = position
        while at is not None:
            found.add(at.id)
            at = at.parent
    return frozenset(found)


def _objects(part: LatePart, positions: Positions) -> list[Position]:
    found = [(positions.root, part.operation.selections)]
    for key in part.path:
        found = [
            (positions.child(position, position.selected_key(field)), field.selections)
            for position, selections in found
            for field in _fields(selections)
            if field.key == key
        ]
    return [position for position, _ in found]


def _fields(selections: Sequence[Selection]) -> list[Field]:
    found: list[Field] = []
    for item in selections:
        found += _fields(item.selections) if isinstance(item, Fragment) else [item]
    return found


class LatePaths:
    """Rewrites the paths of one part, so that they enter its objects (and those around) again."""

    def __init__(self, finder: PathFinder, scope: PartScope) -> None:
        # Outermost first: an inner part's objects are reached through the outer one's calls.
        self._levels = [_Rewriting(finder, places) for _, places in reversed(scope.objects)]

    def of(self, path: Path) -> Paths:
        """Return the paths to take instead of `path`: itself where nothing can be entered."""
        paths: Paths = (path,)
        for level in self._levels:
            paths = tuple(late for one in paths for late in level.of(one) or (one,))
        return paths


class _Rewriting:
    """Rewrites paths for the objects at `places`."""

    def __init__(self, finder: PathFinder, places: frozenset[int]) -> None:
        self._finder = finder
        self._places = places
        self._known: dict[Path, Paths | None] = {}

    def of(self, path: Path) -> Paths | None:
        """Return what to take instead, or None where the objects cannot be entered for it."""
        if path not in self._known:
            self._known[path] = self._rewrite(path)
        return self._known[path]

    def _rewrite(self, path: Path) -> Paths | None:
        before = path.previous
        if before is None or path.vacuous:
            return (path,)
        step = path.step
        if before.position.id in self._places and before.node is not None:
            if not isinstance(step, FieldStep) or step.key == "__typename":
                return (path,)
            return self._enter(before, path, step)
        after = self.of(before)
        if after is None or after == (before,):
            return None if after is None else (path,)
        return self._follow_all(after, path)

    def _enter(self, at: Path, path: Path, step: FieldStep) -> Paths | None:
        """Return the path through an object that is entered again before it is left."""
        if step.required or _is_entered(at):
            return (path,)
        for base in self._entries(at):
            found = self._follow(base, path)
            if found is not None:
                return (found,)
        assert at.node is not None
        # An interface may be no entity where all its types are.
        by_type = [self._enter(self._finder.cast(at, name), path, step) for name in at.node.casts]
        if not by_type or any(found is None for found in by_type):
            return None
        return tuple(one for found in by_type for one in found or ())

    def _entries(self, at: Path) -> list[Path]:
        assert at.node is not None
        own = []
        for move in at.node.entity_moves:
            if self._finder.graph.nodes[move.target].subgraph != at.node.subgraph:
                continue
            inputs = find_inputs(self._finder, move.key, [at])
            if inputs is None or any(path.mask & ~at.mask for path in inputs):
                continue  # the key is not known where the object was found
            jump = self._finder.enter(at, move, (), inputs)
            if jump is not None:
                own.append(jump)
        return [*own, *self._finder.closure(at)[1:]]

    def _follow_all(self, bases: Paths, path: Path) -> Paths | None:
        found = [self._follow(base, path) for base in bases]
        if any(one is None for one in found):
            return None
        return tuple(one for one in found if one is not None)

    def _follow(self, base: Path, path: Path) -> Path | None:
        """Return `base` extended by the last step of `path`, if its subgraph can take it."""
        finder, step = self._finder, path.step
        match step:
            case RootStep():
                return path
            case CastStep(type_name):
                cast = finder.cast(base, type_name)
                return None if cast.vacuous else cast
            case FieldStep(_, field, move, required):
                own = finder.usable_move(base.node, field.name)
                if own is None or not (own.is_alone or own is move):
                    return None
                found = finder.through(base, field, own, required)
                return found if _is_as_good(found, path) else None
            case JumpStep(move, requires, inputs, _, contexts):
                late = [one for needed in inputs for one in self.of(needed) or (needed,)]
                return finder.enter(base, move, requires, tuple(late), contexts)


def _is_entered(path: Path) -> bool:
    """Whether an object's place begins with a call: then that is the part's own call."""
    step: Path | None = path
    while step is not None and isinstance(step.step, CastStep):
        step = step.previous
    return step is not None and isinstance(step.step, JumpStep | RootStep)


def _is_as_good(found: Path, wanted: Path) -> bool:
    """Whether what `wanted` leads to can be selected where `found` leads to."""
    if found.node is wanted.node:
        return True
    return (
        found.node is not None
        and wanted.node is not None
        and found.node.type_name == wanted.node.type_name
        and wanted.node.fields.keys() <= found.node.fields.keys()
    )
