"""Variants, revisions and launches in PostgreSQL, and the one transaction that changes them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from federation.composition.result import Diagnostic
from federation.registry.model import (
    GitContext,
    GraphRef,
    Launch,
    LaunchMember,
    LaunchOrigin,
    SubgraphStatus,
    SubgraphVersion,
    SupergraphVersion,
    Variant,
)
from federation.registry.postgres.auditing import write_audit
from federation.registry.postgres.change_sets import store_change_set
from federation.registry.postgres.json_values import from_json, is_uuid, to_json
from federation.registry.postgres.pool import Pool, Queries, Row
from federation.registry.store import VariantChange

CHANNEL: Final = "registry"

_VARIANTS: Final = "select variant from registry.variant where graph = $1 order by variant"
_VARIANT: Final = """
select v.generation, v.live_launch_id::text as launch_id, s.name, s.problems,
       s.latest_id::text as latest_id, s.live_id::text as live_id
from registry.variant as v
left join registry.subgraph as s on s.graph = v.graph and s.variant = v.variant
where v.graph = $1 and v.variant = $2
order by s.name
"""
_REVISION_COLUMNS: Final = """
id::text as id, graph, variant, name, number, url, sdl, sha256, label, message, git, published_at,
published_by
"""
_REVISIONS_BY_ID: Final = (
    f"select {_REVISION_COLUMNS} from registry.revision where id = any($1::uuid[])"  # noqa: S608
)
_REVISIONS: Final = f"""
select {_REVISION_COLUMNS} from registry.revision
where graph = $1 and variant = $2 and name = $3 and number < $4
order by number desc limit $5
"""  # noqa: S608
_REVISION: Final = f"""
select {_REVISION_COLUMNS} from registry.revision
where graph = $1 and variant = $2 and name = $3 and number = $4
"""  # noqa: S608
_LAUNCH_COLUMNS: Final = """
l.id::text as id, l.graph, l.variant, l.number, l.sdl_hash, l.api_schema_hash, l.hints, l.origin,
l.origin_id, l.message, l.made_at, l.made_by,
(select coalesce(jsonb_agg(jsonb_build_array(m.name, m.revision_id, r.number) order by m.name),
                 '[]')
 from registry.launch_member as m join registry.revision as r on r.id = m.revision_id
 where m.launch_id = l.id) as members
