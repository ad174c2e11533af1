"""Supergraph → query graph.

Subgraphs and types are taken in order of name, so the graph (and every plan) is the same in
whatever order composition was given them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from federation.language import TypeRef, named_type, parse_field_set, parse_type_ref
from federation.operation.model import Field as SelectedField
from federation.operation.model import Fragment, Selection
from federation.operation.passes.inline_fragments import InlineFragments
from federation.operation.passes.merge_selections import merge_selections
from federation.operation.possible_types import PossibleTypes
from federation.query_graph.contexts import context_needs, context_types
from federation.query_graph.model import LEAF, EntityMove, FieldMove, Node, QueryGraph
from federation.supergraph.model import Field, JoinField, Supergraph, TypeDef, TypeKind

_OUTPUT = (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)

# How a subgraph resolves a field, and the progressive override it does so under: (label, wanted).
_Served = tuple[JoinField, tuple[str, bool] | None]


def build_query_graph(supergraph: Supergraph) -> QueryGraph:
    """Return the query graph of `supergraph`."""
    return _Builder(supergraph).build()


class _Draft:
    """A node while it is being built."""

    def __init__(self, id: int, subgraph: str, type_def: TypeDef, view: str = "") -> None:
        self.id = id
        self.subgraph = subgraph
        self.type_def = type_def
        self.view = view
        self.is_interface_object = any(
            j.is_interface_object for j in type_def.joins if j.subgraph == subgraph
        )
        self.is_abstract = type_def.kind is not TypeKind.OBJECT and not self.is_interface_object
        self.fields: dict[str, FieldMove] = {}
        self.casts: dict[str, int] = {}
        self.entity_moves: tuple[EntityMove, ...] = ()

    def freeze(self) -> Node:
        return Node(
            id=self.id,
            subgraph=self.subgraph,
            type_name=self.type_def.name,
            is_abstract=self.is_abstract,
            is_interface_object=self.is_interface_object,
            view=self.view,
            fields=MappingProxyType(self.fields),
            casts=MappingProxyType(self.casts),
            entity_moves=self.entity_moves,
        )


class _Builder:
    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self.types = supergraph.types
        self.possible = PossibleTypes(supergraph)
        self.setters = context_types(supergraph, self.possible)
        self.field_sets: dict[tuple[str, str], tuple[Selection, ...]] = {}
        self.serving: dict[str, dict[str, dict[str, _Served]]] = {}
        self.subgraphs = sorted(s.name for s in supergraph.subgraphs)
        self.implementing = _implementing(supergraph, self.subgraphs)
        self.drafts: list[_Draft] = []
        self.index: dict[tuple[str, str], int] = {}
        self.views: dict[tuple[int, tuple[Selection, ...]], int] = {}

    def build(self) -> QueryGraph:
        for name in sorted(self.types):
            type_def = self.types[name]
            if type_def.kind in _OUTPUT:
                for subgraph in self._defined_in(type_def):
                    self._add(subgraph, type_def)
        base = list(self.drafts)
        for draft in base:
            if not draft.is_abstract:
                self._serve_fields(draft)
        for draft in base:
            if draft.is_abstract:
                self._cast(draft)
                self._serve_fields(draft)
        # All nodes of a type have the same moves: one tuple for them, or a hundred subgraphs that
        # know an entity would make ten thousand.
        moves: dict[str, tuple[EntityMove, ...]] = {}
        for draft in base:
            name = draft.type_def.name
            if name not in moves:
                moves[name] = tuple(self._entity_moves(draft.type_def))
            draft.entity_moves = moves[name]
        for draft in base:
            self._apply_provides(draft)
        roots = {
            name: tuple(self.index[s, name] for s in self.subgraphs if (s, name) in self.index)
            for name in (
                self.supergraph.query,
                self.supergraph.mutation,
                self.supergraph.subscription,
            )
            if name
        }
        return QueryGraph(
            supergraph=self.supergraph,
            possible=self.possible,
            nodes=tuple(draft.freeze() for draft in self.drafts),
            roots=MappingProxyType(roots),
            interface_objects=frozenset(
                d.type_def.name for d in self.drafts if d.is_interface_object
            ),
        )

    def _add(self, subgraph: str, type_def: TypeDef) -> None:
        self.index[subgraph, type_def.name] = len(self.drafts)
        self.drafts.append(_Draft(len(self.drafts), subgraph, type_def))

    def _defined_in(self, type_def: TypeDef) -> list[str]:
        # Without @join__type a type belongs to everyone (Federation 1 value types).
        return sorted({j.subgraph for j in type_def.joins}) or self.subgraphs

    def field_set(self, text: str, type_name: str) -> tuple[Selection, ...]:
        """Return a field set as normalised selections on `type_name`."""
        known = self.field_sets.get((text, type_name))
        if known is None:
            # A run of its own: how much one document may select is counted per run.
            inline = InlineFragments(self.supergraph, self.possible, {})
            selections = inline.selections(parse_field_set(text), type_name)
            known = self.field_sets[text, type_name] = merge_selections(selections)
        return known

    # Fields

    def _serve_fields(self, draft: _Draft) -> None:
        for name, (join, label) in self._served(draft).items():
            if draft.is_abstract and not self._all_resolve(draft, name):
                continue
            requires: tuple[Selection, ...] = ()
            if join.requires:
                requires = self.field_set(join.requires, draft.type_def.name)
            move = self._field_move(draft, draft.type_def.fields[name], join.type)
            if move is not None:
                contexts = context_needs(join, self.setters, self.supergraph, self.field_set)
                draft.fields[name] = replace(
                    move, requires=requires, label=label, contexts=contexts
                )

    def _served(self, draft: _Draft) -> dict[str, _Served]:
        """Return the fields the draft's subgraph resolves, in the order of the type."""
        name = draft.type_def.name
        if name not in self.serving:
            self.serving[name] = _serving(draft.type_def, self._defined_in(draft.type_def))
        return self.serving[name].get(draft.subgraph, {})

    def _field_move(self, draft: _Draft, field: Field, type_text: str | None) -> FieldMove | None:
        type_ref: TypeRef = parse_type_ref(type_text) if type_text else field.type
        target_type = named_type(type_ref)
        known = self.types.get(target_type)
        if known is None or known.kind not in _OUTPUT:
            return FieldMove(field.name, LEAF, type_ref)
        target = self.index.get((draft.subgraph, target_type))
        return None if target is None else FieldMove(field.name, target, type_ref)

    def _all_resolve(self, draft: _Draft, name: str) -> bool:
        """Whether every concrete type here resolves the field alone.

        A subgraph may declare on the interface what some type only has as @external or
        @requires; then asking for it on the interface would give wrong answers.
        """
        for target in draft.casts.values():
            move = self.drafts[target].fields.get(name)
            if move is None or not move.is_alone or move.label:
                return False
        return True

    def _cast(self, draft: _Draft) -> None:
        type_def, subgraph = draft.type_def, draft.subgraph
        if type_def.kind is TypeKind.UNION:
            members: Iterable[str] = type_def.members
            if type_def.member_subgraphs:
                members = (m for s, m in type_def.member_subgraphs if s == subgraph)
        else:
            members = self.implementing.get((subgraph, type_def.name), ())
        for name in sorted(set(members)):
            target = self.index.get((subgraph, name))
            if target is not None:
                draft.casts[name] = target

    # Entities

    def _entity_moves(self, type_def: TypeDef) -> Iterable[EntityMove]:
        if type_def.kind is TypeKind.UNION:
            return
        yield from self._moves_to(type_def, interface_objects_only=False)
        if type_def.kind is TypeKind.OBJECT:
            for interface in sorted(type_def.interfaces):
                yield from self._moves_to(self.types[interface], interface_objects_only=True)
        if type_def.name == self.supergraph.query:
            yield from self._root_moves(type_def)

    def _root_moves(self, root: TypeDef) -> Iterable[EntityMove]:
        for subgraph in self._defined_in(root):
            target = self.index[subgraph, root.name]
            yield EntityMove(target, (), single=False, is_root=True)

    def _moves_to(self, target: TypeDef, *, interface_objects_only: bool) -> Iterable[EntityMove]:
        joins = sorted(target.joins, key=lambda j: (j.subgraph, len(j.key or ""), j.key or ""))
        for join in joins:
            if not join.key or not join.resolvable:
                continue
            if interface_objects_only and not join.is_interface_object:
                continue
            key = self.field_set(join.key, target.name)
            yield EntityMove(
                target=self.index[join.subgraph, target.name],
                key=key,
                typename=target.name if join.is_interface_object else None,
                single=len(key) == 1
                and isinstance(key[0], SelectedField)
                and not key[0].selections,
            )

    # Provides

    def _apply_provides(self, draft: _Draft) -> None:
        for name, move in list(draft.fields.items()):
            join, _ = self._served(draft)[name]
            if not join.provides or move.target == LEAF:
                continue
            provided = self.field_set(join.provides, named_type(move.type))
            target = self._view(move.target, provided)
            draft.fields[name] = replace(move, target=target)

    def _view(self, base: int, provided: tuple[Selection, ...]) -> int:
        """Return the node like `base` on which also `provided` can be resolved."""
        known = self.views.get((base, provided))
        if known is not None:
            return known
        origin = self.drafts[base]
        view = _Draft(len(self.drafts), origin.subgraph, origin.type_def, _view_name(provided))
        self.drafts.append(view)
        self.views[base, provided] = view.id
        view.fields = dict(origin.fields)
        view.casts = dict(origin.casts)
        view.entity_moves = origin.entity_moves
        for selection in provided:
            if isinstance(selection, SelectedField):
                self._provide(view, selection)
        for name, target in origin.casts.items():
            inner = tuple(_on_type(provided, name))
            if inner:
                view.casts[name] = self._view(target, inner)
        return view.id

    def _provide(self, view: _Draft, selection: SelectedField) -> None:
        name = selection.name
        field = view.type_def.fields.get(name)
        if field is None:
            return
        declared = next((j for j in field.joins if j.subgraph == view.subgraph), None)
        if view.is_abstract and field.joins and declared is None:
            # Its types have the field here, but they have to be asked one by one.
            return
        move = view.fields.get(name) or self._field_move(
            view, field, declared.type if declared else None
        )
        if move is None:
            return
        target = move.target
        if selection.selections and target != LEAF:
            target = self._view(target, selection.selections)
        view.fields[name] = FieldMove(name, target, move.type)


