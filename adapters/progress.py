"""How a pull tells how far it is. Showing it (bars, lines, JSON) is the command line's business."""

from __future__ import annotations

from typing import Protocol

from adapters.model import BatchReport, Counts, SyncReport


class Progress(Protocol):
    """Told in this order: started, then per batch any number of `advanced` and one `batch_done`,
    then `finished`."""

    def started(self, source: str, title: str) -> None: ...

    def advanced(self, source: str, batch: str, counts: Counts) -> None: ...

    def batch_done(self, report: BatchReport) -> None: ...

    def finished(self, report: SyncReport) -> None: ...


class Silent:
    """Tells nobody."""

    def started(self, source: str, title: str) -> None:
        return

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        return

    def batch_done(self, report: BatchReport) -> None:
        return

    def finished(self, report: SyncReport) -> None:
        return
