"""For each code, the smallest subgraphs that get it. `test_codes` checks that none is missing."""

from __future__ import annotations


def link(*imports: str, version: str = "2.9") -> str:
    """Return the @link of a Federation 2 subgraph."""
    names = ", ".join(f'"{name}"' for name in imports)
    return (
        f'extend schema @link(url: "https://specs.apollo.dev/federation/v{version}", '
        f"import: [{names}])\n"
    )


Q = "type Query { q: Int }\n"
ALL = link(
    "@key",
    "@shareable",
    "@external",
    "@requires",
    "@provides",
    "@override",
    "@tag",
    "@inaccessible",
    "@extends",
    "@interfaceObject",
    "@composeDirective",
    "@cost",
)
OLD = link("@key", version="2.2")
NEW = link(
    "@key",
    "@shareable",
    "@external",
    "@requires",
    "@interfaceObject",
    "@context",
    "@fromContext",
    "@authenticated",
    "@listSize",
    "@cost",
    "@cacheTag",
    version="2.14",
)
P = 'type P @key(fields: "id") @context(name: "c") { id: ID! v: String! c: C } '
U = 'type U @key(fields: "id") { id: ID! '

# code → SDL of subgraphs a, b, c …
EXAMPLES: dict[str, tuple[str, ...]] = {
    "INVALID_GRAPHQL": ("type Query { q: Missing }",),
    "NO_QUERIES": (ALL + U + "}",),
    "INVALID_LINK_IDENTIFIER": ('extend schema @link(url: "https://x.cn/own") ' + Q,),
    "INVALID_LINK_DIRECTIVE_USAGE": (link("@unknown") + Q,),
    "UNKNOWN_FEDERATION_LINK_VERSION": (link(version="2.99") + Q,),
    "UNKNOWN_LINK_VERSION": (
        'extend schema @link(url: "https://specs.apollo.dev/link/v2.0") ' + Q,
    ),
    "UNSUPPORTED_LINKED_FEATURE": (
        ALL + 'extend schema @link(url: "https://specs.apollo.dev/connect/v0.1") ' + Q,
    ),
    "UNSUPPORTED_FEATURE": (ALL + 'type Query { q: Int @connect(http: { GET: "/q" }) }',),
    "DIRECTIVE_DEFINITION_INVALID": (ALL + "directive @key(field: String!) on OBJECT " + Q,),
    "TYPE_DEFINITION_INVALID": (link("FieldSet") + "enum FieldSet { A } " + Q,),
    "ROOT_QUERY_USED": ("schema { query: R } type R { a: Int } type Query { b: Int }",),
    "ROOT_MUTATION_USED": (
        "schema { query: Query mutation: R } type R { a: Int } type Mutation { b: Int } " + Q,
    ),
    "ROOT_SUBSCRIPTION_USED": (
        "schema { query: Query subscription: R } type R { a: Int } "
        "type Subscription { b: Int } " + Q,
    ),
    "KEY_INVALID_FIELDS_TYPE": (ALL + "type U @key(fields: 1) { id: ID! } " + Q,),
    "KEY_INVALID_FIELDS": (ALL + 'type U @key(fields: "no") { id: ID! } ' + Q,),
    "KEY_FIELDS_HAS_ARGS": (ALL + 'type U @key(fields: "id") { id(a: Int): ID! } ' + Q,),
    "KEY_FIELDS_SELECT_INVALID_TYPE": (
        ALL + 'type U @key(fields: "i { x }") { i: I } interface I { x: Int } ' + Q,
    ),
    "KEY_DIRECTIVE_IN_FIELDS_ARG": (
        ALL + 'type U @key(fields: "id @skip(if: true)") { id: ID! } ' + Q,
    ),
    "KEY_UNSUPPORTED_ON_INTERFACE": (OLD + 'interface U @key(fields: "id") { id: ID! } ' + Q,),
    "PROVIDES_INVALID_FIELDS_TYPE": (ALL + U + "} type Query { u: U @provides(fields: 1) }",),
    "PROVIDES_INVALID_FIELDS": (ALL + U + '} type Query { u: U @provides(fields: "no") }',),
    "PROVIDES_FIELDS_HAS_ARGS": (
        ALL + U + 'x(a: Int): Int @external } type Query { u: U @provides(fields: "x") }',
    ),
    "PROVIDES_FIELDS_MISSING_EXTERNAL": (
        ALL + U + 'x: Int } type Query { u: U @provides(fields: "x") }',
    ),
    "PROVIDES_DIRECTIVE_IN_FIELDS_ARG": (
        ALL + U + 'x: Int @external } type Query { u: U @provides(fields: "x @skip(if: true)") }',
    ),
    "PROVIDES_ON_NON_OBJECT_FIELD": (ALL + 'type Query { q: Int @provides(fields: "x") }',),
    "PROVIDES_UNSUPPORTED_ON_INTERFACE": (
        ALL + U + 'x: Int @external } interface I { u: U @provides(fields: "x") } ' + Q,
    ),
    "REQUIRES_INVALID_FIELDS_TYPE": (ALL + U + "x: Int @requires(fields: 1) } " + Q,),
    "REQUIRES_INVALID_FIELDS": (ALL + U + 'x: Int @requires(fields: "no") } ' + Q,),
    "REQUIRES_FIELDS_MISSING_EXTERNAL": (ALL + U + 'x: Int @requires(fields: "id") } ' + Q,),
    "REQUIRES_DIRECTIVE_IN_FIELDS_ARG": (
        ALL + U + 'y: Int @external x: Int @requires(fields: "y @skip(if: true)") } ' + Q,
    ),
    "REQUIRES_UNSUPPORTED_ON_INTERFACE": (
        ALL + 'interface I { id: ID x: Int @requires(fields: "id") } ' + Q,
    ),
    "EXTERNAL_UNUSED": (ALL + U + "x: Int @external } " + Q,),
    "EXTERNAL_ON_INTERFACE": (ALL + "interface I { x: Int @external } " + Q,),
    "EXTERNAL_MISSING_ON_BASE": (
        ALL + U + 'y: Int @external x: Int @requires(fields: "y") } ' + Q,
    ),
    "EXTERNAL_TYPE_MISMATCH": (
        ALL + U + 'y: Int @external x: Int @requires(fields: "y") } ' + Q,
        ALL + U + "y: String }",
    ),
    "EXTERNAL_ARGUMENT_MISSING": (
        ALL + U + 'y: Int @external x: Int @requires(fields: "y") } ' + Q,
        ALL + U + "y(a: Int): Int }",
    ),
    "EXTERNAL_ARGUMENT_TYPE_MISMATCH": (
        ALL + U + 'y(a: String): Int @external x: Int @requires(fields: "y") } ' + Q,
        ALL + U + "y(a: Int): Int }",
    ),
    "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH": (
        ALL + U + 'y(a: Int): Int @external x: Int @requires(fields: "y") } ' + Q,
        ALL + U + "y(a: Int = 1): Int }",
    ),
    "TYPE_WITH_ONLY_UNUSED_EXTERNAL": (
        "type Query { v: V } type V @extends { x: Int @external }",
        "type V { x: Int y: Int } type Query { w: V }",
    ),
    "EXTENSION_WITH_NO_BASE": (ALL + "extend type U { x: Int } type Query { u: U }",),
    "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL": (
        ALL + U + 'y: Int @external @tag(name: "t") x: Int @requires(fields: "y") } ' + Q,
        ALL + U + "y: Int }",
    ),
    "INVALID_SHAREABLE_USAGE": (ALL + "interface I { x: Int @shareable } " + Q,),
    "INVALID_FIELD_SHARING": (ALL + Q, ALL + Q),
    "OVERRIDE_FROM_SELF_ERROR": (ALL + 'type Query { q: Int @override(from: "a") }',),
    "OVERRIDE_SOURCE_HAS_OVERRIDE": (
        ALL + 'type Query { q: Int @override(from: "b") }',
        ALL + 'type Query { q: Int @override(from: "c") }',
        ALL + Q,
    ),
    "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE": (
        ALL + U + 'x: Int @override(from: "b") } ' + Q,
        ALL + U + 'y: Int @external x: Int @requires(fields: "y") }',
        ALL + U + "y: Int }",
    ),
    "OVERRIDE_ON_INTERFACE": (ALL + 'interface I { x: Int @override(from: "b") } ' + Q, ALL + Q),
    "OVERRIDE_LABEL_INVALID": (
        ALL + 'type Query { q: Int @override(from: "b", label: "percent(200)") }',
        ALL + Q,
    ),
    "INTERFACE_OBJECT_USAGE_ERROR": (ALL + "type I @interfaceObject { id: ID! } " + Q,),
    "INTERFACE_KEY_NOT_ON_IMPLEMENTATION": (
        ALL + 'interface I @key(fields: "id") { id: ID! } type T implements I { id: ID! } ' + Q,
    ),
    "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE": (
        ALL + 'interface I @key(fields: "id") { id: ID! } ' + Q,
        ALL + 'interface I { id: ID! } type T implements I @key(fields: "id") { id: ID! }',
    ),
    "INTERFACE_FIELD_NO_IMPLEM": (
        ALL + "interface I { x: Int } type T implements I { x: Int } type Query { t: T }",
        ALL + "interface I { y: Int } type Query { i: I }",
    ),
    "TYPE_KIND_MISMATCH": (ALL + "type T { x: Int } " + Q, ALL + "enum T { X }"),
    "FIELD_TYPE_MISMATCH": (
        ALL + "type Query { q: Int @shareable }",
        ALL + "type Query { q: String @shareable }",
    ),
    "FIELD_ARGUMENT_TYPE_MISMATCH": (
        ALL + "type Query { q(a: Int): Int @shareable }",
        ALL + "type Query { q(a: String): Int @shareable }",
    ),
    "FIELD_ARGUMENT_DEFAULT_MISMATCH": (
        ALL + "type Query { q(a: Int = 1): Int @shareable }",
        ALL + "type Query { q(a: Int = 2): Int @shareable }",
    ),
    "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH": (
        ALL + "type Query { q(a: Int!): Int @shareable }",
        ALL + "type Query { q: Int @shareable }",
    ),
    "INPUT_FIELD_DEFAULT_MISMATCH": (
        ALL + "input N { a: Int = 1 } " + Q,
        ALL + "input N { a: Int = 2 }",
    ),
    "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH": (
        ALL + "input N { a: Int! b: Int } " + Q,
        ALL + "input N { b: Int }",
    ),
    "EMPTY_MERGED_INPUT_TYPE": (ALL + "input N { a: Int } " + Q, ALL + "input N { b: Int }"),
    "ENUM_VALUE_MISMATCH": (
        ALL + "enum E { A B } type Query { q(e: E): E }",
        ALL + "enum E { A }",
    ),
    "EMPTY_MERGED_ENUM_TYPE": (
        ALL + "enum E { A } type Query { q(e: E): Int }",
        ALL + "enum E { B }",
    ),
    "DIRECTIVE_COMPOSITION_ERROR": (
        ALL + 'extend schema @composeDirective(name: "own") directive @own on OBJECT ' + Q,
    ),
    "REFERENCED_INACCESSIBLE": (ALL + "type T @inaccessible { x: Int } type Query { t: T }",),
    "ONLY_INACCESSIBLE_CHILDREN": (ALL + "type Query { q: Int @inaccessible }",),
    "REQUIRED_INACCESSIBLE": (ALL + "type Query { q(a: Int! @inaccessible): Int }",),
    "DEFAULT_VALUE_USES_INACCESSIBLE": (
        ALL + "enum E { A B @inaccessible } type Query { q(e: [E] = [A, B]): Int }",
    ),
    "IMPLEMENTED_BY_INACCESSIBLE": (
        ALL + "interface I { x: Int y: Int } "
        "type T implements I { x: Int @inaccessible y: Int } type Query { i: I }",
    ),
    "QUERY_ROOT_TYPE_INACCESSIBLE": (ALL + "type Query @inaccessible { q: Int }",),
    "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE": (
        ALL + U + 'y: Int @external x: Int @external @requires(fields: "y") } '
        'type V @key(fields: "id x") { id: ID x: Int } ' + Q,
    ),
    "LINK_IMPORT_NAME_MISMATCH": (
        link("@tag") + Q,
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
        'import: [{ name: "@tag", as: "@label" }])',
    ),
    "INVALID_TAG_NAME": (ALL + 'type Query { q: Int @tag(name: "not one") }',),
    "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES": (
        ALL + "union O = T type T { x: Int } type Query { o: O @shareable }",
        ALL + "union O = V type V { x: Int } type Query { o: O @shareable }",
    ),
    "DISALLOWED_INACCESSIBLE": (ALL + "extend scalar String @inaccessible " + Q,),
    "CONTEXT_NAME_INVALID": (NEW + 'type Query @context(name: "my_context") { q: Int }',),
    "CONTEXT_NOT_SET": (
        NEW
        + 'type C @key(fields: "id") { id: ID! f(a: Int @fromContext(field: "$no { v }")): Int } '
        + Q,
    ),
    "NO_CONTEXT_IN_SELECTION": (
        NEW
        + P
        + 'type C @key(fields: "id") { id: ID! f(a: String @fromContext(field: "v")): Int } '
        "type Query { p: P }",
    ),
    "CONTEXT_INVALID_SELECTION": (
        NEW + P + 'type C @key(fields: "id") { id: ID! '
        'f(a: Int @fromContext(field: "$c { v }")): Int } type Query { p: P }',
    ),
    "CONTEXT_NO_RESOLVABLE_KEY": (
        NEW + P + 'type C { f(a: String @fromContext(field: "$c { v }")): Int } '
        "type Query { p: P }",
    ),
    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": (
        NEW + P + 'type C @key(fields: "id") { id: ID! '
        'f(a: String @fromContext(field: "$c { v }")): Int @shareable } type Query { p: P }',
        NEW + 'type C @key(fields: "id") { id: ID! f(a: String!): Int @shareable }',
    ),
    "COST_APPLIED_TO_INTERFACE_FIELD": (NEW + "interface I { x: Int @cost(weight: 1) } " + Q,),
    "LIST_SIZE_APPLIED_TO_NON_LIST": (NEW + "type Query { q: Int @listSize(assumedSize: 1) }",),
    "LIST_SIZE_INVALID_ASSUMED_SIZE": (NEW + "type Query { q: [Int] @listSize(assumedSize: -1) }",),
    "LIST_SIZE_INVALID_SLICING_ARGUMENT": (
        NEW + 'type Query { q: [Int] @listSize(slicingArguments: ["first"]) }',
    ),
    "LIST_SIZE_INVALID_SIZED_FIELD": (
        NEW + 'type C { n: Int } type Query { q: C @listSize(sizedFields: ["n"]) }',
    ),
    "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE": (NEW + "interface I @authenticated { x: Int } " + Q,),
    "MISSING_TRANSITIVE_AUTH_REQUIREMENTS": (
        NEW + U + 'y: Int @external x: Int @requires(fields: "y") } type Query { u: U }',
        NEW + U + "y: Int @authenticated }",
    ),
    "CACHE_TAG_INVALID_FORMAT": (NEW + 'type Query { q: Int @cacheTag(format: "q-{ id }") }',),
    "CACHE_TAG_NOT_ON_ROOT_FIELD": (
        NEW + U + 'x: Int @cacheTag(format: "x") } type Query { u: U }',
    ),
    "CACHE_TAG_ENTITY_NOT_RESOLVABLE": (
        NEW + 'type V @cacheTag(format: "v") { x: Int } type Query { v: V }',
    ),
    "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD": (
        NEW + 'type Query { q: Int @cacheTag(format: "q-{$key.id}") }',
    ),
    "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY": (
        NEW + 'type U @key(fields: "id") @cacheTag(format: "u-{$args.id}") { id: ID! } '
        "type Query { u: U }",
    ),
    "CACHE_TAG_INVALID_FORMAT_FIELD_SET_ON_ENTITY": (
        NEW + 'type U @key(fields: "id") @key(fields: "no") @cacheTag(format: "u-{$key.id}") '
        "{ id: ID! no: Int! } type Query { u: U }",
    ),
    "CACHE_TAG_FORMAT_NULLABLE_FIELD": (
        NEW + 'type U @key(fields: "id") @cacheTag(format: "u-{$key.id}") { id: ID } '
        "type Query { u: U }",
    ),
    "CACHE_TAG_FORMAT_NULLABLE_ARGUMENT": (
        NEW + 'type Query { q(id: ID): Int @cacheTag(format: "q-{$args.id}") }',
    ),
    "SATISFIABILITY_ERROR": (
        ALL + "type T { x: Int @shareable } type Query { t: T }",
        ALL + "type T { x: Int @shareable y: Int }",
    ),
    # Hints
    "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN": (
        ALL + "union O = T | V type T @shareable { x: Int } type V @shareable { x: Int } "
        "type Query { o: O @shareable }",
        ALL + "union O = T type T @shareable { x: Int } type Query { o: O @shareable }",
    ),
    "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE": (
        ALL + "type Query { q: Int @shareable }",
        ALL + "type Query { q: Int! @shareable }",
    ),
    "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE": (
        ALL + "type Query { q(a: Int): Int @shareable }",
        ALL + "type Query { q(a: Int!): Int @shareable }",
    ),
    "INCONSISTENT_DEFAULT_VALUE_PRESENCE": (
        ALL + "type Query { q(a: Int): Int @shareable }",
        ALL + "type Query { q(a: Int = 1): Int @shareable }",
    ),
    "INCONSISTENT_ENTITY": (
        ALL + U + "} type Query { u: U }",
        ALL + "type U { id: ID! @shareable } type Query { v: U }",
    ),
    "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD": (
        ALL + "type T @shareable { x: Int y: Int } type Query { t: T }",
        ALL + "type T @shareable { x: Int }",
    ),
    "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD": (
        ALL + "interface I { x: Int y: Int } type Query { i: I }",
        ALL + "interface I { x: Int }",
    ),
    "INCONSISTENT_INPUT_OBJECT_FIELD": (
        ALL + "input N { a: Int b: Int } " + Q,
        ALL + "input N { a: Int }",
    ),
    "INCONSISTENT_UNION_MEMBER": (
        ALL + "union O = T | V type T @shareable { x: Int } type V { y: Int } type Query { o: O }",
        ALL + "union O = T type T @shareable { x: Int }",
    ),
    "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM": (
        ALL + "enum E { A B } type Query { q(e: E): Int }",
        ALL + "enum E { A }",
    ),
    "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM": (
        ALL + "enum E { A B } type Query { q: E }",
        ALL + "enum E { A }",
    ),
    "INCONSISTENT_ARGUMENT_PRESENCE": (
        ALL + "type Query { q(a: Int): Int @shareable }",
        ALL + "type Query { q: Int @shareable }",
    ),
    "INCONSISTENT_DESCRIPTION": (
        ALL + '"one" type T @shareable { x: Int } type Query { t: T }',
        ALL + '"two" type T @shareable { x: Int }',
    ),
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE": (ALL + "directive @d on FIELD " + Q, ALL),
    "NO_EXECUTABLE_DIRECTIVE_LOCATIONS_INTERSECTION": (
        ALL + "directive @d on FIELD " + Q,
        ALL + "directive @d on QUERY",
    ),
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE": (
        ALL + "directive @d repeatable on FIELD " + Q,
        ALL + "directive @d on FIELD",
    ),
    "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS": (
        ALL + "directive @d on FIELD | QUERY " + Q,
        ALL + "directive @d on FIELD",
    ),
    "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": (
        ALL + 'type Query { q: Int @shareable @deprecated(reason: "a") }',
        ALL + 'type Query { q: Int @shareable @deprecated(reason: "b") }',
    ),
    "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS": (
        ALL + "type Query { q: Int @shareable @cost(weight: 1) }",
        ALL + "type Query { q: Int @shareable @cost(weight: 2) }",
    ),
    "UNUSED_ENUM_TYPE": (ALL + "enum E { A } " + Q,),
    "FROM_SUBGRAPH_DOES_NOT_EXIST": (ALL + 'type Query { q: Int @override(from: "z") }',),
    "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED": (
        ALL + 'type Query { q: Int @override(from: "b") }',
        ALL + "type Query { r: Int }",
    ),
    "OVERRIDDEN_FIELD_CAN_BE_REMOVED": (
        ALL + 'type Query { q: Int @override(from: "b") }',
        ALL + Q,
    ),
    "OVERRIDE_MIGRATION_IN_PROGRESS": (
        ALL + 'type Query { q: Int @override(from: "b", label: "moving") }',
        ALL + Q,
    ),
    "DIRECTIVE_COMPOSITION_INFO": (ALL + 'extend schema @composeDirective(name: "@tag") ' + Q,),
}
