"""Plan in, answer out.

`compile_plan` turns a plan into Python once; `CompiledPlan.execute` runs it for one request:
every fetch starts as soon as those it waits for have answered, its answer is placed into one
tree, and at the end the tree is projected into the client's answer. A failed fetch costs its own
fields only.

A `CompiledPlan` holds nothing of a request, so any number of requests may run it at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from federation.errors import SubgraphError
from federation.execution.blueprint import Blueprint
from federation.execution.caching.freshness import Freshness, strictest
from federation.execution.compile.program import Program, build_program, write_source
from federation.execution.compile.whole import Whole, build_whole
from federation.execution.completion import complete
from federation.execution.context import Answer, ExecutionContext
from federation.execution.contexts import ContextCall, put_contexts, split_by_contexts
from federation.execution.deadlines import clock
from federation.execution.errors import ErrorList, ErrorTranslation, StepFailure, Targets
from federation.execution.json_codec import Fragment, encode
from federation.execution.locate import Locator
from federation.execution.lost import LostValues, keep_known
from federation.execution.remembered import TREES, Remembered, Tree
from federation.execution.runtime import Irregular, Walks, copy_spine
from federation.execution.steps import Step, flatten_plan
from federation.execution.transport import AFTER, BEFORE, SubgraphRequest, SubgraphResponse
from federation.plan.nodes import OperationKind, QueryPlan

logger = logging.getLogger(__name__)

MALFORMED = "SUBREQUEST_MALFORMED_RESPONSE"
TIMEOUT = "GATEWAY_TIMEOUT"
_TICK = 0.002

_INTERNAL_ERROR = {
    "message": "Internal server error.",
    "extensions": {"code": "INTERNAL_SERVER_ERROR"},
}


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A plan ready to run.

    `heads` are the beginnings of the request bodies, `dependents` the steps that wait for each
    step, `first` those that wait for none. `known`: what each step was answered before
    (`remembered`). `whole`: see `compile.whole`. `cautious` is the plan
    to run where this one presumed too much, see `plan.nodes.Caution`.
    """

    plan: QueryPlan
    steps: tuple[Step, ...]
    program: Program
    heads: tuple[bytes, ...]
    dependents: tuple[tuple[int, ...], ...]
    first: tuple[int, ...]
    known: tuple[Remembered[Tree], ...]
    whole: Whole | None = None
    cautious: CompiledPlan | None = None

    @property
    def source(self) -> str:
        """The generated Python, also of the cautious plan; written anew for whoever reads it."""
        text = write_source(self.steps, self.plan.shape, self.program.analysis).text()
        if self.cautious is None:
            return text
        return f"{text}\n\n# The cautious plan\n\n{self.cautious.source}"

    @property
    def characters(self) -> int:
        """How long the code is, also that of the cautious plan; for estimates of memory."""
        own = self.program.characters
        return own if self.cautious is None else own + self.cautious.characters

    async def execute(self, context: ExecutionContext) -> Answer:
        """Return the answer to one request. Raises nothing but cancellation."""
        context.ran = True
        try:
            execution = _Execution(self, context)
            answer = await execution.run()
            if self.cautious is not None and execution.presumed_wrongly():
                return await self.cautious.execute(context)
            return answer
        except Exception:
            logger.exception("executing a plan failed")
            return Answer(encode({"data": None, "errors": [_INTERNAL_ERROR]}), (_INTERNAL_ERROR,))

    def event_request(self, context: ExecutionContext) -> SubgraphRequest | None:
        """Return the request that opens a subscription's event stream; None for other plans."""
        for index, step in enumerate(self.steps):
            if step.event:
                return _request(self, index, context, {})
        return None


def compile_plan(plan: QueryPlan) -> CompiledPlan:
    """Return `plan` compiled. Costs some milliseconds; keep the result with the plan."""
    steps = flatten_plan(plan)
    return CompiledPlan(
        plan=plan,
        steps=steps,
        program=build_program(steps, plan.shape),
        heads=tuple(_head(step.operation, step.operation_name) for step in steps),
        dependents=tuple(
            tuple(other for other, later in enumerate(steps) if index in later.waits_for)
            for index in range(len(steps))
        ),
        first=tuple(index for index, step in enumerate(steps) if not step.waits_for),
        known=tuple(Remembered(TREES) for _ in steps),
        whole=build_whole(steps, plan.shape),
        cautious=None if plan.caution is None else compile_plan(plan.caution.plan),
    )


def _head(operation: str, name: str | None) -> bytes:
    head = b'{"query":' + encode(operation)
    if name is not None:
        head += b',"operationName":' + encode(name)
    return head


