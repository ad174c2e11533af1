"""Plan text and plan JSON: every node kind, nothing hidden."""

from __future__ import annotations

from dataclasses import replace

from federation.plan.codec import encode_plan
from federation.plan.nodes import (
    BatchFetch,
    Caution,
    Condition,
    EntityBatch,
    Fetch,
    Flatten,
    OperationKind,
    Parallel,
    PathKey,
    PathList,
    PlanNode,
    QueryPlan,
    RenameKey,
    Representation,
    RequiredField,
    RequiredFragment,
    Sequence,
    Subscription,
)
from federation.plan.printer import plan_size, print_plan, print_plan_with_footer
from federation.plan.shape import ObjectShape, ResponseShape

SHAPE = ResponseShape(ObjectShape(("Query",), ()))
ROOT = Fetch(0, "a", "{x(n:1){__typename id}}")
PATH = (PathKey("x"), PathList(), PathKey("y", ("T", "U")))
ENTITY = Fetch(
    1,
    "b",
    "query($representations:[_Any!]!,$n:Int){_entities(representations:$representations)"
    "{...on T{z(n:$n)}}}",
    variables=("n",),
    path=PATH,
    representations=(
        Representation(
            ("T",),
            (
                RequiredField("id", "id"),
                RequiredField("fee", "fee_1", (RequiredField("amount", "amount"),)),
                RequiredFragment("T", ("T",), (RequiredField("code", "code"),)),
            ),
        ),
        Representation(("U",), (RequiredField("id", "id"),), typename="I"),
    ),
    output_rewrites=(RenameKey((PathKey("z"),), "zz"),),
    depends_on=(0,),
)


def _plan(node: PlanNode | None, kind: OperationKind = OperationKind.QUERY) -> QueryPlan:
    return QueryPlan(kind, node, SHAPE)


def test_sequence_of_entity_fetch() -> None:
    text = print_plan_with_footer(_plan(Sequence((ROOT, Flatten(PATH, ENTITY)))))
    assert (
        text
        == """\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        x(n: 1) {
          __typename
          id
        }
      }
    },
    Flatten(path: "x.@|[T|U].y") {
      Fetch(service: "b") {
        {
          ... on T {
            __typename
            id
            fee: fee_1 {
              amount
            }
            ... on T {
              code
            }
          }
          ... on U {
            __typename
            id
          }
        } =>
        {
          ... on T {
            z(n: $n)
          }
        }
      },
    },
  },
}
# fetches: 2  depth: 2"""
    )


def test_empty_plan() -> None:
    assert print_plan_with_footer(_plan(None)) == "QueryPlan {}\n# fetches: 0  depth: 0"
    assert encode_plan(_plan(None)) == {"kind": "QueryPlan"}


def test_types_of_interface_objects() -> None:
    """Data of known types is shown by these; its interface's name, where no type is known."""
    key = (RequiredField("id", "id", (), nullable=False),)

    def text(*types: str) -> str:
        sent = Representation(types, key, typename="I")
        return print_plan(_plan(Flatten(PATH, replace(ENTITY, representations=(sent,)))))

    assert "... on U {" in text("U")
    assert "... on I {" not in text("U")
    assert "... on I {" in text("T", "U", "I")
    assert "... on U {" not in text("T", "U", "I")


def test_cost_of_being_wrong() -> None:
    other = _plan(Sequence((ROOT, ENTITY)))
    plan = replace(_plan(ROOT), caution=Caution(other, frozenset({0})))
    *_, size, after = print_plan_with_footer(plan).splitlines()
    assert size == "# fetches: 1  depth: 1"
    assert after.endswith(": fetches: 2  depth: 2")
    assert encode_plan(plan)["caution"] == {"fetches": [0], "plan": encode_plan(other)}


