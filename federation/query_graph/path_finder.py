"""Advancing paths: fields, casts, entity jumps. The conditions of jumps are in `conditions.py`.

One `PathFinder` serves one operation. Everything it finds is remembered on the paths, so that
asking twice costs little. It takes at most `max_paths` steps; then it raises `PlanningError`,
which is what keeps hostile operations from exploding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from federation.errors import PlanningError
from federation.language import Named, NonNull
from federation.operation.model import Field, Selection
from federation.query_graph.conditions import find_inputs
from federation.query_graph.contexts import find_contexts
from federation.query_graph.model import LEAF, EntityMove, FieldMove, Node, QueryGraph
from federation.query_graph.paths import (
    CastStep,
    ContextUse,
    FieldStep,
    JumpStep,
    Path,
    RootStep,
    prune,
)
from federation.query_graph.positions import Position, Positions

# Subgraphs on the way to learn keys; real graphs need two or three, a longer way is a mistake.
MAX_CHAIN = 6
# Ways kept to one node; beyond a few they differ only in what no other field shares.
MAX_ALTERNATIVES = 4
# Sources from which jumps are considered while others resolve the field without one. Root fields
# shared by very many subgraphs would otherwise cost the square of their number.
MAX_SOURCES = 8
# Options kept for one leaf; more subgraphs than this serving one leaf are interchangeable.
MAX_OPTIONS = 12

_TYPENAME = Field("__typename", "__typename", "")
_TYPENAME_MOVE = FieldMove("__typename", LEAF, NonNull(Named("String")))


class PathFinder:
    """Finds paths for one operation. `labels` are the active progressive-override labels.

    With `waits_for_keys` a subgraph is not entered while a key for entering it is gathered, not
    even for objects below; and a key that has just been used is not used to go on, since the place
    before could have gone there itself. Our plans need no such limits; the planners of other
    gateways have both, so composition asks under them.

    `presume`: see `casts`; `avoided` says whether that made a difference anywhere.
    """

    def __init__(
        self,
        graph: QueryGraph,
        positions: Positions,
        *,
        labels: frozenset[str] = frozenset(),
        max_paths: int = 100_000,
        should_stop: Callable[[], bool] | None = None,
        waits_for_keys: bool = False,
        presume: bool = False,
    ) -> None:
        self.graph = graph
        self.positions = positions
        self._labels = labels
        self._left = max_paths
        self._should_stop = should_stop
        self._bits: dict[tuple[int, str, int], int] = {}
        self._requiring: set[tuple[int, int, str]] = set()
        self._waits_for_keys = waits_for_keys
        self._presume = presume
        self.avoided = False
        # Subgraphs whose keys are being gathered, and what can be reached without them.
        self._waiting: frozenset[str] = frozenset()
        self._closures: dict[tuple[Path, frozenset[str]], list[Path]] = {}

    # Single moves

    def roots(self, type_name: str) -> list[Path]:
        """Return a path for each subgraph that has the root type."""
        position = self.positions.root
        return [
            self._path(node, position, RootStep(), None, self._bit(position, node.subgraph, 0), 1)
            for node in (self.graph.nodes[i] for i in self.graph.roots.get(type_name, ()))
        ]

    def cast(self, path: Path, type_name: str) -> Path:
        """Return `path` for objects of the concrete type only."""
        key = ("cast", type_name)
        known = path.children.get(key)
        if known is None:
            known = path.children[key] = self._cast(path, type_name)
        return known

    def _cast(self, path: Path, type_name: str) -> Path:
        node = path.node
        if path.narrow == type_name or node is None or path.vacuous:
            return path
        target: Node | None = None
        if path.narrow is None:
            if node.is_interface_object:
                if node.type_name in self._interfaces_of(type_name):
                    target = node
            elif node.is_abstract:
                found = node.casts.get(type_name)
                target = None if found is None else self.graph.nodes[found]
            elif node.type_name == type_name:
                return path
        return self._path(
            target or node,
            path.position,
            CastStep(type_name),
            path,
            path.mask,
            path.depth,
            narrow=type_name if target else path.narrow,
            vacuous=target is None,
        )

    def casts(self, paths: list[Path], type_name: str) -> list[Path]:
        """Return ways to those of the objects that are of a concrete type.

        A subgraph that knows an interface as an object would resolve for all its objects what is
        wanted of one type. So the type is learnt first, from a subgraph that knows it – unless
        this finder is to `presume` that all objects can be asked.
        """
        if self._presume:
            return [self.cast(path, type_name) for path in paths]
        found: list[Path] = []
        for path in paths:
            cast = self.cast(path, type_name)
            if not self.is_presumed(cast):
                found.append(cast)
                continue
            self.avoided = True
            known = (self.cast(other, type_name) for other in self.closure(path))
            found += [other for other in known if not self.is_presumed(other) and not other.vacuous]
        return found

    def is_presumed(self, path: Path) -> bool:
        """Whether a path ends in a cast that its subgraph cannot make, see `casts`."""
        return (
            isinstance(path.step, CastStep)
            and not path.vacuous
            and path.node is not None
            and path.node.is_interface_object
        )

    def _interfaces_of(self, type_name: str) -> tuple[str, ...]:
        return self.graph.supergraph.types[type_name].interfaces

    def usable_move(self, node: Node | None, name: str) -> FieldMove | None:
        """Return the node's move for a field, unless an override forbids it."""
        move = node.fields.get(name) if node is not None else None
        if move is not None and move.label and (move.label[0] in self._labels) != move.label[1]:
            return None
        return move

    def advance(self, path: Path, field: Field, *, required: bool = False) -> Path | None:
        """Return `path` extended by a field that its subgraph resolves alone, or None."""
        if path.vacuous:
            return path
        move = self.usable_move(path.node, field.name)
        if move is None or not move.is_alone:
            return None
        return self.through(path, field, move, required)

    def through(self, path: Path, field: Field, move: FieldMove, required: bool) -> Path:
        """Return `path` extended by `move` of its node."""
        if required:
            assert path.node is not None
            key = path.position.required_key(path.narrow or path.node.type_name, field)
        else:
            key = path.position.selected_key(field)
        memo = (key, field.name, field.conditions, required)
        known = path.children.get(memo)
        if known is None:
            leaf = move.target == LEAF
            known = self._path(
                None if leaf else self.graph.nodes[move.target],
                path.position if leaf else self.positions.child(path.position, key),
                FieldStep(key, field, move, required),
                path,
                path.mask,
                path.depth,
            )
            path.children[memo] = known
        return known

    def typenames(self, sources: list[Path]) -> list[Path]:
        """Return ways to learn the objects' concrete type, cheapest first.

        An interface object does not know it; a subgraph that knows the interface does.
        """
        found: list[Path] = []
        for source in sources:
            ways = [source]
            if source.node is not None and source.node.is_interface_object:
                ways = [p for p in self.closure(source) if p.node is not source.node]
            for way in ways:
                if way.vacuous:
                    found.append(way)
                elif way.node is not None and not way.node.is_interface_object:
                    found.append(self.through(way, _TYPENAME, _TYPENAME_MOVE, False))
        return prune(found, MAX_OPTIONS, by_node=False)

    # Jumps

    def closure(self, path: Path) -> list[Path]:
        """Return `path` and the paths to the same object in other subgraphs."""
        if self._waiting:
            key = (path, self._waiting)
            if key not in self._closures:
                alone = path.vacuous or path.node is None
                self._closures[key] = [path] if alone else self._close(path)
            return self._closures[key]
        if path.closure is None:
            path.closure = [path]
            if not path.vacuous and path.node is not None:
                path.closure = self._close(path)
        return path.closure

    def _close(self, start: Path) -> list[Path]:
        found = [start]
        reached = {start.node.id} if start.node else set()
        for _ in range(MAX_CHAIN):
            fresh = [
                jump
                for source in found
                for move in self._moves(source, reached)
                if (jump := self._jump(source, move, [source])) is not None
            ]
            if not fresh:
                fresh = self._mixed_jumps(start, found, reached)
            if not fresh:
                break
            by_node: dict[int, list[Path]] = {}
            for jump in fresh:
                assert jump.node is not None
                by_node.setdefault(jump.node.id, []).append(jump)
            for node_id, jumps in by_node.items():
                reached.add(node_id)
                found += prune(jumps, MAX_ALTERNATIVES, by_node=True)
        return found

    def _mixed_jumps(self, start: Path, found: list[Path], reached: set[int]) -> list[Path]:
        """Jumps whose keys no one place holds: part of it here, part in another subgraph."""
        return [
            jump
            for move in self._moves(start, reached)
            if (jump := self._jump(start, move, self._pool(found, move))) is not None
        ]

    def _pool(self, found: list[Path], move: EntityMove) -> list[Path]:
        if not self._waits_for_keys:
            return found
        return [path for path in found if not _used(path, move)]

    def _moves(self, path: Path, reached: set[int]) -> Iterable[EntityMove]:
        """Moves into other subgraphs than those this object has been fetched from.

        `reached`: ids of nodes that need no further way.
        """
        assert path.node is not None
        nodes, position, mask = self.graph.nodes, path.position, path.mask
        for move in self.graph.outward(path.node):
            if move.target in reached:
                continue
            if move.is_root and position.parent is None:
                continue  # the operation's own root: every subgraph's is a source by itself
            if not self._waits_for_keys or self._may_enter(path, move):
                # A call that nobody has thought of yet is not among those of the path.
                bit = self._bits.get((position.id, nodes[move.target].subgraph, 0), 0)
                if not mask & bit:
                    yield move

    def _may_enter(self, path: Path, move: EntityMove) -> bool:
        return self.graph.nodes[move.target].subgraph not in self._waiting and not _used(path, move)

    def _jump(self, source: Path, move: EntityMove, pool: list[Path]) -> Path | None:
        inputs = self._key_inputs(move, pool)
        return None if inputs is None else self.enter(source, move, (), inputs)

    def _key_inputs(self, move: EntityMove, pool: list[Path]) -> tuple[Path, ...] | None:
        if not self._waits_for_keys:
            return find_inputs(self, move.key, pool)
        before = self._waiting
        self._waiting = before | {self.graph.nodes[move.target].subgraph}
        try:
            return find_inputs(self, move.key, pool)
        finally:
            self._waiting = before

    def enter(
        self,
        source: Path,
        move: EntityMove,
        requires: tuple[Selection, ...],
        inputs: tuple[Path, ...],
        contexts: tuple[ContextUse, ...] = (),
    ) -> Path | None:
        """Return `source` extended by a jump for which `inputs` bring all that must be sent."""
        target = self.graph.nodes[move.target]
        mask, depth, level = source.mask, source.depth, 0
        for path in inputs:
            mask |= path.mask
            depth = max(depth, path.depth)
        # A call cannot wait for itself: enter a second time where the first is among the inputs.
        while mask & self._bit(source.position, target.subgraph, level):
            level += 1
        mask |= self._bit(source.position, target.subgraph, level)
        step = JumpStep(move, requires, inputs, level, contexts)
        narrow = source.narrow
        if narrow is None and source.node is not None and source.node.is_object:
            narrow = source.node.type_name
        jump = self._path(target, source.position, step, source, mask, depth + 1, narrow=narrow)
        if source.narrow and target.is_abstract:
            jump.narrow = None
            jump = self.cast(jump, source.narrow)
            return None if jump.vacuous else jump
        return jump

    def requiring(self, path: Path, field: Field, *, required: bool = False) -> list[Path]:
        """Return `path` extended by a field that needs more than a key: @requires, contexts."""
        if path.vacuous or path.node is None:
            return []
        guard = (path.position.id, path.node.id, field.name)
        if guard in self._requiring:
            return []
        self._requiring.add(guard)
        try:
            return self._requiring_options(path, field, required)
        finally:
            self._requiring.discard(guard)

    def _requiring_options(self, path: Path, field: Field, required: bool) -> list[Path]:
        pool = self.closure(path)
        tried: set[tuple[int, tuple[Selection, ...]]] = set()
        options: list[Path] = []
        for source in pool:
            assert source.node is not None
            for move in self.graph.demanding(source.node, field.name):
                target = self.graph.nodes[move.target]
                field_move = self.usable_move(target, field.name)
                if field_move is None:
                    continue
                if target.subgraph in self._waiting:
                    continue
                if (move.target, move.key) in tried:
                    continue
                tried.add((move.target, move.key))
                key = self._key_inputs(move, pool)
                needed = None if key is None else find_inputs(self, field_move.requires, pool)
                if key is None or needed is None:
                    continue
                above = find_contexts(self, path, field_move)
                if above is None:
                    continue
                contexts, values = above
                inputs = key + needed + values
                jump = self.enter(source, move, field_move.requires, inputs, contexts)
                if jump is not None:
                    options.append(self.through(jump, field, field_move, required))
        return options

    # Options for the client's fields

    def options(self, sources: list[Path], field: Field, *, local: bool) -> list[Path]:
        """Return ways to a field worth considering, cheapest first.

        `local` says that whatever is selected below a directly resolved field needs no further
        call; then entering another subgraph first cannot be better.
        """
        found: list[Path] = []
        further: list[Path] = []
        for source in sources:
            direct = self.advance(source, field)
            if direct is not None:
                found.append(direct)
            if direct is None or not (local or direct.vacuous):
                further.append(source)
        for number, source in enumerate(further):
            if found and number >= MAX_SOURCES:
                break
            for other in self.closure(source)[1:]:
                # Most subgraphs of an entity do not have the field, so this is asked first.
                if other.vacuous or (other.node is not None and field.name in other.node.fields):
                    after = self.advance(other, field)
                    if after is not None:
                        found.append(after)
            found += self.requiring(source, field)
        if field.selections:
            return prune(found, MAX_ALTERNATIVES, by_node=True)
        return prune(found, MAX_OPTIONS, by_node=False)

    # Bookkeeping

    def _bit(self, position: Position, subgraph: str, level: int) -> int:
        key = (position.id, subgraph, level)
        bit = self._bits.get(key)
        if bit is None:
            bit = self._bits[key] = 1 << len(self._bits)
        return bit

    def spend(self) -> None:
        """Take one from the budget; raise `PlanningError` when it is used up."""
        self._left -= 1
        if self._left < 0 or (
            self._left % 256 == 0 and self._should_stop is not None and self._should_stop()
        ):
            raise PlanningError(
                "The operation needs more planning than is allowed; ask for less at once, or "
                "raise the planner's limits.",
                code="QUERY_PLAN_COMPLEXITY_EXCEEDED",
            )

    def _path(
        self,
        node: Node | None,
        position: Position,
        step: RootStep | FieldStep | CastStep | JumpStep,
        previous: Path | None,
        mask: int,
        depth: int,
        narrow: str | None = None,
        vacuous: bool = False,
    ) -> Path:
        self.spend()
        return Path(node, position, step, previous, mask, depth, narrow, vacuous)


def _used(path: Path, move: EntityMove) -> bool:
    """Whether the path's last step entered a subgraph by the key of `move`."""
    step = path.step
    return isinstance(step, JumpStep) and step.move.key == move.key
