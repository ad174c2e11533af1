"""Commands over the adapters: `hub sources …`, `hub pull`, and the groups beside them.

`add_commands` hangs them into the program's parser. Each command sets `handler`, called with the
parsed arguments, which returns the exit code. A new group is a module with
`add_commands(subparsers, shared)` and a line in `GROUPS`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Final

from adapters.cli import jobs, pull, quarantine, sources
from adapters.cli.shared import FindFolders, OpenDatabase, Shared, Subparsers, UnknownSource

GROUPS: Final[tuple[Callable[[Subparsers, Shared], None], ...]] = (
    sources.add_commands,
    pull.add_commands,
    quarantine.add_commands,
    jobs.add_commands,
)


def add_commands(
    subparsers: Subparsers,
    open_database: OpenDatabase,
    find_folders: FindFolders,
    common: Sequence[argparse.ArgumentParser] = (),
) -> None:
    """Add the commands of all groups.

    `open_database` opens what the parsed arguments name; `find_folders` gives the folders with
    source files when `--sources` names none. `common` are parent parsers with shared options.
    """
    shared = Shared(open_database, find_folders, common)
    for add_group in GROUPS:
        add_group(subparsers, shared)


__all__ = ["FindFolders", "OpenDatabase", "Shared", "Subparsers", "UnknownSource", "add_commands"]
