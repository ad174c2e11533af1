"""Operation → leaves: for everything that has to be fetched, the ways to fetch it.

Walks the normalised operation from the root with, at every object, the paths that reach it
(`query_graph.paths`). Where all that is selected below a field is resolved by the field's own
subgraph, the whole subtree is one leaf: most of an operation is like that, and then there is
nothing to choose.

A field of an interface that a subgraph cannot resolve for all its types is taken type by type
(*type explosion*), always from one path: the subgraph that returned the object decides its type.
"""

from __future__ import annotations

from dataclasses import dataclass

from federation.errors import PlanningError
from federation.operation.model import Conditions, Field, Fragment, Literals, Selection
from federation.query_graph.model import Node, QueryGraph
from federation.query_graph.path_finder import PathFinder
from federation.query_graph.paths import Path


@dataclass(frozen=True, slots=True)
class Leaf:
    """One choice to make. `selections` are resolved as a whole where the option ends.

    `literals` hold whenever the leaf is wanted: its own conditions and its parents'.
    """

    options: tuple[Path, ...]
    selections: tuple[Selection, ...] = ()
    literals: Literals = ()


class NoPathError(PlanningError):
    """A selected field that no subgraph can resolve from where the object is found."""

    def __init__(self, field: Field, position: str) -> None:
        where = f" at {position}" if position else ""
        super().__init__(
            f"No subgraph can resolve {field.parent}.{field.name}{where}: none that has the "
            "field can be entered with the keys known there."
        )


