"""Connections: a page of nodes, the total, and where the page ends, each computed when selected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import strawberry

from resolvers.database.pool import Queries
from resolvers.lists import ListQuery
from resolvers.paging import Page
from schema.common.descriptions import zh_en
from schema.common.fields import computed
from schema.common.sizes import COUNT, dear
from schema.common.values import PageInfo

Node = TypeVar("Node")
ConnectionType = TypeVar("ConnectionType", bound="Connection[Any]")


class PageSource:
    """A page and a total that are loaded at most once, and only if a field asks for them."""

    def __init__(
        self,
        load_page: Callable[[], Awaitable[Page[Any]]],
        load_count: Callable[[], Awaitable[int]],
        to_node: Callable[[Any], object],
    ) -> None:
        self._load_page = load_page
        self.load_count = load_count
        self.to_node = to_node
        self._page: asyncio.Future[Page[Any]] | None = None

    async def page(self) -> Page[Any]:
        """Return the page; nodes and pageInfo share one load."""
        if self._page is None:
            self._page = asyncio.ensure_future(self._load_page())
        return await self._page


@strawberry.type(description=zh_en("一页结果", "One page of results"))
class Connection(Generic[Node]):
    source: strawberry.Private[PageSource]

    @computed(description=zh_en("本页的条目", "The items of this page"))
    async def nodes(self) -> list[Node]:
        page = await self.source.page()
        to_node: Callable[[Any], Any] = self.source.to_node
        return [to_node(row) for row in page.rows]

    @computed(
        description=zh_en(
            "全部条目数；仅在查询此字段时统计", "Size of the whole list; counted only when selected"
        ),
        directives=dear(COUNT),
    )
    async def total_count(self) -> int:
        return await self.source.load_count()

    @computed(description=zh_en("分页信息", "Where this page ends"))
    async def page_info(self) -> PageInfo:
        page = await self.source.page()
        return PageInfo(has_next_page=page.has_next, end_cursor=page.end_cursor)


def page_size(first: int | None, default: int) -> int:
    """Return `first`; a null means the default."""
    return default if first is None else first


def connect(
    listed: ListQuery,
    queries: Queries,
    first: int,
    after: str | None,
    to_node: Callable[[Any], object],
    connection_type: type[ConnectionType],
) -> ConnectionType:
    """Return the connection of a list.

    Raises:
        PagingError: `first` is out of bounds or `after` no cursor of this list; at once, so
            that the error stands at the list and not at each of its fields.
    """
    listed.prepare(first, after)
    return connection_type(
        source=PageSource(
            lambda: listed.load_page(queries, first, after),
            lambda: listed.load_count(queries),
            to_node,
        )
    )
