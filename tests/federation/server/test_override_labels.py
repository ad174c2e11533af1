"""Progressive overrides in the server: drawn per request, one plan per set of active labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import Surroundings, build_app
from federation.server.override_labels import OverrideLabelRules
from federation.server.settings.engine import EngineSettings
from federation.server.wire.request import HttpRequest
from tests.federation.planning.golden_topics import FOLDER
from tests.federation.server.harness import Client, running

REQUEST = HttpRequest("POST", (), b"", b"")


@pytest.mark.parametrize(
    ("label", "drawn", "active"),
    [
        ("percent(5)", 0.0499, True),
        ("percent(5)", 0.05, False),
        ("percent(0)", 0.0, False),
        ("percent(100)", 0.999999, True),
        ("percent(0.5)", 0.004, True),
        ("percent(x)", 0.0, False),
        ("moved", 0.0, False),
    ],
)
def test_drawn(label: str, drawn: float, active: bool) -> None:
    rules = OverrideLabelRules(draw=lambda: drawn)
    assert rules.active([label], REQUEST) == ({label} if active else frozenset())


def test_custom_labels_are_the_callers() -> None:
    asked: list[Sequence[str]] = []

    def decide(_: HttpRequest, labels: Sequence[str]) -> list[str]:
        asked.append(labels)
        return ["b", "not-asked-for"]

    rules = OverrideLabelRules(decide, draw=lambda: 0.0)
    assert rules.active(["a", "b", "percent(1)"], REQUEST) == {"b", "percent(1)"}
    assert asked == [["a", "b"]]


async def test_plans_by_active_labels() -> None:
    files = sorted((FOLDER / "labels" / "subgraphs").glob("*.graphql"))
    composed = compose([SubgraphSource(f.stem, "", f.read_text("utf-8")) for f in files])
    assert isinstance(composed, Composed)
    calls: list[str] = []

    async def legacy(*_: Any) -> Mapping[str, Any]:
        calls.append("legacy")
        patent = {"__typename": "Patent", "id": "1", "status": "old", "owner": "old"}
        return {"data": {"patent": patent}}

    async def modern(*_: Any) -> Mapping[str, Any]:
        calls.append("modern")
        return {"data": {"_entities": [{"status": "new", "owner": "new"}]}}

    async def source() -> str:
        return composed.supergraph_sdl

    def decide(http: HttpRequest, labels: Sequence[str]) -> Sequence[str]:
        return labels if http.header(b"x-new") else ()

    app = build_app(
        EngineSettings(),
        source,
        local={"legacy": legacy, "modern": modern},
        surroundings=Surroundings(decide_labels=decide),
    )
    client = Client(app)
    async with running(app):
        for header, owner in [("", "old"), ("1", "new"), ("", "old"), ("1", "new")]:
            calls.clear()
            reply = await client.post("{ patent { owner } }", headers={"x-new": header})
            assert reply.json == {"data": {"patent": {"owner": owner}}}
        # One document, a record for each set of active labels (percent(5) may have been drawn).
        live: Any = app
        snapshot = live._engine_of[0].live.current
        assert 2 <= len(snapshot.views.whole.documents) <= 4


async def test_documents_that_differ_in_literals_share_a_plan() -> None:
    from tests.federation.server.harness import engine

    async with engine() as client:
        for name in ("a", "b", "c"):
            reply = await client.post(f'{{ hello(name: "{name}") }}')
            assert reply.json == {"data": {"hello": f"Hello {name}"}}
        snapshot = client.app._engine_of[0].live.current
        assert (len(snapshot.views.whole.documents), len(snapshot.schema.plans)) == (3, 1)
        assert len(set(client.subgraph.calls)) == 1
