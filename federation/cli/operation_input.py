"""What the commands on operations share: their flags, and supergraph + document → operation."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from federation.cli.errors import CommandError
from federation.cli.files import read_text

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLError

    from federation.operation.model import Operation
    from federation.registry.schema import Schema


@dataclass(frozen=True, slots=True)
class Input:
    """An operation, valid for the supergraph's API schema, and normalised."""

    schema: Schema
    document: DocumentNode
    operation: Operation


def add_operation_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that `read_input` reads."""
    parser.add_argument("--supergraph", required=True, metavar="FILE", help="supergraph SDL")
    parser.add_argument(
        "--operation", required=True, metavar="FILE", help="GraphQL document, - for standard input"
    )
    parser.add_argument("--operation-name", metavar="NAME", help="when there are several")


def read_input(args: argparse.Namespace) -> Input:
    """Return the operation that `args` names. Raises `CommandError` or `FederationError`."""
    from graphql import GraphQLError, parse, validate

    from federation.registry.schema import build_schema

    schema = build_schema(read_text(args.supergraph, "supergraph"))
    text = read_text(args.operation, "operation")
    try:
        document = parse(text, allow_empty_selection_sets=False)
    except GraphQLError as error:
        raise CommandError(f"{args.operation}{_place(error)}: {error.message}") from None
    errors = validate(schema.api_schema, document, allow_empty_selection_sets=False)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise CommandError(f"{args.operation}{_place(errors[0])}: {errors[0].message}{more}")
    operation = schema.normalizer.normalize(document, args.operation_name)
    return Input(schema, document, operation)


def read_variables(args: argparse.Namespace, given: Input) -> dict[str, Any]:
    """Return the variables of `--variables` (JSON), coerced. Raises for wrong ones."""
    from federation.operation.variables import coerce_variables

    try:
        raw = json.loads(args.variables) if args.variables else {}
    except ValueError as error:
        raise CommandError(f"--variables is not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise CommandError("--variables must be a JSON object")
    return dict(coerce_variables(given.schema.api_schema, given.operation, raw))


def _place(error: GraphQLError) -> str:
    if not error.locations:
        return ""
    return f":{error.locations[0].line}:{error.locations[0].column}"
