"""`subgraph publish` and `subgraph check`: a schema to the registry, with Rover's flags."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from federation.cli.envelope import add_format, failure, guarded, print_json, success
from federation.cli.errors import CommandError
from federation.cli.registry_check import (
    add_check_parameters,
    check_data,
    check_parameters,
    failure_code,
    failure_details,
    failure_message,
    fetch_check,
    print_check,
    wait_for_check,
)
from federation.cli.registry_client import (
    RegistryClient,
    RegistryRefusal,
    add_ref,
    add_registry,
    build_error,
    connect,
    git_context,
    graph_ref,
    read_schema,
    refusal_details,
)

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers

_DIAGNOSTICS = "code message subgraphs locations { subgraph line column }"
PUBLICATION_FIELDS = f"""
  launch {{ id number apiSchemaHash }}
  revision {{ number }}
  created updated wouldLaunch mended
  errors {{ {_DIAGNOSTICS} }}
  hints {{ {_DIAGNOSTICS} }}
"""
_PUBLISH = f"""
mutation Publish(
  $ref: ID!, $proposal: HubProposal!, $check: Boolean!, $parameters: HubCheckParameters
) {{
  hub {{
    publish(ref: $ref, proposal: $proposal, check: $check, parameters: $parameters) {{
      {PUBLICATION_FIELDS}
    }}
  }}
}}
"""
_LIVE = "query Live($ref: ID!) { hub { launch(ref: $ref) { apiSchemaHash } } }"
_START_CHECK = """
mutation StartCheck($ref: ID!, $proposal: HubProposal!, $parameters: HubCheckParameters) {
  hub { startCheck(ref: $ref, proposals: [$proposal], parameters: $parameters) { id } }
}
"""


def add_publish(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "publish",
        help="publish a subgraph's schema to the registry",
        description=(
            "Publish a subgraph's schema. If it composes with the others it goes live; else it is "
            "stored and waits, the live supergraph stays, and the errors are printed. The exit "
            "code is 0 in both cases, as Rover's; with --check nothing is stored unless the check "
            "passes."
        ),
    )
    _add_schema(parser)
    parser.add_argument(
        "--routing-url", metavar="URL", help="where the router reaches it; else as it was"
    )
    parser.add_argument("--no-url", action="store_true", help="it has no address")
    parser.add_argument(
        "--allow-invalid-routing-url",
        action="store_true",
        help="take an address that is not http:// or https://",
    )
    parser.add_argument(
        "--convert",
        action="store_true",
        help="accepted for Rover's sake: graphs here are federated",
    )
    parser.add_argument(
        "--check", action="store_true", help="check first, publish only when the check passes"
    )
    parser.add_argument(
        "--background",
        action="store_true",
        help="with --check: only start the check, print its id, and publish nothing",
    )
    parser.add_argument("--changelog-message", metavar="TEXT", help="what changed and why")
    parser.add_argument("--revision", metavar="LABEL", default="", help="your word for it")
    add_check_parameters(parser)
    parser.set_defaults(run=run_publish)


def add_check(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "check",
        help="check a subgraph's schema against the registry",
        description=(
            "Check whether a subgraph's schema composes with the others, breaks operations in use "
            "or stored documents, and passes the linter. Exit code 1 when any of it fails."
        ),
    )
    _add_schema(parser)
    parser.add_argument(
        "--background", action="store_true", help="only start the check and print its id"
    )
    add_check_parameters(parser)
    parser.set_defaults(run=run_check)


def _add_schema(parser: argparse.ArgumentParser) -> None:
    add_ref(parser)
    parser.add_argument(
        "--schema", required=True, metavar="FILE", help="the schema (SDL), - for standard input"
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="the subgraph's name")
    add_registry(parser)
    add_format(parser)


def proposal(args: argparse.Namespace) -> dict[str, Any]:
    """Return the schema that the arguments propose, as `HubProposal`."""
    return {"name": args.name, "sdl": read_schema(args.schema), "git": git_context()}


def url_arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the arguments say of the routing URL. Raises `CommandError`."""
    if args.no_url and args.routing_url:
        raise CommandError("use --no-url or --routing-url, not both")
    return {
        "url": args.routing_url or None,
        "noUrl": args.no_url or args.routing_url == "",
        "allowInvalidUrl": args.allow_invalid_routing_url,
    }


# publish


def run_publish(args: argparse.Namespace) -> int:
    """Return 0 when the revision is stored, live or waiting."""
    return guarded(args.format, lambda: _publish(args), refusal_details)


