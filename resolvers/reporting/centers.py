"""What `reporting` must know of centres, which `platforms` owns: kind, place, jurisdiction.

Asked of `platforms` whenever a centre reports, and by the worker for all centres; kept in
`reporting.center`, so that rights on lists need no question to another subgraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asyncpg import Record

from resolvers.database.pool import Queries
from resolvers.peers import Peers, ask_entities
from resolvers.reporting import sql

SELECTION: Final = """
code kind function status region { code } jurisdiction { code } industries { code }
"""


@dataclass(frozen=True, slots=True)
class CenterFacts:
    """A centre as `platforms` tells. `profile`: the names indicators apply to."""

    code: str
    kind: str
    function: str | None
    status: str
    region: str
    jurisdiction: str
    industries: tuple[str, ...]

    @property
    def profile(self) -> frozenset[str]:
        return frozenset({self.kind, self.function or self.kind})

    @property
    def group(self) -> tuple[str, str | None]:
        """Who it is compared with."""
        return self.kind, self.function


async def ask_center(peers: Peers, code: str) -> CenterFacts | None:
    """Return one centre, or None when `platforms` knows none of that code.

    Raises:
        PeerUnavailable: `platforms` did not answer.
    """
    found = await ask_entities(peers, "platforms", "OperationCenter", "code", [code], SELECTION)
    said = found[code]
    return None if said is None else _facts(said)


async def ask_all_centers(peers: Peers) -> tuple[CenterFacts, ...]:
    """Return every centre, by code; raises `PeerUnavailable`."""
    data = await peers.ask("platforms", f"{{ operationCenters {{ {SELECTION} }} }}")
    return tuple(sorted((_facts(said) for said in data["operationCenters"]), key=lambda c: c.code))


async def keep_centers(queries: Queries, centers: Iterable[CenterFacts], now: datetime) -> None:
    """Note what was learnt of centres."""
    rows = [
        (
            each.code,
            each.kind,
            each.function,
            each.status,
            each.region,
            each.jurisdiction,
            list(each.industries),
            now,
        )
        for each in centers
    ]
    if rows:
        await queries.executemany("reporting.keep_centers", sql.KEEP_CENTERS, rows)


async def read_centers(queries: Queries) -> tuple[CenterFacts, ...]:
    """Return the centres noted, by code."""
    records = await queries.fetch("reporting.all_centers", sql.ALL_CENTERS)
    return tuple(center_facts(record) for record in records)


def center_facts(record: Record) -> CenterFacts:
    return CenterFacts(
        record["code"],
        record["kind"],
        record["function"],
        record["status"],
        record["region_code"],
        record["jurisdiction_code"],
        tuple(record["industry_codes"]),
    )


def _facts(said: Mapping[str, Any]) -> CenterFacts:
    return CenterFacts(
        said["code"],
        said["kind"],
        said["function"],
        said["status"],
        said["region"]["code"],
        said["jurisdiction"]["code"],
        tuple(each["code"] for each in said["industries"]),
    )
