"""`@context` / `@fromContext`: arguments that are taken from an object further up.

The supergraph says it by `@join__field(contextArguments:)` on the field and `@context(name:)` on
the types that set the context. The value comes from the *nearest* object above that sets it, and
its selection may be served by any subgraph, like a `@requires` one level (or more) higher up. So
a field with such arguments is always entered by a key, also in its own subgraph: the value has to
be there before the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from federation.operation.model import Fragment, Selection
from federation.query_graph.conditions import find_inputs
from federation.query_graph.model import ContextNeed, FieldMove
from federation.query_graph.paths import ContextUse, Path
from federation.supergraph.model import JoinField, Supergraph, TypeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.operation.possible_types import PossibleTypes
    from federation.query_graph.path_finder import PathFinder


def context_types(supergraph: Supergraph, possible: PossibleTypes) -> Mapping[str, frozenset[str]]:
    """Return for each context the types that set it, with all concrete types they stand for."""
    found: dict[str, set[str]] = {}
    for name, type_def in supergraph.types.items():
        for directive in type_def.directives:
            if directive.name.value == "context":
                for argument in directive.arguments or ():
                    context = getattr(argument.value, "value", "")
                    found.setdefault(context, set()).update((name, *possible.of(name)))
    return {context: frozenset(names) for context, names in found.items()}


def context_needs(
    join: JoinField,
    setters: Mapping[str, frozenset[str]],
    supergraph: Supergraph,
    field_set: Callable[[str, str], tuple[Selection, ...]],
) -> tuple[ContextNeed, ...]:
    """Return what a field's arguments take from contexts. `field_set` normalises a selection."""
    needs = []
    for argument in join.context_arguments:
        text = argument.selection.strip()
        if text.startswith("{"):
            text = text[1:-1]
        objects = sorted(
            name
            for name in setters.get(argument.context, ())
            if supergraph.types[name].kind is TypeKind.OBJECT
        )
        selections = tuple((name, field_set(text, name)) for name in objects)
        needs.append(ContextNeed(argument.name, argument.type, selections))
    return tuple(needs)


def find_contexts(
    finder: PathFinder, path: Path, move: FieldMove
) -> tuple[tuple[ContextUse, ...], tuple[Path, ...]] | None:
    """Return where the field's context arguments come from and paths to all of it, or None."""
    uses: list[ContextUse] = []
    inputs: tuple[Path, ...] = ()
    for need in move.contexts:
        found = _find(finder, path, need)
        if found is None:
            return None
        uses.append(found[0])
        inputs += found[1]
    return tuple(uses), inputs


def _find(
    finder: PathFinder, path: Path, need: ContextNeed
) -> tuple[ContextUse, tuple[Path, ...]] | None:
    selections = dict(need.selections)
    for above in _ancestors(path):
        types = _types(above)
        if not types or any(name not in selections for name in types):
            continue
        wanted: tuple[Selection, ...]
        if above.node is not None and above.node.is_abstract and above.narrow is None:
            wanted = tuple(Fragment(name, selections[name]) for name in types)
        else:
            wanted = selections[types[0]]
        inputs = find_inputs(finder, wanted, _everywhere(finder, above))
        if inputs is None:
            return None
        known = tuple((name, selections[name]) for name in types)
        return ContextUse(need.argument, need.type, above, known), inputs
    return None


def _ancestors(path: Path) -> Iterator[Path]:
    """Yield the objects above, nearest first: each as far as it is known where the way goes on."""
    position = path.position
    step = path.previous
    while step is not None:
        if step.position is not position:
            position = step.position
            yield step
        step = step.previous


def _everywhere(finder: PathFinder, above: Path) -> list[Path]:
    """Return the object's paths, also in the subgraphs that were passed on the way here."""
    first, step = above, above.previous
    while step is not None and step.position is above.position:
        if _types(step) == _types(above):
            first = step
        step = step.previous
    paths = finder.closure(above)
    return paths if first is above else [*paths, *finder.closure(first)]


def _types(path: Path) -> tuple[str, ...]:
    if path.narrow is not None:
        return (path.narrow,)
    if path.node is None:
        return ()
    return tuple(path.node.casts) if path.node.is_abstract else (path.node.type_name,)
