"""The section `adapters` of hub.yaml.

What it makes is imported where it is made: a process that pulls nothing loads none of it.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

if TYPE_CHECKING:
    from adapters.live.port import LiveSources
    from adapters.progress import Progress
    from adapters.schedule.worker import PullWorker
    from resolvers.database.pool import Database


class AdaptersSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`sources`: folders with source files of centres. `demo`: also the invented demo feeds.

    `worker`: a process that works at all (role `all` or `worker`) pulls, too: `pulls` sources at
    once. For `heartbeat`, `retries` and `grace` see `adapters.schedule.settings`.
    """

    sources: tuple[str, ...] = ()
    demo: bool = False
    worker: bool = True
    pulls: Annotated[int, Meta(ge=1, le=100)] = 2
    heartbeat: Annotated[float, Meta(ge=0.2, le=3600)] = 10.0
    retries: Annotated[int, Meta(ge=0, le=100)] = 5
    grace: Annotated[float, Meta(ge=0, le=600)] = 5.0

    def folders(self) -> list[Path]:
        """Return where the files of sources are."""
        from adapters.demo import SOURCES

        return [Path(folder) for folder in self.sources] + ([SOURCES] if self.demo else [])

    def live(self, database: Database) -> AbstractAsyncContextManager[LiveSources]:
        """Return the sources that are asked on demand, followed as their files change."""
        from adapters.live.port import watched_sources

        return watched_sources(database, self.folders())

    def puller(self, database: Database, progress: Progress | None) -> PullWorker:
        """Return the worker that pulls from the sources."""
        from adapters.progress import Silent
        from adapters.schedule.settings import PullSettings
        from adapters.schedule.sources import SourceFiles
        from adapters.schedule.worker import PullWorker

        settings = PullSettings(
            pulls=self.pulls, heartbeat=self.heartbeat, retries=self.retries, grace=self.grace
        )
        return PullWorker(database, SourceFiles(self.folders()), settings, progress or Silent())
