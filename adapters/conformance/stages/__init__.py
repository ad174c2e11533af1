"""Stages, one module per kind of source: what a kind can show, on a real server or folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from adapters.config import Kind
from adapters.conformance.http_host import HttpHost
from adapters.conformance.model import Stage
from adapters.conformance.stages import graphql, rest
from adapters.conformance.stages.files import FileStage
from adapters.conformance.stages.http import HttpStage
from adapters.conformance.stages.packages import PackagesStage
from adapters.conformance.stages.sql import SqlStage
from resolvers.database.pool import Database

KINDS: Final[tuple[Kind, ...]] = ("file_drop", "packages", "rest", "graphql", "sql")
"""Kinds with a stage."""


async def open_stages(kind: Kind, stack: AsyncExitStack, database: Database) -> Sequence[Stage]:
    """Return the stages of a kind; servers and folders live as long as the stack."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-conformance-")))
    if kind == "file_drop":
        return [FileStage(folder, form) for form in ("csv", "json", "jsonl", "zip")]
    if kind == "packages":
        return [PackagesStage(folder)]
    if kind == "sql":
        return [SqlStage(folder, database, driver) for driver in ("postgresql", "sqlite")]
    host = await stack.enter_async_context(HttpHost.started())
    if kind == "rest":
        return [HttpStage(rest.RestPlace, folder, host, form) for form in rest.FORMS]
    return [
        HttpStage(graphql.GraphqlPlace, folder, host, form, graphql.LACKS) for form in graphql.FORMS
    ]


__all__ = ["KINDS", "open_stages"]
