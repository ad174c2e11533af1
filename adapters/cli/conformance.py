"""`hub sources conformance KIND`: prove that a kind of source behaves as every kind must."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict
from typing import Any

from adapters.cli.shared import Shared, Subparsers
from adapters.config import KINDS
from adapters.conformance.model import CaseResult, Verdict


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `conformance`."""
    parser = shared.add_parser(
        subparsers,
        "conformance",
        run_conformance,
        help="prove that a kind of source behaves as every kind must",
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument(
        "--case",
        dest="cases",
        action="append",
        metavar="NAME",
        help="run this case only; may be given several times",
    )
    parser.add_argument(
        "--database", metavar="URL", help="an empty database; an embedded one by default"
    )


def run_conformance(args: argparse.Namespace, shared: Shared) -> int:
    """Run the kit and print a result per case; 1 when a case failed."""
    results = asyncio.run(_run(args))
    verdicts = Counter(result.verdict for result in results)
    if args.format == "json":
        document = {"kind": args.kind, "results": [_json(result) for result in results]}
        print(json.dumps(document, ensure_ascii=False))
    else:
        told = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict)
        print(f"{args.kind}: {told}")
    return int(verdicts[Verdict.FAIL] > 0)


async def _run(args: argparse.Namespace) -> list[CaseResult]:
    # Imported here: its servers cost every other command half a second.
    from adapters.conformance.database import kit_database
    from adapters.conformance.kit import run_kit, wanted_cases

    wanted_cases(args.cases or ())
    results = []
    async with kit_database(args.database) as database:
        async for result in run_kit(args.kind, database, args.cases or ()):
            results.append(result)
            if args.format == "text":
                _print(result)
    return results


def _print(result: CaseResult) -> None:
    chinese, english = result.title
    out = sys.stderr if result.verdict is Verdict.FAIL else sys.stdout
    print(
        f"{result.verdict:<14} {result.variant:<10} {result.case:<16} "
        f"{result.seconds:5.1f} s  {chinese}。 {english}.",
        file=out,
        flush=True,
    )
    if result.verdict is Verdict.FAIL:
        print(f"  {result.what}", file=out)
        print(f"    应为 expected: {result.expected}", file=out)
        print(f"    实为 found:    {result.found}", file=out, flush=True)
    elif result.verdict is Verdict.NOT_APPLICABLE:
        print(f"  {result.reason[0]}。 {result.reason[1]}.", flush=True)


def _json(result: CaseResult) -> dict[str, Any]:
    return asdict(result) | {"seconds": round(result.seconds, 3)}
