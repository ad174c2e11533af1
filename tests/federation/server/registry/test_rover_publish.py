"""Rover publishes, lists, fetches and deletes: each step as its client sends and reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from federation.cli.supergraph_config import load_subgraphs
from federation.composition.compose import compose
from federation.composition.result import Composed
from federation.registry.model import Role
from federation.supergraph.reader import read_supergraph
from tests.federation.server.registry import rover
from tests.federation.server.registry.site import (
    CONTRADICTING,
    LISTINGS,
    PATENTS,
    RegistrySite,
)

ROOT = Path(__file__).parents[4]
HERE = {"graph_id": "hub", "variant": "current"}


async def publish(site: RegistrySite, name: str, sdl: str, **more: Any) -> rover.Publication:
    reply = await site.graphql(rover.PUBLISH, rover.publish_variables(name, sdl, **more))
    read = rover.decode(reply.body, rover.Publish)
    assert isinstance(read, rover.Publish)
    assert read.graph is not None
    assert read.graph.publish_subgraph is not None
    return read.graph.publish_subgraph


async def test_the_first_publish_makes_the_graph(site: RegistrySite) -> None:
    # Rover asks whether the variant exists; null means: publish without --convert.
    reply = await site.graphql(rover.VARIANTS, {"graph_id": "hub"})
    read = rover.decode(reply.body, rover.Variants)
    assert isinstance(read, rover.Variants)
    assert read.graph is None

    published = await publish(site, "patents", PATENTS)
    assert published.did_update_gateway
    assert published.service_was_created
    assert published.service_was_updated
    assert published.errors == []
    assert published.composition_config is not None
    assert published.launch_cli_copy == "Launch 1 of hub@current is live."
    assert published.launch_url is None

    read = rover.decode(
        (await site.graphql(rover.VARIANTS, {"graph_id": "hub"})).body, rover.Variants
    )
    assert isinstance(read, rover.Variants)
    assert read.graph is not None
    assert [variant.name for variant in read.graph.variants] == ["current"]
    federated = rover.decode((await site.graphql(rover.IS_FEDERATED, HERE)).body, rover.IsFederated)
    assert isinstance(federated, rover.IsFederated)
    assert federated.graph is not None
    assert federated.graph.variant is not None
    assert federated.graph.variant.subgraphs == [rover.Named("patents")]


async def test_an_equal_schema_changes_nothing(site: RegistrySite) -> None:
    first = await publish(site, "patents", PATENTS)
    again = await publish(site, "patents", PATENTS)
    assert not again.did_update_gateway
    assert not again.service_was_created
    assert not again.service_was_updated
    assert again.composition_config == first.composition_config
    assert again.launch is None


async def test_what_does_not_compose_waits_and_says_why(site: RegistrySite) -> None:
    first = await publish(site, "patents", PATENTS)
    waiting = await publish(site, "listings", CONTRADICTING)
    assert not waiting.did_update_gateway
    assert waiting.service_was_created
    assert "FIELD_TYPE_MISMATCH" in {error.code for error in waiting.errors if error}
    # The live supergraph stays, and its hash is what Rover prints.
    assert waiting.composition_config == first.composition_config
    live = await site.data(rover.SUPERGRAPH, HERE)
    result = live["graph"]["variant"]["latestApprovedLaunch"]["build"]["result"]
    assert result["__typename"] == "BuildSuccess"
    assert "listed" not in result["coreSchema"]["coreDocument"]
    mended = await publish(site, "listings", LISTINGS)
    assert mended.did_update_gateway
    assert not mended.service_was_created


async def test_a_newer_rover_waits_for_the_launch(site: RegistrySite) -> None:
    data = await site.data(rover.PUBLISH_AND_LAUNCH, rover.publish_variables("patents", PATENTS))
    launch_id = data["graph"]["publishSubgraph"]["launch"]["id"]
    data = await site.data(rover.LAUNCH_STATUS, {**HERE, "launch_id": launch_id})
    assert data["graph"]["variant"]["launch"] == {
        "id": launch_id,
        "graphId": "hub",
        "graphVariant": "current",
        "status": "LAUNCH_COMPLETED",
        "downstreamLaunches": [],
    }
    data = await site.data(rover.LAUNCH_STATUS, {**HERE, "launch_id": "gone"})
    assert data["graph"]["variant"]["launch"] is None


async def test_routing_urls(site: RegistrySite) -> None:
    asked = {"graph_ref": "hub@current", "subgraph_name": "patents"}
    # Before anything was published Rover must be told that there is no variant.
    assert (await site.data(rover.ROUTING_URL, asked))["variant"] is None
    await publish(site, "patents", PATENTS, url="http://one.example/graphql")
    data = await site.data(rover.ROUTING_URL, asked)
    assert data["variant"]["subgraph"] == {"url": "http://one.example/graphql"}
    data = await site.data(rover.ROUTING_URL, {**asked, "subgraph_name": "gone"})
    assert data["variant"] == {"__typename": "GraphVariant", "subgraph": None}
    # --no-url is sent as "", which is not "as it was".
    await publish(site, "patents", PATENTS, url="")
    assert (await site.data(rover.ROUTING_URL, asked))["variant"]["subgraph"] == {"url": ""}


async def test_list_and_fetch(site: RegistrySite) -> None:
    await publish(site, "patents", PATENTS)
    await publish(site, "listings", LISTINGS)
    read = rover.decode((await site.graphql(rover.LIST, HERE)).body, rover.SubgraphList)
    assert isinstance(read, rover.SubgraphList)
    assert read.frontend_url_root == "http://hub.example"
    assert read.graph is not None
    assert read.graph.variant is not None
    assert read.graph.variant.subgraphs is not None
    assert {each.name for each in read.graph.variant.subgraphs} == {"patents", "listings"}
    # chrono, with which Rover reads it, wants RFC 3339.
    assert all(each.updated_at.endswith("Z") for each in read.graph.variant.subgraphs)

    asked = {"graph_ref": "hub@current", "subgraph_name": "patents"}
    data = await site.data(rover.FETCH, asked)
    assert data["variant"]["subgraph"]["activePartialSchema"]["sdl"] == PATENTS
    # E009: Rover makes it of a null and the names there are.
    data = await site.data(rover.FETCH, {**asked, "subgraph_name": "gone"})
    assert data["variant"]["subgraph"] is None
    assert data["variant"]["subgraphs"] == [{"name": "listings"}, {"name": "patents"}]
    assert (await site.data(rover.FETCH, {**asked, "graph_ref": "other@current"}))[
        "variant"
    ] is None
    data = await site.data(rover.FETCH, {**asked, "graph_ref": "not a ref"})
    assert data["variant"]["__typename"] == "InvalidRefFormat"

    data = await site.data(rover.FETCH_ALL, {"graph_ref": "hub@current"})
    assert {
        each["name"]: each["activePartialSchema"]["sdl"] for each in data["variant"]["subgraphs"]
    } == {
        "patents": PATENTS,
        "listings": LISTINGS,
    }
    assert data["variant"]["sourceVariant"] is None
    version = data["variant"]["latestLaunch"]["buildInput"]["version"]
    assert version.split(".")[0] == "2"
    assert version.count(".") == 2


@pytest.mark.parametrize("document", [rover.SUPERGRAPH, rover.SUPERGRAPH_LATEST])
async def test_supergraph_fetch(site: RegistrySite, document: str) -> None:
    key = "latestApprovedLaunch" if "Approved" in document else "latestLaunch"
    assert (await site.data(document, HERE))["graph"] is None
    # E027: something was published, nothing composed.
    await publish(site, "listings", "type Query { a: Missing }")
    result = (await site.data(document, HERE))["graph"]["variant"][key]["build"]["result"]
    assert result["__typename"] == "BuildFailure"
    assert result["errorMessages"][0]["code"]
    await publish(site, "listings", LISTINGS)
    result = (await site.data(document, HERE))["graph"]["variant"][key]["build"]["result"]
    assert "join__Graph" in result["coreSchema"]["coreDocument"]
    # A variant that is not there: Rover lists those that are.
    data = await site.data(document, {**HERE, "variant": "gone"})
    assert data["graph"] == {"variants": [{"name": "current"}], "variant": None}


async def test_delete(site: RegistrySite) -> None:
    await publish(site, "patents", PATENTS)
    await publish(site, "listings", LISTINGS)

    async def delete(name: str, dry_run: bool) -> rover.Removal:
        variables = {**HERE, "subgraph": name, "dry_run": dry_run}
        read = rover.decode((await site.graphql(rover.DELETE, variables)).body, rover.Delete)
        assert isinstance(read, rover.Delete)
        assert read.graph is not None
        return read.graph.remove_implementing_service_and_trigger_composition

    assert await delete("listings", True) == rover.Removal([], False)
    assert len((await site.data(rover.LIST, HERE))["graph"]["variant"]["subgraphs"]) == 2
    assert await delete("listings", False) == rover.Removal([], True)
    reply = await site.graphql(rover.DELETE, {**HERE, "subgraph": "listings", "dry_run": False})
    assert (reply.status, reply.json["data"], reply.code) == (200, None, "E009")


async def test_lint(site: RegistrySite) -> None:
    await publish(site, "patents", PATENTS)
    given = {"graphId": "hub", "sdl": "type Query { Bad_Name: Int }", "baseSdl": None}
    data = await site.data(rover.LINT, given)
    found = data["graph"]["lintSchema"]["diagnostics"]
    named = [each for each in found if each["rule"] == "FIELD_NAMES_SHOULD_BE_CAMEL_CASE"]
    assert [each["coordinate"] for each in named] == ["Query.Bad_Name"]
    # Rover reads the first source location of each without looking whether there is one.
    assert all(each["sourceLocations"][0]["start"]["line"] == 1 for each in found)
    start, end = (named[0]["sourceLocations"][0][side]["byteOffset"] for side in ("start", "end"))
    assert "type Query { Bad_Name: Int }"[start:end].startswith("Bad_Name")
    data = await site.data(rover.LINT, {**given, "baseSdl": given["sdl"]})
    assert data["graph"]["lintSchema"]["diagnostics"] == []


async def test_who_am_i(site: RegistrySite) -> None:
    data = await site.data(rover.WHO_AM_I)
    assert data["me"]["__typename"] == "Service"
    assert data["me"]["title"] == "administrator"
    assert data["me"]["asActor"] == {"type": "GRAPH"}


async def test_persisted_queries(site: RegistrySite) -> None:
    await publish(site, "patents", PATENTS)
    data = await site.data(rover.RESOLVE_DOCUMENTS, {"graphId": "hub", "variant": "current"})
    assert data["graph"]["variant"]["persistedQueryList"] == {"id": "hub", "name": "hub"}
    operation = {
        "id": "a1",
        "body": "query Q { __typename }",
        "name": "Q",
        "type": "QUERY",
        "clientName": None,
    }
    given = {"graphId": "hub", "listId": "hub", "operationManifest": [operation]}

    async def publish_documents(key: str | None = None, **changes: str) -> Any:
        manifest = [{**operation, **changes}]
        data = await site.data(
            rover.PUBLISH_DOCUMENTS, {**given, "operationManifest": manifest}, key
        )
        return data["graph"]["persistedQueryList"]["publishOperations"]

    counts = {"added": 1, "identical": 0, "updated": 0, "unaffected": 0, "removed": 0}
    assert await publish_documents() == {
        "__typename": "PublishOperationsResult",
        "build": {
            "revision": 1,
            "publish": {"operationCounts": counts},
            "list": {"name": "hub"},
        },
        "unchanged": False,
    }
    assert (await publish_documents())["unchanged"] is True
    refused = await publish_documents(body="query Q { again: __typename }")
    assert refused["__typename"] == "CannotModifyOperationBodyError"
    refused = await publish_documents(await site.token(Role.READER), id="a2")
    assert refused["__typename"] == "PermissionError"


async def test_a_real_graph_published_one_by_one_is_what_composing_makes(
    site: RegistrySite,
) -> None:
    """Those that need another one wait for it, and nobody has to publish twice."""
    sources = load_subgraphs(str(ROOT / "schema/supergraph.yaml"))
    assert len(sources) > 5
    for source in reversed(sources):
        await publish(site, source.name, source.sdl, url=source.url)
    composed = compose(sources)
    assert isinstance(composed, Composed)
    live = await site.data(rover.SUPERGRAPH, HERE)
    result = live["graph"]["variant"]["latestApprovedLaunch"]["build"]["result"]
    found = result["coreSchema"]["coreDocument"]
    assert read_supergraph(found) == read_supergraph(composed.supergraph_sdl)
    states = await site.data('{ hub { variant(ref: "hub") { subgraphs { state } } } }')
    assert {each["state"] for each in states["hub"]["variant"]["subgraphs"]} == {"LIVE"}
