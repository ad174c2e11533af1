"""A long run: `HUB_DIFFERENTIAL=20000 HUB_SEED=1 python -m tests.differential`.

Prints seed, operations, time and failures; exits 1 when there are any. Each failure is made
smaller and saved under `tests/differential/cases/` (or the folder `HUB_CASES` names), where
`test_cases.py` replays it from then on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from pathlib import Path

from tests.differential.cases import FOLDER, Case, save
from tests.differential.compare import check
from tests.differential.federation import Federation
from tests.differential.generate import random_federation
from tests.differential.operations import random_operation
from tests.differential.reduce import reduce

# Operations per federation: composing one costs as much as answering a few operations.
_EACH = 20
_MOST_FAILURES = 50


async def run(operations: int, seed: int, folder: Path) -> int:
    """Check that many operations; return how many differ."""
    start, done, failed, calls, with_errors = time.monotonic(), 0, 0, 0, 0
    number = 0
    while done < operations and failed < _MOST_FAILURES:
        graph_seed = seed * 1_000_003 + number
        number += 1
        made = random_federation(graph_seed)
        try:
            federation = Federation(made.subgraphs, graph_seed, made.monolith)
        except Exception as error:
            failed += 1
            done += 1
            case = Case(f"{error!r}", graph_seed, made.monolith, made.subgraphs, "{ __typename }")
            print(f"federation {graph_seed}: {error}\n  {save(case, folder)}", flush=True)
            continue
        for each in range(min(_EACH, operations - done)):
            operation = random_operation(federation.monolith, graph_seed * _EACH + each)
            done += 1
            try:
                reply = await check(federation, operation.text, operation.variables, exact=False)
            except Exception as error:
                failed += 1
                case = await _smaller(federation, made.monolith, operation, error)
                print(f"federation {graph_seed}, operation {each}: {save(case, folder)}")
                print(f"  {case.why}\n{case.operation}", flush=True)
                continue
            calls += len(reply.calls)
            with_errors += bool(reply.errors)
        if number % 50 == 0:
            print(f"{done} operations, {failed} failures", file=sys.stderr, flush=True)
    print(
        f"seed {seed}: {done} operations over {number} federations, {calls} calls, "
        f"{with_errors} answers with errors, {time.monotonic() - start:.0f} s, {failed} failures"
    )
    return failed


async def _smaller(federation: Federation, monolith: str, operation: object, error: object) -> Case:
    text, variables = operation.text, operation.variables  # type: ignore[attr-defined]
    kind, said = type(error), repr(error)

    async def fails(candidate: str) -> bool:
        nonlocal said
        try:
            await check(federation, candidate, variables, exact=False)
        except kind as found:  # type: ignore[misc]
            said = repr(found)
            return True
        except Exception:
            return False
        return False

    text = await reduce(federation.monolith, text, fails)
    return Case(said[:1500], federation.world.seed, monolith, federation.sdl, text, variables)


def main() -> int:
    logging.disable(logging.CRITICAL)
    operations = int(os.environ.get("HUB_DIFFERENTIAL", "2000"))
    folder = Path(os.environ.get("HUB_CASES", FOLDER))
    return min(1, asyncio.run(run(operations, int(os.environ.get("HUB_SEED", "1")), folder)))


if __name__ == "__main__":
    raise SystemExit(main())
