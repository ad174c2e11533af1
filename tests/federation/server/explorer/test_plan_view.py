"""`plan.js` and `labels.js` in Node: what the page shows, from real plans and some by hand."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import federation.server.explorer
from federation.server.settings.engine import EngineSettings, for_development
from tests.federation.server.harness import Client
from tests.federation.server.stream_harness import hub

STATIC = Path(federation.server.explorer.__file__).parent / "static"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


def run(function: str, argument: Any, script: str = "plan.js") -> Any:
    """Return what a function of a script answers."""
    code = (
        "const plan = require(process.argv[1]);"
        "const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "process.stdout.write(JSON.stringify(plan[process.argv[2]](input)));"
    )
    ran = subprocess.run(
        ["node", "-e", code, str(STATIC / script), function],
        input=json.dumps(argument),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def fetch(number: int, subgraph: str, *waits: int, **more: Any) -> dict[str, Any]:
    found = {"kind": "Fetch", "serviceName": subgraph, "operationName": None, "operation": "{a}"}
    return {**found, "operationKind": "query", "id": number, "dependsOn": list(waits), **more}


async def test_a_plan_and_trace_of_the_server() -> None:
    async with hub(for_development(EngineSettings())) as (app, _):
        headers = {"apollo-expose-query-plan": "true", "hub-expose-trace": "true"}
        reply = await Client(app).post("query Q { items { id name price } }", headers=headers)
    taken = run("takeApart", reply.json)
    assert taken["rest"] == {"data": {"items": [{"id": "1", "name": "Name 1", "price": 10}]}}
    assert taken["text"].startswith("QueryPlan {")
    rows = run("planRows", taken["plan"])
    assert [(row["depth"], row["kind"], row["subgraph"], row["waits"]) for row in rows] == [
        (0, "Sequence", None, []),
        (1, "Fetch", "items", []),
        (1, "Fetch", "prices", [0]),
    ]
    assert rows[2]["detail"].startswith("items.@ · ")
    bars = run("traceBars", taken["trace"])
    assert [bar["subgraph"] for bar in bars["bars"]] == [None, "items", "prices"]
    for bar in bars["bars"]:
        assert 0 <= bar["left"] <= 100
        assert bar["left"] + bar["width"] <= 100.02
    assert bars["bars"][2]["left"] >= bars["bars"][1]["left"] + bars["bars"][1]["width"] - 0.02


def test_every_kind_of_node() -> None:
    batch = {**fetch(3, "c", 1, 2), "kind": "BatchFetch", "entities": [{}, {}]}
    plan = {
        "kind": "QueryPlan",
        "node": {
            "kind": "Defer",
            "primary": {
                "node": {
                    "kind": "Sequence",
                    "nodes": [
                        {"kind": "Parallel", "nodes": [fetch(1, "a"), fetch(2, "b")]},
                        {"kind": "Flatten", "path": ["x", "@"], "node": batch},
                        {
                            "kind": "Condition",
                            "condition": "yes",
                            "ifClause": fetch(4, "d", 3),
                            "elseClause": fetch(5, "e", operationKind="mutation"),
                        },
                    ],
                }
            },
            "deferred": [{"label": "late", "node": fetch(6, "f", 4)}, {"label": None}],
        },
        "caution": {"fetches": [3], "plan": {"kind": "QueryPlan", "node": fetch(7, "g")}},
    }
    rows = run("planRows", plan)
    assert [(row["depth"], row["kind"], row["id"]) for row in rows] == [
        (0, "Defer", None),
        (1, "Sequence", None),
        (2, "Parallel", None),
        (3, "Fetch", 1),
        (3, "Fetch", 2),
        (2, "BatchFetch", 3),
        (2, "Condition", None),
        (3, "Fetch", 4),
        (2, "Condition", None),
        (3, "Fetch", 5),
        (0, "Defer", None),
        (1, "Fetch", 6),
        (0, "Caution", None),
        (1, "Fetch", 7),
    ]
    assert rows[5]["detail"] == "x.@ · 2 组实体 groups of entities"
    assert rows[5]["waits"] == [1, 2]
    assert rows[9]["detail"] == "mutation"
    assert rows[10]["text"] == "后答 Deferred late"
    stream = {"kind": "Subscription", "primary": fetch(0, "a"), "rest": fetch(1, "b", 0)}
    rows = run("planRows", {"kind": "QueryPlan", "node": stream})
    assert [row["kind"] for row in rows] == ["Subscription", "Fetch", "Subscription", "Fetch"]
    assert [row["kind"] for row in run("planRows", {"kind": "QueryPlan"})] == ["Empty"]


def test_bars_say_what_became_of_a_fetch() -> None:
    trace = {
        "preparationMs": 1.0,
        "fetches": [
            {"subgraph": "a", "startedMs": 1.0, "durationMs": 9.0, "status": 200, "errors": 0},
            {"subgraph": "b", "startedMs": 5.0, "durationMs": 5.0, "errors": 2, "shared": True},
            {"subgraph": "c", "startedMs": 5.0, "durationMs": 1.0, "code": "GATEWAY_TIMEOUT"},
            {"subgraph": "d", "startedMs": 8.0, "representations": 3},
            {"subgraph": "e", "startedMs": 8.0, "durationMs": 1.0, "errors": 0, "shared": True},
        ],
    }
    bars = run("traceBars", trace)
    assert bars["total"] == 10
    shown = [(bar["left"], bar["width"], bar["state"]) for bar in bars["bars"]]
    assert shown == [
        (0, 10, "ok"),
        (10, 90, "ok"),
        (50, 50, "failed"),
        (50, 10, "failed"),
        (80, 0, "running"),
        (80, 10, "shared"),
    ]
    assert "GATEWAY_TIMEOUT" in bars["bars"][3]["text"]
    assert run("traceBars", {"preparationMs": None, "fetches": []})["bars"] == []


def test_other_extensions_stay_in_the_answer() -> None:
    answer = {
        "data": None,
        "extensions": {"cost": 1, "apolloQueryPlan": {"object": {}, "text": ""}},
    }
    assert run("takeApart", answer)["rest"] == {"data": None, "extensions": {"cost": 1}}
    assert run("takeApart", {"errors": []}) == {
        "plan": None,
        "text": None,
        "trace": None,
        "rest": {"errors": []},
    }


def test_why_there_is_no_plan() -> None:
    error = {"message": "m", "extensions": {"code": "SUBSCRIPTION_NOT_SUPPORTED"}}
    assert run("whyNoPlan", {"errors": [error]}).startswith("订阅")
    assert run("whyNoPlan", {"errors": [{"message": "m"}]}) == "m"
    assert run("whyNoPlan", {"data": {}}) == "没有计划 No plan"


def test_journeys_keep_their_order_in_groups() -> None:
    journeys = [{"group": group, "title": title} for group, title in ("a1", "b2", "a3")]
    found = run("grouped", journeys)
    assert [(one["group"], [j["title"] for j in one["journeys"]]) for one in found] == [
        ("a", ["1", "3"]),
        ("b", ["2"]),
    ]


@pytest.mark.parametrize(
    ("english", "both"),
    [
        ("Execute query (Ctrl-Enter)", "运行 Execute query (Ctrl-Enter)"),
        ("Variables", "变量 Variables"),
        ("变量 Variables", None),
        ("Patent", None),
        ("constructor", None),
        ("", None),
    ],
)
def test_labels_are_in_both_languages_once(english: str, both: str | None) -> None:
    assert run("both", english, "labels.js") == both
