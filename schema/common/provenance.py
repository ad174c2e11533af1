"""`extensions.provenance`: which sources the shown entities come from, and how old they are.

Entities that come from a live source are told always, all others when the request has the header
`x-hub-provenance: 1`. One entry per type and source:

    {type, source, sourceSystem, center, mode: LIVE | COPY, reason, asOf, ageSeconds,
     count, oldest, newest, batch}

`source`: code of the source, null for what was entered in the hub itself. `asOf`, `ageSeconds`: the
oldest of what is shown. `reason`: why a live source's copy is shown (`resolvers.live.Reason`).
`count`, `oldest`, `newest`, `batch` (of the newest) are about the rows, when they were received.

Types note their rows when they are made (`note_read`), so nothing is told of rows that were read to
decide and then not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from resolvers.live import LiveNote, LivePort, SourceOfBatch
from resolvers.value_rows import ProvenanceRow

HEADER: Final = "x-hub-provenance"
MOST_GROUPS: Final = 500
"""Pairs of type and source told of in one response; there are some dozens of sources."""


@dataclass(slots=True)
class _Group:
    count: int
    oldest: datetime
    newest: datetime
    batch: UUID | None


class ReadRows:
    """The rows shown so far, by type and source system. `systems`: only these; None: all."""

    def __init__(self, systems: Mapping[str, SourceOfBatch] | None) -> None:
        self._systems = systems
        self.groups: dict[tuple[str, str], _Group] = {}

    @property
    def of_all(self) -> bool:
        return self._systems is None

    def add(self, type_: str, row: ProvenanceRow) -> None:
        system, at = row.source_system, row.received_at
        if self._systems is not None and system not in self._systems:
            return
        group = self.groups.get((type_, system))
        if group is None:
            if len(self.groups) < MOST_GROUPS:
                self.groups[type_, system] = _Group(1, at, at, row.batch_id)
            return
        group.count += 1
        if at < group.oldest:
            group.oldest = at
        elif at > group.newest:
            group.newest, group.batch = at, row.batch_id


READ: ContextVar[ReadRows | None] = ContextVar("read_rows", default=None)
"""Where the request that runs in this context notes its rows; None: nobody wants to know."""


def note_read(type_: str, row: ProvenanceRow) -> None:
    """Note that a row is shown as an entity of this GraphQL type."""
    rows = READ.get()
    if rows is not None:
        rows.add(type_, row)


def reading(port: LivePort | None, headers: Mapping[str, str]) -> ReadRows | None:
    """Return what a request's rows are noted in, None when nothing will be told of them."""
    if headers.get(HEADER) == "1":
        return ReadRows(None)
    return ReadRows(port.systems) if port is not None and port.systems else None


async def provenance(
    port: LivePort | None, notes: Iterable[LiveNote], rows: ReadRows | None, now: datetime
) -> list[dict[str, Any]]:
    """Return the entries, ordered by type and source."""
    groups = dict(rows.groups) if rows is not None else {}
    systems = port.systems if port is not None else {}
    names = {of.source: system for system, of in systems.items()}
    entries = []
    for (type_, source), told in _by_source(notes).items():
        system = names.get(source)
        group = groups.pop((type_, system), None) if system is not None else None
        entries.append(_entry(told, system, told.as_of, now) | _figures(group))
    if groups:
        entries += await _of_rows(port, groups, now)
    return sorted(entries, key=lambda entry: (entry["type"], entry["source"] or ""))


async def _of_rows(
    port: LivePort | None, groups: Mapping[tuple[str, str], _Group], now: datetime
) -> list[dict[str, Any]]:
    """Return entries of rows that no source was asked for."""
    live = port.systems if port is not None else {}
    other = {group.batch for (_, system), group in groups.items() if system not in live}
    batches: Mapping[UUID, SourceOfBatch] = {}
    pulled: Mapping[str, datetime] = {}
    if port is not None:
        if ids := {batch for batch in other if batch is not None}:
            batches = await port.batches(ids)
        if asked := {live[system].source for _, system in groups if system in live}:
            pulled = await port.said_at(asked)
    entries = []
    for (type_, system), group in groups.items():
        of = live.get(system) or (batches.get(group.batch) if group.batch else None)
        as_of = group.oldest
        if of is not None and system in live:
            as_of = max(as_of, pulled.get(of.source, as_of))
        note = LiveNote(
            type_,
            of.source if of else "",
            of.center if of else "",
            "COPY",
            as_of,
            "LISTED" if system in live else None,
        )
        entries.append(_entry(note, system, as_of, now) | _figures(group))
    return entries


def _by_source(notes: Iterable[LiveNote]) -> dict[tuple[str, str], LiveNote]:
    """Return one note per type and source: live only if all was, and as old as the oldest."""
    joined: dict[tuple[str, str], LiveNote] = {}
    for note in notes:
        held = joined.get((note.type, note.source))
        joined[note.type, note.source] = note if held is None else _worse(held, note)
    return joined


def _worse(one: LiveNote, other: LiveNote) -> LiveNote:
    copies = [note for note in (one, other) if note.mode == "COPY"]
    telling = [note for note in copies if note.reason != "FRESH"]
    shown = (telling or copies or [one])[0]
    times = [note.as_of for note in (one, other)]
    known = [time for time in times if time is not None]
    return LiveNote(
        one.type, one.source, one.center, shown.mode, min(known, default=None), shown.reason
    )


def _entry(
    note: LiveNote, system: str | None, as_of: datetime | None, now: datetime
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": note.type,
        "source": note.source or None,
        "sourceSystem": system,
        "center": note.center or None,
        "mode": note.mode,
        "asOf": _text(as_of),
        "ageSeconds": None if as_of is None else max(0.0, round((now - as_of).total_seconds(), 1)),
    }
    if note.reason is not None:
        entry["reason"] = note.reason
    return entry


def _figures(group: _Group | None) -> dict[str, Any]:
    if group is None:
        return {}
    return {
        "count": group.count,
        "oldest": _text(group.oldest),
        "newest": _text(group.newest),
        "batch": str(group.batch) if group.batch else None,
    }


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat().replace("+00:00", "Z")
