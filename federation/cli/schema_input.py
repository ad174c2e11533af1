"""Reading schemas: a supergraph, or what clients see as plain SDL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation.cli.errors import CommandError
from federation.cli.files import read_text

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from federation.supergraph.model import Supergraph


def read_supergraph_file(path: str) -> Supergraph:
    """Return the supergraph in a file (`-`: standard input).

    Raises `CommandError` for a file that cannot be read and `SupergraphError` for its content.
    """
    from federation.supergraph.reader import read_supergraph

    return read_supergraph(read_text(path, "supergraph"))


def read_schema_file(path: str) -> GraphQLSchema:
    """Return what clients see of the schema in a file: a supergraph or an API schema.

    Raises `CommandError` with the place of a mistake, or `SupergraphError`.
    """
    from graphql import GraphQLError, build_schema

    from federation.supergraph.api_schema import build_api_schema
    from federation.supergraph.reader import read_supergraph
    from federation.supergraph.specs import JOIN

    text = read_text(path, "schema")
    if JOIN in text:
        return build_api_schema(read_supergraph(text))
    try:
        return build_schema(text)
    except GraphQLError as error:
        place = f":{error.locations[0].line}:{error.locations[0].column}" if error.locations else ""
        raise CommandError(f"{path}{place}: {error.message}") from None
    except TypeError as error:
        raise CommandError(
            f"{path} is neither a supergraph nor a client schema: {error}. For the schema of one "
            "subgraph, compose first and compare the supergraphs."
        ) from None
