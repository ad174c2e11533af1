"""`traffic_shaping` and `tls.subgraph`: what holds for which subgraph, and what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from federation.config.errors import ConfigError
from federation.config.json_schema import json_schema
from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings
from federation.server.settings.traffic import (
    DEFAULTS,
    CircuitBreakerShaping,
    ConcurrencyShaping,
    RetryShaping,
    SubgraphShaping,
)


def read(text: str) -> EngineSettings:
    return parse_config(text, EngineSettings, source="hub.yaml", environment={})


def test_without_settings_the_defaults_hold() -> None:
    assert read("{}").traffic_shaping.of("any") == DEFAULTS


def test_every_key_that_has_a_default_has_one() -> None:
    unset = []
    sections: list[Any] = [
        DEFAULTS,
        DEFAULTS.retry,
        DEFAULTS.circuit_breaker,
        DEFAULTS.concurrency,
    ]
    for section in sections:
        unset += [
            info.name
            for info in msgspec.structs.fields(section)
            if getattr(section, info.name) is None
        ]
    assert unset == ["queue_timeout"]


def test_keys_are_taken_one_by_one() -> None:
    shaping = read("""
traffic_shaping:
  all:
    timeout: 10s
    retry: { max_retries: 5, retry_percent: 0.2 }
    circuit_breaker: { enabled: true }
  subgraphs:
    finance:
      deduplicate_query: false
      retry: { max_retries: 0 }
      circuit_breaker: { reset_timeout: 1m }
      concurrency: { enabled: false }
      experimental_http2: http2only
""").traffic_shaping
    everyone, finance = shaping.of("any"), shaping.of("finance")
    assert (everyone.timeout, finance.timeout) == (10.0, 10.0)
    assert (everyone.deduplicate_query, finance.deduplicate_query) == (True, False)
    assert (everyone.retry.max_retries, finance.retry.max_retries) == (5, 0)
    assert finance.retry.retry_percent == 0.2
    assert finance.retry.ttl == DEFAULTS.retry.ttl
    breaker = finance.circuit_breaker
    assert (breaker.enabled, breaker.reset_timeout, breaker.volume_threshold) == (True, 60.0, 20)
    assert (everyone.concurrency.enabled, finance.concurrency.enabled) == (True, False)
    assert finance.concurrency.queue_size == 1000
    assert (everyone.experimental_http2, finance.experimental_http2) == ("enable", "http2only")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{timeout: 0s}", "'timeout' must be more than nothing"),
        ("{timeout: 3}", "write a number with a unit"),
        ("{connect_timeout: 0ms}", "'connect_timeout' must be more"),
        ("{compression: br}", "compression"),
        ("{experimental_http2: maybe}", "experimental_http2"),
        ("{max_response_bytes: 0}", "max_response_bytes"),
        ("{max_connections_per_host: 0}", "max_connections_per_host"),
        ("{retry: {retry_percent: 20}}", "retry_percent"),
        ("{retry: {min_per_sec: -1}}", "min_per_sec"),
        ("{retry: {max_retries: 11}}", "max_retries"),
        ("{retry: {ttl: 0s}}", "'ttl' must be more than nothing"),
        ("{retry: {retries: 1}}", "did you mean"),
        ("{circuit_breaker: {error_threshold: 0}}", "error_threshold"),
        ("{circuit_breaker: {error_threshold: 50}}", "error_threshold"),
        ("{circuit_breaker: {half_open_attempts: 0}}", "half_open_attempts"),
        ("{circuit_braker: {enabled: true}}", "did you mean 'circuit_breaker'"),
        ("{concurrency: {min_limit: 0}}", "min_limit"),
        ("{concurrency: {queue_size: -1}}", "queue_size"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    for place in ("all: " + text, f"subgraphs: {{a: {text}}}"):
        with pytest.raises(ConfigError, match=problem):
            read(f"traffic_shaping: {{{place}}}")


def test_every_key_is_documented_in_its_class() -> None:
    for section in (SubgraphShaping, RetryShaping, CircuitBreakerShaping, ConcurrencyShaping):
        assert section.__doc__ is not None
        for info in msgspec.structs.fields(section):
            nested = isinstance(info.type, type) and issubclass(info.type, msgspec.Struct)
            if not nested and info.name != "enabled":
                assert f"`{info.name}`" in section.__doc__ or "max_connections" in info.name


def test_the_schema_for_editors_knows_the_sections() -> None:
    definitions = json_schema(EngineSettings)["$defs"]
    assert "circuit_breaker" in definitions["SubgraphShaping"]["properties"]
    assert "client_authentication" in definitions["SubgraphTls"]["properties"]
    # A setting may be called like a word of JSON Schema.
    assert "default" in definitions["Propagate"]["properties"]


def test_certificates_of_one_subgraph_are_its_own() -> None:
    tls = read("""
tls:
  subgraph:
    all:
      certificate_authorities: /ca.pem
      client_authentication: { certificate_chain: /hub.pem, key: /hub.key }
    subgraphs:
      finance: { certificate_authorities: /finance.pem }
      tools: { client_authentication: { certificate_chain: /t.pem, key: "-----BEGIN X-----" } }
""").tls.subgraph
    assert tls.of("any") == tls.all
    finance, tools = tls.of("finance"), tls.of("tools")
    assert finance.certificate_authorities == "/finance.pem"
    assert finance.client_authentication == tls.all.client_authentication
    assert tools.certificate_authorities == "/ca.pem"
    assert tools.client_authentication is not None
    assert tools.client_authentication.certificate_chain == "/t.pem"
    assert "BEGIN" not in repr(tls)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{client_authentication: {certificate_chain: /a.pem}}", "the key 'key' is missing"),
        ("{client_authentication: {key: /a.pem}}", "the key 'certificate_chain' is missing"),
        ("{certificate_authority: /a.pem}", "did you mean 'certificate_authorities'"),
    ],
)
def test_what_is_refused_of_certificates(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read(f"tls: {{subgraph: {{all: {text}}}}}")
