"""Views at the hub: who sees which of the graph, by role, as the mutations themselves say it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from federation.server.settings.views import Views
from gateway import build_app
from schema.common.mutations import OPERATIONS
from tests.gateway.conftest import Hub, demo_settings, running
from tests.support.postgres import TestServer

MUTATIONS = "{ __schema { mutationType { fields { name } } } }"
CALLERS = {
    "CNIPA_ADMIN": "CNIPA_ADMIN",
    "PROVINCIAL_OFFICE 440300": "PROVINCIAL_OFFICE",
    "INDUSTRY_CENTER IC-440300-01": "INDUSTRY_CENTER",
    "FUNCTIONAL_PLATFORM FT-110000-01": "FUNCTIONAL_PLATFORM",
    "FRONTEND": "FRONTEND",
}


@pytest.fixture(scope="module")
async def by_role(
    postgres_server: TestServer, monkeypatch_module: pytest.MonkeyPatch
) -> AsyncIterator[Hub]:
    monkeypatch_module.delenv("HUB_DATABASE_URL", raising=False)
    async with postgres_server.new_database() as url:
        settings = demo_settings(url)
        settings = msgspec.structs.replace(settings, views=Views(gates=("role", "grant")))
        app = build_app(settings, development=True)
        async with running(app):
            yield Hub(app, url)


def names(answer: Any) -> set[str]:
    root = answer["data"]["__schema"]["mutationType"]
    return {field["name"] for field in root["fields"]} if root else set()


async def test_everybody_sees_the_mutations_of_his_role(by_role: Hub) -> None:
    for who, role in CALLERS.items():
        expected = {
            rights.name
            for rights in OPERATIONS.values()
            if any(permit.role == role for permit in rights.permits)
        }
        assert names(await by_role.query(MUTATIONS, who=who)) == expected, who
    assert names(await by_role.query(MUTATIONS)) == set()


async def test_data_are_asked_as_before(by_role: Hub) -> None:
    query = "{ operationCenters { code name } }"
    whole = await by_role.query(query, who="CNIPA_ADMIN")
    assert "errors" not in whole
    assert whole["data"]["operationCenters"]
    assert (await by_role.query(query))["data"] == whole["data"]


async def test_what_is_hidden_cannot_be_called(by_role: Hub) -> None:
    mutation = "mutation { openEvaluationYear(year: 2027) { errors { code } } }"
    answer = await by_role.query(mutation, who="FRONTEND")
    assert {e["extensions"]["code"] for e in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
