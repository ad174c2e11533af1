"""Figures of the program around the engine, beside the engine's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from federation.config.load import parse_config
from federation.server.app import Surroundings
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import engine
from tests.federation.server.test_metrics import of, scrape

ON = "telemetry: {exporters: {metrics: {prometheus: {enabled: true, listen: null}}}}"


class Reading(NamedTuple):
    name: str
    text: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]
    counts: bool = False


def readings() -> Iterator[Reading]:
    yield Reading("pool", "Connections", ("state",), {("used",): 3, ("idle",): 4})
    yield Reading("timeouts", "In vain", (), {(): 7}, counts=True)


def broken() -> Iterator[Reading]:
    yield Reading("half", "Half", (), {(): 1})
    raise RuntimeError("the pool is closed")


async def test_they_are_shown_and_a_broken_one_hides_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    around = Surroundings(metrics=(broken, readings))
    async with engine(parse_config(ON, EngineSettings), around) as client:
        await client.post("{ hello }")
        found = await scrape(client)
    assert found["pool"] == {(("state", "used"),): 3, (("state", "idle"),): 4}
    assert found["timeouts_total"] == {(): 7}
    assert "half" not in found
    assert of(found["http_server_request_duration_seconds_count"]) == 1
    assert "could not be read" in caplog.text
