"""Paths through the query graph, and how to extend one.

A `Path` says how an object (or a leaf) at a `Position` is reached: from the root of some
subgraph by fields, casts and entity jumps. It is a linked list; paths share their beginnings.

`mask` is the set of subgraph calls the path needs, one bit each: the calls on the way and those
that fetch keys and `@requires` data for its jumps. Two paths that enter the same subgraph at the
same position share the bit, since one call can serve both. So "what does it cost to add this
path to those chosen" is one `|` and one `bit_count()`.

`depth` is how many calls must wait for one another. A *vacuous* path is one that has nothing to
fetch: its subgraph never answers with an object of the type that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from federation.operation.model import Field, Selection
from federation.query_graph.model import EntityMove, FieldMove, Node
from federation.query_graph.positions import Position


@dataclass(frozen=True, slots=True)
class RootStep:
    """Begin in a subgraph."""


@dataclass(frozen=True, slots=True)
class FieldStep:
    """Resolve a field. `required`: for a representation, not (only) for the client."""

    key: str
    field: Field
    move: FieldMove
    required: bool


@dataclass(frozen=True, slots=True)
class CastStep:
    """Look only at objects of one concrete type."""

    type_name: str


@dataclass(frozen=True, slots=True)
class ContextUse:
    """An argument's value comes from the object that `above` leads to.

    `selections`: by concrete type of that object, as in `ContextNeed`.
    """

    argument: str
    type: str
    above: Path
    selections: tuple[tuple[str, tuple[Selection, ...]], ...]


@dataclass(frozen=True, slots=True)
class JumpStep:
    """Enter another subgraph with a representation.

    `inputs` are paths to all leaves of the representation and to the values of `contexts`.
    """

    move: EntityMove
    requires: tuple[Selection, ...]
    inputs: tuple[Path, ...]
    level: int
    contexts: tuple[ContextUse, ...] = ()


Step = RootStep | FieldStep | CastStep | JumpStep


class Path:
    """See the module. `narrow` is the concrete type known of the object, if any."""

    __slots__ = (
        "children",
        "closure",
        "depth",
        "mask",
        "narrow",
        "node",
        "position",
        "previous",
        "step",
        "vacuous",
    )

    def __init__(
        self,
        node: Node | None,
        position: Position,
        step: Step,
        previous: Path | None,
        mask: int,
        depth: int,
        narrow: str | None = None,
        vacuous: bool = False,
    ) -> None:
        self.node = node
        self.position = position
        self.step = step
        self.previous = previous
        self.mask = mask
        self.depth = depth
        self.narrow = narrow
        self.vacuous = vacuous
        self.closure: list[Path] | None = None
        self.children: dict[object, Path | None] = {}

    def cost(self, chosen: int = 0) -> tuple[int, int, bool]:
        """Return (calls beside those in `chosen`, depth, vacuous); less is better."""
        return ((self.mask & ~chosen).bit_count(), self.depth, self.vacuous)

    def __repr__(self) -> str:
        return f"Path({print_path(self)})"


def print_path(path: Path) -> str:
    """Return the path as one line, for people: `patents → patent → [tools: id] → fee`."""
    match path.step:
        case RootStep():
            text = path.node.subgraph if path.node else "?"
        case FieldStep(key, field):
            text = key if key == field.name else f"{key}: {field.name}"
        case CastStep(type_name):
            text = f"… on {type_name}" + (" (never)" if path.vacuous else "")
        case JumpStep(_, requires):
            text = f"[{path.node.subgraph if path.node else '?'}{' +requires' if requires else ''}]"
    return text if path.previous is None else f"{print_path(path.previous)} → {text}"


def prune(paths: list[Path], limit: int, *, by_node: bool) -> list[Path]:
    """Return the paths that may be worth taking, cheapest first, at most `limit`.

    A path is not, when another needs a subset of its calls – and, with `by_node`, ends at the
    same node, so that whatever follows can follow there too. With `by_node` the limit is for
    each node: what only one subgraph can continue must not be lost among many others.
    """
    kept: list[Path] = []
    counts: dict[Node | None, int] = {}
    for path in sorted(paths, key=Path.cost):
        group = path.node if by_node else None
        if counts.get(group, 0) < limit and not any(
            other.mask & ~path.mask == 0
            and (other.node is path.node or not by_node)
            and other.vacuous <= path.vacuous
            for other in kept
        ):
            kept.append(path)
            counts[group] = counts.get(group, 0) + 1
    return kept
