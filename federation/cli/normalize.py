"""`normalize`: the operation as the planner sees it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from federation.cli.operation_input import add_operation_arguments, read_input

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("normalize", help="print an operation normalised")
    add_operation_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from federation.operation.fingerprint import fingerprint, print_operation

    operation = read_input(args).operation
    print(f"# fingerprint: {fingerprint(operation)}")
    print(print_operation(operation))
    return 0
