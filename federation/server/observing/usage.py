"""Which client uses what of the schema, handed on now and then for the registry's checks.

Counted in memory per operation, client and hour; never a value. A sink that fails costs requests
nothing: what it did not take is kept and offered again. Beyond the bound nothing new is kept, and
how much was lost is counted and told.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from federation.execution.tracing import Fetched
from federation.registry.usage import OperationUsage
from federation.server.exchange import Exchange
from federation.server.listener.client_program import ClientProgram
from federation.server.observing.document_facts import DocumentFacts, coordinates_of_values
from federation.server.observing.recording import Operation
from federation.server.settings.telemetry import Usage as UsageSettings

logger = logging.getLogger("federation.server")

_HOUR = 3600
# Handed over at once, so that no statement grows without bound.
_BATCH = 500
_COMPLAIN_EVERY = 60.0


class UsageSink(Protocol):
    """Keeps usage. Raises anything when it cannot; the batch is offered again then."""

    async def record_usage(self, batch: Sequence[OperationUsage]) -> None: ...


# Signature, client, hour since 1970.
_Key = tuple[str, ClientProgram, int]


@dataclass(slots=True)
class _Record:
    facts: DocumentFacts
    count: int = 0
    errors: int = 0
    coordinates: set[str] = field(default_factory=set)


class UsageLedger:
    """`Ledger` for a sink. `lost`: operations that were not recorded."""

    follows = False

    def __init__(self, sink: UsageSink, settings: UsageSettings) -> None:
        self._sink = sink
        self._settings = settings
        self._records: dict[_Key, _Record] = {}
        self._task: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()
        self._complained = 0.0
        self.lost = 0
        self.sent = 0

    def __len__(self) -> int:
        return len(self._records)

    def start(self) -> None:
        """Hand on from now on."""
        self._task = asyncio.ensure_future(self._run())

    def began(self, exchange: Exchange) -> None:
        """See `Ledger`."""

    def fetched(self, fetched: list[Fetched]) -> None:
        """See `Ledger`."""

    def ended(self, operation: Operation) -> None:
        """See `Ledger`. Only operations that the schema allows use anything of it."""
        exchange = operation.exchange
        prepared = exchange.prepared
        facts = None if prepared is None else prepared.facts
        if facts is None:
            return
        key = (facts.signature, operation.program, int(time.time()) // _HOUR)
        record = self._records.get(key)
        if record is None:
            if len(self._records) >= self._settings.max_records:
                self.lost += 1
                return
            record = self._records[key] = _Record(facts)
        record.count += 1
        if operation.errors or operation.status >= 400:
            record.errors += 1
        if record.facts is not facts:
            # The same text under another schema or view may mean other types.
            record.coordinates |= facts.coordinates
        if facts.inputs and exchange.request is not None:
            record.coordinates |= coordinates_of_values(facts.inputs, exchange.request.variables)

    async def flush(self) -> bool:
        """Hand on what there is; return whether the sink took all of it."""
        async with self._sending:
            records, self._records = self._records, {}
            left = list(records.items())
            while left:
                batch = left[:_BATCH]
                try:
                    await self._sink.record_usage([_usage(*item) for item in batch])
                except Exception as error:
                    self._keep(left)
                    self._complain(error)
                    return False
                except asyncio.CancelledError:
                    self._keep(left)
                    raise
                self.sent += sum(record.count for _, record in batch)
                left = left[_BATCH:]
            return True

    async def close(self, within: float = 5.0) -> None:
        """Hand on what is left, for `within` seconds at most."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            async with asyncio.timeout(within):
                await self.flush()
        except TimeoutError:
            logger.warning("the usage was not taken in time")
        lost = self.lost + sum(record.count for record in self._records.values())
        if lost:
            logger.warning("the usage of %d operations was lost", lost)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._settings.interval)
            await self.flush()

    def _keep(self, items: list[tuple[_Key, _Record]]) -> None:
        """Put back what was not taken, beside what was counted meanwhile."""
        for key, record in items:
            known = self._records.get(key)
            if known is not None:
                known.count += record.count
                known.errors += record.errors
                known.coordinates |= record.coordinates | record.facts.coordinates
            elif len(self._records) < self._settings.max_records:
                self._records[key] = record
            else:
                self.lost += record.count

    def _complain(self, error: Exception) -> None:
        now = time.monotonic()
        if not self._complained or now - self._complained >= _COMPLAIN_EVERY:
            self._complained = now
            logger.warning(
                "the usage cannot be recorded (%s); it is kept and offered again",
                type(error).__name__,
            )


def _usage(key: _Key, record: _Record) -> OperationUsage:
    signature, program, hour = key
    facts = record.facts
    return OperationUsage(
        signature=signature,
        name=facts.name,
        kind=facts.kind,
        text=facts.text,
        client_name=program.name,
        client_version=program.version,
        coordinates=facts.coordinates | record.coordinates,
        count=record.count,
        errors=record.errors,
        hour=datetime.fromtimestamp(hour * _HOUR, UTC),
    )