"""
_LAUNCHES: Final = f"""
select {_LAUNCH_COLUMNS} from registry.launch as l
where l.graph = $1 and l.variant = $2 and l.number < $3
order by l.number desc limit $4
"""  # noqa: S608
_LAUNCH_BY_ID: Final = f"""
select l.sdl, {_LAUNCH_COLUMNS} from registry.launch as l
where l.graph = $1 and l.variant = $2 and l.id = $3::uuid
"""  # noqa: S608
_LAUNCH_BY_NUMBER: Final = f"""
select l.sdl, {_LAUNCH_COLUMNS} from registry.launch as l
where l.graph = $1 and l.variant = $2 and l.number = $3
"""  # noqa: S608
_NEW_VARIANT: Final = """
insert into registry.variant (graph, variant) values ($1, $2) on conflict do nothing
returning generation
"""
_NEXT_GENERATION: Final = """
update registry.variant set generation = generation + 1
where graph = $1 and variant = $2 and generation = $3
returning generation
"""
_ADD_REVISION: Final = """
insert into registry.revision (id, graph, variant, name, number, url, sdl, sha256, label, message,
                               git, published_at, published_by)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_PUT_HEAD: Final = """
insert into registry.subgraph (graph, variant, name, latest_id, live_id, problems)
values ($1, $2, $3, $4::uuid, $5::uuid, $6)
on conflict (graph, variant, name) do update set latest_id = excluded.latest_id,
    live_id = excluded.live_id, problems = excluded.problems
"""
_REMOVE_HEADS: Final = """
delete from registry.subgraph where graph = $1 and variant = $2 and name = any($3)
"""
_ADD_LAUNCH: Final = """
insert into registry.launch (id, graph, variant, number, sdl, sdl_hash, api_schema_hash, hints,
                             origin, origin_id, message, made_at, made_by)
values ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_ADD_MEMBER: Final = """
insert into registry.launch_member (launch_id, name, revision_id) values ($1::uuid, $2, $3::uuid)
"""
_GO_LIVE: Final = """
update registry.variant set live_launch_id = $3::uuid where graph = $1 and variant = $2
"""
_NOTIFY: Final = "select pg_notify($1, $2)"

# Numbers count up from 1, so this is before every one.
_FIRST: Final = 2**31 - 1


class Conflict(Exception):
    """The variant or change set is not what the change was made from; rolls the block back."""


class RevisionCache:
    """Revisions by id: they never change. What was not used for longest leaves."""

    def __init__(self, max_characters: int = 64_000_000) -> None:
        self._max = max_characters
        self._kept: OrderedDict[str, SubgraphVersion] = OrderedDict()
        self._size = 0

    def get(self, revision_id: str) -> SubgraphVersion | None:
        found = self._kept.get(revision_id)
        if found is not None:
            self._kept.move_to_end(revision_id)
        return found

    def put(self, version: SubgraphVersion) -> None:
        if version.id not in self._kept:
            self._kept[version.id] = version
            self._size += len(version.sdl)
        while self._size > self._max:
            _, left = self._kept.popitem(last=False)
            self._size -= len(left.sdl)


class VariantStore:
    """The part of the storage about variants; see `Store`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._revisions = RevisionCache()

    async def variants(self, graph: str) -> tuple[GraphRef, ...]:
        rows = await self._pool.fetch("registry.variants", _VARIANTS, graph)
        return tuple(GraphRef(graph, row["variant"]) for row in rows)

    async def variant(self, ref: GraphRef) -> Variant | None:
        rows = await self._pool.fetch("registry.variant", _VARIANT, ref.graph, ref.variant)
        if not rows:
            return None
        heads = [row for row in rows if row["name"] is not None]
        ids = {row[key] for row in heads for key in ("latest_id", "live_id")} - {None}
        known = await self._by_id(ids)
        subgraphs = tuple(
            SubgraphStatus(
                row["name"],
                known.get(row["latest_id"]),
                known.get(row["live_id"]),
                from_json(row["problems"], tuple[Diagnostic, ...]),
            )
            for row in heads
        )
        return Variant(ref, rows[0]["generation"], rows[0]["launch_id"], subgraphs)

    async def _by_id(self, ids: set[str]) -> dict[str, SubgraphVersion]:
        found = {i: version for i in ids if (version := self._revisions.get(i)) is not None}
        missing = sorted(ids - found.keys())
        if missing:
            rows = await self._pool.fetch("registry.revisions_by_id", _REVISIONS_BY_ID, missing)
            for row in rows:
                version = found[row["id"]] = _revision(row)
                self._revisions.put(version)
        return found

    async def revision(
        self, ref: GraphRef, name: str, number: int | None = None
    ) -> SubgraphVersion | None:
        if number is None:
            newest = await self.revisions(ref, name, 1, None)
            return newest[0] if newest else None
        row = await self._pool.fetchrow(
            "registry.revision", _REVISION, ref.graph, ref.variant, name, number
        )
        return None if row is None else _revision(row)

    async def revisions(
        self, ref: GraphRef, name: str, limit: int, before: int | None
    ) -> tuple[SubgraphVersion, ...]:
        rows = await self._pool.fetch(
            "registry.revisions", _REVISIONS, ref.graph, ref.variant, name, before or _FIRST, limit
        )
        return tuple(_revision(row) for row in rows)

    async def launch(self, ref: GraphRef, launch: str | int) -> SupergraphVersion | None:
        if isinstance(launch, str) and not is_uuid(launch):
            return None
        sql = _LAUNCH_BY_ID if isinstance(launch, str) else _LAUNCH_BY_NUMBER
        row = await self._pool.fetchrow("registry.launch", sql, ref.graph, ref.variant, launch)
        return None if row is None else SupergraphVersion(_launch(row), row["sdl"])

    async def launches(self, ref: GraphRef, limit: int, before: int | None) -> tuple[Launch, ...]:
        rows = await self._pool.fetch(
            "registry.launches", _LAUNCHES, ref.graph, ref.variant, before or _FIRST, limit
        )
        return tuple(_launch(row) for row in rows)

    async def commit(self, change: VariantChange) -> bool:
        try:
            async with self._pool.transaction() as transaction:
                await _commit(transaction, change)
        except Conflict:
            return False
        return True


