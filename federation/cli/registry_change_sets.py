"""`registry changeset`: schemas of several subgraphs that go live together or not at all."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from federation.cli.envelope import add_format, guarded, print_json, success
from federation.cli.errors import CommandError
from federation.cli.registry_check import CHECK_FIELDS, add_check_parameters, check_parameters
from federation.cli.registry_client import (
    add_ref,
    add_registry,
    connect,
    graph_ref,
    refusal_details,
)
from federation.cli.subgraph_publish import (
    PUBLICATION_FIELDS,
    proposal,
    tell_check,
    tell_publication,
    url_arguments,
)

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers

_FIELDS = """
  id title state openedAt openedBy checkId
  approvedBy approvedAt approvalReason closedBy closedAt launchId
  entries { name url label addedBy addedAt }
"""
_OPEN = f"""
mutation Open($ref: ID!, $title: String!) {{
  hub {{ result: openChangeSet(ref: $ref, title: $title) {{ {_FIELDS} }} }}
}}
"""
_ADD = f"""
mutation Add($ref: ID!, $id: ID!, $proposal: HubProposal!) {{
  hub {{ result: addToChangeSet(ref: $ref, id: $id, proposal: $proposal) {{ {_FIELDS} }} }}
}}
"""
_DELETE = f"""
mutation Delete($ref: ID!, $id: ID!, $name: String!) {{
  hub {{ result: deleteInChangeSet(ref: $ref, id: $id, name: $name) {{ {_FIELDS} }} }}
}}
"""
_REMOVE = f"""
mutation Remove($ref: ID!, $id: ID!, $name: String!) {{
  hub {{ result: removeFromChangeSet(ref: $ref, id: $id, name: $name) {{ {_FIELDS} }} }}
}}
"""
_CHECK = f"""
mutation Check($ref: ID!, $id: ID!, $parameters: HubCheckParameters) {{
  hub {{ checkChangeSet(ref: $ref, id: $id, parameters: $parameters) {{ {CHECK_FIELDS} }} }}
}}
"""
_APPROVE = f"""
mutation Approve($ref: ID!, $id: ID!, $reason: String!) {{
  hub {{ result: approveChangeSet(ref: $ref, id: $id, reason: $reason) {{ {_FIELDS} }} }}
}}
"""
_WITHDRAW = f"""
mutation Withdraw($ref: ID!, $id: ID!, $reason: String!) {{
  hub {{ result: withdrawChangeSet(ref: $ref, id: $id, reason: $reason) {{ {_FIELDS} }} }}
}}
"""
_PUBLISH = f"""
mutation Publish($ref: ID!, $id: ID!) {{
  hub {{ publishChangeSet(ref: $ref, id: $id) {{ {PUBLICATION_FIELDS} }} }}
}}
"""
_ROLL_BACK = f"""
mutation RollBack($ref: ID!, $id: ID!, $reason: String!) {{
  hub {{ rollBackChangeSet(ref: $ref, id: $id, reason: $reason) {{ {PUBLICATION_FIELDS} }} }}
}}
"""
_SHOW = f"""
query Show($ref: ID!, $id: ID!) {{
  hub {{ result: changeSet(ref: $ref, id: $id) {{ {_FIELDS} }} }}
}}
"""
_LIST = f"""
query List($ref: ID!, $openOnly: Boolean!) {{
  hub {{ changeSets(ref: $ref, openOnly: $openOnly) {{ {_FIELDS} }} }}
}}
"""

Run = Callable[[argparse.Namespace], int]


def add(parent: Subparsers) -> None:
    parser = parent.add_parser("changeset", help="publish several subgraphs together or not at all")
    actions = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    _add_step(actions, "open", "open an empty change set", _open).add_argument(
        "--title", required=True, metavar="TEXT", help="what it is for"
    )
    _add_schema(_add_step(actions, "add", "add a subgraph's new schema, or its deletion", _add_one))
    _add_step(actions, "remove", "take a subgraph out of the set again", _remove).add_argument(
        "--name", required=True, metavar="NAME", help="the subgraph's name"
    )
    add_check_parameters(_add_step(actions, "check", "check all of it together", _check))
    for name, help, run in (
        ("approve", "approve it as it is now", _approve),
        ("withdraw", "close it unpublished", _withdraw),
        ("rollback", "bring all its subgraphs back to what was live before", _roll_back),
    ):
        _add_step(actions, name, help, run).add_argument(
            "--reason", required=True, metavar="TEXT", help="why, for the audit log"
        )
    _add_step(actions, "publish", "make all of it live in one launch", _publish)
    _add_step(actions, "show", "show it", _show)
    _add_step(actions, "list", "list change sets, newest first", _list).add_argument(
        "--open", action="store_true", dest="open_only", help="only those that are not closed"
    )


def _add_step(actions: Subparsers, name: str, help: str, work: Run) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    add_ref(parser)
    if name not in ("open", "list"):
        parser.add_argument("--id", required=True, metavar="ID", help="the change set's id")
    add_registry(parser)
    add_format(parser)
    parser.set_defaults(run=lambda args: guarded(args.format, lambda: work(args), refusal_details))
    return parser


def _add_schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, metavar="NAME", help="the subgraph's name")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--schema", metavar="FILE", help="the schema (SDL), - for standard input")
    what.add_argument("--delete", action="store_true", help="the subgraph is to be deleted")
    parser.add_argument("--routing-url", metavar="URL", help="where the router reaches it")
    parser.add_argument("--no-url", action="store_true", help="it has no address")
    parser.add_argument("--allow-invalid-routing-url", action="store_true")
    parser.add_argument("--revision", metavar="LABEL", default="", help="your word for it")
    parser.add_argument("--changelog-message", metavar="TEXT", help="what changed and why")


def _open(args: argparse.Namespace) -> int:
    return _ask(args, _OPEN, title=args.title)


def _add_one(args: argparse.Namespace) -> int:
    if args.delete:
        if args.routing_url or args.no_url or args.revision or args.changelog_message:
            raise CommandError("a deletion has neither an address nor a message")
        return _ask(args, _DELETE, id=args.id, name=args.name)
    given = {
        **proposal(args),
        **url_arguments(args),
        "label": args.revision,
        "message": args.changelog_message,
    }
    return _ask(args, _ADD, id=args.id, proposal=given)


def _remove(args: argparse.Namespace) -> int:
    return _ask(args, _REMOVE, id=args.id, name=args.name)


def _approve(args: argparse.Namespace) -> int:
    return _ask(args, _APPROVE, id=args.id, reason=args.reason)


def _withdraw(args: argparse.Namespace) -> int:
    return _ask(args, _WITHDRAW, id=args.id, reason=args.reason)


def _show(args: argparse.Namespace) -> int:
    return _ask(args, _SHOW, id=args.id)


def _ask(args: argparse.Namespace, document: str, **variables: Any) -> int:
    """Run an operation whose `result` is the change set, and print it."""
    data = connect(args).ask(document, {"ref": graph_ref(args), **variables})
    change_set = data["hub"]["result"]
    if args.format == "json":
        print_json(success({"change_set": change_set}))
    else:
        _print(change_set)
    return 0


def _check(args: argparse.Namespace) -> int:
    variables = {"ref": graph_ref(args), "id": args.id, "parameters": check_parameters(args)}
    return tell_check(args, connect(args).ask(_CHECK, variables)["hub"]["checkChangeSet"])


def _publish(args: argparse.Namespace) -> int:
    ref = graph_ref(args)
    data = connect(args).ask(_PUBLISH, {"ref": ref, "id": args.id})
    told = [f"change set {args.id} of {ref} is published"]
    return _tell(args, data["hub"]["publishChangeSet"], told)


def _roll_back(args: argparse.Namespace) -> int:
    ref = graph_ref(args)
    data = connect(args).ask(_ROLL_BACK, {"ref": ref, "id": args.id, "reason": args.reason})
    told = [f"change set {args.id} of {ref} is rolled back"]
    return _tell(args, data["hub"]["rollBackChangeSet"], told)


def _tell(args: argparse.Namespace, publication: dict[str, Any], told: list[str]) -> int:
    launch = publication["launch"]
    data = {
        "supergraph_was_updated": launch is not None,
        "launch_id": launch["id"] if launch else None,
    }
    return tell_publication(args, publication, data, told)


def _list(args: argparse.Namespace) -> int:
    variables = {"ref": graph_ref(args), "openOnly": args.open_only}
    found = connect(args).ask(_LIST, variables)["hub"]["changeSets"]
    if args.format == "json":
        print_json(success({"change_sets": found}))
        return 0
    for change_set in found:
        _print(change_set)
    return 0


def _print(change_set: dict[str, Any]) -> None:
    print(
        f"{change_set['id']}  {change_set['state']}  {change_set['title']}"
        f"  ({change_set['openedBy']}, {change_set['openedAt']})"
    )
    for entry in change_set["entries"]:
        print(f"    {entry['name']}  {entry['url']}".rstrip())
