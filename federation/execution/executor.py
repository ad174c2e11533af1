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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from federation.errors import SubgraphError
from federation.execution.compile.program import Program, Walks, build_program
from federation.execution.completion import complete
from federation.execution.context import Answer, ExecutionContext
from federation.execution.errors import ErrorList, ErrorTranslation, StepFailure, Targets
from federation.execution.json_codec import encode
from federation.execution.locate import Locator
from federation.execution.runtime import Irregular, copy_spine
from federation.execution.steps import Step, flatten_plan
from federation.execution.tracing import FetchSpan
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.plan.nodes import OperationKind, QueryPlan

logger = logging.getLogger(__name__)

MALFORMED = "SUBREQUEST_MALFORMED_RESPONSE"
TIMEOUT = "GATEWAY_TIMEOUT"

_INTERNAL_ERROR = {
    "message": "Internal server error.",
    "extensions": {"code": "INTERNAL_SERVER_ERROR"},
}


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A plan ready to run.

    `heads` are the beginnings of the request bodies, `dependents` the steps that wait for each
    step, `first` those that wait for none.
    """

    plan: QueryPlan
    steps: tuple[Step, ...]
    program: Program
    heads: tuple[bytes, ...]
    dependents: tuple[tuple[int, ...], ...]
    first: tuple[int, ...]

    @property
    def source(self) -> str:
        """The generated Python."""
        return self.program.source

    async def execute(self, context: ExecutionContext) -> Answer:
        """Return the answer to one request. Raises nothing but cancellation."""
        try:
            return await _Execution(self, context).run()
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
        heads=tuple(_head(step) for step in steps),
        dependents=tuple(
            tuple(other for other, later in enumerate(steps) if index in later.waits_for)
            for index in range(len(steps))
        ),
        first=tuple(index for index, step in enumerate(steps) if not step.waits_for),
    )


def _head(step: Step) -> bytes:
    head = b'{"query":' + encode(step.operation)
    if step.operation_name is not None:
        head += b',"operationName":' + encode(step.operation_name)
    return head


def _request(
    compiled: CompiledPlan, index: int, context: ExecutionContext, variables: dict[str, Any]
) -> SubgraphRequest:
    """Return the request of a step; `variables` holds its representations and is filled up."""
    step = compiled.steps[index]
    for name in step.variables:
        if name in context.variables:
            variables[name] = context.variables[name]
    tail = b',"variables":' + encode(variables) + b"}" if variables else b"}"
    headers = context.headers
    if context.headers_for is not None:
        headers = {**headers, **context.headers_for(step.subgraph)}
    return SubgraphRequest(
        step.subgraph,
        step.operation,
        variables,
        compiled.heads[index] + tail,
        step.operation_name,
        headers,
        context.deadline,
        step.kind is OperationKind.MUTATION,
        context.identity,
    )


class _Execution:
    """One run of a plan."""

    __slots__ = ("compiled", "context", "data", "failures", "tasks", "waiting", "walks")

    def __init__(self, compiled: CompiledPlan, context: ExecutionContext) -> None:
        self.compiled = compiled
        self.context = context
        self.data: dict[str, Any] = {}
        self.walks: Walks = {}
        self.failures: dict[int, list[StepFailure]] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.waiting = [len(step.waits_for) for step in compiled.steps]

    async def run(self) -> Answer:
        try:
            if self.compiled.first:
                await self._chain(self.compiled.first)
            while self.tasks:
                done, _ = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
                self.tasks -= done
                for task in done:
                    task.result()
        finally:
            await self._cancel()
        return self._answer()

    async def _cancel(self) -> None:
        """End what still runs: the client went away, or a bug ended the run."""
        tasks, self.tasks = self.tasks, set()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _chain(self, ready: tuple[int, ...]) -> None:
        """Run the first of `ready` here, the others in tasks of their own, then what follows."""
        while ready:
            for index in ready[1:]:
                self.tasks.add(asyncio.ensure_future(self._chain((index,))))
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
            response = await self._send(
                index, variables, sum(map(len, targets)) if step.entities else 0
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
        for batch, gather in zip(batches, self.compiled.program.gathers[index], strict=True):
            variables[batch.variable], objects = gather(self.data, self.walks)
            found.append(objects)
        return tuple(found)

    async def _send(
        self, index: int, variables: dict[str, Any], representations: int
    ) -> SubgraphResponse:
        """Return the subgraph's response; every failure comes out as `SubgraphError`."""
        step = self.compiled.steps[index]
        context = self.context
        transport = context.transports.get(step.subgraph)
        if transport is None:
            raise SubgraphError("No way to reach this subgraph is set up.", subgraph=step.subgraph)
        if context.deadline is not None and asyncio.get_running_loop().time() >= context.deadline:
            raise SubgraphError(
                "The request's time was over before this subgraph was asked.",
                subgraph=step.subgraph,
                code=TIMEOUT,
            )
        try:
            request = _request(self.compiled, index, context, variables)
        except TypeError:
            # What a representation took from another subgraph's answer is too deep, or no text.
            raise _malformed(step) from None
        span = None
        if context.tracer is not None:
            span = context.tracer.start(step.subgraph, step.operation_name, representations)
            if span is not None and span.headers:
                request = replace(request, headers={**request.headers, **span.headers})
        if span is None:
            return await _guarded(transport, request)
        return await _traced(transport, request, span)

    def _place(self, index: int, response: SubgraphResponse, targets: Targets) -> None:
        step = self.compiled.steps[index]
        parts = self.compiled.program.analysis.parts[index]
        if response.errors:
            failure = StepFailure(step, parts, targets, errors=response.errors)
            self.failures.setdefault(index, []).append(failure)
        data = response.data
        if response.shared:
            data = copy_spine(data, self.compiled.program.analysis.spines[index])
        places = self.compiled.program.places[index]
        if data is None:
            regular = bool(response.errors)
        elif data.__class__ is not dict:
            regular = False
        elif not step.entities:
            regular = places[0](self.data, data, self.walks)
        else:
            regular = True
            for batch, place, objects in zip(step.entities, places, targets, strict=True):
                entities = data.get(batch.alias)
                if entities.__class__ is list and len(entities) == len(objects):
                    regular = place(objects, entities, self.walks) and regular
                elif objects and (entities is not None or not response.errors):
                    regular = False
        if not regular:
            self._fail(index, targets, _malformed(step))

    def _fail(self, index: int, targets: Targets, error: SubgraphError) -> None:
        step = self.compiled.steps[index]
        parts = self.compiled.program.analysis.parts[index]
        failure = StepFailure(step, parts, targets, failure=error)
        self.failures.setdefault(index, []).append(failure)

    def _answer(self) -> Answer:
        context, program = self.context, self.compiled.program
        if context.root_data:
            self.data.update(context.root_data)
        errors = ErrorList(context.errors.max_errors)
        if self.failures:
            self._translate(errors)
        try:
            data = program.project(self.data, program.begin(context.variables))
            return _written(data, errors.finish(), context.extensions)
        except (Irregular, TypeError):
            # TypeError: a value that cannot be written as JSON; the careful road finds it.
            data = complete(self.compiled.plan.shape, self.data, context.variables, errors)
        return _written(data, errors.finish(), context.extensions)

    def _translate(self, errors: ErrorList) -> None:
        """In the order of the plan, not of arrival: the same failures give the same answer."""
        locator = Locator(self.compiled.plan.shape, self.data, self.context.variables)
        translation = ErrorTranslation(locator, self.context.errors, errors)
        for index in sorted(self.failures):
            for failure in self.failures[index]:
                translation.add(failure)


