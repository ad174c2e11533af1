"""The `@link`s of a subgraph: what it includes, checked.

Source: link specification v1.0; federation specification for what can be imported from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from graphql import ConstDirectiveNode

from federation.composition.result import Diagnostics
from federation.composition.subgraph import federation_spec
from federation.composition.subgraph.document import SubgraphDocument
from federation.language import directive_arguments
from federation.supergraph import specs
from federation.supergraph.links import Feature, Features, parse_link

_UNSUPPORTED = {specs.CONNECT: "connectors (@connect, @source)"}


def read_features(document: SubgraphDocument, diagnostics: Diagnostics) -> Features:
    """Return the features a subgraph links; everything wrong with the links is reported."""
    found: dict[str, Feature] = {}
    for node in _link_nodes(document):
        url = directive_arguments(node).get("url")
        feature = parse_link(node)
        if feature is None:
            _report(diagnostics, document, node, "it has no url; give the specification's url")
        elif problem := _url_problem(str(url)):
            diagnostics.report(
                "INVALID_LINK_IDENTIFIER",
                f'The @link to "{url}" in subgraph "{document.name}" {problem}. Write the url of '
                'a specification with its version, for example "https://specs.apollo.dev/'
                'federation/v2.3".',
                "schema",
                [(document.name, node)],
            )
        elif feature.url.identity in found:
            _report(
                diagnostics,
                document,
                node,
                f"{feature.url.identity} is linked twice; join both into one @link",
            )
        else:
            found[feature.url.identity] = feature
            _check(feature, node, document, diagnostics)
    _check_names(found, document, diagnostics)
    return Features(found)


def federation_version(features: Features) -> tuple[int, int] | None:
    """Return the federation version a subgraph links; None means Federation 1."""
    feature = features.find(specs.FEDERATION)
    return feature.url.version if feature else None


def link_name(document: SubgraphDocument) -> str:
    """Return what `@link` is called in a subgraph."""
    for node in document.schema_directives:
        feature = parse_link(node)
        is_link = feature is not None and feature.url.identity == specs.LINK
        if is_link and feature and node.name.value == feature.directive_name("link"):
            return node.name.value
    return "link"


def _link_nodes(document: SubgraphDocument) -> Iterator[ConstDirectiveNode]:
    name = link_name(document)
    return (node for node in document.schema_directives if node.name.value == name)


def _url_problem(url: str) -> str | None:
    path = [part for part in urlsplit(url).path.split("/") if part]
    if not path:
        return "names no specification"
    major, dot, minor = path[-1].removeprefix("v").partition(".")
    if not (path[-1].startswith("v") and dot and major.isdigit() and minor.isdigit()):
        return f'ends in "{path[-1]}" where a version like "v1.0" belongs'
    return None if len(path) > 1 else "has a version but no name before it"


def _check(
    feature: Feature,
    node: ConstDirectiveNode,
    document: SubgraphDocument,
    diagnostics: Diagnostics,
) -> None:
    identity, version = feature.url.identity, feature.url.version
    if identity in _UNSUPPORTED:
        diagnostics.report(
            "UNSUPPORTED_LINKED_FEATURE",
            f'Subgraph "{document.name}" uses {_UNSUPPORTED[identity]}, which this composition '
            "does not support. Remove the @link and serve the fields from a GraphQL service.",
            "schema",
            [(document.name, node)],
        )
    if identity == specs.LINK and version != (1, 0):
        diagnostics.report(
            "UNKNOWN_LINK_VERSION",
            f'Subgraph "{document.name}" links {feature.url}; only v1.0 of @link is known here. '
            f"Write {specs.LINK}/v1.0, or leave this @link out.",
            "schema",
            [(document.name, node)],
        )
    if identity == specs.FEDERATION:
        assert version is not None
        if not (2, 0) <= version <= federation_spec.NEWEST:
            major, minor = federation_spec.NEWEST
            diagnostics.report(
                "UNKNOWN_FEDERATION_LINK_VERSION",
                f'Subgraph "{document.name}" links {feature.url}, which is unknown here. '
                f"Use a version from v2.0 to v{major}.{minor}.",
                "schema",
                [(document.name, node)],
            )
            return
    _check_imports(feature, node, document, diagnostics)


def _importable(feature: Feature) -> frozenset[str] | None:
    """Return what can be imported from a feature known here; None for others."""
    identity, version = feature.url.identity, feature.url.version
    if identity == specs.FEDERATION and version is not None:
        directives = federation_spec.directives_of(version)
        return frozenset({f"@{n}" for n in directives} | federation_spec.types_of(version))
    if identity == specs.LINK:
        return frozenset({"@link", "Import", "Purpose"})
    if identity in specs.FEATURES:
        return frozenset(f"@{n}" for n in federation_spec.standalone_directives(identity))
    return None


def _check_imports(
    feature: Feature,
    node: ConstDirectiveNode,
    document: SubgraphDocument,
    diagnostics: Diagnostics,
) -> None:
    known = _importable(feature)
    for item in feature.imports:
        if item.name.startswith("@") != item.alias.startswith("@"):
            text = f'it imports "{item.name}" as "{item.alias}"; both need an @, or neither'
            _report(diagnostics, document, node, text)
        elif known is not None and item.name not in known:
            text = f'{feature.url} has no "{item.name}"'
            if f"@{item.name}" in known:
                text += f'; it is a directive, so write "@{item.name}"'
            else:
                text += "; correct the name, or link a version that has it"
            _report(diagnostics, document, node, text)


def _check_names(
    found: dict[str, Feature], document: SubgraphDocument, diagnostics: Diagnostics
) -> None:
    """Report two features that claim the same namespace or the same imported name."""
    owners: dict[str, Feature] = {}
    for feature in found.values():
        names = {item.alias for item in feature.imports}
        if feature.namespace:
            names.add(f"{feature.namespace}__")
        for name in sorted(names):
            other = owners.setdefault(name, feature)
            if other is not feature and feature.node is not None:
                _report(
                    diagnostics,
                    document,
                    feature.node,
                    f'both {other.url} and {feature.url} bring the name "{name}"; '
                    "rename one of them with `as`",
                )


def _report(
    diagnostics: Diagnostics, document: SubgraphDocument, node: ConstDirectiveNode, text: str
) -> None:
    diagnostics.report(
        "INVALID_LINK_DIRECTIVE_USAGE",
        f'A @link in subgraph "{document.name}" cannot be used: {text}.',
        "schema",
        [(document.name, node)],
    )