def _publish(args: argparse.Namespace) -> int:
    ref = graph_ref(args)
    if args.background and not args.check:
        raise CommandError("--background is for --check: publishing itself is never delayed")
    given = {
        **proposal(args),
        **url_arguments(args),
        "label": args.revision,
        "message": args.changelog_message,
    }
    client = connect(args)
    if args.background:
        return _start(args, client, ref, given)
    variables = {
        "ref": ref,
        "proposal": given,
        "check": args.check,
        "parameters": check_parameters(args),
    }
    try:
        publication = client.ask(_PUBLISH, variables)["hub"]["publish"]
    except RegistryRefusal as refusal:
        if refusal.check_id is None:
            raise
        graph = ref.partition("@")[0]
        return tell_check(args, fetch_check(client, graph, refusal.check_id))
    data = {
        "api_schema_hash": _live_hash(client, ref, publication),
        "supergraph_was_updated": publication["launch"] is not None,
        "subgraph_was_created": publication["created"],
        "subgraph_was_updated": publication["updated"],
    }
    return tell_publication(args, publication, data, _told(args.name, ref, publication))


def _live_hash(client: RegistryClient, ref: str, publication: dict[str, Any]) -> str | None:
    if publication["launch"] is not None:
        found: str = publication["launch"]["apiSchemaHash"]
        return found
    try:
        found = client.ask(_LIVE, {"ref": ref})["hub"]["launch"]["apiSchemaHash"]
    except RegistryRefusal as refusal:
        if refusal.code == "E027":
            return None
        raise
    return found


def _told(name: str, ref: str, publication: dict[str, Any]) -> list[str]:
    if publication["created"]:
        return [f"{name} is new in {ref}"]
    if publication["updated"]:
        return [f"{name} in {ref} has revision {publication['revision']['number']}"]
    return [f"{name} in {ref} is as it was"]


def tell_publication(
    args: argparse.Namespace,
    publication: dict[str, Any],
    data: dict[str, Any],
    told: list[str],
) -> int:
    """Print what became of a change of the variant, and return 0.

    What is stored but does not compose yet is a failure in JSON, with E029, and a warning in text.
    """
    errors = publication["errors"]
    if args.format == "json":
        if errors:
            details = {"build_errors": [build_error(error) for error in errors]}
            print_json(failure(_waiting(errors), "E029", details, data))
        else:
            print_json(success(data))
        return 0
    for line in told:
        print(line)
    launch = publication["launch"]
    if launch is not None:
        print(f"launch {launch['number']} is live")
    for name in publication["mended"]:
        print(f"{name}, which waited, went live with it")
    for diagnostic in (*errors, *publication["hints"]):
        subgraphs = ", ".join(diagnostic["subgraphs"])
        print(f"{diagnostic['code']}  {subgraphs}: {diagnostic['message']}", file=sys.stderr)
    if errors:
        print(f"warning: {_waiting(errors)}", file=sys.stderr)
    return 0


def _waiting(errors: list[dict[str, Any]]) -> str:
    count = f"{len(errors)} error" + ("s" if len(errors) != 1 else "")
    return f"the live supergraph stays as it is: {count}; mend them and publish again"


# check


def run_check(args: argparse.Namespace) -> int:
    """Return 0 when the check passed (or was started), 1 when it failed."""
    return guarded(args.format, lambda: _check(args), refusal_details)


def _check(args: argparse.Namespace) -> int:
    # The address of a subgraph is no matter of a check.
    given = {**proposal(args), "allowInvalidUrl": True}
    ref, client = graph_ref(args), connect(args)
    if args.background:
        return _start(args, client, ref, given)
    check_id = _start_check(args, client, ref, given)
    return tell_check(args, wait_for_check(client, ref.partition("@")[0], check_id))


def _start(
    args: argparse.Namespace, client: RegistryClient, ref: str, given: dict[str, Any]
) -> int:
    check_id = _start_check(args, client, ref, given)
    if args.format == "json":
        print_json({**success({"check_id": check_id}), "json_version": "2"})
    else:
        print(check_id)
    return 0


def _start_check(
    args: argparse.Namespace, client: RegistryClient, ref: str, given: dict[str, Any]
) -> str:
    variables = {"ref": ref, "proposal": given, "parameters": check_parameters(args)}
    check_id: str = client.ask(_START_CHECK, variables)["hub"]["startCheck"]["id"]
    return check_id


def tell_check(args: argparse.Namespace, check: dict[str, Any]) -> int:
    """Print a check and return the exit code it stands for."""
    passed = check["status"] == "PASSED"
    if args.format == "json":
        data = check_data(check)
        envelope = success(data)
        if not passed:
            envelope = failure(
                failure_message(check), failure_code(check), failure_details(check), data
            )
        print_json({**envelope, "json_version": "2"})
    else:
        print_check(check)
    if not passed:
        sys.stdout.flush()
        print(f"error: {failure_message(check)}", file=sys.stderr)
    return 0 if passed else 1
