"""Are an operation's variables plainly right: defined, used, and of the types of their places?"""

from __future__ import annotations

from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    is_input_type,
    type_from_ast,
)
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage

from federation.operation.validation.values import Usages, accept_value


def accept_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, usages: Usages
) -> bool:
    """Return whether they are; `usages` are those of the operation and of its fragments."""
    nodes = operation.variable_definitions or ()
    defined: dict[str, tuple[VariableDefinitionNode, GraphQLInputType]] = {}
    for node in nodes:
        kind = type_from_ast(schema, node.type)
        if not is_input_type(kind) or node.directives:
            return False
        if node.default_value is not None and not accept_value(node.default_value, kind, {}):
            return False
        defined[node.variable.name.value] = (node, kind)
    if len(defined) != len(nodes) or {name for name, _ in usages} != defined.keys():
        return False
    for (name, _), place in usages.items():
        node, kind = defined[name]
        # A place with a default of its own takes more; that is for the rules to find.
        if place is not None and not allowed_variable_usage(
            schema, kind, node.default_value, place, Undefined
        ):
            return False
    return True
