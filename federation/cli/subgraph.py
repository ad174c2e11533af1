"""`subgraph`: what is done with single subgraphs, here and in a registry."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from federation.cli import subgraph_introspect, subgraph_publish, subgraph_registry
from federation.cli.envelope import add_format, guarded, print_json, success
from federation.cli.errors import CommandError
from federation.cli.files import write_output
from federation.cli.schema_input import read_supergraph_file

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.composition.result import SubgraphSource

CONFIG_NAME = "supergraph.yaml"


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "subgraph", help="publish, check and read subgraphs in a registry; split a supergraph"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    subgraph_publish.add_publish(actions)
    subgraph_publish.add_check(actions)
    subgraph_registry.add_list(actions)
    subgraph_registry.add_fetch(actions)
    subgraph_registry.add_delete(actions)
    subgraph_registry.add_lint(actions)
    subgraph_introspect.add_introspect(actions)
    _add_split(actions)


def _add_split(actions: Subparsers) -> None:
    splitting = actions.add_parser(
        "split",
        help="write the subgraphs a supergraph is made of",
        description=(
            "Write the subgraphs a supergraph is made of, each as <name>.graphql, and a "
            f"{CONFIG_NAME} that composes them to the same supergraph. What composition forgets "
            "(optional arguments of some subgraphs only, differing descriptions) does not come "
            "back."
        ),
    )
    splitting.add_argument(
        "--supergraph", required=True, metavar="FILE", help="supergraph SDL, - for standard input"
    )
    splitting.add_argument(
        "--output", required=True, metavar="DIR", help="folder to write to; made if missing"
    )
    splitting.add_argument(
        "--force", action="store_true", help="replace files that are there already"
    )
    add_format(splitting)
    splitting.set_defaults(run=run_split)


def run_split(args: argparse.Namespace) -> int:
    """Return 0 with the files written; raises `CommandError` before writing the first."""
    return guarded(args.format, lambda: _split(args))


def _split(args: argparse.Namespace) -> int:
    from federation.composition.split import split

    subgraphs = split(read_supergraph_file(args.supergraph))
    folder = Path(args.output)
    files = {folder / f"{_file_stem(s.name)}.graphql": s.sdl for s in subgraphs}
    if len(files) < len(subgraphs):
        raise CommandError("two subgraphs have names that differ in upper and lower case only")
    files[folder / CONFIG_NAME] = _config(subgraphs)
    existing = sorted(str(path) for path in files if path.exists())
    if existing and not args.force:
        raise CommandError(f"{existing[0]} is there already; choose another folder, or use --force")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"cannot make {folder}: {error.strerror or error}") from None
    for path, text in files.items():
        write_output(text, str(path))
    if args.format == "json":
        names = [subgraph.name for subgraph in subgraphs]
        print_json(success({"subgraphs": names, "files": [str(path) for path in files]}))
    else:
        for path in files:
            print(path)
    return 0


def _file_stem(name: str) -> str:
    """Return the name as that of a file; a supergraph of others may name its subgraphs freely."""
    stem = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)
    if not stem:
        raise CommandError("a subgraph without a name cannot be written to a file")
    return stem


def _config(subgraphs: tuple[SubgraphSource, ...]) -> str:
    import yaml

    from federation.cli.compose import federation_version

    data = {
        "federation_version": f"={federation_version()}",
        "subgraphs": {
            subgraph.name: {
                "routing_url": subgraph.url,
                "schema": {"file": f"./{_file_stem(subgraph.name)}.graphql"},
            }
            for subgraph in subgraphs
        },
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
