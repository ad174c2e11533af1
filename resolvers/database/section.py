"""The section `database` of hub.yaml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from resolvers.database.launcher import EmbeddedSettings
    from resolvers.database.pool import PoolSettings


# One for a transaction, one for what is read beside it.
_LEAST_CONNECTIONS = 2


class DatabaseSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url`: a PostgreSQL of one's own; without it an embedded one, with its data in `directory`.

    `HUB_DATABASE_URL` and `HUB_DATABASE_DIRECTORY` win over both. `port`: where the embedded one
    listens; not set, on any free one. `account`: who runs it when the hub is started by root.
    `max_connections` of the pool. `statement_cache_size`: prepared statements of a connection; 0 is
    for PgBouncer in transaction mode.
    """

    url: str | None = None
    directory: str | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    account: str | None = None
    max_connections: Annotated[int, Meta(ge=_LEAST_CONNECTIONS, le=500)] = 10
    statement_cache_size: Annotated[int, Meta(ge=0)] = 256

    @property
    def given(self) -> bool:
        """Whether a PostgreSQL of one's own is named, by the file or the environment."""
        return bool(self.url or os.environ.get("HUB_DATABASE_URL"))

    def embedded(self) -> EmbeddedSettings:
        """Return how to run the database of the hub's own."""
        from resolvers.database.launcher import EmbeddedSettings

        directory = Path(self.directory) if self.directory else None
        return EmbeddedSettings(directory=directory, port=self.port, account=self.account)

    def part(self, index: int, count: int, extra: int) -> DatabaseSection:
        """Return the section of process `index` of `count` that share the bound of the pool.

        The first has up to `extra` connections more, for work that only one process does. Raises
        `DatabaseError` where there are not two for each.
        """
        from resolvers.database.errors import DatabaseError

        free = self.max_connections - _LEAST_CONNECTIONS * count
        if free < 0:
            raise DatabaseError(
                "DATABASE_CONFIG",
                f"database.max_connections is {self.max_connections}, for all {count} workers"
                f" together; each needs {_LEAST_CONNECTIONS}, so set at least"
                f" {_LEAST_CONNECTIONS * count}",
            )
        extra = min(extra, free)
        free -= extra
        own = _LEAST_CONNECTIONS + free // count + (index < free % count)
        return replace(self, max_connections=own + (extra if index == 0 else 0))

    def pool(self) -> PoolSettings:
        """Return how many connections to keep."""
        from resolvers.database.pool import PoolSettings

        return PoolSettings(
            "", max_size=self.max_connections, statement_cache_size=self.statement_cache_size
        )
