"""`supergraph fetch`: the supergraph of a variant, live or earlier, from the registry."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from federation.cli.envelope import add_format, guarded, print_json, success
from federation.cli.files import write_output
from federation.cli.registry_client import (
    add_ref,
    add_registry,
    connect,
    graph_ref,
    refusal_details,
)

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers

_FETCH = """
query Supergraph($ref: ID!, $launch: ID) {
  hub { launch(ref: $ref, launch: $launch) { id number apiSchemaHash sdl } }
}
"""


def add_fetch(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "fetch",
        help="print the live supergraph of a variant",
        description="Print the supergraph that is live, or that of an earlier launch.",
    )
    add_ref(parser)
    parser.add_argument("--launch", metavar="ID", help="an earlier one, by its number or id")
    parser.add_argument("--output", metavar="FILE", help="write there instead of printing")
    add_registry(parser)
    add_format(parser)
    parser.set_defaults(run=run_fetch)


def run_fetch(args: argparse.Namespace) -> int:
    """Return 0 with the supergraph printed."""
    return guarded(args.format, lambda: _fetch(args), refusal_details)


def _fetch(args: argparse.Namespace) -> int:
    variables = {"ref": graph_ref(args), "launch": args.launch}
    launch = connect(args).ask(_FETCH, variables)["hub"]["launch"]
    if args.format == "json":
        print_json(success({"sdl": {"contents": launch["sdl"]}}), args.output)
    else:
        write_output(launch["sdl"].rstrip("\n") + "\n", args.output)
    return 0
