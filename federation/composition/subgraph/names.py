"""What directive and type names mean in one subgraph."""

from __future__ import annotations

from dataclasses import dataclass

from federation.composition.subgraph import federation_spec
from federation.composition.subgraph.federation_spec import DirectiveSpec
from federation.supergraph import specs
from federation.supergraph.links import Features

# The federation version that Federation 1 subgraphs are told in.
_UPGRADED = (2, 4)

# Directives of GraphQL itself that mean something to composition.
_BUILT_IN = frozenset({"deprecated", "specifiedBy", "oneOf"})


_SEMANTIC = federation_spec.SEMANTIC_NON_NULL.name


@dataclass(frozen=True, slots=True)
class Names:
    """Resolves names as `features` and the federation version say."""

    version: tuple[int, int] | None
    features: Features
    link: str

    def canonical(self, local: str) -> str | None:
        """Return the specification's name of a directive; None for the author's own."""
        if local in _BUILT_IN:
            return local
        if local == self.link:
            return "link"
        if local == _SEMANTIC and self.features.directive_origin(local) is None:
            # Servers define it themselves; it means the same everywhere.
            return local
        if self.version is None:
            # A Federation 1 subgraph that defines a directive of Federation 2 means that one.
            known = federation_spec.directives_of(_UPGRADED)
            return local if local in known else self._standalone(local)
        found = self.features.directive_origin(local)
        if found is None:
            return None
        feature, name = found
        if feature.url.identity == specs.FEDERATION:
            return name if name in federation_spec.directives_of(self.version) else None
        return self._standalone(local)

    def _standalone(self, local: str) -> str | None:
        found = self.features.directive_origin(local)
        if found and found[0].url.identity in specs.FEATURES:
            known = federation_spec.standalone_directives(found[0].url.identity)
            return found[1] if found[1] in known else None
        return None

    def federation_directives(self) -> dict[str, DirectiveSpec]:
        """Return local name → directive of federation and of features linked beside it."""
        known = federation_spec.directives_of(self.version)
        federation = self.features.find(specs.FEDERATION)
        local = {federation.directive_name(n) if federation else n: s for n, s in known.items()}
        everything = federation_spec.directives_of(federation_spec.NEWEST)
        everything[_SEMANTIC] = federation_spec.SEMANTIC_NON_NULL
        for identity in specs.FEATURES:
            feature = self.features.find(identity)
            if feature is not None:
                for name in federation_spec.standalone_directives(identity):
                    local[feature.directive_name(name)] = everything[name]
        return local

    def federation_types(self) -> frozenset[str]:
        """Return the local names of the specification's types."""
        if self.version is None:
            return frozenset({"_FieldSet"})
        federation = self.features.find(specs.FEDERATION)
        assert federation is not None
        known = federation_spec.types_of(self.version)
        local = {federation.type_name(name) for name in known}
        for identity in (specs.REQUIRES_SCOPES, specs.POLICY, specs.CONTEXT):
            feature = self.features.find(identity)
            if feature is not None:
                local |= {feature.type_name(n) for n in ("Scope", "Policy", "ContextFieldValue")}
        return frozenset(local)

    def link_types(self) -> tuple[str, str]:
        """Return the local names of link's types: (Purpose, Import)."""
        feature = self.features.find(specs.LINK)
        if feature is None:
            return "link__Purpose", "link__Import"
        return feature.type_name("Purpose"), feature.type_name("Import")
