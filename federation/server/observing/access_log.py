"""One line of JSON per operation: who asked what, how it went, how long each subgraph took; and
one per request that was refused before it was an operation (`"refused":true`).

Names, codes, ids, counts and times only: never the text, values, variables or headers of a
request. What clients choose (names) is cut short and cleaned, and JSON leaves no way to begin a
line of one's own.
"""

from __future__ import annotations

import random
from pathlib import Path

from federation.execution.tracing import Fetched
from federation.server.exchange import Exchange
from federation.server.listener.client_program import ClientPrograms
from federation.server.observing.access_line import Line, encode_line, line_of, line_of_refusal
from federation.server.observing.line_writer import LineWriter, Output, RotatingFile, StandardOutput
from federation.server.observing.recording import Operation
from federation.server.observing.refusals import Refusal
from federation.server.settings.logging import AccessLog as AccessLogSettings
from federation.server.settings.telemetry import ClientHeaders


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


def _output(settings: AccessLogSettings) -> Output:
    if settings.file is None:
        return StandardOutput()
    return RotatingFile(Path(settings.file), settings.max_bytes, settings.keep)
