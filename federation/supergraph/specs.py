"""The specifications a supergraph can speak: identities, versions, names.

One table for the reader, the printer and composition. What they define is in `definitions`.
"""

from __future__ import annotations

from dataclasses import dataclass

APOLLO = "https://specs.apollo.dev"
CORE = f"{APOLLO}/core"
LINK = f"{APOLLO}/link"
JOIN = f"{APOLLO}/join"
TAG = f"{APOLLO}/tag"
INACCESSIBLE = f"{APOLLO}/inaccessible"
AUTHENTICATED = f"{APOLLO}/authenticated"
REQUIRES_SCOPES = f"{APOLLO}/requiresScopes"
POLICY = f"{APOLLO}/policy"
COST = f"{APOLLO}/cost"
CONTEXT = f"{APOLLO}/context"
FEDERATION = f"{APOLLO}/federation"
CONNECT = f"{APOLLO}/connect"
NULLABILITY = f"{APOLLO}/nullability"

JOIN_VERSIONS = ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5))
LINK_VERSION = "v1.0"
JOIN_VERSION = "v0.5"


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """A feature that may appear in a supergraph beside link and join.

    `version` is the one composition writes; `purpose` is what `for:` says there. `directives`
    are the names the specification defines.
    """

    identity: str
    version: str
    purpose: str | None
    directives: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"{self.identity}/{self.version}"

    @property
    def imports(self) -> tuple[tuple[str, str], ...]:
        """What a link must import so that no name carries the feature's prefix."""
        if self.directives == (self.identity.rsplit("/", 1)[-1],):
            return ()
        return tuple((f"@{name}", f"@{name}") for name in self.directives)


FEATURES: dict[str, FeatureSpec] = {
    spec.identity: spec
    for spec in (
        FeatureSpec(TAG, "v0.3", None, ("tag",)),
        FeatureSpec(INACCESSIBLE, "v0.2", "SECURITY", ("inaccessible",)),
        FeatureSpec(AUTHENTICATED, "v0.1", "SECURITY", ("authenticated",)),
        FeatureSpec(REQUIRES_SCOPES, "v0.1", "SECURITY", ("requiresScopes",)),
        FeatureSpec(POLICY, "v0.1", "SECURITY", ("policy",)),
        FeatureSpec(COST, "v0.1", None, ("cost", "listSize")),
        FeatureSpec(CONTEXT, "v0.1", "SECURITY", ("context", "fromContext")),
        FeatureSpec(NULLABILITY, "v0.4", None, ("semanticNonNull",)),
    )
}

FEATURE_OF_DIRECTIVE: dict[str, FeatureSpec] = {
    name: spec for spec in FEATURES.values() for name in spec.directives
}

BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})
BUILT_IN_DIRECTIVES = frozenset({"skip", "include", "deprecated", "specifiedBy", "oneOf"})

# Where clients write directives (GraphQL §3.13, ExecutableDirectiveLocation).
EXECUTABLE_LOCATIONS = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
