"""`telemetry`: safe by default, and bad values are refused with what to write."""

from __future__ import annotations

import logging
import sys

import pytest

from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.server.observing.logs import _handlers
from federation.server.settings.engine import EngineSettings
from federation.server.settings.logging import Console, Logging
from federation.server.settings.telemetry import Prometheus, TracingCommon


def test_nothing_is_told_unless_asked_for() -> None:
    exporters = EngineSettings().telemetry.exporters
    assert not exporters.metrics.prometheus.enabled
    assert exporters.metrics.prometheus.address() == ("127.0.0.1", 9090)
    assert not exporters.logging.access.enabled
    assert not exporters.tracing.otlp.enabled
    assert not exporters.tracing.response_trace_id.enabled


def test_metrics_share_the_port_of_the_graph_when_told_so() -> None:
    assert Prometheus(enabled=True, listen=None).shares("127.0.0.1:4000")
    assert Prometheus(enabled=True, listen="127.0.0.1:4000").shares("127.0.0.1:4000")
    assert not Prometheus(enabled=True).shares("127.0.0.1:4000")
    assert not Prometheus(listen=None).shares("127.0.0.1:4000")
    assert Prometheus(listen="[::1]:1").address() == ("::1", 1)


def test_named_attributes_win() -> None:
    common = TracingCommon(service_name="hub", resource={"service.name": "x", "a": "b"})
    assert common.attributes() == {"service.name": "hub", "a": "b"}


@pytest.mark.parametrize(
    ("stdout", "stderr", "streams"),
    [
        (False, None, [sys.stderr]),
        (True, None, [sys.stdout]),
        (True, True, [sys.stdout, sys.stderr]),
        (False, False, []),
    ],
)
def test_where_the_log_goes(stdout: bool, stderr: bool | None, streams: list[object]) -> None:
    settings = Logging(stdout=Console(enabled=stdout), stderr=Console(enabled=stderr))
    handlers = _handlers(settings)
    found = [one.stream for one in handlers if isinstance(one, logging.StreamHandler)]
    assert found == streams
    assert handlers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exporters: {metrics: {common: {buckets: [2, 1]}}}", "growing numbers of seconds"),
        ("exporters: {metrics: {common: {buckets: []}}}", "growing numbers of seconds"),
        ("exporters: {metrics: {prometheus: {listen: nowhere}}}", "listen"),
        ("exporters: {metrics: {prometheus: {path: metrics}}}", "path"),
        ("exporters: {logging: {common: {level: loud}}}", "level"),
        ("exporters: {logging: {access: {sample: 2}}}", "sample"),
        ("exporters: {logging: {access: {max_bytes: 1}}}", "max_bytes"),
        ("exporters: {logging: {acess: {}}}", "did you mean 'access'?"),
        ("usage: {interval: 0s}", "must be more than nothing; write 10s"),
        ("client_headers: {name: ['a b']}", "name"),
        (
            "exporters: {tracing: {otlp: {batch_processor: {max_queue_size: 1}}}}",
            "must not be more than 'max_queue_size'",
        ),
    ],
)
def test_bad_values_are_refused(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"telemetry: {{{text}}}", EngineSettings)
    assert expected in str(caught.value)
