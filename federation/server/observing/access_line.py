"""A line of the access log: what is taken of an operation on the event loop, and its JSON.

The JSON is written in the log's own thread. Keys that say nothing are left out.
"""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from federation.execution.tracing import Fetched
from federation.server.exchange import Exchange
from federation.server.listener.client_program import ClientProgram, ClientPrograms, cleaned
from federation.server.observing.recording import Operation
from federation.server.observing.refusals import Refusal
from federation.server.wire.request import HttpRequest
from federation.server.wire.stream_formats import StreamFormat
from federation.supergraph.contracts import Contract

# The platforms' own time, whatever the machine is set to.
CHINA = timezone(timedelta(hours=8))

_TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_MAX_CODES = 20
_MAX_FETCHES = 50
_PROTOCOLS = {
    StreamFormat.SSE: "sse",
    StreamFormat.SUBSCRIPTION: "multipart",
    StreamFormat.DEFER: "multipart",
}

# Name, kind, id: of an operation that was prepared.
Document = tuple[str | None, str, str | None]


class Line(Struct, eq=False):
    """What a line needs, without holding on to the request. Times in seconds; `moment` since 1970.

    `codes` of the errors, `taken`: sums of earlier fetches by subgraph. `more`: what few lines
    have, as it is shown.
    """

    moment: float
    trace_id: str | None
    protocol: str
    method: str | None
    status: int
    program: ClientProgram
    organization: str | None = None
    duration: float | None = None
    own: float | None = None
    bytes_in: int | None = None
    bytes_out: int = 0
    fetches: int = 0
    document: Document | None = None
    codes: tuple[str, ...] = ()
    more: dict[str, Any] | None = None
    fetched: list[Fetched] = []
    taken: dict[str, tuple[int, float, int]] = {}


def line_of(operation: Operation) -> Line:
    """Return the line of an operation that is over."""
    exchange = operation.exchange
    prepared, log, http = exchange.prepared, exchange.fetches, exchange.http
    document: Document | None = None
    if prepared is not None:
        own, facts = prepared.operation, prepared.facts
        document = (own.name, own.kind._value_, None if facts is None else facts.signature)
    socket, streamed = exchange.socket, exchange.streamed
    return Line(
        time.time(),
        exchange.trace_id or _trace_of(http),
        "ws" if socket else "http" if streamed is None else _PROTOCOLS[streamed],
        None if socket else http.method,
        operation.status,
        operation.program,
        exchange.client.organization,
        operation.duration,
        operation.own,
        None if socket else len(http.body),
        exchange.bytes_out,
        operation.fetches,
        document,
        exchange.codes,
        _more(exchange),
        operation.fetched,
        {} if log is None else log.taken,
    )


def _more(exchange: Exchange) -> dict[str, Any] | None:
    more: dict[str, Any] = {}
    view = exchange.view
    if view is not None and view.contract is not None:
        more["view"] = view_id(view.contract)
    if exchange.shared:
        more["shared"] = True
    if exchange.streamed is not None:
        more["events"] = exchange.events
    if exchange.cached is not None:
        more["cache_hits"], more["cache_misses"] = exchange.cached
    if exchange.estimated_cost is not None:
        more["cost_estimated"] = exchange.estimated_cost
    if exchange.actual_cost is not None:
        more["cost_actual"] = exchange.actual_cost
    return more or None


def line_of_refusal(refusal: Refusal, programs: ClientPrograms) -> Line:
    """Return the line of a request that never became an operation; it has no duration."""
    http = refusal.http
    return Line(
        time.time(),
        None if http is None else _trace_of(http),
        "ws" if refusal.socket else "http",
        None if http is None or refusal.socket else cleaned(http.method),
        refusal.status,
        ClientProgram() if http is None else programs.of(http),
        codes=(refusal.code,),
        more={"refused": True},
    )


class _Fetch(Struct, omit_defaults=True):
    """A fetch as it is shown."""

    name: str
    ms: float
    status: int | None = None
    representations: int = 0
    errors: int = 0
    code: str | None = None
    shared: bool = False


