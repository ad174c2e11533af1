"""`graph`: the query graph of a supergraph, in Graphviz' language."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from federation.cli.files import read_text

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("graph", help="print the query graph of a supergraph (Graphviz)")
    parser.add_argument("--supergraph", required=True, metavar="FILE", help="supergraph SDL")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from federation.query_graph.build import build_query_graph
    from federation.query_graph.dot import print_dot
    from federation.supergraph.reader import read_supergraph

    supergraph = read_supergraph(read_text(args.supergraph, "supergraph"))
    print(print_dot(build_query_graph(supergraph)).rstrip())
    return 0
