"""The asynchronous part of a compiled selection: all that waits, waited for in one place.

graphql-core makes a task for each asynchronous field, and one for each object above it. A resolver
that waits for loaders only needs none: its coroutine is driven from here, and goes on when the
future of its batch is done. Any other resolver gets its task, since it may have time limits or
change context variables.

Errors go where they would go in graphql-core: a field that may be null becomes null, any other
takes along the nearest position above it that may be null (`Place`), and what runs there ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLError
from graphql.pyutils import Path

if TYPE_CHECKING:
    from schema.execution.executor import CompiledExecutor
    from schema.execution.fields import ResolvedField


class Place:
    """A position in the response at which an object or a list stands, below `up`.

    `container[key]` is where it stands. `dead`: an error made it null, or one above it.
    """

    __slots__ = ("container", "dead", "key", "nullable", "path", "up")

    def __init__(
        self, up: Place | None, container: Any, key: str | int, nullable: bool, path: Path | None
    ) -> None:
        self.up = up
        self.container = container
        self.key = key
        self.nullable = nullable
        self.path = path
        self.dead = False

    @property
    def gone(self) -> bool:
        """Whether this place, or one above it, has become null."""
        place: Place | None = self
        while place is not None:
            if place.dead:
                return True
            place = place.up
        return False


class Branch:
    """One value that is waited for: the field `name` of the object at `place`.

    `stepped`: it waits for loaders only.
    """

    __slots__ = ("coroutine", "discarded", "name", "place", "results", "run", "stepped", "task")

    def __init__(
        self, run: Run, place: Place, results: dict[str, Any], name: str, stepped: bool
    ) -> None:
        self.run = run
        self.place = place
        self.results = results
        self.name = name
        self.stepped = stepped
        self.discarded = False
        self.coroutine: Coroutine[Any, Any, Any] | None = None
        self.task: asyncio.Future[Any] | None = None

    def begin(self) -> Awaitable[Any]:
        """Return what is waited for. Raises what the resolver raises before it waits."""
        raise NotImplementedError

    def arrived(self, value: Any) -> None:
        """Take the value. Raises the located error of a field that must not be null."""
        raise NotImplementedError

    def failed(self, error: Exception) -> None:
        """Take an error. Raises it located where the field must not be null."""
        raise NotImplementedError

    def wake(self, future: asyncio.Future[Any] | None = None) -> None:
        """Have this branch go on: what it waits for is done."""
        if self.discarded:
            # looked at, so that asyncio does not report it as lost
            if future is not None and not future.cancelled():
                future.exception()
            return
        self.run.woken(self)

    def discard(self) -> None:
        """End it; its value is not wanted any more.

        A task is not cancelled before the request ends: that would cancel what it waits for, which
        may be the future of a loader that others wait for as well.
        """
        self.discarded = True
        if self.coroutine is not None:
            self.coroutine.close()
        if self.task is not None and not self.task.done():
            self.run.executor.unwanted.append(self.task)


class Resolving(Branch):
    """The value of an asynchronous resolver; the object is `source`, at `path`."""

    __slots__ = ("field", "path", "source")

    def __init__(
        self,
        run: Run,
        field: ResolvedField,
        source: Any,
        path: Path | None,
        place: Place,
        results: dict[str, Any],
    ) -> None:
        super().__init__(run, place, results, field.name, field.stepped)
        self.field = field
        self.source = source
        self.path = path

    def begin(self) -> Awaitable[Any]:
        found: Awaitable[Any] = self.field.call(self.run.executor, self.source, self.path)
        return found

    def arrived(self, value: Any) -> None:
        self.field.finish(self.run, value, self.path, self.place, self.results)

    def failed(self, error: Exception) -> None:
        self.field.fail(self.run, error, self.path, self.results)


class Ordinary(Branch):
    """A value that graphql-core completes, its errors too."""

    __slots__ = ("awaitable",)

    def __init__(
        self,
        run: Run,
        place: Place,
        results: dict[str, Any],
        name: str,
        awaitable: Awaitable[Any],
    ) -> None:
        super().__init__(run, place, results, name, False)
        self.awaitable = awaitable

    def begin(self) -> Awaitable[Any]:
        return self.awaitable

    def arrived(self, value: Any) -> None:
        self.results[self.name] = value

    def failed(self, error: Exception) -> None:
        raise error


_SECOND: Final = "a coroutine waited for something that is no future"


class Run:
    """One compiled selection under way, with all that hangs below it.

    `fresh`: branches that were met but not begun; they begin when the whole synchronous part is
    done, as graphql-core's do.
    """

    __slots__ = (
        "_active",
        "_broken",
        "_deaths",
        "_ready",
        "_waiter",
        "executor",
        "fresh",
    )

    def __init__(self, executor: CompiledExecutor) -> None:
        self.executor = executor
        self.fresh: list[Branch] = []
        self._active: set[Branch] = set()
        self._ready: list[Branch] = []
        self._waiter: asyncio.Future[None] | None = None
        self._deaths: list[tuple[Place, GraphQLError]] = []
        self._broken: Exception | None = None

    def woken(self, branch: Branch) -> None:
        """Have `branch` go on in the next round."""
        self._ready.append(branch)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def finished(self, results: dict[str, Any]) -> dict[str, Any]:
        """Return `results` once nothing of it is waited for any more.

        Raises:
            GraphQLError: what must not be null is, with nothing above it that may.
        """
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._begin_fresh(loop)
                self._bury()
                if self._broken is not None:
                    raise self._broken
                if self.fresh:
                    continue
                if not self._active:
                    break
                if not self._ready:
                    self._waiter = loop.create_future()
                    await self._waiter
                    self._waiter = None
                ready, self._ready = self._ready, []
                for branch in ready:
                    if branch in self._active:
                        self._go_on(branch, loop)
        except BaseException:
            self._drop(list(self._active))
            self.executor.settle(self.fresh)
            raise
        return results

    async def _begin_fresh(self, loop: asyncio.AbstractEventLoop) -> None:
        fresh, self.fresh = self.fresh, []
        if len(fresh) == 1 and not self._active and not fresh[0].stepped:
            # nothing to run beside it: no task
            [branch] = fresh
            if branch.place.gone:
                self.executor.settle(fresh)
                return
            try:
                value = await branch.begin()
            except Exception as error:
                self._take_error(branch, error)
            else:
                self._take(branch, value)
            return
        for branch in fresh:
            if branch.place.gone:
                self.executor.settle([branch])
                continue
            self._active.add(branch)
            try:
                awaitable = branch.begin()
            except Exception as error:
                self._active.discard(branch)
                self._take_error(branch, error)
                continue
            if branch.stepped and asyncio.iscoroutine(awaitable):
                branch.coroutine = awaitable
                self._go_on(branch, loop)
            else:
                branch.task = asyncio.ensure_future(awaitable)
                branch.task.add_done_callback(branch.wake)

    def _go_on(self, branch: Branch, loop: asyncio.AbstractEventLoop) -> None:
        """Run a branch until it waits again, or take its value."""
        try:
            if branch.coroutine is None:
                assert branch.task is not None
                value = branch.task.result()
            else:
                # A future that is waited for is yielded once, as to a task.
                future = branch.coroutine.send(None)
                if future is None:
                    loop.call_soon(branch.wake)
                    return
                assert future._asyncio_future_blocking, _SECOND
                future._asyncio_future_blocking = False
                future.add_done_callback(branch.wake)
                return
        except StopIteration as end:
            self._active.discard(branch)
            self._take(branch, end.value)
        except Exception as error:
            self._active.discard(branch)
            self._take_error(branch, error)
        else:
            self._active.discard(branch)
            self._take(branch, value)

    def _take(self, branch: Branch, value: Any) -> None:
        try:
            branch.arrived(value)
        except GraphQLError as error:
            self._deaths.append((branch.place, error))

    def _take_error(self, branch: Branch, raised: Exception) -> None:
        try:
            branch.failed(raised)
        except GraphQLError as error:
            self._deaths.append((branch.place, error))

    def _bury(self) -> None:
        """Make null what the errors of this round made null, and end what runs below."""
        if not self._deaths:
            return
        deaths, self._deaths = self._deaths, []
        errors = self.executor.collected_errors
        for first, error in deaths:
            place: Place | None = first
            if first.gone:
                continue
            while place is not None:
                place.dead = True
                if place.nullable:
                    errors.add(error, place.path)
                    place.container[place.key] = None
                    break
                place = place.up
            else:
                self._broken = error
                return
        self._drop([branch for branch in self._active if branch.place.gone])

    def _drop(self, branches: list[Branch]) -> None:
        for branch in branches:
            self._active.discard(branch)
            branch.discard()
