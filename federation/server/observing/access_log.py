"""One line of JSON per operation: who asked what, how it went, how long each subgraph took; and
one per request that was refused before it was an operation (`"refused":true`).

Names, codes, ids, counts and times only: never the text, values, variables or headers of a
request. What clients choose (names) is cut short and cleaned, and JSON leaves no way to begin a
line of one's own.
"""

from __future__ import annotations

import random
import re
import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from federation.execution.tracing import Fetched
from federation.server.exchange import Exchange
from federation.server.listener.client_program import ClientPrograms, cleaned
from federation.server.observing.line_writer import LineWriter, Output, RotatingFile, StandardOutput
from federation.server.observing.recording import Operation
from federation.server.observing.refusals import Refusal
from federation.server.settings.logging import AccessLog as AccessLogSettings
from federation.server.settings.telemetry import ClientHeaders
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


class AccessLog:
    """`Ledger` that writes lines. For one event loop."""

    follows = False

    def __init__(
        self,
        settings: AccessLogSettings,
        output: Output | None = None,
        *,
        programs: ClientPrograms | None = None,
    ) -> None:
        self._sample = settings.sample
        self._programs = programs or ClientPrograms(ClientHeaders())
        self.lines: LineWriter[Line] = LineWriter(
            output or _output(settings), encode_line, settings.queue
        )

    def began(self, exchange: Exchange) -> None:
        """See `Ledger`."""

    def fetched(self, fetched: list[Fetched]) -> None:
        """See `Ledger`."""

    def ended(self, operation: Operation) -> None:
        """See `Ledger`. What failed is always written, of the rest a share."""
        if (
            self._sample < 1
            and operation.status < 400
            and not operation.exchange.codes
            and random.random() >= self._sample  # noqa: S311 - a sample, not a secret
        ):
            return
        self.lines.add(line_of(operation))

    def refused(self, refusal: Refusal) -> None:
        """See `RefusalLedger`."""
        self.lines.add(line_of_refusal(refusal, self._programs))

    def check(self) -> None:
        """Raise `OSError` when nothing can be written."""
        self.lines.check()

    async def close(self) -> None:
        """Write what waits."""
        await self.lines.close()


# What is taken from an operation on the event loop; the rest is done in the writer's thread.
Line = tuple[float, dict[str, Any], list[Fetched], dict[str, tuple[int, float, int]]]


def line_of(operation: Operation) -> Line:
    """Return what a line needs, without holding on to the request."""
    exchange, log = operation.exchange, operation.exchange.fetches
    prepared, view = exchange.prepared, exchange.view
    entry: dict[str, Any] = {
        "trace_id": exchange.trace_id or _trace_of(exchange.http),
        "protocol": _protocol(exchange),
        "method": None if exchange.socket else exchange.http.method,
        "status": operation.status,
        "client_name": operation.program.name or None,
        "client_version": operation.program.version or None,
        "organization": exchange.client.organization,
        "duration_ms": operation.duration,
        "own_ms": operation.own,
        "bytes_in": None if exchange.socket else len(exchange.http.body),
        "bytes_out": exchange.bytes_out,
        "fetches": operation.fetches,
    }
    if prepared is not None:
        entry["operation_name"] = prepared.operation.name
        entry["operation_kind"] = prepared.operation.kind.value
        if prepared.facts is not None:
            entry["operation_id"] = prepared.facts.signature
    if view is not None and view.contract is not None:
        entry["view"] = view_id(view.contract)
    if exchange.codes:
        entry["errors"] = exchange.codes
    if exchange.shared:
        entry["shared"] = True
    if exchange.streamed is not None:
        entry["events"] = exchange.events
    if exchange.cached is not None:
        entry["cache_hits"], entry["cache_misses"] = exchange.cached
    if exchange.estimated_cost is not None:
        entry["cost_estimated"] = exchange.estimated_cost
    if exchange.actual_cost is not None:
        entry["cost_actual"] = exchange.actual_cost
    return time.time(), entry, operation.fetched, {} if log is None else log.taken


def line_of_refusal(refusal: Refusal, programs: ClientPrograms) -> Line:
    """Return the line of a request that never became an operation; it has no duration."""
    http = refusal.http
    entry: dict[str, Any] = {
        "trace_id": None if http is None else _trace_of(http),
        "protocol": "ws" if refusal.socket else "http",
        "method": None,
        "status": refusal.status,
        "client_name": None,
        "client_version": None,
        "organization": None,
        "duration_ms": None,
        "own_ms": None,
        "errors": (refusal.code,),
        "refused": True,
    }
    if http is not None:
        program = programs.of(http)
        entry["client_name"], entry["client_version"] = (
            program.name or None,
            program.version or None,
        )
        if not refusal.socket:
            entry["method"] = cleaned(http.method)
    return time.time(), entry, [], {}


def encode_line(line: Line) -> bytes:
    """Return the line as JSON with its end. Keys that say nothing are left out."""
    moment, entry, fetched, taken = line
    second = int(moment)
    shown: dict[str, Any] = {"time": f"{_second(second)}.{int((moment - second) * 1000):03}+08:00"}
    for key, value in entry.items():
        if value is not None:
            shown[key] = value
    duration = entry["duration_ms"]
    if duration is not None:
        shown["duration_ms"] = _milliseconds(duration)
    own, organization, codes = entry["own_ms"], entry["organization"], entry.get("errors")
    if own is not None:
        shown["own_ms"] = _milliseconds(own)
    if organization is not None:
        shown["organization"] = cleaned(organization)
    if codes is not None:
        shown["errors"] = _counted(codes)
    if fetched:
        shown["subgraphs"] = [_fetch(one) for one in fetched[:_MAX_FETCHES]]
    if taken:
        shown["subgraph_totals"] = [
            {"name": name, "calls": calls, "ms": _milliseconds(seconds), "failures": failures}
            for name, (calls, seconds, failures) in taken.items()
        ]
    return orjson.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)


@lru_cache(maxsize=8)
def _second(moment: int) -> str:
    """Return a second in China's time without its zone; many lines are of the same."""
    return datetime.fromtimestamp(moment, CHINA).strftime("%Y-%m-%dT%H:%M:%S")


def _milliseconds(seconds: float) -> float:
    # What `round` does, at a fourth of its time.
    return int(seconds * 1_000_000 + 0.5) / 1000


def _fetch(one: Fetched) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": one.subgraph, "ms": _milliseconds(one.duration)}
    if one.status is not None:
        entry["status"] = one.status
    if one.representations:
        entry["representations"] = one.representations
    if one.errors:
        entry["errors"] = one.errors
    if one.code is not None:
        entry["code"] = cleaned(one.code)
    if one.shared:
        entry["shared"] = True
    return entry


def _counted(codes: tuple[str, ...]) -> dict[str, int]:
    """Return how often each code is there; of many different ones the first, the rest together."""
    counted: dict[str, int] = {}
    for code in codes:
        shown = cleaned(code) or "none"
        if shown not in counted and len(counted) >= _MAX_CODES:
            shown = "other"
        counted[shown] = counted.get(shown, 0) + 1
    return counted


def _protocol(exchange: Exchange) -> str:
    if exchange.socket:
        return "ws"
    return "http" if exchange.streamed is None else _PROTOCOLS[exchange.streamed]


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


def _output(settings: AccessLogSettings) -> Output:
    if settings.file is None:
        return StandardOutput()
    return RotatingFile(Path(settings.file), settings.max_bytes, settings.keep)
