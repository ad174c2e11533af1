"""`@inaccessible` values and types in a subgraph's answer never reach a client."""

from __future__ import annotations

from typing import Any

import pytest

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.execution.executor import compile_plan
from federation.execution.transport import SubgraphResponse
from federation.planning.planner import Planner
from tests.federation.execution.plans import ScriptedTransport, run

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",'
    ' import: ["@key", "@inaccessible", "@requires", "@external"])\n'
)
A = (
    LINK
    + """
type Query { hue: Hue strict: Hue! hues: [Hue] tight: [Hue!] thing: Thing things: [Thing!] it: Item
             shape: Shape }
enum Hue { RED SECRET @inaccessible }
union Thing = Item | Ghost
interface Shape { id: ID! }
type Item implements Shape @key(fields: "id") { id: ID! hue: Hue }
type Ghost implements Shape @key(fields: "id") @inaccessible { id: ID! }
"""
)
B = (
    LINK
    + """
enum Hue { RED SECRET @inaccessible }
type Item @key(fields: "id") { id: ID! hue: Hue @external tone: String @requires(fields: "hue") }
"""
)
ITEM = {"__typename": "Item", "id": "1"}
GHOST = {"__typename": "Ghost", "id": "2"}
CODE = "RESPONSE_VALIDATION_FAILED"


def _planner() -> Planner:
    composed = compose([SubgraphSource("a", "", A), SubgraphSource("b", "", B)])
    assert isinstance(composed, Composed), composed
    return Planner(composed.supergraph_sdl)


PLANNER = _planner()


@pytest.mark.parametrize(
    ("query", "sent", "data", "path"),
    [
        ("{hue}", {"hue": "SECRET"}, {"hue": None}, ["hue"]),
        ("{h: hue}", {"h": "SECRET"}, {"h": None}, ["h"]),
        ("{strict}", {"strict": "SECRET"}, None, ["strict"]),
        ("{hues}", {"hues": ["RED", "SECRET"]}, {"hues": ["RED", None]}, ["hues", 1]),
        ("{tight}", {"tight": ["RED", "SECRET"]}, {"tight": None}, ["tight", 1]),
        ("{hue}", {"hue": "NEVER"}, {"hue": None}, ["hue"]),
        ("{hue}", {"hue": 1}, {"hue": None}, ["hue"]),
        ("{thing{__typename}}", {"thing": GHOST}, {"thing": None}, ["thing"]),
        ("{thing{...on Item{id}}}", {"thing": GHOST}, {"thing": None}, ["thing"]),
        ("{shape{id}}", {"shape": GHOST}, {"shape": None}, ["shape"]),
        (
            "{things{...on Item{id}}}",
            {"things": [ITEM, GHOST]},
            {"things": None},
            ["things", 1],
        ),
    ],
)
async def test_null_with_an_error_instead(
    query: str, sent: dict[str, Any], data: Any, path: list[Any]
) -> None:
    transports = {"a": ScriptedTransport(lambda _: SubgraphResponse(sent))}
    answer = await run(compile_plan(PLANNER.plan(query)), transports)
    assert answer.data == data
    assert [(e["extensions"]["code"], e["path"]) for e in answer.errors] == [(CODE, path)]
    for hidden in (b"SECRET", b"Ghost", b'"2"'):
        assert hidden not in answer.body


async def test_between_subgraphs_they_are_values_like_others() -> None:
    a = ScriptedTransport(lambda _: {"it": {**ITEM, "hue": "SECRET"}})
    b = ScriptedTransport(lambda _: {"_entities": [{"tone": "dark"}]})
    answer = await run(compile_plan(PLANNER.plan("{it{tone}}")), {"a": a, "b": b})
    assert b.representations == [[{**ITEM, "hue": "SECRET"}]]
    assert answer.data == {"it": {"tone": "dark"}}
    assert answer.errors == ()
