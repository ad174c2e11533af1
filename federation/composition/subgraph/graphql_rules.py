"""GraphQL's own rules on one subgraph: INVALID_GRAPHQL.

The definitions of federation's directives are added, then graphql-core judges the whole: names,
directives and their arguments, interfaces, default values. A subgraph needs no query root, so
that one demand of GraphQL is not made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLDirective,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    ScalarTypeDefinitionNode,
    build_ast_schema,
    parse,
    validate_schema,
)
from graphql.utilities.validate_input_value import validate_input_literal
from graphql.validation.validate import validate_sdl

from federation.composition.result import Diagnostics, Location
from federation.composition.subgraph.connectors import applied_directives
from federation.composition.subgraph.document import SubgraphDocument, report_graphql_error
from federation.composition.subgraph.federation_spec import LINK_SDL, local_definition
from federation.composition.subgraph.names import Names

_NO_QUERY = "Query root type must be provided."


def check_graphql(document: SubgraphDocument, names: Names, diagnostics: Diagnostics) -> bool:
    """Return whether the subgraph is valid GraphQL; report what is not."""
    whole = document.to_graphql(_additions(document, names), frozenset())
    errors = [*validate_sdl(whole)] if whole.definitions else []
    if not errors:
        errors = _schema_errors(whole)
    for found in errors:
        locations = _locations(document.name, found)
        report_graphql_error(diagnostics, document.name, found.message, locations)
    return not errors


def _schema_errors(document: DocumentNode) -> list[GraphQLError]:
    """Return what is wrong with a document whose names are all right.

    graphql-core raises for some mistakes instead of collecting them, and only when it looks at
    the element, so all of it is guarded.
    """
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
        errors = [error for error in validate_schema(schema) if error.message != _NO_QUERY]
        return errors or list(_argument_errors(schema, document))
    except GraphQLError as error:
        return [error]
    except TypeError as error:
        return [GraphQLError(str(error))]


def _additions(document: SubgraphDocument, names: Names) -> Iterator[Any]:
    """Yield definitions the subgraph leaves out because federation gives them."""
    defined = {node.name.value for node in document.directives}
    for local, spec in names.federation_directives().items():
        if local not in defined:
            yield local_definition(spec, local, names.features, names.version is None)
    types = set(names.federation_types())
    if names.link not in defined:
        purpose, import_ = names.link_types()
        text = LINK_SDL.format(name=names.link, purpose=purpose, import_=import_)
        if purpose not in document.types:
            text += f" enum {purpose} {{ SECURITY EXECUTION }}"
        types.add(import_)
        yield from parse(text, no_location=True).definitions
    for name in sorted(types - document.types.keys()):
        yield ScalarTypeDefinitionNode(name=NameNode(value=name))


def _argument_errors(schema: GraphQLSchema, document: DocumentNode) -> Iterator[GraphQLError]:
    """Yield an error for each directive argument whose value is not of the argument's type."""
    errors: list[GraphQLError] = []
    for node in applied_directives(document.definitions):
        directive = schema.get_directive(node.name.value)
        if isinstance(directive, GraphQLDirective):
            for argument in node.arguments or ():
                definition = directive.args.get(argument.name.value)
                if definition is not None:
                    validate_input_literal(
                        argument.value, definition.type, lambda error, _: errors.append(error)
                    )
    yield from errors


def _locations(subgraph: str, error: GraphQLError) -> tuple[Location, ...]:
    nodes = [node for node in error.nodes or () if node.loc]
    tokens = [node.loc.start_token for node in nodes if node.loc]
    return tuple(Location(subgraph, token.line, token.column) for token in tokens)
