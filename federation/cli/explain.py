"""`explain`: what each stage makes of an operation, in the order of the stages.

Where an answer is wrong, the first stage whose output is wrong has the bug.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from federation.cli.operation_input import add_operation_arguments, read_input

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("explain", help="print what each stage makes of an operation")
    add_operation_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from federation.execution.executor import compile_plan
    from federation.operation.fingerprint import print_operation
    from federation.plan.printer import plan_size, print_plan
    from federation.server.limits import measure
    from federation.server.preparation import select_operation

    given = read_input(args)
    figures = measure(given.document, select_operation(given.document, args.operation_name))
    print("# 1. Document (server/limits.py), fragments written out")
    print(f"depth {figures.depth}, fields {figures.fields}, aliases {figures.aliases}")
    print("\n# 2. Normalised operation (operation/normalize.py)")
    print(print_operation(given.operation))
    plan = given.schema.planner.plan(given.operation)
    fetches, depth = plan_size(plan.node) if plan.node is not None else (0, 0)
    print(f"\n# 3. Plan (planning/planner.py): {fetches} fetches, {depth} after one another")
    print(print_plan(plan))
    compiled = compile_plan(plan)
    print("\n# 4. Steps (execution/steps.py): what each fetch waits for")
    for index, step in enumerate(compiled.steps):
        before = ", ".join(map(str, step.waits_for)) or "nothing"
        print(f"{index}: {step.subgraph}, after {before}")
        print(f"   {' '.join(step.operation.split())}")
    lines = compiled.source.count("\n")
    print(f"\n# 5. Compiled (execution/compile): {lines} lines; `plan --compiled` prints them")
    return 0
