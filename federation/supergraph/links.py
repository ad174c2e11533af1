"""Linked features: what a schema's `@link` (or older `@core`) applications say.

In: the directives of a schema definition. Out: one `Feature` per link and, in `Features`, the
answer to "which directive of which specification does the name `@x` stand for here?".
Used by the supergraph reader and by composition when it parses a subgraph.

Sources: link specification v1.0, core specification v0.1 and v0.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql import ConstDirectiveNode

from federation.language import directive_arguments

_URL = re.compile(r"^(?P<identity>.*/(?P<name>[^/]+))/v(?P<major>\d+)\.(?P<minor>\d+)/?$")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


@dataclass(frozen=True, slots=True)
class FeatureUrl:
    """`https://specs.apollo.dev/join/v0.3` in parts; `version` is (major, minor).

    A url that does not end in a version has version None, and its last segment as name when
    that is a GraphQL name.
    """

    url: str
    identity: str
    name: str | None
    version: tuple[int, int] | None

    def __str__(self) -> str:
        return self.url


def parse_feature_url(url: str) -> FeatureUrl:
    """Return the parts of a feature url.

    >>> parse_feature_url("https://specs.apollo.dev/join/v0.3").version
    (0, 3)
    >>> parse_feature_url("https://example.cn/own").name
    'own'
    """
    match = _URL.match(url)
    if match:
        name = match["name"] if _NAME.match(match["name"]) else None
        version = (int(match["major"]), int(match["minor"]))
        return FeatureUrl(url, match["identity"], name, version)
    identity = url.rstrip("/")
    last = identity.rsplit("/", 1)[-1]
    return FeatureUrl(url, identity, last if _NAME.match(last) else None, None)


@dataclass(frozen=True, slots=True)
class Import:
    """One entry of `import:`; names of directives keep their `@`."""

    name: str
    alias: str


@dataclass(frozen=True, slots=True)
class Feature:
    """One link: the specification, the name it goes by here, and what is imported from it."""

    url: FeatureUrl
    alias: str | None = None
    imports: tuple[Import, ...] = ()
    purpose: str | None = None
    node: ConstDirectiveNode | None = field(default=None, compare=False)

    @property
    def namespace(self) -> str | None:
        """The prefix of this feature's names in the schema."""
        return self.alias or self.url.name

    def directive_name(self, name: str) -> str:
        """Return what the directive `name` of the specification is called in the schema.

        >>> feature = Feature(parse_feature_url("https://specs.apollo.dev/federation/v2.3"))
        >>> feature.directive_name("key")
        'federation__key'
        """
        for item in self.imports:
            if item.name == f"@{name}":
                return item.alias[1:]
        # The directive that has the feature's own name goes by the namespace alone.
        if name == self.url.name:
            return self.namespace or name
        return f"{self.namespace}__{name}"

    def type_name(self, name: str) -> str:
        """Return what the type `name` of the specification is called in the schema."""
        for item in self.imports:
            if item.name == name:
                return item.alias
        return f"{self.namespace}__{name}"


@dataclass(frozen=True, slots=True)
class Features:
    """All links of one schema, by identity and by the names they own."""

    by_identity: Mapping[str, Feature]

    def find(self, identity: str) -> Feature | None:
        return self.by_identity.get(identity)

    def directive_origin(self, name: str) -> tuple[Feature, str] | None:
        """Return the feature a directive name belongs to, and its name in that specification."""
        for feature in self.by_identity.values():
            for item in feature.imports:
                if item.alias == f"@{name}":
                    return feature, item.name[1:]
        for feature in self.by_identity.values():
            namespace = feature.namespace
            if namespace is None:
                continue
            own = feature.url.name
            if name == namespace and own is not None and not _imported(feature, f"@{own}"):
                return feature, own
            if name.startswith(f"{namespace}__"):
                return feature, name[len(namespace) + 2 :]
        return None

    def type_origin(self, name: str) -> tuple[Feature, str] | None:
        """Return the feature a type name belongs to, and its name in that specification."""
        for feature in self.by_identity.values():
            for item in feature.imports:
                if item.alias == name:
                    return feature, item.name
        for feature in self.by_identity.values():
            namespace = feature.namespace
            if namespace is not None and name.startswith(f"{namespace}__"):
                return feature, name[len(namespace) + 2 :]
        return None


def _imported(feature: Feature, name: str) -> bool:
    return any(item.name == name for item in feature.imports)


def parse_link(node: ConstDirectiveNode) -> Feature | None:
    """Return the feature one `@link` or `@core` application includes.

    None when it has no usable `url` (`feature` for `@core`); malformed imports are left out.
    Rules that judge links look at `node` themselves.
    """
    arguments = directive_arguments(node)
    url = arguments.get("url", arguments.get("feature"))
    if not isinstance(url, str) or not url:
        return None
    alias, purpose = arguments.get("as"), arguments.get("for")
    return Feature(
        url=parse_feature_url(url),
        alias=alias if isinstance(alias, str) and alias else None,
        imports=tuple(_imports(arguments.get("import"))),
        purpose=purpose if isinstance(purpose, str) else None,
        node=node,
    )


def _imports(value: object) -> Iterable[Import]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield Import(item, item)
        elif isinstance(item, dict) and isinstance(item.get("name"), str):
            alias = item.get("as")
            yield Import(item["name"], alias if isinstance(alias, str) else item["name"])