def _request(
    compiled: CompiledPlan,
    index: int,
    context: ExecutionContext,
    variables: dict[str, Any],
    operation: str | None = None,
) -> SubgraphRequest:
    """Return the request of a step; `variables` holds its representations and is filled up.

    `operation` is sent instead of the step's own.
    """
    step = compiled.steps[index]
    head = compiled.heads[index]
    if operation is None:
        operation = step.operation
    else:
        head = _head(operation, step.operation_name)
    for name in step.variables:
        if name in context.variables:
            variables[name] = context.variables[name]
    body = b'%b,"variables":%b}' % (head, encode(variables)) if variables else head + b"}"
    headers = context.headers
    if context.headers_for is not None:
        own = context.headers_for(step.subgraph)
        headers = {**headers, **own} if headers else own
    return SubgraphRequest(
        step.subgraph,
        operation,
        variables,
        body,
        step.operation_name,
        headers,
        context.deadline,
        step.kind is OperationKind.MUTATION,
        context.identity,
        None if context.root_data else compiled.whole,
        context.propagation is not None,
        known=compiled.known[index],
    )


def _context_call(step: Step, variables: dict[str, Any]) -> ContextCall | None:
    """Return the call of a step whose arguments come from objects above, None for others."""
    if not step.entities or not step.entities[0].contexts:
        return None
    (batch,) = step.entities
    representations = variables[batch.variable]
    return split_by_contexts(batch, representations, step.definitions, step.operation_name or "")


