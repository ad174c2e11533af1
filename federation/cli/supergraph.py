"""`supergraph`: compare supergraphs, cut one down to what an audience sees, fetch the live one."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from federation.cli import supergraph_fetch
from federation.cli.envelope import add_format, failure, guarded, print_json, success
from federation.cli.errors import CommandError
from federation.cli.files import write_output
from federation.cli.schema_input import read_schema_file, read_supergraph_file

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.supergraph.contracts import Contract
    from federation.supergraph.diff import Change
    from federation.supergraph.model import Supergraph


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("supergraph", help="fetch, compare supergraphs, make contracts")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_diff(actions)
    _add_contract(actions)
    supergraph_fetch.add_fetch(actions)


def _add_diff(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "diff",
        help="tell what changed for clients between two schemas",
        description=(
            "Tell what changed for clients between two schemas, as breaking, dangerous and safe "
            "changes. Each schema is a supergraph or a client schema (SDL). Exit code 1 when "
            "there are changes of the severity of --fail-on, so that it can stand in a pipeline."
        ),
    )
    parser.add_argument("old", metavar="OLD", help="the schema clients know, - for standard input")
    parser.add_argument("new", metavar="NEW", help="the schema they will get")
    add_format(parser)
    parser.add_argument(
        "--fail-on",
        choices=("breaking", "dangerous", "none"),
        default="breaking",
        help="exit with 1 on breaking changes (default), also on dangerous ones, or never",
    )
    parser.set_defaults(run=run_diff)


def _add_contract(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "contract",
        help="print the supergraph of a contract variant, chosen by @tag",
        description=(
            "Print the supergraph that shows an audience only what it may see, chosen by @tag. "
            "With --include-tag, fields and unions without one of these tags are hidden; whatever "
            "has an excluded tag is hidden in any case. Hidden elements are marked @inaccessible, "
            "so that subgraphs still work together by them."
        ),
    )
    parser.add_argument(
        "--supergraph", required=True, metavar="FILE", help="supergraph SDL, - for standard input"
    )
    for name in ("include", "exclude"):
        parser.add_argument(
            f"--{name}-tag",
            action="append",
            default=[],
            metavar="TAG",
            help=f"{name} what has this tag; may be given several times",
        )
    parser.add_argument(
        "--hide-unreachable-types",
        action="store_true",
        help="also hide types that nothing visible leads to",
    )
    parser.add_argument(
        "--api-schema", action="store_true", help="print what clients see, not the supergraph"
    )
    parser.add_argument("--output", metavar="FILE", help="write there instead of printing")
    add_format(parser)
    parser.set_defaults(run=run_contract)


# diff


def run_diff(args: argparse.Namespace) -> int:
    """Return 0, or 1 when there are changes as bad as `--fail-on`."""
    return guarded(args.format, lambda: _diff(args))


def _diff(args: argparse.Namespace) -> int:
    from federation.supergraph.diff import Severity, diff, worst

    if args.old == "-" and args.new == "-":
        raise CommandError("only one of OLD and NEW can be standard input")
    changes = diff(read_schema_file(args.old), read_schema_file(args.new))
    failing = {
        "breaking": (Severity.BREAKING,),
        "dangerous": (Severity.BREAKING, Severity.DANGEROUS),
        "none": (),
    }[args.fail_on]
    failed = worst(changes) in failing
    summary = _summary(changes)
    if args.format == "json":
        data = _changes_data(changes)
        print_json(failure(summary, data=data) if failed else success(data))
    else:
        for change in changes:
            print(change)
        print(summary)
    if failed:
        sys.stdout.flush()
        print(f"error: {summary}; --fail-on is {args.fail_on}", file=sys.stderr)
    return 1 if failed else 0


def _summary(changes: tuple[Change, ...]) -> str:
    from federation.supergraph.diff import count

    if not changes:
        return "no changes"
    return ", ".join(f"{number} {severity.value}" for severity, number in count(changes).items())


def _changes_data(changes: tuple[Change, ...]) -> dict[str, Any]:
    from federation.supergraph.diff import count

    return {
        "changes": [
            {
                "code": change.code,
                "coordinate": change.coordinate,
                "severity": change.severity.value,
                "description": change.message,
            }
            for change in changes
        ],
        "count": {severity.value: number for severity, number in count(changes).items()},
    }


# contract


def run_contract(args: argparse.Namespace) -> int:
    """Return 0 with the contract's supergraph printed; 1 when it leaves no usable schema."""
    return guarded(args.format, lambda: _contract(args), _contract_details)


def _contract(args: argparse.Namespace) -> int:
    from graphql import print_schema

    from federation.composition.contract import ContractError, apply_contract
    from federation.supergraph.api_schema import build_api_schema
    from federation.supergraph.contracts import Contract
    from federation.supergraph.printer import print_supergraph

    terms = Contract(
        frozenset(args.include_tag), frozenset(args.exclude_tag), args.hide_unreachable_types
    )
    if terms == Contract():
        raise CommandError(
            "a contract needs --include-tag, --exclude-tag or --hide-unreachable-types"
        )
    supergraph = read_supergraph_file(args.supergraph)
    _hint_unknown_tags(supergraph, terms)
    try:
        result = apply_contract(supergraph, terms)
    except ContractError as error:
        for diagnostic in error.errors:
            print(diagnostic, file=sys.stderr)
        raise
    core_schema = print_supergraph(result)
    api_schema = print_schema(build_api_schema(result)) + "\n"
    if args.format == "json":
        print_json(success({"core_schema": core_schema, "api_schema": api_schema}), args.output)
    else:
        write_output(api_schema if args.api_schema else core_schema, args.output)
    return 0


def _hint_unknown_tags(supergraph: Supergraph, terms: Contract) -> None:
    from federation.supergraph.contracts import known_tags

    known = known_tags(supergraph)
    for tag in sorted((terms.include | terms.exclude) - known):
        there = f"tags there are: {', '.join(sorted(known))}" if known else "there are no tags"
        print(f'hint: nothing in the supergraph has the tag "{tag}"; {there}', file=sys.stderr)


def _contract_details(error: Exception) -> dict[str, Any] | None:
    from federation.cli.compose import build_error
    from federation.composition.contract import ContractError

    if not isinstance(error, ContractError) or not error.errors:
        return None
    return {"build_errors": [build_error(diagnostic) for diagnostic in error.errors]}
