"""What may be told of a client's document: what it uses of the schema, and its text without values.

Made once per document, in the cold path. The text is what the registry keeps and re-validates: the
operation with its fragments, every literal put in place by an empty one of its kind, aliases
numbered; so documents that differ in values only are one operation. Enum values stay, for they are
the schema's own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    print_ast,
    type_from_ast,
    visit,
)

# Values of one request that are looked at for what they use; nobody writes more by hand.
_MAX_VALUES = 500


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """`signature`: SHA-256 of `text`. `coordinates`: what the document uses of the schema.

    `inputs`: the types of variables whose values name more of the schema: input objects and enums.
    """

    signature: str
    text: str = field(repr=False)
    name: str
    kind: str
    coordinates: frozenset[str] = field(repr=False)
    inputs: Mapping[str, GraphQLInputObjectType | GraphQLEnumType] = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes, estimated: the coordinates are shared texts only in part."""
        return 2 * len(self.text) + 120 * len(self.coordinates)


def document_facts(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> DocumentFacts:
    """Return the facts of `operation` in a valid `document`."""
    own = _with_fragments(document, operation)
    found = _Coordinates(TypeInfo(schema))
    visit(own, TypeInfoVisitor(found.info, found))
    inputs = {}
    for variable in operation.variable_definitions or ():
        kind = get_named_type(type_from_ast(schema, variable.type))
        if kind is not None:
            found.coordinates.add(kind.name)
        if isinstance(kind, GraphQLInputObjectType | GraphQLEnumType):
            inputs[variable.variable.name.value] = kind
    text = print_ast(visit(own, _WithoutValues()))
    return DocumentFacts(
        signature=sha256(text.encode()).hexdigest(),
        text=text,
        name=operation.name.value if operation.name else "",
        kind=operation.operation.value,
        coordinates=frozenset(found.coordinates),
        inputs=inputs,
    )


def coordinates_of_values(
    inputs: Mapping[str, GraphQLInputObjectType | GraphQLEnumType], values: Mapping[str, Any]
) -> set[str]:
    """Return the input fields and enum values that valid values of variables name.

    Looks at a bounded number of values; of long lists the first.
    """
    found: set[str] = set()
    open_: list[tuple[Any, Any]] = [
        (kind, values[name]) for name, kind in inputs.items() if name in values
    ]
    left = _MAX_VALUES
    while open_ and left:
        left -= 1
        kind, value = open_.pop()
        if isinstance(value, list):
            open_ += [(kind, item) for item in value[:left]]
        elif isinstance(kind, GraphQLEnumType):
            if isinstance(value, str) and value in kind.values:
                found.add(f"{kind.name}.{value}")
        elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
            for name, inner in value.items():
                if name in kind.fields:
                    found.add(f"{kind.name}.{name}")
                    open_.append((get_named_type(kind.fields[name].type), inner))
    return found


def _with_fragments(document: DocumentNode, operation: OperationDefinitionNode) -> DocumentNode:
    """Return the operation with the fragments it uses, in the order in which it does."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    used: dict[str, FragmentDefinitionNode] = {}
    if not fragments:
        return DocumentNode(definitions=(operation,))
    open_: list[Node] = [operation]
    while open_:
        for name in _spreads(open_.pop(0)):
            if name in fragments and name not in used:
                used[name] = fragments[name]
                open_.append(fragments[name])
    return DocumentNode(definitions=(operation, *used.values()))


def _spreads(node: Node) -> Iterable[str]:
    names: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: Any) -> None:
            names.append(spread.name.value)

    visit(node, Spreads())
    return names


class _Coordinates(Visitor):
    """Collects schema coordinates. Runs under a `TypeInfoVisitor`."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.coordinates: set[str] = set()
        self._fields: list[str | None] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.info.get_parent_type()
        name = node.name.value
        if parent is None or name.startswith("__"):
            self._fields.append(None)
            return
        self._fields.append(f"{parent.name}.{name}")
        self.coordinates.add(f"{parent.name}.{name}")

    def leave_field(self, node: FieldNode, *_: Any) -> None:
        self._fields.pop()

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        # Arguments of directives have no place in the schema of types.
        if self.info.get_directive() is not None:
            return
        of = self._fields[-1] if self._fields else None
        if of is not None:
            self.coordinates.add(f"{of}({node.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        parent = get_named_type(self.info.get_parent_input_type())
        if isinstance(parent, GraphQLInputObjectType):
            self.coordinates.add(f"{parent.name}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        kind = get_named_type(self.info.get_input_type())
        if isinstance(kind, GraphQLEnumType):
            self.coordinates.add(f"{kind.name}.{node.value}")

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        if node.type_condition is not None:
            self.coordinates.add(node.type_condition.name.value)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self.coordinates.add(node.type_condition.name.value)


class _WithoutValues(Visitor):
    """Puts an empty literal in the place of each, and numbers in the place of aliases."""

    def __init__(self) -> None:
        super().__init__()
        self._aliases: dict[str, str] = {}

    def leave_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode:
        return StringValueNode(value="", block=False)

    def leave_int_value(self, node: IntValueNode, *_: Any) -> IntValueNode:
        return IntValueNode(value="0")

    def leave_float_value(self, node: FloatValueNode, *_: Any) -> FloatValueNode:
        return FloatValueNode(value="0.0")

    def leave_boolean_value(self, node: BooleanValueNode, *_: Any) -> BooleanValueNode:
        return BooleanValueNode(value=True)

    def leave_list_value(self, node: ListValueNode, *_: Any) -> ListValueNode:
        # However many there were: those that are equal now say no more.
        seen = {print_ast(value): value for value in node.values}
        return ListValueNode(values=tuple(seen.values()))

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        if node.alias is None:
            return node
        alias = self._aliases.setdefault(node.alias.value, f"a{len(self._aliases) + 1}")
        return FieldNode(
            alias=NameNode(value=alias),
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=node.selection_set,
        )
