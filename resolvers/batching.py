"""Batch loaders: one SQL statement for all keys asked for in one tick of the event loop.

`batch_loader` gives the one shape all loaders here have: a function from keys to a mapping, where a
key without an entry means `missing`. `LoadersByArgument` keeps one such loader per set of
arguments, since rows asked for with different filters cannot come from one statement.

Batching makes a hostile query cheap in SQL and still dear in objects: children of parents of
children multiply without a new statement. So each load is counted against the request's budget.

A batch runs in a task of its own, which does not end with the request that waits for it. So the
budget also knows the batches that run, and `stop` ends them.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from aiodataloader import DataLoader, Loader, dispatch_queue

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Item = TypeVar("Item")
Result = TypeVar("Result")
Arguments = TypeVar("Arguments", bound=Hashable)

MOST_KEYS = 5_000
"""Keys in one statement; more become several statements. An array of this size is some 100 kB."""


PATIENCE = 5
"""Turns of the event loop, some microseconds each, that a batch waits for more keys: resolvers that
run as tasks, and what these gather, ask later than those without one."""


class TooManyLoads(Exception):
    """A request asked its loaders for more values than its budget allows."""

    code = "QUERY_TOO_COMPLEX"


class RequestOver(Exception):
    """A batch was about to run for a request that nobody waits for any more."""


class LoadBudget:
    """How many values the loaders of one request may still be asked for, and what they load now."""

    __slots__ = ("_over", "_running", "left")

    def __init__(self, most: int) -> None:
        self.left = most
        self._over = False
        self._running: set[asyncio.Task[object]] = set()

    def spend(self) -> None:
        """Count one load.

        Raises:
            TooManyLoads: none was left.
        """
        self.left -= 1
        if self.left < 0:
            raise TooManyLoads

    def stop(self) -> None:
        """End what still runs: the request is over, or its caller has gone."""
        self._over = True
        for task in self._running:
            task.cancel()

    async def run(self, load: Callable[[list[Key]], Awaitable[Result]], keys: list[Key]) -> Result:
        """Return what a batch loads, unless `stop` ends it.

        Raises:
            RequestOver: it was stopped before the batch began.
        """
        if self._over:
            raise RequestOver
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            return await load(keys)
        finally:
            self._running.discard(task)


LOAD_BUDGET: ContextVar[LoadBudget | None] = ContextVar("load_budget", default=None)
"""The budget of the request that runs in this context; None means no bound (jobs of our own)."""


class BatchLoader(DataLoader[Key, Value]):
    """A data loader that counts against the request's budget.

    A request makes some dozen of them and asks them thousands of times, always for hashable keys
    and with a cache: what the base class would decide each time is settled here.
    """

    max_batch_size = MOST_KEYS

    def __init__(self, load: Callable[[list[Key]], Coroutine[Any, Any, list[Value]]]) -> None:
        self.loop = asyncio.get_event_loop()
        self.batch_load_fn = load
        self.get_cache_key = _itself
        self._cache = {}
        self._queue = []

    def load(self, key: Key) -> Future[Value]:
        budget = LOAD_BUDGET.get()
        if budget is not None:
            budget.spend()
        known = self._cache.get(key)
        if known is not None:
            return known
        if key is None:
            raise TypeError("a loader was asked for no key")
        future = self._cache[key] = self.loop.create_future()
        self._queue.append(Loader(key, future))
        if len(self._queue) == 1:
            self.loop.call_soon(self._send_after, PATIENCE)
        return future

    def _send_after(self, turns: int) -> None:
        if turns:
            self.loop.call_soon(self._send_after, turns - 1)
        else:
            dispatch_queue(self)


def _itself(key: Any) -> Any:
    return key


def batch_loader(
    load: Callable[[list[Key]], Awaitable[Mapping[Key, Value]]], missing: Value
) -> DataLoader[Key, Value]:
    """Return a loader over `load`; keys that its mapping lacks load as `missing`."""

    async def load_in_order(keys: list[Key]) -> list[Value]:
        budget = LOAD_BUDGET.get()
        found = await (load(keys) if budget is None else budget.run(load, keys))
        return [found.get(key, missing) for key in keys]

    return BatchLoader(load_in_order)


class LoadersByArgument(Generic[Arguments, Key, Value]):
    """One batch loader per distinct set of arguments, made when first asked for."""

    def __init__(
        self,
        load: Callable[[Arguments, list[Key]], Awaitable[Mapping[Key, Value]]],
        missing: Value,
    ) -> None:
        self._load = load
        self._missing = missing
        self._loaders: dict[Arguments, DataLoader[Key, Value]] = {}

    async def load(self, arguments: Arguments, key: Key) -> Value:
        """Return the value of `key` under `arguments`."""
        loader = self._loaders.get(arguments)
        if loader is None:

            async def load_with(keys: list[Key]) -> Mapping[Key, Value]:
                return await self._load(arguments, keys)

            loader = self._loaders[arguments] = batch_loader(load_with, self._missing)
        return await loader.load(key)


def group_by_key(items: Iterable[tuple[Key, Item]]) -> dict[Key, tuple[Item, ...]]:
    """Return the items of each key, in the order met.

    >>> group_by_key([("a", 1), ("b", 2), ("a", 3)])
    {'a': (1, 3), 'b': (2,)}
    """
    lists: dict[Key, list[Item]] = {}
    for key, item in items:
        lists.setdefault(key, []).append(item)
    return {key: tuple(found) for key, found in lists.items()}
