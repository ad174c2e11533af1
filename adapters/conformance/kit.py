"""Running the cases on the stages of a kind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Final

from adapters.config import Kind
from adapters.config.words import nearest
from adapters.conformance.cases import CASES
from adapters.conformance.model import Ability, Case, CaseResult, Mismatch, Stage, Verdict
from adapters.conformance.scene import Scene
from adapters.conformance.stages import open_stages
from adapters.errors import AdapterError
from resolvers.database.pool import Database

CASE_SECONDS: Final = 60.0
"""A case that takes longer has failed: something waits for ever."""
_TOGETHER: Final = 20
CONNECTIONS: Final = 2 * _TOGETHER + 4
"""Two for each case that runs at the same time, and some to look at what came of it."""

_WAITING: Final = frozenset({Ability.SERVER, Ability.SLOW})


class UnknownCase(AdapterError):
    """A case was asked for that the kit does not have."""

    code = "CONFORMANCE_CASE"


def wanted_cases(only: Sequence[str]) -> tuple[Case, ...]:
    """Return the cases of these names, all when there are none; raises UnknownCase."""
    known = {case.name for case in CASES}
    for name in only:
        if name not in known:
            raise UnknownCase(
                f"没有检验项 {name!r}。 There is no case {name!r}{nearest(name, known)}"
            )
    return tuple(case for case in CASES if not only or case.name in only)


async def run_kit(
    kind: Kind, database: Database, only: Sequence[str] = ()
) -> AsyncIterator[CaseResult]:
    """Run the cases on every stage of a kind, on a database with all migrations and no rows.

    `only`: names of the cases to run; all by default. Cases that mostly wait for a server run last,
    at the same time for all stages: the pool of the database needs `CONNECTIONS`.
    """
    number = 0
    async with AsyncExitStack() as stack:
        waiting: list[tuple[Stage, Case, int]] = []
        for stage in await open_stages(kind, stack, database):
            for case in wanted_cases(only):
                number += 1
                if _WAITING.intersection(case.needs):
                    waiting.append((stage, case, number))
                else:
                    yield await _run(case, stage, database, number)
        together = asyncio.Semaphore(_TOGETHER)

        async def in_turn(stage: Stage, case: Case, place: int) -> CaseResult:
            async with together:
                return await _run(case, stage, database, place)

        for result in await asyncio.gather(*(in_turn(*each) for each in waiting)):
            yield result


async def _run(case: Case, stage: Stage, database: Database, number: int) -> CaseResult:
    started = time.monotonic()

    def result(verdict: Verdict, **details: object) -> CaseResult:
        seconds = time.monotonic() - started
        return CaseResult(case.name, case.title, stage.variant, verdict, seconds, **details)  # type: ignore[arg-type]

    for ability in case.needs:
        if ability in stage.lacks:
            return result(Verdict.NOT_APPLICABLE, reason=stage.lacks[ability])
    try:
        async with asyncio.timeout(CASE_SECONDS), stage.place(number) as place:
            await case.run(Scene(stage, place, database, number))
    except Mismatch as wrong:
        return result(Verdict.FAIL, what=wrong.what, expected=wrong.expected, found=wrong.found)
    except TimeoutError:
        return result(Verdict.FAIL, what="end", expected="an end", found=f"{CASE_SECONDS:g} s")
    except Exception as error:
        # Whatever a source does, the engine must end in findings and never in an exception.
        found = f"{type(error).__name__}: {error}"
        return result(Verdict.FAIL, what="no exception", expected="coded findings", found=found)
    return result(Verdict.PASS)