class LeafFinder:
    """Finds the leaves of one operation.

    `apart`: places of objects (and those around them) whose fields are leaves each for itself, so
    that they can be fetched in other calls than the objects (`late`).
    """

    def __init__(
        self, graph: QueryGraph, finder: PathFinder, apart: frozenset[int] = frozenset()
    ) -> None:
        self._graph = graph
        self._finder = finder
        self._apart = apart
        self._local: dict[tuple[int, int], bool] = {}

    def leaves(self, selections: tuple[Selection, ...], sources: list[Path]) -> list[Leaf]:
        """Return the leaves below a root. Raises `NoPathError` when one cannot be reached."""
        found: list[Leaf] = []
        fetched = tuple(s for s in selections if not _is_answered_here(s))
        self._walk(fetched, sources, (), found)
        return found

    def _walk(
        self,
        selections: tuple[Selection, ...],
        sources: list[Path],
        literals: Literals,
        found: list[Leaf],
    ) -> None:
        typed = False
        for selection in selections:
            if isinstance(selection, Fragment):
                self._fragment(selection, sources, literals, found)
                typed = True
            elif selection.name == "__typename":
                self._typename(selection, sources, literals, found)
            else:
                self._field(selection, sources, literals, found)
        if typed and any(p.node is not None and p.node.is_interface_object for p in sources):
            # Whether a fragment applies is not known before the concrete type is.
            self._typename(Field("__typename", "__typename", ""), sources, literals, found)

    def _fragment(
        self, fragment: Fragment, sources: list[Path], literals: Literals, found: list[Leaf]
    ) -> None:
        casts = self._finder.casts(sources, fragment.type_name)
        if casts and all(path.vacuous for path in casts):
            found.append(Leaf(tuple(casts), (), literals))
            return
        below: list[Leaf] = []
        try:
            self._walk(fragment.selections, casts, literals, below)
        except NoPathError:
            # What an interface object has that cannot be entered again, all objects are asked for.
            casts = [self._finder.cast(path, fragment.type_name) for path in sources]
            if not any(map(self._finder.is_presumed, casts)):
                raise
            below = []
            self._walk(fragment.selections, casts, literals, below)
        found += below

    def _typename(
        self, field: Field, sources: list[Path], literals: Literals, found: list[Leaf]
    ) -> None:
        options = self._finder.typenames(sources)
        if not options:
            raise NoPathError(field, _where(sources))
        found.append(Leaf(tuple(options), (), _common(literals, field.conditions)))

    def _field(
        self, field: Field, sources: list[Path], literals: Literals, found: list[Leaf]
    ) -> None:
        self._finder.spend()
        inner = _common(literals, field.conditions)
        options = self._finder.options(sources, field, local=True)
        if options and all(path.vacuous for path in options):
            found.append(Leaf(tuple(options), (), inner))
            return
        whole = all(
            (not field.selections or path.position.id not in self._apart)
            and self.resolves_all(field.selections, path)
            for path in options
        )
        if options and whole:
            found.append(Leaf(tuple(options), field.selections, inner))
            return
        if options:
            options = self._finder.options(sources, field, local=False)
            below: list[Leaf] = []
            if _may_be_empty(field.selections):
                # Whether the object is there must be known even if nothing of it is wanted.
                below.append(Leaf(tuple(options), (), inner))
            try:
                self._walk(field.selections, options, inner, below)
            except NoPathError:
                # Another way may exist type by type; if not, this one's message is the better.
                if not self._explode(field, sources, literals, found):
                    raise
            else:
                found += below
            return
        if not self._explode(field, sources, literals, found):
            raise NoPathError(field, _where(sources))

    def _explode(
        self, field: Field, sources: list[Path], literals: Literals, found: list[Leaf]
    ) -> bool:
        """Take the field for each concrete type, all from one path. False when none can."""
        candidates = [
            path
            for source in sources
            for path in self._finder.closure(source)
            if path.node is not None and path.node.casts and not path.vacuous
        ]
        for path in sorted(candidates, key=Path.cost):
            assert path.node is not None
            below: list[Leaf] = []
            try:
                for type_name in path.node.casts:
                    self._field(field, [self._finder.cast(path, type_name)], literals, below)
            except NoPathError:
                continue
            found += below
            return True
        return False

    def resolves_all(self, selections: tuple[Selection, ...], path: Path) -> bool:
        """Whether the subgraph that `path` ends in resolves all of it without a further call."""
        if path.node is None or not selections:
            return True
        return not path.vacuous and self._is_local(selections, path.node)

    def _is_local(self, selections: tuple[Selection, ...], node: Node) -> bool:
        """Whether `node`'s subgraph resolves all of it without any further call."""
        key = (id(selections), node.id)
        known = self._local.get(key)
        if known is None:
            known = self._local[key] = all(self._is_local_one(s, node) for s in selections)
        return known

    def _is_local_one(self, selection: Selection, node: Node) -> bool:
        if isinstance(selection, Fragment):
            if node.is_abstract:
                target = node.casts.get(selection.type_name)
                if target is None:
                    return False
                return self._is_local(selection.selections, self._graph.nodes[target])
            return node.type_name == selection.type_name and self._is_local(
                selection.selections, node
            )
        if selection.name == "__typename":
            return not node.is_interface_object
        move = self._finder.usable_move(node, selection.name)
        if move is None or not move.is_alone:
            return False
        return not selection.selections or self._is_local(
            selection.selections, self._graph.nodes[move.target]
        )


def _is_answered_here(selection: Selection) -> bool:
    """Root `__typename` and introspection need no subgraph."""
    return isinstance(selection, Field) and selection.name.startswith("__")


def _may_be_empty(selections: tuple[Selection, ...]) -> bool:
    """Whether variables can make all of it unwanted."""
    return all(
        _may_be_empty(s.selections) if isinstance(s, Fragment) else bool(s.conditions)
        for s in selections
    )


def _common(literals: Literals, conditions: Conditions) -> Literals:
    """Add the literals that hold in every alternative of `conditions`."""
    if not conditions:
        return literals
    shared = set(conditions[0]).intersection(*map(set, conditions[1:]))
    return tuple(sorted(shared.union(literals)))


def _where(sources: list[Path]) -> str:
    keys: list[str] = []
    position = sources[0].position if sources else None
    while position is not None and position.key:
        keys.append(position.key)
        position = position.parent
    return ".".join(reversed(keys))
