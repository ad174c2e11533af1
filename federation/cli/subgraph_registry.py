"""`subgraph list`, `fetch`, `delete`, `lint`: what the registry has of subgraphs."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from federation.cli.envelope import add_format, failure, guarded, print_json, success
from federation.cli.errors import CommandError
from federation.cli.files import write_output
from federation.cli.registry_check import lint_diagnostic, print_lint
from federation.cli.registry_client import (
    RegistryClient,
    add_ref,
    add_registry,
    connect,
    graph_id,
    graph_ref,
    read_schema,
    refusal_details,
)
from federation.cli.subgraph_publish import PUBLICATION_FIELDS, tell_publication

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers

_LIST = """
query List($ref: ID!) {
  hub {
    variant(ref: $ref) {
      subgraphs {
        name state
        latest { number url publishedAt publishedBy }
        live { number url publishedAt publishedBy }
        problems { code message }
      }
    }
  }
}
"""
_FETCH = """
query Fetch($ref: ID!, $name: String!, $revision: Int) {
  hub { subgraph(ref: $ref, name: $name, revision: $revision) { sdl url number } }
}
"""
_DELETE = f"""
mutation Delete($ref: ID!, $name: String!, $dryRun: Boolean!) {{
  hub {{ delete(ref: $ref, name: $name, dryRun: $dryRun) {{ {PUBLICATION_FIELDS} }} }}
}}
"""
_LINT = """
mutation Lint($graph: ID!, $sdl: String!, $base: String) {
  graph(id: $graph) {
    lintSchema(sdl: $sdl, baseSdl: $base) {
      stats { errorsCount warningsCount }
      diagnostics {
        level rule coordinate message
        sourceLocations { start { line byteOffset } end { byteOffset } }
      }
    }
  }
}
"""


def _add(actions: Subparsers, name: str, help: str, description: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help, description=description)
    add_ref(parser)
    add_registry(parser)
    add_format(parser)
    return parser


def add_list(actions: Subparsers) -> None:
    parser = _add(
        actions,
        "list",
        "list the subgraphs of a variant",
        "List the subgraphs: which revision is live, which one waits and why.",
    )
    parser.set_defaults(run=run_list)


def add_fetch(actions: Subparsers) -> None:
    parser = _add(
        actions,
        "fetch",
        "print a subgraph's schema from the registry",
        "Print the schema that was published last, or an earlier revision.",
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="the subgraph's name")
    parser.add_argument("--revision", type=int, metavar="N", help="an earlier one, by its number")
    parser.add_argument("--output", metavar="FILE", help="write there instead of printing")
    parser.set_defaults(run=run_fetch)


def add_delete(actions: Subparsers) -> None:
    parser = _add(
        actions,
        "delete",
        "delete a subgraph from a variant",
        "Delete a subgraph. While the others do not compose without it, it stays in the live "
        "supergraph. First it is tried whether they do; --dry-run stops there.",
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="the subgraph's name")
    parser.add_argument("--confirm", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.set_defaults(run=run_delete)


def add_lint(actions: Subparsers) -> None:
    parser = _add(
        actions,
        "lint",
        "lint a subgraph's schema by the rules of the registry",
        "Lint a schema. Exit code 1 when there are errors.",
    )
    parser.add_argument(
        "--schema", required=True, metavar="FILE", help="the schema (SDL), - for standard input"
    )
    parser.add_argument("--name", metavar="NAME", help="with --ignore-existing-lint-violations")
    parser.add_argument(
        "--ignore-existing-lint-violations",
        action="store_true",
        help="say only what is not so in the published schema already",
    )
    parser.set_defaults(run=run_lint)


# list


def run_list(args: argparse.Namespace) -> int:
    return guarded(args.format, lambda: _list(args), refusal_details)


def _list(args: argparse.Namespace) -> int:
    data = connect(args).ask(_LIST, {"ref": graph_ref(args)})
    subgraphs = data["hub"]["variant"]["subgraphs"]
    if args.format == "json":
        entries = [_list_entry(subgraph) for subgraph in subgraphs]
        print_json(success({"subgraphs": entries}))
        return 0
    for subgraph in subgraphs:
        version = subgraph["latest"] or subgraph["live"]
        live = subgraph["live"]
        number = f"revision {version['number']}"
        if subgraph["state"] == "PENDING":
            number += f", live {live['number']}" if live else ", none live"
        print(f"{subgraph['name']}  {subgraph['state']}  {number}  {version['url'] or '-'}")
        for problem in subgraph["problems"]:
            print(f"    {problem['code']}  {problem['message']}")
    return 0


def _list_entry(subgraph: dict[str, Any]) -> dict[str, Any]:
    version = subgraph["latest"] or subgraph["live"]
    at = version["publishedAt"]
    return {
        "name": subgraph["name"],
        "url": version["url"],
        "updated_at": {"local": at, "utc": at},
        "state": subgraph["state"],
        "revision": version["number"],
        "live_revision": subgraph["live"]["number"] if subgraph["live"] else None,
    }


# fetch


def run_fetch(args: argparse.Namespace) -> int:
    return guarded(args.format, lambda: _fetch(args), refusal_details)


def _fetch(args: argparse.Namespace) -> int:
    variables = {"ref": graph_ref(args), "name": args.name, "revision": args.revision}
    found = connect(args).ask(_FETCH, variables)["hub"]["subgraph"]
    if args.format == "json":
        data = {"sdl": {"contents": found["sdl"], "routing_url": found["url"]}}
        print_json(success(data), args.output)
    else:
        write_output(found["sdl"].rstrip("\n") + "\n", args.output)
    return 0


# delete


def run_delete(args: argparse.Namespace) -> int:
    return guarded(args.format, lambda: _delete(args), refusal_details)


def _delete(args: argparse.Namespace) -> int:
    ref, client = graph_ref(args), connect(args)
    if args.dry_run or not args.confirm:
        tried = _ask_delete(client, ref, args.name, dry_run=True)
        if args.dry_run:
            return _tell_tried(args, ref, tried)
        _confirm(args.name, ref, tried)
    deleted = _ask_delete(client, ref, args.name, dry_run=False)
    data = {"supergraph_was_updated": deleted["launch"] is not None, "dry_run": False}
    return tell_publication(args, deleted, data, [f"{args.name} in {ref} is deleted"])


def _ask_delete(client: RegistryClient, ref: str, name: str, *, dry_run: bool) -> dict[str, Any]:
    variables = {"ref": ref, "name": name, "dryRun": dry_run}
    found: dict[str, Any] = client.ask(_DELETE, variables)["hub"]["delete"]
    return found


def _tell_tried(args: argparse.Namespace, ref: str, tried: dict[str, Any]) -> int:
    data = {"supergraph_was_updated": False, "dry_run": True}
    would = "would go live without it" if tried["wouldLaunch"] else "would stay as it is"
    return tell_publication(args, tried, data, [f"{args.name}: {ref} {would}"])


def _confirm(name: str, ref: str, tried: dict[str, Any]) -> None:
    """Ask a person at a terminal. Raises `CommandError` when there is none, or for a no."""
    if not sys.stdin.isatty():
        raise CommandError(f"nobody is here to confirm that {name} is deleted; use --confirm")
    for error in tried["errors"]:
        print(f"{error['code']}  {error['message']}", file=sys.stderr)
    print(f"Delete {name} from {ref}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError("nothing was deleted")


# lint


def run_lint(args: argparse.Namespace) -> int:
    """Return 0, or 1 when the linter found errors."""
    return guarded(args.format, lambda: _lint(args), refusal_details)


def _lint(args: argparse.Namespace) -> int:
    base = None
    client = connect(args)
    if args.ignore_existing_lint_violations:
        if args.name is None:
            raise CommandError("--ignore-existing-lint-violations needs --name")
        variables = {"ref": graph_ref(args), "name": args.name, "revision": None}
        base = client.ask(_FETCH, variables)["hub"]["subgraph"]["sdl"]
    given = {"graph": graph_id(args), "sdl": read_schema(args.schema), "base": base}
    graph = client.ask(_LINT, given)["graph"]
    if graph is None:
        raise CommandError(f"there is no graph {given['graph']}, or the token may not know of it")
    stats = graph["lintSchema"]["stats"]
    found = [{**each, **each["sourceLocations"][0]} for each in graph["lintSchema"]["diagnostics"]]
    failed = stats["errorsCount"] > 0
    summary = f"{stats['errorsCount']} errors, {stats['warningsCount']} warnings"
    if args.format == "json":
        data = {"diagnostics": [lint_diagnostic(each) for each in found]}
        print_json(failure(summary, "E042", data=data) if failed else success(data))
    else:
        for each in found:
            print_lint(each)
        print(summary)
    if failed:
        sys.stdout.flush()
        print(f"error: {summary}", file=sys.stderr)
    return 1 if failed else 0