def test_conditions() -> None:
    other = Fetch(2, "c", "{y}")
    assert "Include(if: $v) {" in print_plan(_plan(Condition("v", ROOT, None)))
    assert "Skip(if: $v) {" in print_plan(_plan(Condition("v", None, ROOT)))
    both = Condition("v", ROOT, Sequence((other, Fetch(3, "d", "{z}"))))
    text = print_plan(_plan(both))
    assert text.index("Condition(if: $v) {") < text.index("Then: {") < text.index("Else: {")
    assert plan_size(both) == (2, 2)
    assert encode_plan(_plan(both))["node"]["condition"] == "v"


def test_mutation_and_subscription() -> None:
    mutation = Fetch(0, "a", "mutation{x}", OperationKind.MUTATION)
    assert "      mutation {\n" in print_plan(_plan(Parallel((mutation, ROOT))))
    opening = Fetch(0, "a", "subscription{x{id}}", OperationKind.SUBSCRIPTION)
    node = Subscription(opening, Flatten(PATH, ENTITY))
    text = print_plan(_plan(node, OperationKind.SUBSCRIPTION))
    assert text.index("Primary: {") < text.index("subscription {") < text.index("Rest: {")
    encoded = encode_plan(_plan(node))["node"]
    assert encoded["primary"]["operationKind"] == "subscription"
    assert encoded["rest"]["kind"] == "Flatten"


def test_batch() -> None:
    one = EntityBatch("_e0", "_r0", (PATH, (PathKey("q"),)), ENTITY.representations[:1], ())
    two = EntityBatch("_e1", "_r1", ((PathKey("w"),),), ENTITY.representations[1:], ())
    text = (
        "query($_r0:[_Any!]!,$_r1:[_Any!]!){_e0:_entities(representations:$_r0){...on T{z}} "
        "_e1:_entities(representations:$_r1){...on I{w}}}"
    )
    batch = BatchFetch(4, "b", text, (one, two), depends_on=(0,))
    printed = print_plan(_plan(batch))
    assert 'BatchFetch(service: "b") {' in printed
    assert 'Flatten(path: "x.@|[T|U].y", "q") {' in printed
    assert 'Flatten(path: "w") {' in printed
    encoded = encode_plan(_plan(batch))["node"]
    assert [e["alias"] for e in encoded["entities"]] == ["_e0", "_e1"]
    assert encoded["entities"][0]["paths"] == [["x", "@|[T,U]", "y"], ["q"]]


def test_json_names_that_tools_read() -> None:
    node = encode_plan(_plan(Sequence((ROOT, Flatten(PATH, ENTITY)))))["node"]
    assert node["kind"] == "Sequence"
    flatten = node["nodes"][1]
    assert flatten["path"] == ["x", "@|[T,U]", "y"]
    fetch = flatten["node"]
    assert fetch["serviceName"] == "b"
    assert fetch["operationKind"] == "query"
    assert fetch["variableUsages"] == ["n"]
    assert fetch["operation"] == ENTITY.operation
    assert fetch["requires"] == [
        {
            "kind": "InlineFragment",
            "typeCondition": "T",
            "selections": [
                {"kind": "Field", "name": "__typename"},
                {"kind": "Field", "name": "id"},
                {
                    "kind": "Field",
                    "name": "fee",
                    "source": "fee_1",
                    "selections": [{"kind": "Field", "name": "amount"}],
                },
                {
                    "kind": "InlineFragment",
                    "typeCondition": "T",
                    "selections": [{"kind": "Field", "name": "code"}],
                },
            ],
        },
        {
            "kind": "InlineFragment",
            "typeCondition": "I",
            "selections": [
                {"kind": "Field", "name": "__typename"},
                {"kind": "Field", "name": "id"},
            ],
        },
    ]
    assert fetch["outputRewrites"] == [{"kind": "KeyRenamer", "path": ["z"], "renameKeyTo": "zz"}]
    assert (fetch["id"], fetch["dependsOn"]) == (1, [0])
