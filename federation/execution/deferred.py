"""Plan in, answer out in parts: the first as soon as its own fetches are there.

All fetches of the plan run as they would for one answer, each as soon as its inputs are there.
A part is written when every fetch that shows in it has answered, and the part around it has
been written. Parts ready together travel together.

Payloads as in the incremental delivery proposal of August 2022: first `{"data", "hasNext"}`, then
`{"incremental": [{"label", "path", "data", "errors"}], "hasNext"}`. A null that may not be one
makes the deferred fragment's own data null and goes no further (GraphQL §6.4.4 within a part).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from federation.execution.completion import complete, complete_object
from federation.execution.context import Answer, ExecutionContext
from federation.execution.errors import ErrorList, ErrorTranslation
from federation.execution.executor import CompiledPlan, compile_plan
from federation.execution.executor import _Execution as Execution
from federation.execution.json_codec import encode
from federation.execution.locate import ClientPath, Locator, is_included, object_type
from federation.execution.needs import needed_steps
from federation.execution.steps import Step, flatten_plan
from federation.plan.defer_tree import with_defer_node
from federation.plan.deferred import DeferredPart, DeferredPlan
from federation.plan.nodes import QueryPlan
from federation.plan.shape import ListShape, ObjectShape, ResponseShape, ValueShape


@dataclass(frozen=True, slots=True)
class CompiledDeferred:
    """A plan with parts, ready to run. `needs`: the steps of the first answer and of each part."""

    plan: DeferredPlan
    compiled: CompiledPlan
    needs: tuple[frozenset[int], ...]

    def shown_plan(self) -> QueryPlan:
        """Return the plan as people read it, with a `Defer` node."""
        steps = self.compiled.steps
        ids = [frozenset(steps[index].id for index in needed) for needed in self.needs]
        return with_defer_node(self.plan, ids)

    async def payloads(self, context: ExecutionContext) -> AsyncGenerator[bytes, None]:
        """Yield the payloads, the last with `hasNext` false. Closing it cancels the fetches."""
        run = _Run(self.compiled, context)
        if context.root_data:
            run.data.update(context.root_data)
        task = asyncio.ensure_future(run.run())
        task.add_done_callback(lambda _: run.wake())
        try:
            async for payload in self._payloads(run, task):
                yield encode(payload)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _payloads(
        self, run: _Run, task: asyncio.Future[Answer]
    ) -> AsyncGenerator[dict[str, Any], None]:
        await run.until(self.needs[0], task)
        writing = _Writing(self, run)
        first = writing.primary()
        waiting = list(range(len(self.plan.parts))) if first["data"] is not None else []
        told = self.needs[0]
        extensions = run.extensions(sorted(told))
        if extensions:
            first["extensions"] = dict(extensions)
        yield {**first, "hasNext": bool(waiting)}
        while waiting:
            ready = self._ready(waiting, run)
            while not ready:
                await run.changed(task)
                ready = self._ready(waiting, run)
            waiting = [index for index in waiting if index not in ready]
            incremental = [item for index in ready for item in writing.part(index)]
            payload: dict[str, Any] = {"incremental": incremental} if incremental else {}
            fresh = frozenset().union(*(self.needs[index + 1] for index in ready)) - told
            told |= fresh
            extensions = run.propagated(sorted(fresh))
            if not waiting:
                extensions |= run.context.last_extensions or {}
            if extensions:
                payload["extensions"] = extensions
            if payload or not waiting:
                yield {**payload, "hasNext": bool(waiting)}

    def _ready(self, waiting: list[int], run: _Run) -> list[int]:
        """Return the parts that can be written now, parents first."""
        ready: list[int] = []
        for index in waiting:
            parent = self.plan.parts[index].parent
            follows = parent is None or parent in ready or parent not in waiting
            if follows and self.needs[index + 1] <= run.finished:
                ready.append(index)
        return ready


def idle_parts(plan: DeferredPlan) -> list[int]:
    """Return the parts that wait for no call but those of what is around them.

    To defer them delays what is known already.
    """
    first, *needs = _needs(plan, flatten_plan(plan.plan))
    return [
        index
        for index, part in enumerate(plan.parts)
        if needs[index] <= (first if part.parent is None else first | needs[part.parent])
    ]


def compile_deferred(plan: DeferredPlan) -> CompiledDeferred:
    """Return the plan compiled, with what each part waits for."""
    compiled = compile_plan(plan.plan)
    return CompiledDeferred(
        plan,
        # Its one fetch's bytes are no answer here: they would have to be cut into parts.
        replace(compiled, whole=None),
        _needs(plan, compiled.steps),
    )


def _needs(plan: DeferredPlan, steps: tuple[Step, ...]) -> tuple[frozenset[int], ...]:
    shapes = (plan.primary, *(part.shape for part in plan.parts))
    return tuple(needed_steps(steps, shape) for shape in shapes)


class _Run(Execution):
    """One run of the whole plan that tells which steps are done."""

    __slots__ = ("_event", "finished")

    def __init__(self, compiled: CompiledPlan, context: ExecutionContext) -> None:
        super().__init__(compiled, context)
        self.finished: set[int] = set()
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def changed(self, task: asyncio.Future[Answer]) -> None:
        """Wait until more steps are done. Raises what ended the run, should it be a bug."""
        if task.done():
            task.result()
            raise AssertionError("the run is over, but a part still waits")
        await self._event.wait()
        self._event.clear()

    async def until(self, steps: frozenset[int], task: asyncio.Future[Answer]) -> None:
        while not steps <= self.finished:
            await self.changed(task)

    def _finished(self, index: int) -> tuple[int, ...]:
        self.finished.add(index)
        self.wake()
        return super()._finished(index)

    def _answer(self) -> Answer:
        """Nobody wants the whole answer."""
        return Answer(b"")


class _Writing:
    """Writes the parts, and keeps what the client has by now."""

    def __init__(self, compiled: CompiledDeferred, run: _Run) -> None:
        self._plan = compiled.plan
        self._needs = compiled.needs
        self._run = run
        self._told: dict[str, Any] | None = None
        self._reported: set[int] = set()

    def primary(self) -> dict[str, Any]:
        """Return data and errors of the first payload."""
        errors, known, _ = self._errors(self._needs[0])
        shape = self._plan.primary
        data = complete(shape, self._run.data, self._run.context.variables, errors)
        self._told = data
        visible = [
            error
            for error in known
            if "path" not in error or _shows(shape.root, tuple(error["path"]))
        ]
        first = [*map(dict, self._run.context.known_errors), *visible]
        return _with_errors({"data": data}, [*first, *errors.finish()[len(known) :]])

    def part(self, index: int) -> Iterator[dict[str, Any]]:
        """Yield what part `index` adds, for each object it is on that the client has."""
        part = self._plan.parts[index]
        errors, known, fresh = self._errors(self._needs[index + 1])
        variables = self._run.context.variables
        places = list(_places(part, self._run.data, self._told, variables))
        # A call that failed for all objects is told once, with the first of them.
        loose = [
            error
            for error in fresh
            if not any(_is_in(part.shape, place[0], error) for place in places)
        ]
        for path, shape, value, told in places:
            before = len(errors.errors)
            data = complete_object(shape, value, path, variables, errors)
            own = [error for error in known if _is_in(part.shape, path, error)]
            found = [*loose, *own, *errors.errors[before:]]
            loose = []
            if data == {} and not found:
                continue  # an object of another type than the fragment is for
            item: dict[str, Any] = {"data": data, "path": list(path)}
            if part.label is not None:
                item["label"] = part.label
            if data is not None:
                _merge(told, data)
            yield _with_errors(item, found)

    def _errors(
        self, steps: frozenset[int]
    ) -> tuple[ErrorList, list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the errors of `steps`, and which are of steps that no part has told about."""
        run = self._run
        errors = ErrorList(run.context.errors.max_errors)
        locator = Locator(self._plan.plan.shape, run.data, run.context.variables)
        translation = ErrorTranslation(locator, run.context.errors, errors)
        fresh: list[dict[str, Any]] = []
        for index in sorted(steps & run.failures.keys()):
            start = len(errors.errors)
            for failure in run.failures[index]:
                translation.add(failure)
            if index not in self._reported:
                fresh += errors.errors[start:]
        self._reported |= steps
        return errors, list(errors.errors), fresh


