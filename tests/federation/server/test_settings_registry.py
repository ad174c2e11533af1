"""`registry` in hub.yaml."""

from __future__ import annotations

from datetime import timedelta

import pytest

from federation.config.errors import ConfigError
from federation.config.load import parse_config
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.model import GraphRef
from federation.registry.settings import RegistrySettings, WithoutUsage
from federation.server.settings.base import Section
from federation.server.settings.registry import RegistrySection
from federation.supergraph.contracts import Contract


class Settings(Section, frozen=True):
    registry: RegistrySection = RegistrySection()


def read(text: str) -> RegistrySection:
    return parse_config(text, Settings).registry


def test_the_defaults_are_those_of_the_registry() -> None:
    section = RegistrySection()
    assert section.ref == GraphRef("hub")
    assert section.enabled
    assert section.settings() == RegistrySettings()


def test_every_key() -> None:
    section = read(
        """
        registry:
          enabled: true
          public_url: https://hub.example
          signing_key: 0123456789abcdef0123456789abcdef
          max_request_bytes: 1000
          timeout: 30s
          checks:
            {window: 14d, minimum_count: 5, minimum_percentage: 2.5, excluded_clients: [probe],
             without_usage: breaking}
          lint: {enabled: true, levels: {FIELD_NAMES_SHOULD_BE_CAMEL_CASE: error}, tags: [open]}
          approvals: {change_sets: false, own: true, limit: 30d}
          contracts: {open: {exclude: [internal]}}
        """
    )
    assert (section.max_request_bytes, section.timeout) == (1000, 30.0)
    settings = section.settings()
    assert settings.checks.window == timedelta(days=14)
    assert settings.checks.minimum_count == 5
    assert settings.checks.minimum_percentage == 2.5
    assert settings.checks.excluded_clients == {"probe"}
    assert settings.checks.without_usage is WithoutUsage.BREAKING
    assert settings.lint.levels == {"FIELD_NAMES_SHOULD_BE_CAMEL_CASE": LintLevel.ERROR}
    assert settings.lint.tags == {"open"}
    assert not settings.change_sets_need_approval
    assert settings.own_approval
    assert settings.approval_limit == timedelta(days=30)
    assert settings.contracts == {"open": Contract(exclude=frozenset({"internal"}))}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{graph: a b}", "graph@variant"),
        ("{poll_interval: 0s}", "poll_interval"),
        ("{public_url: hub.example}", "https://hub.example"),
        ("{public_url: 'https://hub.example/path'}", "without a path"),
        ("{signing_key: short}", "signing_key"),
        ("{checks: {window: 400d}}", "between 1s and 365d"),
        ("{checks: {minimum_percentage: 101}}", "minimum_percentage"),
        ("{lint: {levels: {FIELD_NAMES_SHOULD_BE_CAMELCASE: error}}}", "did you mean"),
        ("{lint: {levels: {FIELD_NAMES_SHOULD_BE_CAMEL_CASE: fatal}}}", "error, warning, ignored"),
        ("{contracts: {open: {include: [a], exclude: [a]}}}", "a"),
    ],
)
def test_what_is_wrong_is_said(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read(f"registry: {text}")
