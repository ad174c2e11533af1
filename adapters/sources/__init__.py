"""Source kinds, one module each; `open_source` makes the kind a configuration names."""

from __future__ import annotations

from adapters.config import SourceConfig
from adapters.source import Source
from adapters.sources.file_drop import FileDrop


def open_source(config: SourceConfig) -> Source:
    """Return the source of a configuration."""
    return FileDrop(config)
