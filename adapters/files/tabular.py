"""`Table`: what every reader of files and records gives, and the bound on its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.files.header import Header
from adapters.files.limits import Limits
from adapters.files.tail import Ignored
from adapters.findings import Finding, finding
from adapters.model import Cell, SourceRecord

UNREAD_ROW = "(row)"
"""In place of a header, for the text of a row that could not be taken apart."""


@dataclass(slots=True)
class Table:
    """An opened table. `units`: header → unit. `ignored` fills while the records are read."""

    encoding: str
    sheet: str | None
    header: Header
    findings: tuple[Finding, ...]
    _records: Iterator[SourceRecord]
    ignored: Counter[Ignored] = field(default_factory=Counter)

    def records(self) -> Iterator[SourceRecord]:
        """Yield the records; can be consumed once."""
        return self._records


def bounded_cells(cells: dict[str, Cell], row: int, limits: Limits) -> list[Finding]:
    """Cut cells that are too long to what a message may show; return a finding for each."""
    found: list[Finding] = []
    bound = limits.cell_characters
    for name, cell in cells.items():
        if isinstance(cell, str) and len(cell) > bound:
            cells[name] = cell[:bound]
            remark = finding("CELL_TOO_LONG", column=name, value=cell, row=row, limit=bound)
            found.append(remark)
    return found