class _Execution:
    """One run of a plan."""

    __slots__ = (
        "bug",
        "compiled",
        "context",
        "data",
        "failures",
        "freshness",
        "headers",
        "idle",
        "lost",
        "raw",
        "said",
        "tasks",
        "waiting",
        "walks",
    )

    def __init__(self, compiled: CompiledPlan, context: ExecutionContext) -> None:
        self.compiled = compiled
        self.context = context
        self.data: dict[str, Any] = {}
        self.walks = Walks()
        self.failures: dict[int, list[StepFailure]] = {}
        # Made with the first failure that something may depend on.
        self.lost: LostValues | None = None
        self.tasks: set[asyncio.Future[None]] = set()
        self.idle: asyncio.Future[None] | None = None
        self.bug: BaseException | None = None
        self.raw: bytes | None = None
        self.freshness: Freshness | None = None
        # The extensions of the responses by step, where any are passed on.
        self.said: dict[int, Mapping[str, Any]] = {}
        # The headers of the responses by step, where they are wanted.
        self.headers: dict[int, Sequence[tuple[str, str]]] | None = None
        self.waiting = [len(step.waits_for) for step in compiled.steps]

    async def run(self) -> Answer:
        try:
            if self.compiled.first:
                await self._chain(self.compiled.first)
            if self.tasks and self.bug is None:
                self.idle = asyncio.get_running_loop().create_future()
                await self.idle
            if self.bug is not None:
                raise self.bug
        finally:
            if self.tasks:
                await self._cancel()
        return self._answer()

    def presumed_wrongly(self) -> bool:
        """Whether a subgraph reported an error where it may have been asked for too much."""
        caution = self.compiled.plan.caution
        return caution is not None and any(
            failure.errors and failure.step.id in caution.fetches
            for failures in self.failures.values()
            for failure in failures
        )

    async def _cancel(self) -> None:
        """End what still runs: the client went away, or a bug ended the run."""
        tasks, self.tasks = self.tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, index: int) -> None:
        task = asyncio.ensure_future(self._chain((index,)))
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.bug = self.bug or task.exception()
        over = not self.tasks or self.bug is not None
        if over and self.idle is not None and not self.idle.done():
            self.idle.set_result(None)

    async def _chain(self, ready: tuple[int, ...]) -> None:
        """Run the first of `ready` here, the others in tasks of their own, then what follows."""
        while ready:
            for index in ready[1:]:
                self._start(index)
            await self._step(ready[0])
            ready = self._finished(ready[0])

    def _finished(self, index: int) -> tuple[int, ...]:
        ready = []
        for other in self.compiled.dependents[index]:
            self.waiting[other] -= 1
            if not self.waiting[other]:
                ready.append(other)
        return tuple(ready)

    async def _step(self, index: int) -> None:
        step = self.compiled.steps[index]
        for name, wanted in step.conditions:
            if self.context.variables.get(name) is not wanted:
                return
        if step.event:
            assert self.context.event is not None
            self._place(index, self.context.event, ([[self.data]],))
            return
        variables: dict[str, Any] = {}
        targets: Targets = ([],) * len(step.entities) or ([[self.data]],)
        try:
            if step.entities:
                targets = self._gather(index, variables)
                if not any(targets):
                    return
            count = sum(map(len, targets)) if step.entities else 0
            call = _context_call(step, variables)
            if call is None:
                response = await self._send(index, variables, count)
            else:
                response = call.as_planned(
                    await self._send(index, call.variables, count, call.operation)
                )
            self._place(index, response, targets)
        except SubgraphError as error:
            self._fail(index, targets, error)
        except RecursionError:
            self._fail(index, targets, _malformed(step))

    def _gather(self, index: int, variables: dict[str, Any]) -> Targets:
        """Put the representations into `variables`; return the objects they are for."""
        found = []
        batches = self.compiled.steps[index].entities
        gathers = self.compiled.program.gathers[index]
        lost = self._lost() if self.failures else None
        for position, (batch, gather) in enumerate(zip(batches, gathers, strict=True)):
            if batch.contexts:
                nulls = put_contexts(self.data, batch)
                if lost is not None:
                    lost.add_copies(nulls)
            representations, objects = gather(self.data, self.walks)
            if lost is not None and batch.representations:
                step, parts = (
                    self.compiled.steps[index],
                    self.compiled.program.analysis.parts[index],
                )
                gathered = (representations, objects)
                known = keep_known(lost, self.data, step, parts, position, gathered)
                representations, objects = known.representations, known.targets
                if known.failures:
                    self.failures.setdefault(index, []).extend(known.failures)
            if batch.variable:
                variables[batch.variable] = representations
            found.append(objects)
        return tuple(found)

    def _lost(self) -> LostValues:
        """Return what is unknown because of the failures so far."""
        if self.lost is None:
            self.lost = LostValues()
        self.lost.update(self.failures)
        return self.lost

    async def _send(
        self,
        index: int,
        variables: dict[str, Any],
        representations: int,
        operation: str | None = None,
    ) -> SubgraphResponse:
        """Return the subgraph's response; every failure comes out as `SubgraphError`."""
        step = self.compiled.steps[index]
        context = self.context
        transport = context.transports.get(step.subgraph)
        if transport is None:
            raise SubgraphError("No way to reach this subgraph is set up.", subgraph=step.subgraph)
        if context.deadline is not None and clock() >= context.deadline:
            raise SubgraphError(
                "The request's time was over before this subgraph was asked.",
                subgraph=step.subgraph,
                code=TIMEOUT,
            )
        try:
            request = _request(self.compiled, index, context, variables, operation)
        except TypeError:
            # What a representation took from another subgraph's answer is too deep, or no text.
            raise _malformed(step) from None
        span = None
        if context.tracer is not None:
            span = context.tracer.start(step.subgraph, step.operation_name, representations)
            if span is not None and span.headers:
                request = replace(request, headers={**request.headers, **span.headers})
        try:
            response = await transport.send(request)
        except BaseException as error:
            failure = error if isinstance(error, SubgraphError) else None
            if failure is None and isinstance(error, Exception):
                failure = _unexpected(request, error)
            if span is not None:
                span.end(failure, None)  # without a failure: cancelled
            if failure is None or failure is error:
                raise
            raise failure from error
        if span is not None:
            span.end(None, response)
        return response

    def _place(self, index: int, response: SubgraphResponse, targets: Targets) -> None:
        if response.extensions and self.context.propagation is not None:
            self.said[index] = response.extensions
        if self.context.keep_headers:
            self.headers = self.headers or {}
            self.headers[index] = response.headers
        if response.freshness is not None:
            fresh = self.freshness
            own = response.freshness
            self.freshness = own if fresh is None else strictest(fresh, own)
        if response.raw is not None:
            self.raw = response.raw
            return
        step = self.compiled.steps[index]
        parts = self.compiled.program.analysis.parts[index]
        if response.errors:
            failure = StepFailure(step, parts, targets, errors=response.errors)
            self.failures.setdefault(index, []).append(failure)
        data = response.data
        prepare = self.compiled.program.prepares[index]
        if response.shared:
            data = self._own(index, response)
        elif prepare is not None:
            prepare(data, self.walks)
        places = self.compiled.program.places[index]
        if data is None:
            regular = bool(response.errors)
        elif data.__class__ is not dict:
            regular = False
        elif not step.entities:
            regular = places[0](self.data, data)
        else:
            regular = True
            for batch, place, objects in zip(step.entities, places, targets, strict=True):
                entities = data.get(batch.alias) if batch.alias else [data]
                if entities.__class__ is list and len(entities) == len(objects):
                    regular = place(objects, entities) and regular
                elif objects and (entities is not None or not response.errors):
                    regular = False
        if not regular:
            self._fail(index, _misshapen(step, data, targets), _malformed(step))

    def _own(self, index: int, response: SubgraphResponse) -> Any:
        """Return a prepared answer to write into, of which others hold the original.

        It is prepared once for all who hold it and run this plan; each request copies only the
        objects that will be written into, and of those that repeat only one.
        """
        spine = self.compiled.program.analysis.spines[index]
        prepare = self.compiled.program.prepares[index]
        if spine is None:
            return response.data
        if prepare is None or response.memo is None:
            own = copy_spine(response.data, spine)
            if prepare is not None:
                prepare(own, self.walks)
            return own
        blueprint = response.memo.get(prepare)
        if blueprint is None:
            walks = Walks()
            data = copy_spine(response.data, spine)
            prepare(data, walks)
            blueprint = response.memo[prepare] = Blueprint(data, spine, walks)
        return blueprint.copy(self.walks)

    def _fail(self, index: int, targets: Targets, error: SubgraphError) -> None:
        step = self.compiled.steps[index]
        parts = self.compiled.program.analysis.parts[index]
        failure = StepFailure(step, parts, targets, failure=error)
        self.failures.setdefault(index, []).append(failure)

    def _answer(self) -> Answer:
        context, program = self.context, self.compiled.program
        extensions = self.extensions(sorted(self.said)) if self.said else context.extensions
        if self.raw is not None:
            known = tuple(context.known_errors)
            if not known and not extensions:
                return self._told(Answer(self.raw))
            passed = Fragment(self.raw[len(BEFORE) : -len(AFTER)])
            return self._told(_written(passed, known, extensions))
        expired = bool(self.failures) and not self.data and self._is_over()
        if context.root_data:
            self.data.update(context.root_data)
        errors = ErrorList(context.errors.max_errors)
        if context.known_errors:
            errors.errors.extend(map(dict, context.known_errors))
        if self.failures:
            self._translate(errors)
        try:
            data = program.project(self.data, program.begin(context.variables, self.walks.repeated))
            return self._told(_written(data, errors.finish(), extensions, expired))
        except (Irregular, TypeError):
            # TypeError: a value that cannot be written as JSON; the careful road finds it.
            data = complete(self.compiled.plan.shape, self.data, context.variables, errors)
        return _written(data, errors.finish(), extensions, expired)

    def _told(self, answer: Answer) -> Answer:
        """Say for how long an answer holds, and with which headers its parts came.

        One with an error may be another the next moment.
        """
        if self.freshness is not None and not answer.errors:
            answer.freshness = self.freshness
        if self.headers is not None:
            steps = self.compiled.steps
            answer.headers = tuple(
                (steps[index].subgraph, self.headers[index]) for index in sorted(self.headers)
            )
        return answer

    def extensions(self, steps: Iterable[int]) -> Mapping[str, Any]:
        """Return our own extensions and, of those of `steps`, what is passed on; ours win."""
        passed = self.propagated(steps)
        own = self.context.extensions
        return {**passed, **own} if passed else own

    def propagated(self, steps: Iterable[int]) -> dict[str, Any]:
        """Return what is passed on of the extensions that `steps` were answered with."""
        found = [self.said[index] for index in steps if index in self.said]
        propagation = self.context.propagation
        return {} if propagation is None or not found else propagation.merge(found)

    def _is_over(self) -> bool:
        deadline = self.context.deadline
        # Timers may fire early by what their clock can tell apart.
        return deadline is not None and clock() >= deadline - _TICK

    def _translate(self, errors: ErrorList) -> None:
        """In the order of the plan, not of arrival: the same failures give the same answer."""
        locator = Locator(self.compiled.plan.shape, self.data, self.context.variables)
        translation = ErrorTranslation(locator, self.context.errors, errors)
        for index in sorted(self.failures):
            for failure in self.failures[index]:
                translation.add(failure)


