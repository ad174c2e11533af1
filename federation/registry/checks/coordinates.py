"""What an operation uses of a schema, as coordinates.

`Type.field` and `Type.field(argument:)` as selected and given, `Input.field` and `Enum.VALUE` as
written in the text, `Type` for each type that a fragment or variable names or stands in,
`@directive` and `@directive(argument:)`. Values of variables are not in the text; who records usage
adds those they meet. What a variable of an input type *could* hold is told apart: `open_inputs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    visit,
)


@dataclass(frozen=True, slots=True)
class Uses:
    """`open_inputs`: input types and enums whose fields and values variables may hold."""

    coordinates: frozenset[str]
    open_inputs: frozenset[str]


def collect_uses(document: DocumentNode, schema: GraphQLSchema) -> Uses:
    """Return what a document uses of the schema. Parts the schema does not know are left out."""
    info = TypeInfo(schema)
    collecting = _Collecting(schema, info)
    visit(document, TypeInfoVisitor(info, collecting))
    return Uses(frozenset(collecting.found), frozenset(collecting.open_inputs))


class _Collecting(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo) -> None:
        super().__init__()
        self.schema = schema
        self.info = info
        self.found: set[str] = set()
        self.open_inputs: set[str] = set()
        self._directive: str | None = None

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.info.get_parent_type()
        if parent is not None and not node.name.value.startswith("__"):
            self.found.add(f"{parent.name}.{node.name.value}")

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self._directive = node.name.value
        self.found.add(f"@{node.name.value}")

    def leave_directive(self, node: DirectiveNode, *_: Any) -> None:
        self._directive = None

    def enter_argument(
        self, node: ArgumentNode, key: Any, parent: Any, path: Any, ancestors: Any
    ) -> None:
        if self._directive is not None:
            self.found.add(f"@{self._directive}({node.name.value}:)")
            return
        type_, field = self.info.get_parent_type(), ancestors[-1]
        if type_ is not None and isinstance(field, FieldNode):
            self.found.add(f"{type_.name}.{field.name.value}({node.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        parent = self.info.get_parent_input_type()
        named = None if parent is None else get_named_type(parent)
        if isinstance(named, GraphQLInputObjectType):
            self.found.add(f"{named.name}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        given = self.info.get_input_type()
        named = None if given is None else get_named_type(given)
        if isinstance(named, GraphQLEnumType):
            self.found.add(f"{named.name}.{node.value}")

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self._add_parent()

    def _add_parent(self) -> None:
        """Note what a fragment narrows: a union that it stands in has no other coordinate."""
        parent = self.info.get_parent_type()
        if parent is not None:
            self.found.add(parent.name)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        self._add_parent()
        if node.type_condition is not None:
            self.found.add(node.type_condition.name.value)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self.found.add(node.type_condition.name.value)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        type_: Any = node.type
        while hasattr(type_, "type"):
            type_ = type_.type
        self.found.add(type_.name.value)
        self._open(type_.name.value)

    def _open(self, name: str) -> None:
        type_ = self.schema.get_type(name)
        if name in self.open_inputs:
            return
        if isinstance(type_, GraphQLEnumType):
            self.open_inputs.add(name)
        elif isinstance(type_, GraphQLInputObjectType):
            self.open_inputs.add(name)
            for field in type_.fields.values():
                self._open(get_named_type(field.type).name)
