"""`plan`: the query plan of an operation, as text, JSON or a graph; or the code it becomes."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from federation.cli.operation_input import add_operation_arguments, read_input, read_variables

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.plan.nodes import QueryPlan


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("plan", help="print an operation's query plan")
    add_operation_arguments(parser)
    parser.add_argument("--variables", metavar="JSON", help="checked against the operation")
    parser.add_argument("--format", choices=("text", "json", "graph"), default="text")
    parser.add_argument(
        "--compiled", action="store_true", help="print the Python the plan is compiled to"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    given = read_input(args)
    if args.variables:
        read_variables(args, given)
    plan = given.schema.planner.plan(given.operation)
    print(_compiled(plan) if args.compiled else _printed(plan, args.format))
    return 0


def _printed(plan: QueryPlan, form: str) -> str:
    if form == "json":
        from federation.plan.codec import encode_plan

        return json.dumps(encode_plan(plan), indent=2, ensure_ascii=False)
    if form == "graph":
        from federation.cli.plan_graph import print_fetch_graph

        return print_fetch_graph(plan)
    from federation.plan.printer import print_plan

    return print_plan(plan)


def _compiled(plan: QueryPlan) -> str:
    from federation.execution.executor import compile_plan

    return compile_plan(plan).source
