"""Change sets on PostgreSQL: together or not at all, also when killed half way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from federation.registry.checks.result import TaskStatus
from federation.registry.errors import RegistryError
from federation.registry.model import (
    ChangeSet,
    ChangeSetState,
    LaunchOrigin,
    Role,
    SubgraphProposal,
    SubgraphState,
)
from federation.registry.postgres.pool import Queries
from federation.registry.postgres.store import PostgresStore
from federation.registry.settings import RegistrySettings
from resolvers.database.pool import Database
from tests.federation.registry.world import (
    APPROVER,
    BROKEN,
    FINANCE,
    PATENTS,
    PATENTS_WITHOUT_TITLE,
    PUBLISHER,
    REF,
    SYSTEM,
    TRADING,
    World,
    caller,
)

OTHER = caller("centre-b", Role.PUBLISHER, subgraphs=frozenset({"finance"}))
LIVE = SubgraphState.LIVE


async def opened(world: World, *proposals: tuple[Any, str, str | None]) -> ChangeSet:
    """A change set with (caller, name, SDL; None for a deletion) in it."""
    change_set = await world.registry.open_change_set(PUBLISHER, REF, "Rates for loans")
    for by, name, text in proposals:
        change_set = await add(world, change_set.id, by, name, text)
    return change_set


async def add(world: World, set_id: str, by: Any, name: str, text: str | None) -> ChangeSet:
    if text is None:
        return await world.registry.delete_in_change_set(by, REF, set_id, name)
    proposal = SubgraphProposal(name, text, f"http://{name}.example/graphql")
    return await world.registry.add_to_change_set(by, REF, set_id, proposal)


async def approved(world: World, change_set: ChangeSet) -> ChangeSet:
    await world.registry.check_change_set(PUBLISHER, REF, change_set.id)
    return await world.registry.approve_change_set(APPROVER, REF, change_set.id, reason="agreed")


async def fails(code: str, work: Any) -> RegistryError:
    with pytest.raises(RegistryError) as refused:
        await work
    assert refused.value.code == code
    return refused.value


async def test_from_open_to_published_to_rolled_back(world: World) -> None:
    """`finance` fits only with the new `patents`: together in one launch, and back in one."""
    await world.publish_all(patents=PATENTS, trading=TRADING)
    before = await world.registry.supergraph(SYSTEM, REF)
    change_set = await opened(
        world, (PUBLISHER, "patents", PATENTS_WITHOUT_TITLE), (OTHER, "finance", BROKEN)
    )
    assert [entry.name for entry in change_set.entries] == ["finance", "patents"]
    check = await world.registry.check_change_set(OTHER, REF, change_set.id)
    assert (check.status, check.change_set_id) == (TaskStatus.PASSED, change_set.id)
    change_set = await world.registry.approve_change_set(
        APPROVER, REF, change_set.id, reason="agreed"
    )
    assert (change_set.state, change_set.approved_by) == (ChangeSetState.APPROVED, "reviewer")

    published = await world.registry.publish_change_set(PUBLISHER, REF, change_set.id)
    assert published.launch is not None
    assert published.launch.number == before.launch.number + 1
    assert published.launch.origin is LaunchOrigin.CHANGE_SET
    assert await world.live() == {"patents": 2, "trading": 1, "finance": 1}
    finance = await world.registry.subgraph(SYSTEM, REF, "finance")
    assert finance.published_by == "centre-b"
    stored = await world.registry.change_set(SYSTEM, REF, change_set.id)
    assert (stored.state, stored.launch_id) == (ChangeSetState.PUBLISHED, published.launch.id)
    assert stored.before_id == before.launch.id

    # What others do in between stays.
    await world.publish("trading", TRADING + "# later\n")
    back = await world.registry.roll_back_change_set(APPROVER, REF, change_set.id, reason="no")
    assert back.launch is not None
    assert back.launch.origin is LaunchOrigin.ROLLBACK
    assert await world.live() == {"patents": 1, "trading": 2}
    assert await world.states() == {"patents": (LIVE, 1), "trading": (LIVE, 2)}
    assert (await world.registry.supergraph(SYSTEM, REF)).sdl == before.sdl
    stored = await world.registry.change_set(SYSTEM, REF, change_set.id)
    assert stored.state is ChangeSetState.ROLLED_BACK
    await fails(
        "CHANGE_SET_STATE",
        world.registry.roll_back_change_set(APPROVER, REF, change_set.id, reason="no"),
    )
    assert [action for _, action, _ in await world.audit() if action.startswith("change_set")] == [
        "change_set.open",
        "change_set.add",
        "change_set.add",
        "change_set.check",
        "change_set.approve",
        "change_set.publish",
        "change_set.roll_back",
    ]


async def test_deletions_go_with_it(world: World) -> None:
    await world.publish_all(patents=PATENTS, finance=FINANCE)
    change_set = await opened(
        world, (PUBLISHER, "patents", PATENTS + "# 2\n"), (OTHER, "finance", None)
    )
    await approved(world, change_set)
    await world.registry.publish_change_set(APPROVER, REF, change_set.id)
    assert await world.states() == {"patents": (LIVE, 2)}
    await world.registry.roll_back_change_set(APPROVER, REF, change_set.id, reason="no")
    assert await world.states() == {"patents": (LIVE, 1), "finance": (LIVE, 1)}


async def test_approval_is_needed_and_taken_away_by_changes(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    change_set = await opened(world, (OTHER, "finance", FINANCE))
    publish = world.registry.publish_change_set
    approve = world.registry.approve_change_set
    await fails("APPROVAL_REQUIRED", publish(OTHER, REF, change_set.id))
    await fails("CHECK_REQUIRED", approve(APPROVER, REF, change_set.id, reason="ok"))
    await approved(world, change_set)
    changed = await add(world, change_set.id, OTHER, "finance", FINANCE + "# 2\n")
    assert changed.state is ChangeSetState.OPEN
    assert (changed.approved_by, changed.check_id) == (None, None)
    await fails("APPROVAL_REQUIRED", publish(OTHER, REF, change_set.id))
    await fails("CHECK_REQUIRED", approve(APPROVER, REF, change_set.id, reason="ok"))
    await approved(world, change_set)
    await publish(OTHER, REF, change_set.id)
    await fails("CHANGE_SET_STATE", publish(OTHER, REF, change_set.id))
    await fails("CHANGE_SET_STATE", add(world, change_set.id, OTHER, "finance", FINANCE))


async def test_nobody_approves_his_own(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    both = caller("centre-a", Role.PUBLISHER, Role.APPROVER, subgraphs=frozenset({"*"}))
    author = caller("centre-b", Role.APPROVER)
    change_set = await opened(world, (OTHER, "finance", FINANCE))
    await world.registry.check_change_set(PUBLISHER, REF, change_set.id)
    for by in (both, author):
        await fails(
            "OWN_APPROVAL",
            world.registry.approve_change_set(by, REF, change_set.id, reason="mine"),
        )
    world.use(RegistrySettings(own_approval=True))
    await world.registry.approve_change_set(both, REF, change_set.id, reason="mine")


async def test_a_failed_check_can_be_approved_but_not_composition(world: World) -> None:
    await world.publish_all(patents=PATENTS, trading=TRADING)
    await world.asked("{ patents { title } }")
    change_set = await opened(world, (PUBLISHER, "patents", PATENTS_WITHOUT_TITLE))
    check = await world.registry.check_change_set(PUBLISHER, REF, change_set.id)
    assert check.status is TaskStatus.FAILED
    await world.registry.approve_change_set(APPROVER, REF, change_set.id, reason="announced")
    assert (await world.registry.publish_change_set(PUBLISHER, REF, change_set.id)).launch

    broken = await opened(world, (OTHER, "finance", "type {"))
    await world.registry.check_change_set(PUBLISHER, REF, broken.id)
    error = await fails(
        "E029", world.registry.approve_change_set(APPROVER, REF, broken.id, reason="ok")
    )
    assert error.diagnostics


async def test_without_approval_a_passed_check_suffices(world: World) -> None:
    world.use(RegistrySettings(change_sets_need_approval=False))
    await world.publish_all(patents=PATENTS)
    await world.asked("{ patents { title } }")
    change_set = await opened(world, (PUBLISHER, "patents", PATENTS_WITHOUT_TITLE))
    publish = world.registry.publish_change_set
    await fails("CHECK_REQUIRED", publish(PUBLISHER, REF, change_set.id))
    await world.registry.check_change_set(PUBLISHER, REF, change_set.id)
    error = await fails("E043", publish(PUBLISHER, REF, change_set.id))
    assert error.check is not None
    await add(world, change_set.id, PUBLISHER, "patents", PATENTS + "# 2\n")
    await world.registry.check_change_set(PUBLISHER, REF, change_set.id)
    assert (await publish(PUBLISHER, REF, change_set.id)).launch


async def test_what_was_published_in_between_is_not_undone(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    change_set = await opened(world, (PUBLISHER, "patents", PATENTS_WITHOUT_TITLE))
    await approved(world, change_set)
    await world.publish("patents", PATENTS + "# by another way\n")
    await fails(
        "CHANGE_SET_OUTDATED", world.registry.publish_change_set(PUBLISHER, REF, change_set.id)
    )
    assert await world.live() == {"patents": 2}
    await add(world, change_set.id, PUBLISHER, "patents", PATENTS_WITHOUT_TITLE)
    await approved(world, change_set)
    await world.registry.publish_change_set(PUBLISHER, REF, change_set.id)
    await world.publish("patents", PATENTS + "# later\n")
    await fails(
        "CHANGE_SET_OUTDATED",
        world.registry.roll_back_change_set(APPROVER, REF, change_set.id, reason="no"),
    )
    assert await world.live() == {"patents": 4}


async def test_the_others_changed_so_that_it_fits_no_more(world: World) -> None:
    await world.publish_all(trading=TRADING)
    wanted = PATENTS_WITHOUT_TITLE.replace("number: ID! status", "number: ID! seller: Int status")
    change_set = await opened(world, (PUBLISHER, "patents", wanted))
    await approved(world, change_set)
    await world.publish(
        "trading", TRADING.replace("{ number: ID! }", "{ number: ID! seller: Int }")
    )
    error = await fails("E029", world.registry.publish_change_set(PUBLISHER, REF, change_set.id))
    assert "INVALID_FIELD_SHARING" in {d.code for d in error.diagnostics}
    assert await world.states() == {"trading": (LIVE, 2)}
    stored = await world.registry.change_set(SYSTEM, REF, change_set.id)
    assert stored.state is ChangeSetState.APPROVED


async def test_empty_sets_and_unknown_ones(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    change_set = await opened(world)
    registry = world.registry
    await fails("CHANGE_SET_EMPTY", registry.check_change_set(PUBLISHER, REF, change_set.id))
    await fails("CHANGE_SET_EMPTY", registry.publish_change_set(APPROVER, REF, change_set.id))
    await fails("E009", add(world, change_set.id, OTHER, "finance", None))
    await fails("E009", registry.remove_from_change_set(PUBLISHER, REF, change_set.id, "patents"))
    await fails("UNKNOWN_CHANGE_SET", registry.change_set(SYSTEM, REF, "nope"))
    await fails("INVALID_INPUT", registry.open_change_set(PUBLISHER, REF, "  "))
    await fails("INVALID_INPUT", registry.open_change_set(PUBLISHER, REF, "x" * 201))
    await add(world, change_set.id, OTHER, "finance", FINANCE)
    emptied = await registry.remove_from_change_set(OTHER, REF, change_set.id, "finance")
    assert emptied.entries == ()


async def test_bounds(world: World) -> None:
    world.use(RegistrySettings(max_change_set_entries=1))
    await world.publish_all(patents=PATENTS)
    change_set = await opened(world, (OTHER, "finance", FINANCE))
    await fails("INVALID_INPUT", add(world, change_set.id, PUBLISHER, "trading", TRADING))
    assert (await add(world, change_set.id, OTHER, "finance", FINANCE + "#")).entries


async def test_withdrawing_and_listing(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    first = await opened(world, (OTHER, "finance", FINANCE))
    world.clock.pass_(minutes=1)
    second = await opened(world)
    stranger = caller("centre-c", Role.PUBLISHER, subgraphs=frozenset({"other"}))
    withdraw = world.registry.withdraw_change_set
    await fails("E033", withdraw(stranger, REF, first.id, reason="x"))
    withdrawn = await withdraw(PUBLISHER, REF, first.id, reason="not needed")
    assert (withdrawn.state, withdrawn.closed_by) == (ChangeSetState.WITHDRAWN, "centre-a")
    await fails("CHANGE_SET_STATE", withdraw(PUBLISHER, REF, first.id, reason="again"))
    found = await world.registry.change_sets(SYSTEM, REF)
    assert [c.id for c in found] == [second.id, first.id]
    assert found[1] == withdrawn
    still = await world.registry.change_sets(SYSTEM, REF, open_only=True)
    assert [c.id for c in still] == [second.id]


async def test_two_edit_at_once(world: World) -> None:
    """One of two writers of the same version is told to look again; nothing of it is lost."""
    await world.publish_all(patents=PATENTS)
    change_set = await opened(world)
    texts = {"patents": PATENTS + "#", "trading": TRADING}
    results = await asyncio.gather(
        *(add(world, change_set.id, PUBLISHER, name, text) for name, text in texts.items()),
        return_exceptions=True,
    )
    failed = [r for r in results if isinstance(r, RegistryError)]
    assert all(error.code == "CHANGE_SET_STATE" for error in failed)
    stored = await world.registry.change_set(SYSTEM, REF, change_set.id)
    assert len(stored.entries) == 2 - len(failed)


async def test_two_publish_at_once(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    change_set = await opened(world, (OTHER, "finance", FINANCE))
    await approved(world, change_set)
    results = await asyncio.gather(
        *(
            r.publish_change_set(OTHER, REF, change_set.id)
            for r in (world.registry, world.another())
        ),
        world.publish("trading", TRADING),
        return_exceptions=True,
    )
    failed = [r for r in results if isinstance(r, BaseException)]
    assert len(failed) == 1
    assert isinstance(failed[0], RegistryError)
    assert failed[0].code == "CHANGE_SET_STATE"
    assert await world.live() == {"patents": 1, "finance": 1, "trading": 1}
    assert len(await world.registry.history(SYSTEM, REF)) == 3


class Dying:
    """A pool whose process dies after `left` statements of a transaction."""

    def __init__(self, database: Database, left: int) -> None:
        self._database = database
        self.left = left
        self.armed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Queries]:
        async with self._database.transaction() as transaction:
            yield _Counting(transaction, self)


class _Counting:
    def __init__(self, inner: Any, pool: Dying) -> None:
        self._inner = inner
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        async def counted(*args: Any) -> Any:
            if self._pool.armed:
                self._pool.left -= 1
                if self._pool.left < 0:
                    await self._inner.execute(
                        "test.die", "select pg_terminate_backend(pg_backend_pid())"
                    )
            return await method(*args)

        return counted


async def snapshot(database: Database) -> list[Sequence[Any]]:
    """Everything of the registry, row for row."""
    tables = ("variant", "revision", "subgraph", "launch", "launch_member", "change_set", "audit")
    return [
        sorted(
            str(tuple(row.values()))
            for row in await database.fetch("test.all", f"select t.* from registry.{table} as t")
        )
        for table in tables
    ]


async def test_killed_half_way_at_any_statement_nothing_is_left(database: Database) -> None:
    """The server connection is cut at each statement of the publishing transaction in turn."""
    world = World(PostgresStore(database))
    await world.publish_all(patents=PATENTS)
    change_set = await opened(
        world, (PUBLISHER, "patents", PATENTS_WITHOUT_TITLE), (OTHER, "finance", BROKEN)
    )
    await approved(world, change_set)
    before = await snapshot(database)
    deaths = 0
    while True:
        pool = Dying(database, left=deaths)
        dying = World(PostgresStore(pool), world.clock)
        # Reading a change set is a transaction, too: count from the commit on.
        commit = dying.store.commit

        async def armed(change: Any, pool: Dying = pool, commit: Any = commit) -> bool:
            pool.armed = True
            return bool(await commit(change))

        dying.store.commit = armed  # type: ignore[method-assign]
        (outcome,) = await asyncio.gather(
            dying.registry.publish_change_set(PUBLISHER, REF, change_set.id),
            return_exceptions=True,
        )
        if not isinstance(outcome, BaseException):
            break
        assert not isinstance(outcome, RegistryError)
        assert await snapshot(database) == before, f"death at statement {deaths}"
        deaths += 1
    assert deaths > 8
    assert await world.live() == {"patents": 2, "finance": 1}
