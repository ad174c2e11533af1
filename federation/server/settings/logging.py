"""`telemetry.exporters.logging`: the program's own log, and one line per operation."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from federation.server.settings.base import Positive, Section

Format = Literal["text", "json"]


class LoggingCommon(Section, frozen=True):
    """`level`: the least important records that are written."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Console(Section, frozen=True):
    """`enabled`: null leaves it to the other one: records go to stderr unless to stdout.

    `format`: of the lines.
    """

    enabled: bool | None = None
    format: Format = "text"


class AccessLog(Section, frozen=True):
    """One line of JSON per operation, to `file` or, without one, to stdout. Never values.

    `sample`: the share of operations that is written; those that failed always are. A file of
    more than `max_bytes` is set aside as `file.1`, `file.2` …, of which `keep` stay. Up to `queue`
    lines wait to be written; when the disk is slower than that, lines are dropped and counted.
    """

    enabled: bool = False
    file: str | None = None
    sample: Annotated[float, Meta(ge=0, le=1)] = 1.0
    max_bytes: Annotated[int, Meta(ge=4096)] = 100 * 1024 * 1024
    keep: Annotated[int, Meta(ge=0, le=1000)] = 5
    queue: Positive = 10_000


class Logging(Section, frozen=True):
    """What is written of the process (`stdout`, `stderr`) and of operations (`access`)."""

    common: LoggingCommon = LoggingCommon()
    stdout: Console = Console(enabled=False)
    stderr: Console = Console()
    access: AccessLog = AccessLog()
