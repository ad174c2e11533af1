"""The sources a worker has files for: read one by one, watched, told to the hub.

A wrong file costs its source and no other. Several workers may have different files: each takes the
jobs of its own sources only, and says every minute that it has them; a source nobody has said so of
for some minutes is marked as not configured (`adapters/schedule/jobs.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.config import SourceConfig, read_source
from adapters.errors import SourceInvalid
from adapters.schedule.clock import next_run
from adapters.store.sources import register_source
from resolvers.database.pool import Database

log = logging.getLogger("hub.pulls")

_SCHEDULE: Final = """
insert into queue.source_schedule as held (code, cron, next_run_at) values ($1, $2, $3)
on conflict (code) do update set
  cron = excluded.cron,
  next_run_at = case when held.cron = excluded.cron then held.next_run_at
                     else excluded.next_run_at end
"""
_SEEN: Final = """
update reporting.source set configured = true, seen_at = $2 where code = any($1)
"""

Fingerprint = Mapping[Path, tuple[int, int]]


class SourceFiles:
    """The source files in some folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        for folder in folders:
            if not folder.is_dir():
                log.error("SOURCE_PATH: no folder of sources at %s", folder)
        self._read: Fingerprint = {}
        self.sources: dict[str, SourceConfig] = {}

    def reread(self) -> bool:
        """Read the files again if one changed, came or went; return whether that was so."""
        found = self._fingerprint()
        if found == self._read:
            return False
        self._read = found
        self.sources = read_valid(found)
        return True

    def _fingerprint(self) -> Fingerprint:
        found: dict[Path, tuple[int, int]] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("*.yaml")):
                try:
                    about = path.stat()
                except OSError:
                    continue  # it went between the two looks
                found[path] = (about.st_mtime_ns, about.st_size)
        return found


def read_valid(paths: Iterable[Path]) -> dict[str, SourceConfig]:
    """Return the sources of files by code; what is wrong with the others is logged."""
    sources: dict[str, SourceConfig] = {}
    for path in paths:
        try:
            source = read_source(path)
        except SourceInvalid as error:
            log.error("%s: this source is not pulled: %s", error.code, error)
            continue
        if source.code in sources:
            log.error("SOURCE_INVALID: %s: another file has the code %s", path, source.code)
            continue
        sources[source.code] = source
    return sources


async def register(database: Database, sources: Iterable[SourceConfig], now: datetime) -> None:
    """Tell the hub of sources, and when the clock asks for them next.

    A time that has passed while no worker ran is kept, so that it is made up for once.
    """
    found = list(sources)
    for source in found:
        await register_source(database, source, now)
        cron = source.schedule.cron if source.schedule else None
        due = next_run(cron, now) if cron else None
        await database.execute("queue.schedule", _SCHEDULE, source.code, cron, due)
    await keep_registered(database, [source.code for source in found], now)


async def keep_registered(database: Database, codes: Iterable[str], now: datetime) -> None:
    """Say that this worker still has the files of these sources."""
    await database.execute("ingest.sources_seen", _SEEN, list(codes), now)