def _written(
    data: Any,
    errors: tuple[Mapping[str, Any], ...],
    extensions: Mapping[str, Any],
    expired: bool = False,
) -> Answer:
    body: dict[str, Any] = {"data": data}
    if errors:
        body["errors"] = list(errors)
    if extensions:
        body["extensions"] = dict(extensions)
    return Answer(encode(body), errors, extensions, expired)


def _misshapen(step: Step, data: Any, targets: Targets) -> Targets:
    """Return the objects whose entity is not as it must be; all where that cannot be told."""
    if not step.entities or data.__class__ is not dict:
        return targets
    found = []
    for batch, objects in zip(step.entities, targets, strict=True):
        entities = data.get(batch.alias) if batch.alias else [data]
        if entities.__class__ is list and len(entities) == len(objects):
            pairs = zip(objects, entities, strict=True)
            objects = [
                items for items, one in pairs if one is not None and one.__class__ is not dict
            ]
        found.append(objects)
    return tuple(found)


def _malformed(step: Step) -> SubgraphError:
    return SubgraphError(
        "The subgraph's answer does not have the shape that was asked for.",
        subgraph=step.subgraph,
        code=MALFORMED,
    )


def _unexpected(request: SubgraphRequest, error: Exception) -> SubgraphError:
    """Log what a transport should not have raised; return it as a failed call."""
    subgraph = request.subgraph
    logger.error("the transport of subgraph %s failed", subgraph, exc_info=error)
    return SubgraphError("The call of this subgraph failed.", subgraph=subgraph)
