"""Federation 1 subgraphs, told in the terms of Federation 2.

Federation 1 had no `@shareable`, let `@external` and `@key` stand where they mean nothing, and
demanded `@external` on keys of extensions. The steps here remove what has no meaning and mark as
shareable what Federation 1 shared silently, so that everything after this sees one dialect.
Source: the Federation 1 specification and the "moving to Federation 2" notes.

Runs on all subgraphs together, because whether something is shared depends on the others. Order
matters: usage is computed again after what was removed, before unused externals are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    InlineFragmentNode,
    NameNode,
    SelectionSetNode,
    StringValueNode,
)

from federation.composition.result import Diagnostics
from federation.composition.subgraph import field_sets
from federation.composition.subgraph.state import (
    Applied,
    FieldState,
    SubgraphState,
    TypeState,
)
from federation.composition.subgraph.usage import compute_usage, field_directives
from federation.language import named_type, print_field_set
from federation.supergraph.model import TypeKind

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def upgrade_subgraphs(states: Sequence[SubgraphState], diagnostics: Diagnostics) -> None:
    """Upgrade the Federation 1 subgraphs among `states` in place; errors are reported."""
    old = [state for state in states if not state.is_federation_2]
    for state in states:
        compute_usage(state)
    for state in old:
        _check_bases(state, states, diagnostics)
    # Sharing is judged on the subgraphs as they were written, before any is changed.
    shared = {state.name: _shared_elements(state, states) for state in old}
    externals = {state.name: _tagged_elsewhere(state, states) for state in old}
    for state in old:
        _quote_field_sets(state)
        _remove_meaningless_directives(state)
        _own_extension_keys(state, states)
        compute_usage(state)
        _remove_inactive_field_sets(state)
        for type_ in state.types.values():
            if _is_extension(type_):
                type_.parts = [False] * len(type_.parts)
        compute_usage(state)
        _remove_unused_externals(state, diagnostics)
        _mark_shared(state, shared[state.name])
        for coordinate in externals[state.name]:
            _drop_tags(state, coordinate)
        compute_usage(state)


def _check_bases(
    state: SubgraphState, states: Sequence[SubgraphState], diagnostics: Diagnostics
) -> None:
    for type_ in state.types.values():
        if type_.name in _ROOTS or not _is_extension(type_):
            continue
        others = (s.types.get(type_.name) for s in states if s is not state)
        if not any(other is not None and not other.only_extensions for other in others):
            diagnostics.report(
                "EXTENSION_WITH_NO_BASE",
                f'Subgraph "{state.name}" extends "{type_.name}", but no other subgraph defines '
                f'it. Write "type {type_.name}" instead of "extend type {type_.name}" (and no '
                "@extends), or add the subgraph that defines it.",
                type_.name,
                [(state.name, type_.node)],
            )


def _is_extension(type_: TypeState) -> bool:
    return type_.only_extensions or type_.has("extends")


def _quote_field_sets(state: SubgraphState) -> None:
    """Take `fields: id` and `fields: ["id", "name"]` for what Federation 1 took them: strings."""
    for type_ in state.types.values():
        for applied in type_.applied("key"):
            _quote(applied)
    for name in ("provides", "requires"):
        for _, applied in field_directives(state, name):
            _quote(applied)


def _quote(applied: Applied) -> None:
    value = applied.arguments.get("fields")
    node = applied.node
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = " ".join(value)
    if isinstance(value, str) and isinstance(node, DirectiveNode):
        argument = ArgumentNode(name=NameNode(value="fields"), value=StringValueNode(value=value))
        others = tuple(a for a in node.arguments or () if a.name.value != "fields")
        applied.node = DirectiveNode(name=node.name, arguments=(argument, *others), loc=node.loc)
        applied.arguments["fields"] = value


def _remove_meaningless_directives(state: SubgraphState) -> None:
    for type_ in state.types.values():
        if type_.kind is TypeKind.OBJECT:
            type_.directives.pop("external", None)
        elif type_.kind is TypeKind.INTERFACE:
            type_.directives.pop("key", None)
            for field in type_.fields.values():
                for name in ("external", "provides", "requires"):
                    field.directives.pop(name, None)
        for field in type_.fields.values():
            below = state.types.get(named_type(field.type))
            if below is None or below.kind not in field_sets.COMPOSITE:
                field.directives.pop("provides", None)


def _own_extension_keys(state: SubgraphState, states: Sequence[SubgraphState]) -> None:
    """Keys of an extension had to be marked `@external`; the subgraph knows them all the same.

    An extension without a key of its own knows the first key of the subgraphs that have one.
    """
    for type_ in state.types.values():
        if not _is_extension(type_):
            continue
        keys = type_.applied("key")
        if not keys:
            others = [
                s.types[type_.name] for s in states if s is not state and type_.name in s.types
            ]
            keys = [key for other in others for key in other.applied("key")[:1]]
        for applied in keys:
            for target in field_sets.targets(state, type_.name, field_sets.parse(applied)):
                if target.field.parent == type_.name:
                    target.field.directives.pop("external", None)


def _remove_inactive_field_sets(state: SubgraphState) -> None:
    """Leave in `@requires` and `@provides` only what is external; Federation 1 ignored the rest."""
    for name in ("provides", "requires"):
        for field, applied in list(field_directives(state, name)):
            selection_set = field_sets.parse(applied)
            problems = field_sets.check(state, _parent(field, name), applied)
            if selection_set is None or any(p.kind in ("type", "fields") for p in problems):
                continue  # malformed: left for the rules to tell
            kept = _active(state, _parent(field, name), selection_set)
            if kept is None:
                field.directives[name].remove(applied)
                if not field.directives[name]:
                    del field.directives[name]
            else:
                applied.arguments["fields"] = print_field_set(kept)


def _parent(field: FieldState, directive: str) -> str:
    return field.parent if directive == "requires" else named_type(field.type)


def _active(
    state: SubgraphState, parent: str, selection_set: SelectionSetNode
) -> SelectionSetNode | None:
    kept: list[FieldNode | InlineFragmentNode] = []
    for node in selection_set.selections:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else parent
            below = _active(state, condition, node.selection_set)
            if below is not None:
                kept.append(
                    InlineFragmentNode(type_condition=node.type_condition, selection_set=below)
                )
        elif isinstance(node, FieldNode):
            field = state.types[parent].fields.get(node.name.value)
            if field is None or field.coordinate in state.usage.external:
                kept.append(node)
            elif node.selection_set is not None:
                below = _active(state, named_type(field.type), node.selection_set)
                if below is not None:
                    kept.append(
                        FieldNode(name=node.name, arguments=node.arguments, selection_set=below)
                    )
            elif state.types[parent].kind is TypeKind.INTERFACE and any(
                f"{t.name}.{field.name}" in state.usage.external
                for t in state.implementations(parent)
            ):
                kept.append(node)
    return SelectionSetNode(selections=tuple(kept)) if kept else None


def _remove_unused_externals(state: SubgraphState, diagnostics: Diagnostics) -> None:
    unused = state.usage.external - state.usage.used
    emptied = set()
    for type_ in state.types.values():
        for field in [f for f in type_.fields.values() if f.coordinate in unused]:
            del type_.fields[field.name]
            if not type_.fields:
                emptied.add(type_.name)
    referenced = {
        named_type(field.type) for type_ in state.types.values() for field in type_.fields.values()
    }
    for name in sorted(emptied):
        if name in referenced:
            diagnostics.report(
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                f'In subgraph "{state.name}" all fields of "{name}" are @external and unused, so '
                "nothing is left of it. Delete the type there, or give it a field of its own.",
                name,
                [(state.name, state.types[name].node)],
            )
        else:
            del state.types[name]


def _shared_elements(
    state: SubgraphState, states: Sequence[SubgraphState]
) -> dict[str, set[str] | None]:
    """Return what Federation 1 lets others share: type → its fields, or None for all of them.

    A value type is shared whole when another subgraph has it; an entity's or root's field when
    another subgraph resolves it, except keys, which always can be.
    """
    shared: dict[str, set[str] | None] = {}
    for type_ in state.types.values():
        if type_.kind is not TypeKind.OBJECT:
            continue
        others = [s for s in states if s is not state and type_.name in s.types]
        if type_.has("key") or type_.name in _ROOTS:
            shared[type_.name] = {
                field.name
                for field in type_.fields.values()
                if field.coordinate not in state.usage.shareable
                and any(_resolves(other, field) for other in others)
            }
        elif others:
            shared[type_.name] = None
    return shared


def _resolves(state: SubgraphState, field: FieldState) -> bool:
    type_ = state.types.get(field.parent)
    if type_ is None or type_.kind is not TypeKind.OBJECT or field.name not in type_.fields:
        return False
    usage, coordinate = state.usage, field.coordinate
    return coordinate not in usage.external or coordinate in usage.provided


def _mark_shared(state: SubgraphState, shared: dict[str, set[str] | None]) -> None:
    for name, fields in shared.items():
        type_ = state.types.get(name)
        if type_ is None:
            continue
        node = type_.node
        if fields is None:
            # The mark stands on the definition; fields in further extensions are not covered.
            applied = Applied("shareable", {}, node, 0)
            type_.directives.setdefault("shareable", []).append(applied)
            continue
        for field in type_.fields.values():
            if field.name in fields:
                applied = Applied("shareable", {}, field.node, field.part)
                field.directives.setdefault("shareable", []).append(applied)


def _tagged_elsewhere(state: SubgraphState, states: Sequence[SubgraphState]) -> list[str]:
    """Return external fields with tags whose real field is in another subgraph.

    Federation 1 ignored their tags; Federation 2 refuses them.
    """
    found = []
    for field, _ in field_directives(state, "tag"):
        external = field.coordinate in state.usage.external
        if external and any(_resolves(s, field) for s in states if s is not state):
            found.append(field.coordinate)
    return found


def _drop_tags(state: SubgraphState, coordinate: str) -> None:
    parent, name = coordinate.split(".")
    type_ = state.types.get(parent)
    if type_ is not None and name in type_.fields:
        type_.fields[name].directives.pop("tag", None)
