"""What a supergraph must define so that it is complete GraphQL: join, link and features.

Public vocabulary of the specifications: link v1.0, join v0.5, tag v0.3, inaccessible v0.2,
authenticated v0.1, requiresScopes v0.1, policy v0.1, cost v0.1, context v0.1, nullability v0.4.
Each definition is one item, `(name, text)`, so that the printer can put all in one order.
"""

from __future__ import annotations

from federation.supergraph import specs

Definition = tuple[str, str]

# The directive that carries those of single subgraphs, such as cache tags, into the supergraph.
CARRIER = "join__directive"

LINK_DIRECTIVE: Definition = (
    "link",
    "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) "
    "repeatable on SCHEMA",
)

LINK_TYPES: tuple[Definition, ...] = (
    ("link__Import", "scalar link__Import"),
    (
        "link__Purpose",
        '''enum link__Purpose {
  """The feature is needed to resolve fields securely."""
  SECURITY

  """The feature is needed to execute operations."""
  EXECUTION
}''',
    ),
)

JOIN_DIRECTIVES: tuple[Definition, ...] = (
    (
        CARRIER,
        "directive @join__directive(graphs: [join__Graph!], name: String!, "
        "args: join__DirectiveArguments) "
        "repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION",
    ),
    (
        "join__enumValue",
        "directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE",
    ),
    (
        "join__field",
        "directive @join__field(graph: join__Graph, requires: join__FieldSet, "
        "provides: join__FieldSet, type: String, external: Boolean, override: String, "
        "usedOverridden: Boolean, overrideLabel: String, "
        "contextArguments: [join__ContextArgument!]) "
        "repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION",
    ),
    ("join__graph", "directive @join__graph(name: String!, url: String!) on ENUM_VALUE"),
    (
        "join__implements",
        "directive @join__implements(graph: join__Graph!, interface: String!) "
        "repeatable on OBJECT | INTERFACE",
    ),
    (
        "join__type",
        "directive @join__type(graph: join__Graph!, key: join__FieldSet, "
        "extension: Boolean! = false, resolvable: Boolean! = true, "
        "isInterfaceObject: Boolean! = false) "
        "repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR",
    ),
    (
        "join__unionMember",
        "directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION",
    ),
)

JOIN_TYPES: tuple[Definition, ...] = (
    (
        "join__ContextArgument",
        "input join__ContextArgument {\n  name: String!\n  type: String!\n  context: String!\n"
        "  selection: join__FieldValue!\n}",
    ),
    ("join__DirectiveArguments", "scalar join__DirectiveArguments"),
    ("join__FieldSet", "scalar join__FieldSet"),
    ("join__FieldValue", "scalar join__FieldValue"),
)

_RESTRICTED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"

FEATURE_DIRECTIVES: dict[str, tuple[Definition, ...]] = {
    specs.TAG: (
        (
            "tag",
            "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE "
            "| UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT "
            "| INPUT_FIELD_DEFINITION | SCHEMA",
        ),
    ),
    specs.INACCESSIBLE: (
        (
            "inaccessible",
            "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION "
            "| ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT "
            "| INPUT_FIELD_DEFINITION",
        ),
    ),
    specs.AUTHENTICATED: (("authenticated", f"directive @authenticated on {_RESTRICTED}"),),
    specs.REQUIRES_SCOPES: (
        (
            "requiresScopes",
            "directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on " + _RESTRICTED,
        ),
    ),
    specs.POLICY: (
        ("policy", f"directive @policy(policies: [[policy__Policy!]!]!) on {_RESTRICTED}"),
    ),
    specs.COST: (
        (
            "cost",
            "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION "
            "| INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
        ),
        (
            "listSize",
            "directive @listSize(assumedSize: Int, slicingArguments: [String!], "
            "sizedFields: [String!], requireOneSlicingArgument: Boolean = true) "
            "on FIELD_DEFINITION",
        ),
    ),
    specs.CONTEXT: (
        ("context", "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION"),
        (
            "fromContext",
            "directive @fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION",
        ),
    ),
    specs.NULLABILITY: (
        (
            "semanticNonNull",
            "directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION",
        ),
    ),
}

FEATURE_TYPES: dict[str, tuple[Definition, ...]] = {
    specs.REQUIRES_SCOPES: (("requiresScopes__Scope", "scalar requiresScopes__Scope"),),
    specs.POLICY: (("policy__Policy", "scalar policy__Policy"),),
    specs.CONTEXT: (("context__ContextFieldValue", "scalar context__ContextFieldValue"),),
}
