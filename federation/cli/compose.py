"""`compose`: subgraphs → supergraph SDL. Errors and hints go to stderr, one block each."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from federation.cli.envelope import add_format, failure, guarded, print_json, success
from federation.cli.errors import CommandError

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.composition.result import Composed, Diagnostic, Rejected


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "compose",
        help="compose subgraphs into a supergraph",
        description=(
            "Compose the subgraphs of a supergraph.yaml (Rover's format) and print the supergraph. "
            "Errors and hints go to standard error with code, subgraphs, line and column; `codes "
            "CODE` explains one. Exit code 0 with the supergraph, 1 without."
        ),
    )
    parser.add_argument(
        "--config", required=True, metavar="FILE", help="supergraph.yaml, - for standard input"
    )
    parser.add_argument("--output", metavar="FILE", help="write there instead of printing")
    add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Return 0 with the supergraph printed, or 1 with the errors."""
    result = guarded(args.format, lambda: compose_config(args.config))
    if args.format == "json":
        print_json(envelope(result), args.output)
    return _print_plain(result, args, supergraph_too=args.format == "plain")


def compose_config(path: str) -> Composed | Rejected:
    """Compose what the supergraph.yaml at `path` names."""
    from federation.cli.supergraph_config import load_subgraphs
    from federation.composition.compose import compose

    return compose(load_subgraphs(path))


def compose_or_fail(path: str) -> Composed:
    """Compose; print hints and errors to stderr; raise `CommandError` when it failed."""
    from federation.composition.result import Rejected

    result = compose_config(path)
    _print_diagnostics(result)
    if isinstance(result, Rejected):
        raise CommandError(_failed(result))
    return result


def federation_version() -> str:
    """Return the version of the federation specification whose rules composition applies."""
    from federation.composition.subgraph.federation_spec import NEWEST

    # Tools read it as a semantic version; the specification has no third number.
    return f"{NEWEST[0]}.{NEWEST[1]}.0"


def envelope(result: Composed | Rejected) -> dict[str, Any]:
    """Return the outcome in the JSON form that tools know from Rover."""
    from federation.composition.result import Rejected

    if isinstance(result, Rejected):
        errors = [build_error(error) for error in result.errors]
        return failure(_failed(result), "E029", {"build_errors": errors})
    return success(
        {
            "core_schema": result.supergraph_sdl,
            "hints": [_hint(hint) for hint in result.hints],
            "federation_version": federation_version(),
        }
    )


def build_error(error: Diagnostic) -> dict[str, Any]:
    """Return an error as `build_errors` has it."""
    return {"type": "composition", **_hint(error)}


def _hint(finding: Diagnostic) -> dict[str, Any]:
    return {
        "message": finding.message,
        "code": finding.code,
        "nodes": [
            {"subgraph": place.subgraph, "start": {"line": place.line, "column": place.column}}
            for place in finding.locations
        ],
        "omittedNodesCount": 0,
    }


def _failed(result: Rejected) -> str:
    count = len(result.errors)
    noun = "error" if count == 1 else "errors"
    return f"the subgraphs do not compose: {count} {noun}; mend them and compose again"


def _print_diagnostics(result: Composed | Rejected) -> None:
    from federation.composition.result import Rejected

    for diagnostic in (*(result.errors if isinstance(result, Rejected) else ()), *result.hints):
        print(diagnostic, file=sys.stderr)


def _print_plain(
    result: Composed | Rejected, args: argparse.Namespace, supergraph_too: bool
) -> int:
    from federation.cli.files import write_output
    from federation.composition.result import Rejected

    _print_diagnostics(result)
    if isinstance(result, Rejected):
        raise CommandError(_failed(result))
    if supergraph_too:
        write_output(result.supergraph_sdl.rstrip("\n") + "\n", args.output)
    return 0