def _written(
    data: Any, errors: tuple[Mapping[str, Any], ...], extensions: Mapping[str, Any]
) -> Answer:
    body: dict[str, Any] = {"data": data}
    if errors:
        body["errors"] = list(errors)
    if extensions:
        body["extensions"] = dict(extensions)
    return Answer(encode(body), errors, extensions)


def _malformed(step: Step) -> SubgraphError:
    return SubgraphError(
        "The subgraph's answer does not have the shape that was asked for.",
        subgraph=step.subgraph,
        code=MALFORMED,
    )


async def _guarded(transport: SubgraphTransport, request: SubgraphRequest) -> SubgraphResponse:
    """Call a transport. Whatever else it raises is logged and becomes a failed call."""
    try:
        return await transport.send(request)
    except SubgraphError:
        raise
    except Exception as error:
        subgraph = request.subgraph
        logger.exception("the transport of subgraph %s failed", subgraph)
        raise SubgraphError("The call of this subgraph failed.", subgraph=subgraph) from error


async def _traced(
    transport: SubgraphTransport, request: SubgraphRequest, span: FetchSpan
) -> SubgraphResponse:
    """Call a transport and end the span, also when the call is cancelled."""
    try:
        response = await _guarded(transport, request)
    except BaseException as error:
        span.end(error if isinstance(error, SubgraphError) else None, 0)
        raise
    span.end(None, len(response.errors))
    return response
