"""`hub sources …`: the sources of the centres, one command per module."""

from __future__ import annotations

from adapters.cli import check, conformance, listing, templates
from adapters.cli.shared import Shared, Subparsers

COMMANDS = (
    listing.add_commands,
    check.add_commands,
    templates.add_commands,
    conformance.add_commands,
)


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `sources` with its commands."""
    sources = subparsers.add_parser("sources", help="the sources of the centres")
    commands = sources.add_subparsers(dest="sources_command", metavar="COMMAND", required=True)
    for add in COMMANDS:
        add(commands, shared)
