"""`compose`: subgraphs → supergraph SDL. Errors and hints go to stderr, one block each."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from federation.cli.errors import CommandError

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.composition.result import Composed, Diagnostic, Rejected

# The version of the federation specification that composition follows.
FEDERATION_VERSION = "2.9"


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "compose",
        help="compose subgraphs into a supergraph",
        description="Compose the subgraphs of a supergraph.yaml (Rover's format).",
    )
    parser.add_argument("--config", required=True, metavar="FILE", help="supergraph.yaml, or -")
    parser.add_argument("--output", metavar="FILE", help="write there instead of printing")
    parser.add_argument("--format", choices=("plain", "json"), default="plain")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Return 0 with the supergraph printed, or 1 with the errors."""
    from federation.config.errors import ConfigError

    try:
        result = compose_config(args.config)
    except (CommandError, ConfigError) as error:
        if args.format == "json":
            _print_json(_failure(str(error), None, None), None)
        raise
    if args.format == "json":
        _print_json(envelope(result), args.output)
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


def envelope(result: Composed | Rejected) -> dict[str, Any]:
    """Return the outcome in the JSON form that tools know from Rover."""
    from federation.composition.result import Rejected

    if isinstance(result, Rejected):
        errors = [_build_error(error) for error in result.errors]
        return _failure(_failed(result), "E029", {"build_errors": errors})
    return {
        "json_version": "1",
        "data": {
            "core_schema": result.supergraph_sdl,
            "hints": [_hint(hint) for hint in result.hints],
            "federation_version": FEDERATION_VERSION,
            "success": True,
        },
        "error": None,
    }


def _failure(message: str, code: str | None, details: Any) -> dict[str, Any]:
    error = {"message": message, "code": code, "details": details, "causes": []}
    return {"json_version": "1", "data": {"success": False}, "error": error}


def _build_error(error: Diagnostic) -> dict[str, Any]:
    nodes = [
        {"subgraph": place.subgraph, "start": {"line": place.line, "column": place.column}}
        for place in error.locations
    ]
    return {
        "message": error.message,
        "code": error.code,
        "type": "composition",
        "nodes": nodes,
        "omittedNodesCount": 0,
    }


def _hint(hint: Diagnostic) -> dict[str, Any]:
    return {"message": hint.message, "code": hint.code, "nodes": [], "omittedNodesCount": 0}


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


def _print_json(data: dict[str, Any], output: str | None) -> None:
    from federation.cli.files import write_output

    write_output(json.dumps(data, ensure_ascii=False) + "\n", output)
