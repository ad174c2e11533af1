"""What an answer took, told to who asks and may."""

from __future__ import annotations

import pytest

from federation.server.settings.engine import EngineSettings
from federation.server.settings.pages import Plugins
from tests.federation.server.harness import engine

ASKED = {"hub-expose-trace": "true"}


async def test_fetches_are_told() -> None:
    async with engine(EngineSettings(plugins=Plugins(expose_trace=True))) as client:
        reply = await client.post("query Slow { slow(milliseconds: 50) secret }", headers=ASKED)
        trace = reply.json["extensions"]["trace"]
        assert trace["preparationMs"] > 0
        (fetch,) = trace["fetches"]
        assert fetch["subgraph"] == "demo"
        assert fetch["durationMs"] >= 49
        assert fetch["startedMs"] >= trace["preparationMs"]
        assert (fetch["status"], fetch["errors"], fetch["representations"]) == (200, 1, 0)
        assert "hunter2" not in reply.body.decode()


@pytest.mark.parametrize(("allowed", "header"), [(False, "true"), (True, "no"), (True, None)])
async def test_only_to_who_asks_and_may(allowed: bool, header: str | None) -> None:
    async with engine(EngineSettings(plugins=Plugins(expose_trace=allowed))) as client:
        headers = {} if header is None else {"hub-expose-trace": header}
        assert (await client.post("{ hello }", headers=headers)).json == {
            "data": {"hello": "Hello world"}
        }


async def test_equal_queries_have_traces_of_their_own() -> None:
    async with engine(EngineSettings(plugins=Plugins(expose_trace=True))) as client:
        first = await client.post("{ hello }", headers=ASKED)
        second = await client.post("{ hello }")
        assert "extensions" in first.json
        assert "extensions" not in second.json
