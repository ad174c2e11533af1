"""A centre is a file: `sources/<code>.yaml`, read strictly into a `SourceConfig`."""

from adapters.config.reader import in_pulling_order, read_source, read_sources
from adapters.config.source import KINDS, Kind, SourceConfig

__all__ = ["KINDS", "Kind", "SourceConfig", "in_pulling_order", "read_source", "read_sources"]
