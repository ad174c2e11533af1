"""`registry`: what a registry can do beyond single subgraphs: history, approvals, tokens."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from federation.cli import registry_change_sets, registry_tokens
from federation.cli.envelope import add_format, guarded, print_json, success
from federation.cli.registry_check import period_seconds
from federation.cli.registry_client import (
    add_ref,
    add_registry,
    connect,
    graph_id,
    graph_ref,
    refusal_details,
)
from federation.cli.subgraph_publish import PUBLICATION_FIELDS, tell_publication

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers

_HISTORY = """
query History($ref: ID!, $first: Int!) {
  hub {
    history(ref: $ref, first: $first) {
      id number madeAt madeBy origin originId message members { name number }
    }
  }
}
"""
_ROLL_BACK = f"""
mutation RollBack($ref: ID!, $launch: ID!, $reason: String!) {{
  hub {{ rollBack(ref: $ref, launch: $launch, reason: $reason) {{ {PUBLICATION_FIELDS} }} }}
}}
"""
_APPROVE = """
mutation Approve(
  $graph: ID!, $check: ID!, $reason: String!, $expiresAt: Timestamp!, $coordinates: [String!]
) {
  hub {
    approveChanges(
      graph: $graph, check: $check, reason: $reason, expiresAt: $expiresAt
      coordinates: $coordinates
    ) { id code coordinate description expiresAt }
  }
}
"""
_AUDIT = """
query Audit($graph: ID!, $first: Int!) {
  hub { audit(graph: $graph, first: $first) { at by ref action subject details } }
}
"""


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "registry", help="history, roll back, change sets, approvals and tokens of a registry"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_history(actions)
    _add_roll_back(actions)
    _add_approve(actions)
    _add_audit(actions)
    registry_change_sets.add(actions)
    registry_tokens.add(actions)


def _add_history(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "history",
        help="list which supergraphs were live",
        description="List the launches of a variant, newest first: when, by whom, from what.",
    )
    add_ref(parser)
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many (20)")
    add_registry(parser)
    add_format(parser)
    parser.set_defaults(run=run_history)


def _add_roll_back(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "rollback",
        help="make an earlier supergraph live again",
        description=(
            "Make an earlier launch live again, with the subgraphs it had then. It is a launch of "
            "its own; nothing is lost from the history."
        ),
    )
    add_ref(parser)
    parser.add_argument("--launch", required=True, metavar="ID", help="its number or id")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why, for the audit log")
    add_registry(parser)
    add_format(parser)
    parser.set_defaults(run=run_roll_back)


def _add_approve(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "approve",
        help="let breaking changes of a check pass",
        description=(
            "Let the breaking changes that a check found pass until a date, all of them or those "
            "at certain coordinates. The check is judged anew, and later ones find them approved."
        ),
    )
    add_ref(parser)
    parser.add_argument("--check", required=True, metavar="ID", help="the check's id")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why, for the audit log")
    parser.add_argument(
        "--expires", default="30d", metavar="PERIOD", help="for how long, such as 2w (30d)"
    )
    parser.add_argument(
        "--coordinate",
        action="append",
        metavar="COORDINATE",
        help="only the change there (Type.field); may be given several times",
    )
    add_registry(parser)
    add_format(parser)
    parser.set_defaults(run=run_approve)


def _add_audit(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "audit",
        help="list who did what",
        description="List what was done to a graph, newest first. For administrators.",
    )
    add_ref(parser)
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="how many (50)")
    add_registry(parser)
    add_format(parser)
    parser.set_defaults(run=run_audit)


def run_history(args: argparse.Namespace) -> int:
    return guarded(args.format, lambda: _history(args), refusal_details)


def _history(args: argparse.Namespace) -> int:
    variables = {"ref": graph_ref(args), "first": args.limit}
    launches = connect(args).ask(_HISTORY, variables)["hub"]["history"]
    if args.format == "json":
        print_json(success({"launches": launches}))
        return 0
    for launch in launches:
        members = " ".join(f"{each['name']}:{each['number']}" for each in launch["members"])
        said = f"  {launch['message']}" if launch["message"] else ""
        print(
            f"{launch['number']}  {launch['madeAt']}  {launch['origin']}  {launch['madeBy']}"
            f"  {members}{said}"
        )
    return 0


def run_roll_back(args: argparse.Namespace) -> int:
    return guarded(args.format, lambda: _roll_back(args), refusal_details)


def _roll_back(args: argparse.Namespace) -> int:
    ref = graph_ref(args)
    variables = {"ref": ref, "launch": args.launch, "reason": args.reason}
    publication = connect(args).ask(_ROLL_BACK, variables)["hub"]["rollBack"]
    return tell_publication(
        args, publication, launch_data(publication), [f"{ref} is rolled back to {args.launch}"]
    )


def launch_data(publication: dict[str, Any]) -> dict[str, Any]:
    """Return what JSON tells of a launch."""
    launch = publication["launch"]
    return {
        "supergraph_was_updated": launch is not None,
        "launch_id": launch["id"] if launch else None,
        "api_schema_hash": launch["apiSchemaHash"] if launch else None,
    }


def run_approve(args: argparse.Namespace) -> int:
    return guarded(args.format, lambda: _approve(args), refusal_details)


def _approve(args: argparse.Namespace) -> int:
    expires_at = datetime.now(UTC) + timedelta(seconds=period_seconds(args.expires))
    variables = {
        "graph": graph_id(args),
        "check": args.check,
        "reason": args.reason,
        "expiresAt": expires_at.isoformat(),
        "coordinates": args.coordinate,
    }
    approvals = connect(args).ask(_APPROVE, variables)["hub"]["approveChanges"]
    if args.format == "json":
        print_json(success({"approvals": approvals}))
        return 0
    for approval in approvals:
        print(f"{approval['code']}  {approval['coordinate']}  until {approval['expiresAt']}")
    return 0


def run_audit(args: argparse.Namespace) -> int:
    return guarded(args.format, lambda: _audit(args), refusal_details)


def _audit(args: argparse.Namespace) -> int:
    variables = {"graph": graph_id(args), "first": args.limit}
    entries = connect(args).ask(_AUDIT, variables)["hub"]["audit"]
    if args.format == "json":
        print_json(success({"entries": entries}))
        return 0
    for entry in entries:
        print(f"{entry['at']}  {entry['by']}  {entry['action']}  {entry['subject']}")
    return 0