class _Total(Struct):
    """Fetches of one subgraph as they are shown."""

    name: str
    calls: int
    ms: float
    failures: int


class _Shown(Struct, omit_defaults=True):
    """A line as it is shown, its keys in this order."""

    time: str
    trace_id: str | None = None
    protocol: str | None = None
    method: str | None = None
    status: int | None = None
    client_name: str | None = None
    client_version: str | None = None
    organization: str | None = None
    duration_ms: float | None = None
    own_ms: float | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    fetches: int | None = None
    operation_name: str | None = None
    operation_kind: str | None = None
    operation_id: str | None = None
    errors: dict[str, int] | None = None
    refused: bool = False
    view: str | None = None
    shared: bool = False
    events: int | None = None
    cache_hits: int | None = None
    cache_misses: int | None = None
    cost_estimated: float | None = None
    cost_actual: float | None = None
    subgraphs: list[_Fetch] | None = None
    subgraph_totals: list[_Total] | None = None


_encode = msgspec.json.Encoder().encode


def encode_line(line: Line) -> bytes:
    """Return the line as JSON with its end."""
    second = int(line.moment)
    program, document, duration = line.program, line.document, line.duration
    name, kind, signature = (None, None, None) if document is None else document
    shown = _Shown(
        f"{_second(second)}.{int((line.moment - second) * 1000):03}+08:00",
        line.trace_id,
        line.protocol,
        line.method,
        line.status,
        program.name or None,
        program.version or None,
        None if line.organization is None else cleaned(line.organization),
        None if duration is None else _milliseconds(duration),
        None if line.own is None else _milliseconds(line.own),
        line.bytes_in,
        None if duration is None else line.bytes_out,
        None if duration is None else line.fetches,
        name,
        kind,
        signature,
    )
    if line.codes:
        shown.errors = _counted(line.codes)
    if line.more is not None:
        for key, value in line.more.items():
            setattr(shown, key, value)
    if line.fetched:
        shown.subgraphs = [_fetch(one) for one in line.fetched[:_MAX_FETCHES]]
    if line.taken:
        shown.subgraph_totals = [
            _Total(name, calls, _milliseconds(seconds), failures)
            for name, (calls, seconds, failures) in line.taken.items()
        ]
    return _encode(shown) + b"\n"


@lru_cache(maxsize=8)
def _second(moment: int) -> str:
    """Return a second in China's time without its zone; many lines are of the same."""
    return datetime.fromtimestamp(moment, CHINA).strftime("%Y-%m-%dT%H:%M:%S")


def _milliseconds(seconds: float) -> float:
    # What `round` does, at a fourth of its time.
    return int(seconds * 1_000_000 + 0.5) / 1000


def _fetch(one: Fetched) -> _Fetch:
    code = None if one.code is None else cleaned(one.code)
    return _Fetch(
        one.subgraph,
        _milliseconds(one.duration),
        one.status,
        one.representations,
        one.errors,
        code,
        one.shared,
    )


def _counted(codes: tuple[str, ...]) -> dict[str, int]:
    """Return how often each code is there; of many different ones the first, the rest together."""
    counted: dict[str, int] = {}
    for code in codes:
        shown = cleaned(code) or "none"
        if shown not in counted and len(counted) >= _MAX_CODES:
            shown = "other"
        counted[shown] = counted.get(shown, 0) + 1
    return counted


def _trace_of(http: HttpRequest) -> str | None:
    """Return the id of the trace the caller is in, also where none is recorded here."""
    value = http.header(b"traceparent")
    match = None if value is None else _TRACE_PARENT.fullmatch(value)
    return None if match is None else match[1].decode()


@lru_cache(maxsize=1024)
def view_id(contract: Contract) -> str:
    """Return a short name of a view, the same in every process: equal contracts, equal names."""
    parts = (contract.include, contract.exclude, contract.gates, contract.held)
    text = repr([*map(sorted, parts), contract.hide_unreachable])
    return sha256(text.encode()).hexdigest()[:12]
