"""What finance leaves to the worker: its statistics by region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from resolvers.database.pool import Database
from resolvers.finance import sql
from resolvers.finance.rules.counted_in import counted_in
from resolvers.hub.worker import JobContext, Jobs, Timer
from resolvers.peers import ask_entities
from resolvers.values import shipped_lists

EVERY_SECONDS: Final = 300.0
ASKED_AT_ONCE: Final = 1_000
ROUNDS: Final = 100
"""Questions to one owner in one run; the next run asks on."""


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who knows the regions of patents or organisations, and where they are kept here."""

    subgraph: str
    type_name: str
    key: str
    field: str
    missing: str
    add: str


_OWNERS: Final = (
    _Owner(
        "patents",
        "Patent",
        "applicationNumber",
        "applicantRegion",
        sql.PATENTS_WITHOUT_FACTS,
        sql.ADD_PATENT_FACTS,
    ),
    _Owner(
        "reference",
        "Organization",
        "uscc",
        "region",
        sql.ORGANIZATIONS_WITHOUT_FACTS,
        sql.ADD_ORGANIZATION_FACTS,
    ),
)


async def refresh_statistics(context: JobContext) -> None:
    """Learn the regions that are missing yet, then count pledges anew."""
    await learn_regions(context)
    await count_pledges(context.database)


async def learn_regions(context: JobContext) -> None:
    """Ask the owners for the regions of patents and parties that were stored without them.

    The adapters write them along; they are missing where pledges came in another way, or where the
    subgraphs patents or reference are filled by somebody else.
    """
    for owner in _OWNERS:
        for _ in range(ROUNDS):
            if not await _learn_some(context, owner):
                break


async def _learn_some(context: JobContext, owner: _Owner) -> int:
    """Return how many regions one question brought."""
    database = context.database
    name = f"finance.{owner.field}"
    records = await database.fetch(f"{name}_missing", owner.missing, ASKED_AT_ONCE)
    keys = [record[0] for record in records]
    found = await ask_entities(
        context.peers, owner.subgraph, owner.type_name, owner.key, keys, f"{owner.field} {{ code }}"
    )
    # One the owner does not know yet is asked for again: its region may come with it.
    regions = {
        key: facts[owner.field]["code"] if facts[owner.field] else None
        for key, facts in found.items()
        if facts is not None
    }
    if regions:
        await database.execute(f"{name}_add", owner.add, list(regions), list(regions.values()))
    return len(regions)


async def count_pledges(database: Database) -> None:
    """Make the statistics of pledges by region and year anew; readers see the old ones till then.

    A pledge belongs to the regions of its patents' applicants; where none is known, to those of
    its pledgors.
    """
    async with database.transaction() as tx:
        met = [record["region_code"] for record in await tx.fetch("finance.met", sql.REGIONS_MET)]
        pairs = list(_pairs(met))
        await tx.execute("finance.clear_statistics", sql.CLEAR_STATISTICS)
        await tx.execute(
            "finance.count_pledges",
            sql.COUNT_PLEDGES,
            [code for code, _ in pairs],
            [region for _, region in pairs],
        )


def _pairs(codes: Iterable[str]) -> Iterable[tuple[str, str]]:
    lists = shipped_lists()
    return ((code, region) for code in codes for region in counted_in(code, lists))


JOBS: Final = Jobs(timers=(Timer("finance.statistics", EVERY_SECONDS, refresh_statistics),))
