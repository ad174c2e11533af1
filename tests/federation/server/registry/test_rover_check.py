"""Rover checks: start, poll the status, read the tasks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from federation.registry.model import GraphRef, Role
from federation.registry.postgres.store import PostgresStore
from federation.registry.service import Registry
from federation.registry.settings import RegistrySettings
from federation.registry.usage import OperationUsage
from federation.supergraph.contracts import Contract
from resolvers.database.pool import Database
from tests.federation.server.registry import rover
from tests.federation.server.registry.site import (
    CONTRADICTING,
    LISTINGS,
    PATENTS,
    PATENTS_WITHOUT_ABSTRACT,
    RegistrySite,
)

FAST_POLL = 0.02


async def start(site: RegistrySite, key: str | None = None, **variables: Any) -> Any:
    name, sdl = variables.pop("name", "patents"), variables.pop("sdl", PATENTS)
    given = rover.check_variables(name, sdl, variables.pop("config", None)) | variables
    data = await site.data(rover.CHECK, given, key)
    return data["graph"]["variant"]["submitSubgraphCheckAsync"]


async def finish(site: RegistrySite, started: Any) -> rover.CheckWorkflow:
    assert started["__typename"] == "CheckRequestSuccess"
    asked = {"workflowId": started["workflowID"], "graphId": "hub"}
    async with asyncio.timeout(20):
        while True:
            status = (await site.data(rover.WORKFLOW_STATUS, asked))["graph"]["checkWorkflow"]
            assert all(task["targetURL"] for task in status["tasks"])
            if status["status"] != "PENDING":
                break
            await asyncio.sleep(FAST_POLL)
    reply = await site.graphql(rover.WORKFLOW, asked)
    read = rover.decode(reply.body, rover.Workflow)
    assert isinstance(read, rover.Workflow)
    assert read.graph is not None
    assert read.graph.check_workflow is not None
    return read.graph.check_workflow


async def check(site: RegistrySite, **variables: Any) -> rover.CheckWorkflow:
    return await finish(site, await start(site, **variables))


def task(workflow: rover.CheckWorkflow, kind: type[Any]) -> Any:
    (found,) = [each for each in workflow.tasks if isinstance(each, kind)]
    return found


@pytest.fixture
async def published(site: RegistrySite) -> RegistrySite:
    for name, sdl in (("patents", PATENTS), ("listings", LISTINGS)):
        await site.data(rover.PUBLISH, rover.publish_variables(name, sdl))
    return site


async def use(site: RegistrySite, *coordinates: str) -> None:
    """Record that clients ask for these fields."""
    usage = OperationUsage(
        signature="f" * 64,
        name="Abstract",
        kind="query",
        text='query Abstract { patent(number: "") { abstract } }',
        client_name="dashboard",
        client_version="1",
        coordinates=frozenset(coordinates),
        count=7,
        errors=0,
        hour=datetime.now(UTC).replace(minute=0, second=0, microsecond=0),
    )
    await site.registry.record_usage(GraphRef("hub"), [usage])


USED = ("Query.patent", "Query.patent(number:)", "Patent.abstract")


async def test_a_check_that_passes(published: RegistrySite) -> None:
    workflow = await check(
        published, sdl=PATENTS.replace("title: String", "title: String subtitle: String")
    )
    assert workflow.status == "PASSED"
    composition = task(workflow, rover.CompositionTask)
    assert composition.core_schema_modified
    assert composition.result == rover.CompositionResult([])
    operations = task(workflow, rover.OperationsTask)
    assert operations.status == "PASSED"
    assert {change.severity for change in operations.result.changes} <= {"NOTICE"}
    assert task(workflow, rover.LintTask).result is not None


async def test_composition_fails(published: RegistrySite) -> None:
    workflow = await check(published, name="listings", sdl=CONTRADICTING)
    assert workflow.status == "FAILED"
    # Rover stops at the errors (E029) and does not look further.
    first = workflow.tasks[0]
    assert isinstance(first, rover.CompositionTask)
    assert first.result is not None
    assert "FIELD_TYPE_MISMATCH" in {error.code for error in first.result.errors}
    assert task(workflow, rover.OperationsTask).status == "BLOCKED"
    assert task(workflow, rover.OperationsTask).result is None


async def test_a_field_in_use(published: RegistrySite) -> None:
    await use(published, *USED)
    workflow = await check(published, sdl=PATENTS_WITHOUT_ABSTRACT)
    assert workflow.status == "FAILED"
    operations = task(workflow, rover.OperationsTask)
    assert operations.status == "FAILED"
    assert operations.result.check_severity == "FAILURE"
    assert operations.result.number_of_checked_operations == 1
    failures = [each for each in operations.result.changes if each.severity == "FAILURE"]
    assert [each.code for each in failures] == ["FIELD_REMOVED"]


@pytest.mark.parametrize(
    "config",
    [
        {"queryCountThreshold": 8},
        {"from": "-1", "to": "-0", "queryCountThreshold": 1},
    ],
)
async def test_what_counts_as_in_use_can_be_asked(
    published: RegistrySite, config: dict[str, object]
) -> None:
    if "from" in config:
        # The hour began before the window, unless it began this very second.
        await use(published, *USED)
        await asyncio.sleep(1.1)
    else:
        await use(published, *USED)
    workflow = await check(published, sdl=PATENTS_WITHOUT_ABSTRACT, config=config)
    changes = task(workflow, rover.OperationsTask).result.changes
    (removed,) = [each for each in changes if each.code == "FIELD_REMOVED"]
    assert removed.severity == "NOTICE"
    assert "no recorded operation" in removed.description


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"to": "-3600"}, "until now"),
        ({"queryCountThresholdPercentage": 3.0}, "between 0 and 1"),
        ({"ignoredOperations": ["a"]}, "ignoredOperations"),
        ({"from": "yesterday"}, "2027-01-31T12:00:00Z"),
        ({"from": "3600"}, "window"),
    ],
)
async def test_parameters_that_cannot_be_kept_are_refused(
    published: RegistrySite, config: dict[str, object], told: str
) -> None:
    started = await start(published, config=config)
    assert started["__typename"] == "InvalidInputError"
    assert told in started["message"]


async def test_a_token_that_may_not_check(published: RegistrySite) -> None:
    started = await start(published, await published.token(Role.READER))
    assert started["__typename"] == "PermissionError"
    assert "may not check" in started["message"]


async def test_unknown_variant_and_workflow(published: RegistrySite) -> None:
    given = rover.check_variables("patents", PATENTS) | {"name": "gone"}
    assert (await published.data(rover.CHECK, given))["graph"]["variant"] is None
    for workflow_id in ("00000000-0000-0000-0000-000000000000", "not an id"):
        asked = {"workflowId": workflow_id, "graphId": "hub"}
        assert (await published.data(rover.WORKFLOW, asked))["graph"]["checkWorkflow"] is None


async def test_contracts_are_downstream(database: Database, site: RegistrySite) -> None:
    settings = RegistrySettings(contracts={"open": Contract(exclude=frozenset({"internal"}))})
    registry = Registry(PostgresStore(database), settings)
    strict = RegistrySite(registry, site.admin)
    try:
        await strict.data(rover.PUBLISH, rover.publish_variables("patents", PATENTS))
        tagged = PATENTS.replace('"@key"]', '"@key", "@tag"]').replace(
            "type Query {", 'type Query @tag(name: "internal") {'
        )
        workflow = await check(strict, sdl=tagged)
        (result,) = task(workflow, rover.DownstreamTask).results
        assert result.downstream_variant_name == "open"
        assert result.downstream_workflow.status == "FAILED"
        assert result.fails_upstream_workflow is True
        assert workflow.status == "FAILED"
    finally:
        await registry.close()


async def test_the_page_of_a_check(published: RegistrySite) -> None:
    await use(published, *USED)
    started = await start(published, sdl=PATENTS_WITHOUT_ABSTRACT)
    await finish(published, started)
    url = started["targetURL"]
    assert url.startswith("http://hub.example/registry/checks/hub/")
    page = await published.get(url)
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/plain")
    text = page.body.decode()
    assert "operations: FAILED" in text
    assert "FAILURE  FIELD_REMOVED" in text
    assert "Abstract: 7 requests by dashboard@1" in text
    # The signature is for this page alone, and without one a token is needed.
    bare = url.partition("?")[0]
    assert (await published.get(bare)).status == 401
    assert (await published.get(url.replace("expires=", "expires=9"))).status == 401
    assert (await published.get(bare, {"x-api-key": "service:hub:wrong"})).status == 401
    assert (await published.get(bare, {"x-api-key": published.admin})).status == 200
