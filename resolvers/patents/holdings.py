"""Patents held by organisations: pages and counts for a batch of organisations in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from resolvers.batching import LoadersByArgument, group_by_key
from resolvers.conditions import Conditions
from resolvers.database.pool import Queries
from resolvers.paging import Page, PageQuery, page_query
from resolvers.patents import sql
from resolvers.patents.lists import NEWEST_FIRST, add_status

_EMPTY: Page[Any] = Page((), (), False)


@dataclass(frozen=True, slots=True)
class HoldingFilter:
    """Which of an organisation's patents; `today` decides what the status is."""

    today: date
    legal_status: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class HoldingPage:
    """A page of them."""

    wanted: HoldingFilter
    first: int
    after: str | None

    def prepare(self, usccs: list[str]) -> PageQuery:
        """Return the statement of one organisation's page; its first parameter is `usccs`.

        Raises:
            PagingError: `first` is out of bounds, or `after` is no cursor of this list.
        """
        where = _conditions(self.wanted, usccs)
        return page_query(
            sql.PATENT_PAGE,
            NEWEST_FIRST,
            first=self.first,
            after=self.after,
            conditions=where.fragments,
            parameters=where.parameters,
        )


def _conditions(wanted: HoldingFilter, usccs: list[str]) -> Conditions:
    # The keys come first as a parameter although no fragment uses it: the outer select does.
    where = Conditions([sql.HELD_BY_ASKED], [usccs])
    where.add_given("p.kind = {}", wanted.kind)
    add_status(where, wanted.legal_status, wanted.today)
    return where


class HoldingLoaders:
    """Batch loaders by organisation; part of `PatentLoaders`."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.pages: LoadersByArgument[HoldingPage, str, Page[Any]] = LoadersByArgument(
            self._load_pages, _EMPTY
        )
        self.counts: LoadersByArgument[HoldingFilter, str, int] = LoadersByArgument(
            self._load_counts, 0
        )

    async def _load_pages(self, asked: HoldingPage, usccs: list[str]) -> Mapping[str, Page[Any]]:
        query = asked.prepare(usccs)
        records = await self._queries.fetch(
            "patents.held_patents",
            sql.HELD_PAGES.format(page=query.sql),
            *query.parameters,
        )
        by_holder = group_by_key((record["asked_uscc"], record) for record in records)
        return {uscc: query.page(found) for uscc, found in by_holder.items()}

    async def _load_counts(self, wanted: HoldingFilter, usccs: list[str]) -> Mapping[str, int]:
        where = _conditions(wanted, usccs)
        parameters = [*where.parameters]
        if wanted.kind is None:
            parameters.append(wanted.legal_status)
            statement = sql.HELD_TOTALS.format(where=where.sql, status=f"${len(parameters)}")
        else:
            statement = sql.HELD_COUNTS.format(where=where.sql)
        records = await self._queries.fetch("patents.held_patent_counts", statement, *parameters)
        return {record["uscc"]: record["patents"] for record in records}
