"""`documents`: trusted documents, which clients may ask by their id alone."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from federation.cli.envelope import add_format, guarded, print_json, success
from federation.cli.errors import CommandError
from federation.cli.registry_client import (
    add_ref,
    add_registry,
    connect,
    graph_id,
    refusal_details,
)

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers

FORMAT = "apollo-persisted-query-manifest"

_PUBLISH = """
mutation PublishDocuments($graph: ID!, $documents: [PersistedQueryInput!]!) {
  hub { publishDocuments(graph: $graph, documents: $documents) { added unchanged } }
}
"""


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("documents", help="publish trusted documents to a registry")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    publishing = actions.add_parser(
        "publish",
        help="publish a manifest of documents",
        description=(
            "Publish the documents of a manifest: the format of Apollo's tools "
            f"({FORMAT}, version 1), or an object of id and document as Relay's compiler writes. "
            "All are stored or none; what is stored under an id never changes."
        ),
    )
    publishing.add_argument("manifest", metavar="MANIFEST", help="JSON file, - for standard input")
    publishing.add_argument("--client", metavar="NAME", help="whose documents these are")
    add_ref(publishing)
    add_registry(publishing)
    add_format(publishing)
    publishing.set_defaults(run=run_publish)


def run_publish(args: argparse.Namespace) -> int:
    """Return 0 with the documents stored."""
    return guarded(args.format, lambda: _publish(args), refusal_details)


def _publish(args: argparse.Namespace) -> int:
    from federation.cli.files import read_text

    documents = read_manifest(read_text(args.manifest, "manifest"), args.client)
    variables = {"graph": graph_id(args), "documents": documents}
    report = connect(args).ask(_PUBLISH, variables)["hub"]["publishDocuments"]
    added, unchanged = len(report["added"]), report["unchanged"]
    if args.format == "json":
        print_json(success({"added": report["added"], "unchanged": unchanged}))
    else:
        print(f"{added} documents added, {unchanged} known already")
    return 0


def read_manifest(text: str, client: str | None) -> list[dict[str, Any]]:
    """Return the documents of a manifest as the registry takes them. Raises `CommandError`."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"the manifest is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise CommandError("the manifest is not a JSON object")
    if "format" in found or "operations" in found:
        return _apollo(found, client)
    if not all(isinstance(body, str) for body in found.values()):
        raise CommandError(f"the manifest is neither {FORMAT} nor an object of id and document")
    return [_described(id, body, client) for id, body in found.items()]


def _apollo(found: dict[str, Any], client: str | None) -> list[dict[str, Any]]:
    if found.get("format") != FORMAT or found.get("version") != 1:
        raise CommandError(f"the manifest must have format {FORMAT} and version 1")
    operations = found.get("operations")
    if not isinstance(operations, list):
        raise CommandError("the manifest has no list of operations")
    return [_operation(entry, number, client) for number, entry in enumerate(operations, 1)]


def _operation(entry: Any, number: int, client: str | None) -> dict[str, Any]:
    texts = ("id", "body", "name", "type")
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in texts):
        raise CommandError(f"operation {number} of the manifest needs the texts {', '.join(texts)}")
    kind = entry["type"].upper()
    if kind not in ("QUERY", "MUTATION", "SUBSCRIPTION"):
        raise CommandError(f"operation {number} of the manifest has an unknown type")
    name = entry.get("clientName") or client
    return {
        "id": entry["id"],
        "body": entry["body"],
        "name": entry["name"],
        "type": kind,
        "clientName": name,
    }


def _described(id: str, body: str, client: str | None) -> dict[str, Any]:
    """Return a document whose name and type are found in its text."""
    from graphql import GraphQLError, OperationDefinitionNode, parse

    try:
        definitions = parse(body, no_location=True).definitions
    except GraphQLError as error:
        raise CommandError(f"the document {id} cannot be read: {error.message}") from None
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) != 1:
        raise CommandError(f"the document {id} has {len(operations)} operations instead of one")
    name = operations[0].name
    return {
        "id": id,
        "body": body,
        "name": name.value if name else id[:60],
        "type": operations[0].operation.value.upper(),
        "clientName": client,
    }
