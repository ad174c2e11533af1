"""A subgraph in this process that answers from the world and checks what it is sent.

It refuses – by an `AssertionError` that ends the test – what no correct gateway sends:

- an operation that is not valid on its schema;
- a representation without a whole resolvable key, with a wrong value, or with a member that
  neither a key nor the `@requires` of a field asked for entitles it to;
- (a null in place of a required value is let pass once a resolver has failed in this request: a
  failing sibling may have taken the value along. Then the field is answered wrongly, so that
  it shows if the client gets to see it;)
- a question for a field it has as `@external` where nothing provides it, for one that another
  subgraph has overridden, or for one whose `@requires` was not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    execute_sync,
    is_composite_type,
    is_object_type,
    parse,
    validate,
)

from tests.differential.sdl import SubgraphSchema, selected_names
from tests.differential.world import Item, World, items, merge


@dataclass(frozen=True, slots=True)
class Source:
    """An object inside a subgraph: what its representation said, and what a path provides."""

    item: Item
    as_type: str
    sent: Mapping[str, Any] | None = None
    provided: SelectionSetNode | None = None


class MockSubgraph:
    def __init__(self, subgraph: SubgraphSchema, world: World) -> None:
        self.subgraph, self.world = subgraph, world
        self.schema = subgraph.schema
        self._documents: dict[str, DocumentNode] = {}
        # (type, field) → the label under which another subgraph has it; None: always.
        self._lost = {
            (type_name, field): label
            for other in world.subgraphs.values()
            for type_name, field, source, label in other.overrides
            if source == subgraph.name
        }
        self._taken = {(name, field): label for name, field, _, label in subgraph.overrides}

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the GraphQL response to a request body."""
        document = self._documents.get(request["query"])
        if document is None:
            document = parse(request["query"])
            invalid = validate(self.schema, document)
            assert not invalid, f"{self.subgraph.name}: {invalid[:3]} in {request['query']}"
            self._documents[request["query"]] = document
        result = execute_sync(
            self.schema,
            document,
            variable_values=dict(request.get("variables") or {}),
            operation_name=request.get("operationName"),
            field_resolver=self._resolve,
            type_resolver=self._type_of,
        )
        assert isinstance(result, ExecutionResult)
        for error in result.errors or ():
            if isinstance(error.original_error, AssertionError):
                raise error.original_error
            assert error.path, f"{self.subgraph.name}: {error} for {request}"
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def _type_of(self, value: Source, *_: Any) -> str:
        return value.as_type

    def _resolve(self, source: Source | None, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        parent, field = info.parent_type.name, info.field_name
        if field == "_entities":
            return [self._enter(one, info) for one in arguments["representations"]]
        if source is None:
            source = Source(Item(parent, 0), parent)
        where = f"{self.subgraph.name}: {parent}.{field}"
        provided = provided_below(source.provided, field, source.item.type, self)
        is_key = any(
            field in selected_names(node) for node, _ in self.subgraph.key_sets.get(parent, ())
        )
        if self.subgraph.is_external(parent, field):
            assert is_key or provided is not None, f"{where} is external, nothing provides it"
        assert self._has(parent, field) or is_key, f"{where} is overridden"
        required = self.subgraph.field_set(parent, field, "requires")
        if required is not None:
            expected = self.world.select(source.item, required, self.subgraph, parent)
            assert source.sent is not None, f"{where} asked for without what it requires"
            missing = _difference(expected, source.sent)
            assert not missing, f"{where} requires {missing}: {source.sent}"
        for name, sources in self.subgraph.from_context(parent, field).items():
            # Clients do not see it, so the data cannot depend on it.
            given = arguments.pop(name, None)
            allowed = [v for source in sources for v in self._context_values(*source)]
            assert given in allowed, f"{where}: {name} is {given!r}, not one of {allowed}"
        value = self.world.value(source.item, field, arguments)
        own = self.subgraph.field_set(parent, field, "provides")
        return self._wrapped(value, _both(own, provided or None))

    def _has(self, parent: str, field: str) -> bool:
        """Whether no override gives the field to another subgraph, by the active labels."""
        key, active = (parent, field), self.world.labels
        if key in self._lost and (self._lost[key] is None or self._lost[key] in active):
            return False
        return self._taken.get(key) is None or self._taken[key] in active

    def _context_values(self, name: str, selected: SelectionSetNode) -> list[Any]:
        """Return the value that each object which sets a context has for it."""
        found = []
        for item in items(self.world.concrete(self.subgraph, name)):
            value: Any = self.world.select(item, selected, self.subgraph, name)
            while isinstance(value, dict):
                (value,) = value.values()
            found.append(value)
        return found

    def _wrapped(self, value: Any, provided: SelectionSetNode | None) -> Any:
        if isinstance(value, list):
            return [self._wrapped(one, provided) for one in value]
        if isinstance(value, Item):
            return Source(value, self._name_here(value.type), None, provided)
        return value

    def _name_here(self, concrete: str) -> str:
        """Return the name of an object's type here: its own, or its interface object's."""
        if concrete in self.schema.type_map:
            return concrete
        for name in self.subgraph.interface_objects:
            if concrete in self.world.concrete(None, name):
                return name
        raise AssertionError(f"{self.subgraph.name} does not know {concrete}")

    # Representations

    def _enter(self, sent: Mapping[str, Any], info: GraphQLResolveInfo) -> Source:
        where = f"{self.subgraph.name}: representation {sent}"
        name = sent.get("__typename", "")
        assert is_composite_type(self.schema.type_map.get(name)), f"{where}: unknown type"
        keys = [node for node, able in self.subgraph.key_sets.get(name, ()) if able]
        assert keys, f"{where}: no key to enter by"
        candidates = items(self.world.concrete(self.subgraph, name))
        for item in candidates:
            expected = [self.world.select(item, node, self.subgraph, name) for node in keys]
            if any(not _difference(one, sent) for one in expected):
                break
        else:
            raise AssertionError(f"{where}: no such object, or no whole key")
        entitled: dict[str, Any] = {}
        for one in expected:
            merge(entitled, one)
        for field in _asked_for(info, name):
            required = self.subgraph.field_set(name, field, "requires")
            if required is not None:
                merge(entitled, self.world.select(item, required, self.subgraph, name))
        members = {key: value for key, value in sent.items() if key != "__typename"}
        extra = _difference(members, entitled, gained=self.world.failed)
        assert not extra or self.world.lost, f"{where}: not entitled to {extra}; {entitled}"
        return Source(item, self._name_here(item.type), sent)


def provided_below(
    provided: SelectionSetNode | None, field: str, concrete: str, subgraph: MockSubgraph
) -> SelectionSetNode | None:
    """Return what is provided below `field`; None when the field itself is not provided."""
    found: SelectionSetNode | None = None
    for node in provided.selections if provided else ():
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            if condition is None or concrete in subgraph.world.concrete(
                subgraph.subgraph, condition.name.value
            ):
                inner = provided_below(node.selection_set, field, concrete, subgraph)
                found = inner if inner is not None else found
        elif isinstance(node, FieldNode) and node.name.value == field:
            found = node.selection_set or SelectionSetNode(selections=())
    return found


def _both(left: SelectionSetNode | None, right: SelectionSetNode | None) -> Any:
    if left is None or right is None:
        return left or right
    return SelectionSetNode(selections=(*left.selections, *right.selections))


def _asked_for(info: GraphQLResolveInfo, name: str) -> set[str]:
    """Return the fields asked for of entities of type `name`."""
    found: set[str] = set()
    for field in info.field_nodes:
        for node in field.selection_set.selections if field.selection_set else ():
            condition = getattr(node, "type_condition", None)
            if condition is None or condition.name.value == name:
                found |= set(selected_names(getattr(node, "selection_set", None)))
            else:
                inner: Any = info.schema.type_map.get(condition.name.value)
                if not is_object_type(inner):
                    found |= set(selected_names(getattr(node, "selection_set", None)))
    return found


def _difference(
    expected: Any, sent: Any, path: str = "", *, lost: bool = False, gained: bool = False
) -> str:
    """Return where `sent` lacks or contradicts something of `expected`; empty when nowhere.

    With `lost` a null may stand for what a failed resolver took along; `gained`: in `expected`.
    """
    if (lost and sent is None) or (gained and expected is None):
        return ""
    if isinstance(expected, dict) and isinstance(sent, Mapping):
        for key, value in expected.items():
            if key == "__typename":
                continue
            if key not in sent:
                return f"{path}.{key} missing"
            found = _difference(value, sent[key], f"{path}.{key}", lost=lost, gained=gained)
            if found:
                return found
        return ""
    if isinstance(expected, list) and isinstance(sent, list) and len(expected) == len(sent):
        for index, (left, right) in enumerate(zip(expected, sent, strict=True)):
            found = _difference(left, right, f"{path}.{index}", lost=lost, gained=gained)
            if found:
                return found
        return ""
    same = expected == sent and type(expected) is type(sent)
    return "" if same else f"{path} is {sent!r}, not {expected!r}"
