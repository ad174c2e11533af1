"""Tells hooks that another supergraph went live: beside requests, one change after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from federation.registry.schema import Schema
from federation.registry.snapshot import Snapshot
from federation.server.hooks.public import ElementChange, SchemaChange
from federation.server.hooks.running import Hooks

logger = logging.getLogger("federation.server.hooks")

_PATIENCE_SECONDS = 60.0


class SchemaNews:
    """`hooks` gives those that are live; `cold` is where schemas are compared."""

    def __init__(self, hooks: Callable[[], Hooks | None], cold: Executor) -> None:
        self._hooks = hooks
        self._cold = cold
        self._schema: Schema | None = None
        self._in_order = asyncio.Lock()
        self._telling: set[asyncio.Task[None]] = set()

    def loaded(self, snapshot: Snapshot) -> None:
        """Another snapshot is live; hooks are told later. The first one, and an equal one, is no
        news.
        """
        old, self._schema = self._schema, snapshot.schema
        hooks = self._hooks()
        if old is None or old.version == snapshot.schema.version:
            return
        if hooks is None or not hooks.schema:
            return
        task = asyncio.ensure_future(self._tell(hooks, old, snapshot.schema))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """End what is still being told."""
        telling = tuple(self._telling)
        for task in telling:
            task.cancel()
        await asyncio.gather(*telling, return_exceptions=True)

    async def _tell(self, hooks: Hooks, old: Schema, new: Schema) -> None:
        async with self._in_order:
            loop = asyncio.get_running_loop()
            try:
                change = await loop.run_in_executor(self._cold, change_between, old, new)
            except Exception as error:
                logger.error("cannot say what changed for on_schema", exc_info=error)
                return
            for point in hooks.schema:
                try:
                    await point.call(loop.time() + _PATIENCE_SECONDS, change)
                except Exception as error:
                    logger.error("%s failed", point.name, exc_info=error)


def change_between(old: Schema, new: Schema) -> SchemaChange:
    """Return what is another in `new`. Takes as long as comparing the schemas does."""
    # Imported here: most servers have no hook that wants to know.
    from federation.supergraph.diff import diff

    before = {subgraph.name for subgraph in old.supergraph.subgraphs}
    after = {subgraph.name for subgraph in new.supergraph.subgraphs}
    return SchemaChange(
        old_version=old.version,
        new_version=new.version,
        subgraphs=tuple(sorted(after)),
        added_subgraphs=tuple(sorted(after - before)),
        removed_subgraphs=tuple(sorted(before - after)),
        changes=tuple(
            ElementChange(change.code, change.coordinate, change.severity.value, change.message)
            for change in diff(old.api_schema, new.api_schema)
        ),
    )
