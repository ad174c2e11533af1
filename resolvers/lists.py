"""One paginated list: its page and its count are two statements, each run only when asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from resolvers.conditions import Conditions
from resolvers.database.pool import Queries
from resolvers.paging import LARGEST_PAGE, Ordering, Page, PageQuery, page_query


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list selects; `name` is the statement's name, `count` the select of its total."""

    name: str
    select: str
    count: str
    ordering: Ordering
    conditions: Conditions = field(default_factory=Conditions)

    def prepare(self, first: int, after: str | None, *, largest: int = LARGEST_PAGE) -> PageQuery:
        """Return the statement of one page.

        Raises:
            PagingError: `first` is out of bounds, or `after` is no cursor of this list.
        """
        return page_query(
            self.select,
            self.ordering,
            first=first,
            after=after,
            conditions=self.conditions.fragments,
            parameters=self.conditions.parameters,
            largest=largest,
        )

    async def load_page(self, queries: Queries, first: int, after: str | None) -> Page[Any]:
        """Return the records of one page."""
        query = self.prepare(first, after)
        return query.page(await queries.fetch(self.name, query.sql, *query.parameters))

    async def load_first(self, queries: Queries, most: int) -> tuple[Any, ...]:
        """Return the first records of a list that the schema gives no pages, `most` of them."""
        query = self.prepare(most, None, largest=most)
        return query.page(await queries.fetch(self.name, query.sql, *query.parameters)).rows

    async def load_count(self, queries: Queries) -> int:
        """Return how many rows the whole list has."""
        total: int = await queries.fetchval(
            f"{self.name}_count",
            f"{self.count} {self.conditions.sql}",
            *self.conditions.parameters,
        )
        return total
