"""What names a `@link` brings into a schema."""

from __future__ import annotations

import pytest

from federation.language import parse_directive
from federation.supergraph.links import Features, parse_feature_url, parse_link


def _features(*links: str) -> Features:
    found = [parse_link(parse_directive(text)) for text in links]
    return Features({feature.url.identity: feature for feature in found if feature})


@pytest.mark.parametrize(
    ("url", "name", "version"),
    [
        ("https://specs.apollo.dev/federation/v2.12", "federation", (2, 12)),
        ("https://x.cn/a/b/v1.0/", "b", (1, 0)),
        ("https://x.cn/no-name/v1.0", None, (1, 0)),
        ("https://x.cn/own", "own", None),
    ],
)
def test_urls(url: str, name: str | None, version: tuple[int, int] | None) -> None:
    parsed = parse_feature_url(url)
    assert (parsed.name, parsed.version) == (name, version)


def test_names_come_from_imports_then_from_the_namespace() -> None:
    features = _features(
        '@link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed", '
        'import: ["@key", {name: "@shareable", as: "@share"}, "FieldSet"])',
        '@link(url: "https://specs.apollo.dev/tag/v0.3")',
    )

    def origin(name: str) -> str | None:
        found = features.directive_origin(name)
        return f"{found[0].url.name}:{found[1]}" if found else None

    assert origin("key") == "federation:key"
    assert origin("share") == "federation:shareable"
    assert origin("fed__requires") == "federation:requires"
    assert origin("tag") == "tag:tag"
    assert origin("shareable") is None
    type_origin = features.type_origin("FieldSet")
    assert type_origin is not None
    assert type_origin[1] == "FieldSet"


def test_a_link_without_url_is_none() -> None:
    assert parse_link(parse_directive('@link(as: "x")')) is None
