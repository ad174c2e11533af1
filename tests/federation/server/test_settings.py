"""The engine's sections of hub.yaml: what is refused, and what development turns on."""

from __future__ import annotations

import pytest

from federation.config.errors import ConfigError
from federation.config.json_schema import json_schema
from federation.config.load import parse_config
from federation.server.settings.engine import EngineSettings, for_development
from tests.federation.server.harness import engine


def test_defaults_are_safe() -> None:
    settings = EngineSettings()
    assert settings.supergraph.address() == ("127.0.0.1", 4000)
    assert not settings.supergraph.introspection
    assert not settings.sandbox.enabled
    assert not settings.include_subgraph_errors.all
    assert not settings.plugins.expose_query_plan
    assert not settings.telemetry.exporters.tracing.otlp.enabled
    assert not settings.cors.policies


def test_development_turns_on_what_developers_need_and_keeps_the_rest() -> None:
    own = parse_config("supergraph: {path: /g}\nlimits: {max_depth: 3}", EngineSettings)
    settings = for_development(own)
    assert settings.supergraph.introspection
    assert settings.supergraph.path == "/g"
    assert settings.limits.max_depth == 3
    assert settings.sandbox.enabled
    assert settings.include_subgraph_errors.all
    assert settings.plugins.expose_query_plan


@pytest.mark.parametrize(
    ("listen", "address"),
    [("0.0.0.0:80", ("0.0.0.0", 80)), ("'[::1]:4000'", ("::1", 4000))],
)
def test_listen(listen: str, address: tuple[str, int]) -> None:
    settings = parse_config(f"supergraph: {{listen: {listen}}}", EngineSettings)
    assert settings.supergraph.address() == address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("supergrph: {}", "hub.yaml:1:1: supergrph: unknown key"),
        ("supergraph: {listen: nowhere}", "'listen' must be host:port"),
        ("traffic_shaping: {all: {timout: 3s}}", "did you mean 'timeout'?"),
        ("limits: {max_depth: 0}", "limits.max_depth: Expected int >= 1"),
        ("headers: {all: {request: [{}]}}", "exactly one of 'propagate', 'insert', 'remove'"),
        ("headers: {all: {request: [{propagate: {}}]}}", "exactly one of 'named' and 'matching'"),
        (
            "headers: {all: {request: [{propagate: {matching: '['}}]}}",
            "is not a regular expression",
        ),
        (
            'headers: {all: {request: [{insert: {name: x, value: "a\\nb"}}]}}',
            "characters a header cannot carry",
        ),
        ("cors: {policies: [{origins: [https://a.example/]}]}", "is not an origin"),
        ("cors: {allow_any_origin: true, allow_credentials: true}", "lets any page act as a user"),
        (
            "telemetry: {exporters: {tracing: {otlp: {endpoint: otel:4317}}}}",
            "must be an http:// or https:// address",
        ),
        ("coprocessor: {url: 'http://127.0.0.1'}", "unknown key 'coprocessor'"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, EngineSettings, source="hub.yaml")
    assert expected in str(caught.value)


def test_a_root_may_add_its_own_sections() -> None:
    class Database(EngineSettings, frozen=True):
        database: str = "embedded"

    settings = for_development(parse_config("database: mine", Database))
    assert settings.database == "mine"
    assert "database" in json_schema(Database)["$defs"]["Database"]["properties"]


async def test_settings_for_subgraphs_that_are_not_there_are_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    text = """
traffic_shaping: {subgraphs: {demoo: {timeout: 3s}, demo: {}}}
headers: {subgraphs: {dem: {}}}
tls: {subgraph: {subgraphs: {other: {}}}}
override_subgraph_url: {dmo: 'http://127.0.0.1:1'}
include_subgraph_errors: {subgraphs: {demos: true}}
"""
    async with engine(parse_config(text, EngineSettings)):
        pass
    told = sorted(r.getMessage() for r in caplog.records if "no such subgraph" in r.getMessage())
    assert told == [
        "hub.yaml: headers.subgraphs.dem: there is no such subgraph; did you mean 'demo'?",
        "hub.yaml: include_subgraph_errors.subgraphs.demos: there is no such subgraph;"
        " did you mean 'demo'?",
        "hub.yaml: override_subgraph_url.dmo: there is no such subgraph; did you mean 'demo'?",
        "hub.yaml: tls.subgraph.subgraphs.other: there is no such subgraph",
        "hub.yaml: traffic_shaping.subgraphs.demoo: there is no such subgraph;"
        " did you mean 'demo'?",
    ]