def _with_errors(item: dict[str, Any], errors: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    found = list(errors)
    return {**item, "errors": found} if found else item


_Place = tuple[ClientPath, ObjectShape, Any, dict[str, Any]]


def _places(
    part: DeferredPart, data: Any, told: dict[str, Any] | None, variables: Mapping[str, Any]
) -> Iterator[_Place]:
    """Yield the objects a part is on: path, shape, gathered data, what the client has of it."""
    if told is not None:
        yield from _objects(part.shape.root, data, told, len(part.path), (), variables)


def _objects(
    shape: ObjectShape,
    value: Any,
    told: dict[str, Any],
    depth: int,
    path: ClientPath,
    variables: Mapping[str, Any],
) -> Iterator[_Place]:
    if not depth:
        yield path, shape, value, told
        return
    typename = object_type(shape, value)
    for field in shape.fields:
        if field.types is not None and typename not in field.types:
            continue
        if is_included(field.conditions, variables):
            yield from _items(
                field.value,
                value.get(field.source),
                told.get(field.key),
                depth - 1,
                (*path, field.key),
                variables,
            )


def _items(
    shape: ValueShape,
    value: Any,
    told: Any,
    depth: int,
    path: ClientPath,
    variables: Mapping[str, Any],
) -> Iterator[_Place]:
    """Go through lists; what the client has as null is no place for more."""
    if isinstance(shape, ListShape) and isinstance(value, list) and isinstance(told, list):
        for index, (item, known) in enumerate(zip(value, told, strict=True)):
            yield from _items(shape.item, item, known, depth, (*path, index), variables)
    elif isinstance(shape, ObjectShape) and isinstance(value, dict) and isinstance(told, dict):
        yield from _objects(shape, value, told, depth, path, variables)


def _merge(told: Any, data: Any) -> None:
    """Add a part's data to what the client has."""
    if isinstance(told, dict) and isinstance(data, dict):
        for key, value in data.items():
            if isinstance(told.get(key), dict | list):
                _merge(told[key], value)
            else:
                told[key] = value
    elif isinstance(told, list) and isinstance(data, list):
        for one, other in zip(told, data, strict=False):
            _merge(one, other)


def _is_in(shape: ResponseShape, place: ClientPath, error: Mapping[str, Any]) -> bool:
    """Whether an error belongs to the part's object at `place`."""
    path = tuple(error.get("path", ()))
    return len(path) > len(place) and path[: len(place)] == place and _shows(shape.root, path)


def _shows(shape: ValueShape, path: ClientPath) -> bool:
    """Whether a client path leads to something that the shape has."""
    if not path:
        return True
    if isinstance(shape, ListShape):
        return isinstance(path[0], int) and _shows(shape.item, path[1:])
    if isinstance(shape, ObjectShape):
        return any(_shows(f.value, path[1:]) for f in shape.fields if f.key == path[0])
    return False
