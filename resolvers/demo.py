"""Invented rows of the subgraphs that no feed fills, loaded after the demo feeds (`--dev`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from resolvers.database.pool import Database

DEMOS: tuple[Callable[[Database], Awaitable[None]], ...] = ()


async def load_demos(database: Database) -> None:
    """Load the demo rows of every subgraph; what is there already stays as it is."""
    for load in DEMOS:
        await load(database)
