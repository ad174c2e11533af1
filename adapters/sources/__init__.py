"""Source kinds, one module each; `open_source` makes the kind a configuration names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from adapters.config import SourceConfig
from adapters.config.source import Kind
from adapters.source import Source
from adapters.sources.file_drop import FileDrop
from adapters.sources.graphql import Graphql
from adapters.sources.packages import Packages
from adapters.sources.rest import Rest
from adapters.sources.sql import SqlSource

OPEN: Final[Mapping[Kind, Callable[[SourceConfig], Source]]] = {
    "file_drop": FileDrop,
    "packages": Packages,
    "rest": Rest,
    "graphql": Graphql,
    "sql": SqlSource,
}


def open_source(config: SourceConfig) -> Source:
    """Return the source of a configuration."""
    return OPEN[config.kind](config)