async def _commit(queries: Queries, change: VariantChange) -> None:
    graph, variant = change.ref.graph, change.ref.variant
    # First of all the variant's row, which is then locked: whoever commits next waits here.
    if change.generation is None:
        row = await queries.fetchval("registry.new_variant", _NEW_VARIANT, graph, variant)
    else:
        row = await queries.fetchval(
            "registry.next_generation", _NEXT_GENERATION, graph, variant, change.generation
        )
    if row is None:
        raise Conflict
    for v in change.revisions:
        await queries.execute(
            "registry.add_revision", _ADD_REVISION, v.id, graph, variant, v.name, v.number, v.url,
            v.sdl, v.sha256, v.label, v.message, to_json(v.git), v.published_at, v.published_by,
        )  # fmt: skip
    for head in change.heads:
        await queries.execute(
            "registry.put_subgraph", _PUT_HEAD, graph, variant, head.name, head.latest_id,
            head.live_id, to_json(head.problems),
        )  # fmt: skip
    if change.removed:
        await queries.execute(
            "registry.remove_subgraphs", _REMOVE_HEADS, graph, variant, list(change.removed)
        )
    if change.launch is not None:
        await _go_live(queries, change.launch)
    if change.change_set is not None and not await store_change_set(queries, change.change_set):
        raise Conflict
    await write_audit(queries, change.audit)


async def _go_live(queries: Queries, version: SupergraphVersion) -> None:
    launch = version.launch
    graph, variant = launch.ref.graph, launch.ref.variant
    await queries.execute(
        "registry.add_launch", _ADD_LAUNCH, launch.id, graph, variant, launch.number, version.sdl,
        launch.sdl_hash, launch.api_schema_hash, to_json(launch.hints), launch.origin.value,
        launch.origin_id, launch.message, launch.made_at, launch.made_by,
    )  # fmt: skip
    members = [(launch.id, member.name, member.revision_id) for member in launch.members]
    await queries.executemany("registry.add_members", _ADD_MEMBER, members)
    await queries.execute("registry.go_live", _GO_LIVE, graph, variant, launch.id)
    await queries.fetchval("registry.notify", _NOTIFY, CHANNEL, f"{launch.ref} {launch.id}")


def _revision(row: Row) -> SubgraphVersion:
    return SubgraphVersion(
        id=row["id"],
        ref=GraphRef(row["graph"], row["variant"]),
        name=row["name"],
        number=row["number"],
        url=row["url"],
        sdl=row["sdl"],
        sha256=row["sha256"],
        label=row["label"],
        published_at=row["published_at"],
        published_by=row["published_by"],
        message=row["message"],
        git=from_json(row["git"], GitContext),
    )


def _launch(row: Row) -> Launch:
    return Launch(
        id=row["id"],
        ref=GraphRef(row["graph"], row["variant"]),
        number=row["number"],
        sdl_hash=row["sdl_hash"],
        api_schema_hash=row["api_schema_hash"],
        members=tuple(LaunchMember(*member) for member in row["members"]),
        made_at=row["made_at"],
        made_by=row["made_by"],
        origin=LaunchOrigin(row["origin"]),
        origin_id=row["origin_id"],
        hints=from_json(row["hints"], tuple[Diagnostic, ...]),
        message=row["message"],
    )
