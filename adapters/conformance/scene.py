"""What a case works with: put items, pull, and compare what the hub has with what must be there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.conformance.model import Item, Mismatch, Place, Stage
from adapters.model import BatchReport, Counts, SyncReport
from adapters.progress import Silent
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database

_SHOWN = 5


class Cut(Exception):
    """The pull is cut off here."""


class CutAfterBatch(Silent):
    """Cuts a pull off behind its first batch that was new."""

    def batch_done(self, report: BatchReport) -> None:
        if not report.repeated:
            raise Cut


class CutInside(Silent):
    """Cuts a pull off inside a batch, before it is committed."""

    def __init__(self, batches: int) -> None:
        """`batches`: how many pass before."""
        self._left = batches

    def batch_done(self, report: BatchReport) -> None:
        self._left -= 1

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        if self._left <= 0:
            raise Cut


class Scene:
    """One case on one stage."""

    def __init__(self, stage: Stage, place: Place, database: Database, number: int) -> None:
        self.stage, self.place, self.database, self.number = stage, place, database, number

    def items(self, count: int, start: int = 0) -> list[Item]:
        """Return good items; `changed` grows with their numbers."""
        return [
            Item(number, f"示例机构{number:04d}号", changed=number + 1)
            for number in range(start, start + count)
        ]

    async def put(self, items: Sequence[Item]) -> None:
        await self.place.put(items)

    async def pull(
        self, options: PullOptions | None = None, progress: Silent | None = None, **changes: Any
    ) -> SyncReport:
        """Pull the place once."""
        return await pull_source(self.database, self.place.config(**changes), options, progress)

    async def cut_pull(self, progress: Silent, **changes: Any) -> bool:
        """Pull and be cut off; return whether there was something to be cut off."""
        try:
            await self.pull(progress=progress, **changes)
        except Cut:
            return True
        return False

    async def good_pull(self, **changes: Any) -> SyncReport:
        """Pull and require that all of it went well."""
        report = await self.pull(**changes)
        problem = report.first_problem
        expect("problem of the pull", problem.code if problem else None, None)
        return report

    async def stored(self) -> dict[str, str]:
        """Return what the hub has of this case."""
        return await self.stage.subject.stored(self.database, self.number)

    async def expect_stored(self, items: Iterable[Item]) -> None:
        """Require that the hub has these items and no others."""
        same(await self.stored(), self.wanted(items))

    def wanted(self, items: Iterable[Item]) -> dict[str, str]:
        """Return key → text of items."""
        subject = self.stage.subject
        return {subject.key(self.number, item): item.text for item in items}

    async def codes(self) -> dict[str, int]:
        """Return the codes of all rows the hub keeps findings of, with their numbers."""
        rows = await self.database.fetch(
            "conformance.codes",
            "select issue.code, count(*) as found from reporting.data_issue as issue "
            "join reporting.ingest_batch as batch on batch.id = issue.batch_id "
            "where batch.source_name = $1 group by issue.code",
            self.place.config().code,
        )
        return {row["code"]: row["found"] for row in rows}

    async def tombstones(self) -> set[str]:
        """Return the keys the hub knows to be gone."""
        rows = await self.database.fetch(
            "conformance.tombstones",
            "select held.natural_key from reporting.source_row as held "
            "join reporting.source as source on source.id = held.source_id "
            "where source.code = $1 and held.deleted_at is not null",
            self.place.config().code,
        )
        return {row["natural_key"] for row in rows}


def expect(what: str, found: object, wanted: object) -> None:
    """Require that two values are equal."""
    if found != wanted:
        raise Mismatch(what, _short(wanted), _short(found))


def require(what: str, holds: bool, wanted: str, found: object) -> None:
    """Require that something holds."""
    if not holds:
        raise Mismatch(what, wanted, _short(found))


def same(found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Require that the hub has exactly the wanted rows."""
    missing = sorted(wanted.keys() - found.keys())
    more = sorted(found.keys() - wanted.keys())
    other = sorted(key for key in found.keys() & wanted.keys() if found[key] != wanted[key])
    if missing or more or other:
        parts = (("missing", missing), ("too many", more), ("other content", other))
        told = "; ".join(
            f"{len(keys)} {name} ({', '.join(keys[:_SHOWN])}{'…' if len(keys) > _SHOWN else ''})"
            for name, keys in parts
            if keys
        )
        raise Mismatch("rows in the hub", f"{len(wanted)} rows", f"{len(found)} rows: {told}")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
