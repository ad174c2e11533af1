"""Commands over the database: `hub db migrate | status | …`, and `hub keys …`.

`add_commands` hangs them into the program's parser. Each sets `handler`, called with the parsed
arguments, which returns the exit code: 0, or 1 with one line on stderr that says what to do.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from msgspec import to_builtins

from resolvers.database.cli import OpenDatabase, adder
from resolvers.database.errors import DatabaseError
from resolvers.database.migrations import (
    MigrationFile,
    MigrationState,
    migrate,
    migration_status,
)
from resolvers.database.pool import Database
from resolvers.generator.load import Generated, generate
from resolvers.hub.cli import add_key_commands
from resolvers.reference.files import ReferenceFileError
from resolvers.reference.load import load_reference
from resolvers.values import today_in_china


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
    open_database: OpenDatabase,
    common: Sequence[argparse.ArgumentParser] = (),
) -> None:
    """Add `db` and `keys` with their sub-commands.

    `open_database` opens what the parsed arguments name.

    `common` are parent parsers with options every command has (`--config`).
    """
    db = subparsers.add_parser("db", help="migrate and inspect the database")
    commands = db.add_subparsers(dest="db_command", metavar="COMMAND", required=True)

    add = adder(commands, open_database, common, ReferenceFileError)

    add("migrate", run_migrate, "run the migrations that have not run")
    add("status", run_status, "list migrations; exit 1 unless the database is up to date")
    reference = add("reference", run_reference, "load reference lists: regions, industries, …")
    reference.add_argument(
        "--from",
        dest="directory",
        type=Path,
        metavar="DIR",
        help="folder of official CSV lists; without it, or for a list it lacks, the shipped ones",
    )
    demo = add(
        "demo",
        run_demo,
        "add invented patents with their events, trade and pledges, for load tests; the tables"
        " cannot be used meanwhile",
    )
    demo.add_argument("--patents", type=int, required=True, metavar="N", help="how many")
    demo.add_argument(
        "--seed", type=int, default=1, metavar="S", help="another one gives another graph"
    )
    add_key_commands(subparsers, open_database, common)


async def run_migrate(database: Database, args: argparse.Namespace) -> int:
    """Run pending migrations, naming each as it is done."""

    def report(file: MigrationFile, state: str) -> None:
        if args.format == "text":
            print(f"{state:<8} {file.label}", flush=True)

    done = await migrate(database, on_file=report)
    if args.format == "json":
        print(json.dumps({"migrations": [asdict(state) for state in done]}))
    elif not done:
        print(f"up to date: {database.where}")
    return 0


async def run_status(database: Database, args: argparse.Namespace) -> int:
    """Print the state of each migration; 1 when one is pending, changed or unknown."""
    states = await migration_status(database)
    counts = Counter(state.state for state in states)
    current = not (counts["pending"] or counts["changed"] or counts["unknown"])
    if args.format == "json":
        print(
            json.dumps(
                {
                    "database": database.where,
                    "upToDate": current,
                    "migrations": [asdict(state) for state in states],
                }
            )
        )
    else:
        print(f"database {database.where}")
        for state in states:
            print(_status_line(state))
        if counts["pending"]:
            print("run `hub db migrate` to apply what is pending")
    return 0 if current else 1


def _status_line(state: MigrationState) -> str:
    when = (state.applied_at or "")[:19].replace("T", " ")
    return f"{state.state:<8} {when:<19} {state.owner}/{state.number:04d}_{state.name}"


async def run_reference(database: Database, args: argparse.Namespace) -> int:
    """Load the reference lists, all or none of them, and say what changed."""
    lists = await load_reference(database, args.directory)
    if args.format == "json":
        print(json.dumps({"lists": [to_builtins(each) for each in lists]}, ensure_ascii=False))
        return 0
    for each in lists:
        change = f"+{each.inserted} ~{each.updated} -{each.deleted}"
        print(f"{each.name:<14} {each.rows:>7} rows  {'unchanged' if each.skipped else change}")
    return 0


async def run_demo(database: Database, args: argparse.Namespace) -> int:
    """Migrate, load the reference lists, and add the invented graph; say how many rows it has."""
    await migrate(database)
    await load_reference(database)
    shown = sys.stderr.isatty()

    def report(done: int) -> None:
        line = f"{done:,} of {args.patents:,} patents"
        if shown:
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
        elif done % 100_000 == 0 or done == args.patents:
            print(line, file=sys.stderr, flush=True)

    try:
        made = await generate(database, args.patents, args.seed, today_in_china(), report)
    except ValueError as error:
        raise DatabaseError("GENERATE_SIZE", str(error)) from None
    if shown:
        print(file=sys.stderr)
    print(json.dumps(asdict(made)) if args.format == "json" else _generated_text(made))
    return 0


def _generated_text(made: Generated) -> str:
    lines = [f"{table:<32} {rows:>10,} rows" for table, rows in made.rows.items()]
    return "\n".join(
        [*lines, f"copied in {made.copy_seconds:.0f} s, indexes in {made.index_seconds:.0f} s"]
    )
