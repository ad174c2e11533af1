"""The query graph: what each subgraph can resolve, and how to get from one to another.

A node is a type in a subgraph, `(patents, Patent)`; or the same seen through a `@provides`, where
more fields can be reached (a *view*). Nodes are named by their index. Moves:

- `FieldMove`   – resolve a field in the same subgraph, perhaps only with `@requires` data;
- `EntityMove`  – re-enter an object in another (or the same) subgraph by one of its keys;
- casts         – from an abstract type to one of the concrete types it has *in that subgraph*;
- root moves    – the root types' nodes, one per subgraph.

Nothing in it changes once `build_query_graph` has returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.language import TypeRef
from federation.operation.model import Selection
from federation.operation.possible_types import PossibleTypes
from federation.supergraph.model import Supergraph

LEAF = -1


@dataclass(frozen=True, slots=True)
class ContextNeed:
    """An argument whose value comes from an object further up (`@fromContext`).

    `type` as text. `selections`: for each concrete type that sets the context, the way to the
    value from there.
    """

    argument: str
    type: str
    selections: tuple[tuple[str, tuple[Selection, ...]], ...]


@dataclass(frozen=True, slots=True)
class FieldMove:
    """Resolve `name`. `target` is the node of its type, or `LEAF`.

    `type` is the field's type in this subgraph. `label` is (label, wanted): a progressive
    override; the move exists only while the label is (not) active. `contexts`: arguments that
    come from objects further up.
    """

    name: str
    target: int
    type: TypeRef
    requires: tuple[Selection, ...] = ()
    label: tuple[str, bool] | None = None
    contexts: tuple[ContextNeed, ...] = ()

    @property
    def is_alone(self) -> bool:
        """Whether the field can be asked for wherever its object was found."""
        return not self.requires and not self.contexts


@dataclass(frozen=True, slots=True)
class EntityMove:
    """Enter `target` with a representation holding `key`.

    `typename` is what to write as `__typename` where it is not the object's own: the interface's
    name when the target is an interface object. `single` says the key is one leaf field.
    `is_root`: the object is of the query root type; every subgraph has the same one, so its root
    fields can be asked without a key.
    """

    target: int
    key: tuple[Selection, ...]
    typename: str | None = None
    single: bool = True
    is_root: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """`casts` maps concrete types to nodes; empty for objects and interface objects.

    `fields` of an interface are those that every concrete type resolves alone in this subgraph;
    others have to be asked for type by type.
    """

    id: int
    subgraph: str
    type_name: str
    is_abstract: bool
    is_interface_object: bool
    view: str
    fields: Mapping[str, FieldMove]
    casts: Mapping[str, int]
    entity_moves: tuple[EntityMove, ...]

    @property
    def is_object(self) -> bool:
        """Whether the concrete type of what is found here is known."""
        return not self.is_abstract and not self.is_interface_object


@dataclass(frozen=True, slots=True, eq=False)
class QueryGraph:
    """`roots` maps root type names to their nodes, sorted by subgraph name.

    A node's id is its place in `nodes`. What depends on nothing but the graph is found out when it
    is first asked for, and kept.
    """

    supergraph: Supergraph
    possible: PossibleTypes
    nodes: tuple[Node, ...]
    roots: Mapping[str, tuple[int, ...]]
    interface_objects: frozenset[str]
    _outward: dict[int, tuple[EntityMove, ...]] = field(default_factory=dict, repr=False)
    _demanding: dict[str, dict[int, tuple[EntityMove, ...]]] = field(
        default_factory=dict, repr=False
    )

    def outward(self, node: Node) -> tuple[EntityMove, ...]:
        """Return the node's moves into other subgraphs than its own, in order."""
        known = self._outward.get(node.id)
        if known is None:
            known = self._outward[node.id] = tuple(
                move
                for move in node.entity_moves
                if self.nodes[move.target].subgraph != node.subgraph
            )
        return known

    def demanding(self, node: Node, name: str) -> tuple[EntityMove, ...]:
        """Return the moves to where field `name` can be asked for with more than a key."""
        by_node = self._demanded().get(name)
        if by_node is None:
            return ()
        known = by_node.get(node.id)
        if known is None:
            known = by_node[node.id] = tuple(
                move
                for move in node.entity_moves
                if (found := self.nodes[move.target].fields.get(name)) is not None
                and not found.is_alone
            )
        return known

    def _demanded(self) -> dict[str, dict[int, tuple[EntityMove, ...]]]:
        """Return what is known of the few names that some field with demands has, by node."""
        if not self._demanding:
            # The empty name is no field's: so this is done once.
            found: dict[str, dict[int, tuple[EntityMove, ...]]] = {"": {}}
            for node in self.nodes:
                found |= {field.name: {} for field in node.fields.values() if not field.is_alone}
            self._demanding.update(found)
        return self._demanding
