"""`hub sources list`: the sources in pulling order."""

from __future__ import annotations

import argparse
import json

from adapters.cli.shared import Shared, Subparsers

_KEYS = ("code", "name", "center", "kind", "feed", "precedence", "path")


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `list`."""
    shared.add_parser(subparsers, "list", run_list, help="list the sources")


def run_list(args: argparse.Namespace, shared: Shared) -> int:
    """Print the sources in pulling order."""
    sources = shared.selected(args)
    if args.format == "json":
        rows = [{key: getattr(source, key) for key in _KEYS} for source in sources]
        print(json.dumps({"sources": rows}, ensure_ascii=False))
        return 0
    for source in sources:
        print(
            f"{source.code:<28} {source.feed:<13} {source.precedence:<9} {source.center:<13} "
            f"{source.name}"
        )
    return 0
