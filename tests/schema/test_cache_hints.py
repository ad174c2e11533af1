"""What our own subgraphs say of how long their answers hold, and that they never say too much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.cache_tags import WatchedTables, watch_tables
from resolvers.identity import Caller, Role
from schema.cache_hints import CacheHints
from schema.http import subgraph_app
from schema.identity import HEADER, IdentityKey
from schema.serving import SubgraphServer
from tests.schema.world import CENTER, DEAL, HOLDER, LASER, LISTING_1, NOW, TODAY

IDENTITY = IdentityKey("k" * 32, clock=lambda: NOW)
PLATFORM = Caller("p", Role.FUNCTIONAL_PLATFORM, center=CENTER)
INDUSTRY = Caller("i", Role.INDUSTRY_CENTER, center="IC-440300-01")
PRICE = (
    """{ _entities(representations: [{__typename: "Deal", id: "%s"}]) {
  ... on Deal { price { amount } } } }"""
    % DEAL
)


@pytest.fixture(scope="module")
async def watched(world: Database) -> WatchedTables:
    return await watch_tables(world)


def server(
    database: Database,
    watched: WatchedTables,
    *,
    today: date = TODAY,
    now: datetime = NOW,
) -> SubgraphServer:
    return SubgraphServer(
        database,
        today=lambda: today,
        now=lambda: now,
        identity=IDENTITY,
        cache_hints=CacheHints(watched),
    )


async def told(
    found: SubgraphServer,
    subgraph: str,
    query: str,
    caller: Caller | None = None,
    headers: Mapping[str, str] | None = None,
    **variables: Any,
) -> tuple[Any, Mapping[str, str]]:
    """Return the answer and its headers."""
    stated = IDENTITY.headers(caller) if caller is not None else {}
    answer = await found.execute(subgraph, query, variables, None, {**stated, **(headers or {})})
    return answer, answer.headers  # type: ignore[attr-defined]


async def test_all_tables_of_the_subgraphs_are_watched(
    world: Database, watched: WatchedTables
) -> None:
    owners = {name.split(".")[0] for name in watched.tables}
    assert owners >= {
        *("reference", "patents", "platforms", "catalog", "trading", "finance", "featured"),
        *("tools", "reporting"),
    }
    assert not owners & {"hub", "queue", "registry", "pg_catalog"}
    assert (await watch_tables(world)) == watched, "a second time changes nothing"


async def test_what_is_the_same_for_all_is_public(world: Database, watched: WatchedTables) -> None:
    found = server(world, watched)
    query = '{ patent(applicationNumber: "%s") { title currentHolders { name } } }' % LASER
    for caller in (None, PLATFORM):
        answer, headers = await told(found, "patents", query, caller)
        assert "errors" not in answer
        assert headers["cache-control"] == "public, max-age=60"
        assert headers["vary"] == "x-hub-provenance"
        tags = set(headers["cache-tag"].split(", "))
        assert {"patents.patent"} < tags <= watched.tables


async def test_entities_are_told_of_like_root_fields(
    world: Database, watched: WatchedTables
) -> None:
    query = (
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Organization"
        " { heldPatents(first: 5) { nodes { applicationNumber } } } } }"
    )
    representation = {"__typename": "Organization", "uscc": HOLDER}
    answer, headers = await told(server(world, watched), "patents", query, r=[representation])
    assert "errors" not in answer
    assert headers["cache-control"].startswith("public")
    assert "patents.patent" in headers["cache-tag"]


async def test_who_looks_at_the_caller_says_so(world: Database, watched: WatchedTables) -> None:
    found = server(world, watched)
    query = '{ listing(id: "%s") { title } }' % LISTING_1
    _, headers = await told(found, "trading", query)
    assert headers["cache-control"] == "public, max-age=60"
    assert HEADER in headers["vary"]
    _, headers = await told(found, "trading", query, PLATFORM)
    assert headers["cache-control"] == "private, max-age=60"
    assert HEADER in headers["vary"]


@pytest.mark.parametrize(
    ("subgraph", "query", "caller", "headers"),
    [
        # conditional data: asks the catalogue for grants, and counts their use
        ("trading", PRICE, INDUSTRY, {}),
        # an error
        ("trading", PRICE, None, {}),
        ("patents", "{ patent(applicationNumber: 5) { title } }", None, {}),
        ("patents", "{ nothing }", None, {}),
        # depends on which transactions run
        (
            "patents",
            '{ patentsChangedSince(since: "2020-01-01T00:00:00Z") { nodes { changedAt } } }',
            None,
            {},
        ),
        # tells of sources in extensions
        (
            "patents",
            '{ patent(applicationNumber: "%s") { title } }' % LASER,
            None,
            {"x-hub-provenance": "1"},
        ),
        # boards and batches
        ("reporting", "{ ingestBatches(first: 1) { nodes { fileName } } }", PLATFORM, {}),
    ],
)
async def test_nothing_else_is_kept(
    world: Database,
    watched: WatchedTables,
    subgraph: str,
    query: str,
    caller: Caller | None,
    headers: Mapping[str, str],
) -> None:
    _, said = await told(server(world, watched), subgraph, query, caller, headers)
    assert said == {"cache-control": "no-store"}


async def test_a_table_without_triggers_is_not_kept(
    world: Database, watched: WatchedTables
) -> None:
    blind = WatchedTables(watched.schemas, watched.tables - {"patents.patent"}, watched.functions)
    query = '{ patent(applicationNumber: "%s") { title } }' % LASER
    _, headers = await told(server(world, blind), "patents", query)
    assert headers == {"cache-control": "no-store"}


async def test_nothing_outlives_the_day(world: Database, watched: WatchedTables) -> None:
    """15:59:30 UTC is half a minute before midnight in China."""
    late = server(world, watched, now=datetime(2024, 6, 15, 15, 59, 30, tzinfo=UTC))
    query = '{ patent(applicationNumber: "%s") { legalStatus } }' % LASER
    _, headers = await told(late, "patents", query)
    assert headers["cache-control"] == "public, max-age=30"
    over = server(world, watched, now=datetime(2024, 6, 15, 16, 0, 0, tzinfo=UTC))
    _, headers = await told(over, "patents", query)
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("statement", "tags"),
    [
        ("select a from s.t as t", {"s.t"}),
        ("select s.t.a from s.t join s.u on s.t.x = s.u.x", {"s.t", "s.u"}),
        ("select t.a from s.t as t, lateral (select s.b) as s", None),  # looks like a table
        ("with x as (select 1 from s.t) select s.f(x.a) from x, s.u", {"s.t", "s.u"}),
        ("select s.volatile(t.a) from s.t as t", None),
        ("select a from s.unknown", None),
        ("select 1", None),
        ("select a from other.t", None),
        ("select a from s.t where b < now()", None),
        ("select a from s.t where b < CURRENT_DATE", None),
        ("select a from s.t where pg_xact_commit_timestamp(xmin) > $1", None),
        ("select a from s.t for update", None),
        ("update s.t set a = 1 returning a", None),
        ("insert into s.t select 1", None),
        ("with gone as (delete from s.t returning a) select a from gone", None),
        ("select updated_at, insertion from s.t", {"s.t"}),
    ],
)
def test_tables_of_a_statement(statement: str, tags: set[str] | None) -> None:
    names = WatchedTables(frozenset({"s"}), frozenset({"s.t", "s.u"}), frozenset({"s.f"}))
    for _ in range(2):
        assert names.tags_of([statement]) == tags


async def test_over_http_it_is_real_headers(world: Database, watched: WatchedTables) -> None:
    app = subgraph_app(server(world, watched))
    body = b'{"query":"{ patent(applicationNumber: \\"%s\\") { title } }"}' % LASER.encode()
    sent: list[Any] = []
    received = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return received.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/patents/graphql",
        "raw_path": b"/patents/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "http_version": "1.1",
        "scheme": "http",
    }
    await app(scope, receive, send)
    headers = dict(sent[0]["headers"])
    assert headers[b"cache-control"] == b"public, max-age=60"
    assert b"patents.patent" in headers[b"cache-tag"]


async def test_without_hints_nothing_is_said(world: Database) -> None:
    found = SubgraphServer(world, today=lambda: TODAY, now=lambda: NOW)
    answer = await found.execute("patents", "{ __typename }")
    assert type(answer) is dict
