"""Check definitions that a subgraph gives for federation's own directives and types.

Servers print them, so they are welcome, as long as they say what the specification says. A
definition may be narrower (fewer places, a mandatory argument, another type instead of a custom
scalar), never wider.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DirectiveDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ScalarTypeDefinitionNode,
    TypeNode,
    print_ast,
)

from federation.composition.result import Diagnostics
from federation.composition.subgraph.document import SubgraphDocument
from federation.composition.subgraph.federation_spec import local_definition
from federation.composition.subgraph.names import Names
from federation.supergraph.specs import BUILT_IN_SCALARS


def check_definitions(document: SubgraphDocument, names: Names, diagnostics: Diagnostics) -> None:
    """Report DIRECTIVE_DEFINITION_INVALID and TYPE_DEFINITION_INVALID."""
    known = names.federation_directives()
    for node in document.directives:
        spec = known.get(node.name.value)
        if spec is None:
            continue
        expected = local_definition(spec, node.name.value, names.features, names.version is None)
        for problem in _problems(node, expected, document):
            diagnostics.report(
                "DIRECTIVE_DEFINITION_INVALID",
                f'Subgraph "{document.name}" defines @{node.name.value} differently from the '
                f"federation specification: {problem}. Delete the definition, which is not needed "
                f"(or write: {print_ast(expected)}).",
                f"@{node.name.value}",
                [(document.name, node)],
            )
    for name in names.federation_types() & document.types.keys():
        first = document.types[name][0]
        if not isinstance(first, ScalarTypeDefinitionNode):
            diagnostics.report(
                "TYPE_DEFINITION_INVALID",
                f'Subgraph "{document.name}" defines {name} as something else than a scalar. '
                "It belongs to the federation specification: delete the definition.",
                name,
                [(document.name, first)],
            )


def _problems(
    actual: DirectiveDefinitionNode, expected: DirectiveDefinitionNode, document: SubgraphDocument
) -> Iterator[str]:
    places = {node.value for node in actual.locations}
    wider = places - {node.value for node in expected.locations}
    if wider:
        yield f"it must not be allowed on {', '.join(sorted(wider))}"
    if actual.repeatable and not expected.repeatable:
        yield "it must not be repeatable"
    wanted = {argument.name.value: argument for argument in expected.arguments or ()}
    given = {argument.name.value: argument for argument in actual.arguments or ()}
    for name, argument in wanted.items():
        if name not in given:
            if isinstance(argument.type, NonNullTypeNode) and argument.default_value is None:
                yield f'its argument "{name}" is missing'
        elif not _fits(argument.type, given[name].type, document):
            yield (
                f'its argument "{name}" must be of type {print_ast(argument.type)}, '
                f"not {print_ast(given[name].type)}"
            )
    for name in given.keys() - wanted.keys():
        yield f'it has an unknown argument "{name}"'


def _fits(expected: TypeNode, actual: TypeNode, document: SubgraphDocument) -> bool:
    if isinstance(actual, NonNullTypeNode) and not isinstance(expected, NonNullTypeNode):
        actual = actual.type  # an optional argument may be demanded
    if isinstance(expected, NonNullTypeNode):
        return isinstance(actual, NonNullTypeNode) and _fits(expected.type, actual.type, document)
    if isinstance(expected, ListTypeNode):
        return isinstance(actual, ListTypeNode) and _fits(expected.type, actual.type, document)
    assert isinstance(expected, NamedTypeNode)
    if not isinstance(actual, NamedTypeNode):
        return False
    wanted, given = expected.name.value, actual.name.value
    if wanted == given:
        return True
    # GraphQL does not check values of custom scalars, so any other type is only stricter;
    # but another custom scalar is a different thing altogether.
    return wanted not in BUILT_IN_SCALARS and not _is_custom_scalar(given, document)


def _is_custom_scalar(name: str, document: SubgraphDocument) -> bool:
    parts = document.types.get(name)
    if parts is None:
        return name not in BUILT_IN_SCALARS
    return isinstance(parts[0], ScalarTypeDefinitionNode)