def _on_type(provided: tuple[Selection, ...], type_name: str) -> Iterable[Selection]:
    for selection in provided:
        if isinstance(selection, Fragment):
            if selection.type_name == type_name:
                yield from selection.selections
        else:
            yield selection


def _view_name(provided: tuple[Selection, ...]) -> str:
    parts = []
    for selection in provided:
        if isinstance(selection, Fragment):
            parts.append(f"... on {selection.type_name} {{ {_view_name(selection.selections)} }}")
        elif selection.selections:
            parts.append(f"{selection.name} {{ {_view_name(selection.selections)} }}")
        else:
            parts.append(selection.name)
    return " ".join(parts)


def _serving(type_def: TypeDef, defined_in: list[str]) -> dict[str, dict[str, _Served]]:
    """Return subgraph → field name → how the subgraph resolves the field."""
    found: dict[str, dict[str, _Served]] = {}
    for name, field in type_def.fields.items():
        if not field.joins:
            for subgraph in defined_in:
                found.setdefault(subgraph, {})[name] = (JoinField(subgraph), None)
            continue
        moving = any(join.override_label for join in field.joins)
        for join in field.joins:
            if join.subgraph is None:
                continue
            label = _label(field, join.subgraph, join) if moving else None
            if label is not None if join.used_overridden else not join.external:
                found.setdefault(join.subgraph, {}).setdefault(name, (join, label))
    return found


def _label(field: Field, subgraph: str, join: JoinField) -> tuple[str, bool] | None:
    """Return the progressive override this subgraph's field stands under, if any."""
    if join.override and join.override_label:
        return join.override_label, True
    for other in field.joins:
        if other.override == subgraph and other.override_label:
            return other.override_label, False
    return None


def _implementing(supergraph: Supergraph, subgraphs: list[str]) -> dict[tuple[str, str], list[str]]:
    """Return (subgraph, interface) → the object types that implement it there."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, type_def in supergraph.types.items():
        if type_def.kind is not TypeKind.OBJECT:
            continue
        pairs = [(j.subgraph, j.interface) for j in type_def.join_implements]
        if not pairs:
            # Without @join__implements it does so wherever it is defined.
            pairs = [(s, interface) for s in subgraphs for interface in type_def.interfaces]
        for pair in pairs:
            found.setdefault(pair, []).append(name)
    return found
