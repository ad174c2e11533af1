"""`telemetry`: where spans go."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from federation.server.settings.base import Section


class TracingCommon(Section, frozen=True):
    service_name: str = "zhitong-hub"
    sampler: Annotated[float, Meta(ge=0, le=1)] = 1.0


class Otlp(Section, frozen=True):
    """Where spans go, in OTLP over HTTP with protobuf."""

    enabled: bool = False
    endpoint: str = "http://127.0.0.1:4318/v1/traces"

    def __post_init__(self) -> None:
        if not re.match(r"https?://[^/]+", self.endpoint):
            raise ValueError("'endpoint' must be an http:// or https:// address")


class Tracing(Section, frozen=True):
    common: TracingCommon = TracingCommon()
    otlp: Otlp = Otlp()


class Exporters(Section, frozen=True):
    tracing: Tracing = Tracing()


class Telemetry(Section, frozen=True):
    exporters: Exporters = Exporters()
