"""Every workflow against its table: each allowed transition, and every other one refused.

Generated from the declared tables, so a new state or action is tested without a new test. Nothing
but the audit may change when a transition is refused: whole tables are compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Permit, Role
from resolvers.workflow import Transition
from tests.schema.fuzz import dump
from tests.schema.workflows import DRIVERS
from tests.schema.workflows.driver import Driver, Placed, caller_for, make_caller, stranger_for
from tests.schema.world import Asker


def _name(driver: Driver, *parts: str) -> str:
    return "-".join((f"{driver.subgraph}.{driver.workflow.name}", *parts))


def _allowed() -> Iterator[Any]:
    for driver in DRIVERS:
        for each in driver.workflow.transitions:
            for source in each.sources:
                for permit in each.permits:
                    label = _name(driver, source, each.action, permit.role.value)
                    yield pytest.param(driver, each, source, permit, id=label)


def _states() -> Iterator[Any]:
    for driver in DRIVERS:
        for state in driver.workflow.states:
            yield pytest.param(driver, state, id=_name(driver, state))


def _actions() -> Iterator[Any]:
    for driver in DRIVERS:
        for each in driver.workflow.transitions:
            if not each.is_automatic:
                yield pytest.param(driver, each, id=_name(driver, each.sources[0], each.action))


def _asker(database: Database, driver: Driver, caller: Caller) -> Asker:
    return Asker(database, driver.subgraph, caller)


@pytest.mark.parametrize(("driver", "transition", "source", "permit"), list(_allowed()))
async def test_an_allowed_transition_is_made_and_noted(
    database: Database, driver: Driver, transition: Transition, source: str, permit: Permit
) -> None:
    placed = await driver.place(database, source)
    caller = caller_for(permit, placed)
    asker = _asker(database, driver, caller)
    assert list(await driver.act(asker, placed, transition.action)) == []
    state = await driver.state(database, placed)
    assert state in transition.targets
    [change] = await database.fetch(
        "test.change",
        f"select * from {driver.subgraph}.status_change where workflow = $1 and key = $2"
        " order by id desc limit 1",
        driver.workflow.name,
        placed.id,
    )
    assert (change["from_status"], change["to_status"]) == (source, state)
    assert change["by_subject"] == caller.subject
    [audit] = await database.fetch("test.audit", "select * from hub.audit order by at desc limit 1")
    assert (audit["outcome"], audit["role"]) == ("DONE", permit.role.value)


@pytest.mark.parametrize(("driver", "state"), list(_states()))
async def test_any_other_transition_is_refused_and_changes_nothing(
    database: Database, driver: Driver, state: str
) -> None:
    placed = await driver.place(database, state)
    before = await dump(database)
    refused = [a for a in driver.workflow.actions if driver.workflow.find(state, a) is None]
    for action in refused:
        some = next(t for t in driver.workflow.transitions if t.action == action and t.permits)
        asker = _asker(database, driver, caller_for(some.permits[0], placed))
        codes = list(await driver.act(asker, placed, action))
        assert codes == ["TRANSITION_NOT_ALLOWED"], action
    assert await dump(database) == before


@pytest.mark.parametrize(("driver", "transition"), list(_actions()))
async def test_nobody_else_may_do_it(
    database: Database, driver: Driver, transition: Transition
) -> None:
    placed = await driver.place(database, transition.sources[0])
    before = await dump(database)
    asked = 0
    for caller in _others(transition, driver, placed):
        asker = _asker(database, driver, caller)
        expected = "FORBIDDEN" if caller.is_authenticated else "UNAUTHENTICATED"
        assert list(await driver.act(asker, placed, transition.action)) == [expected], caller
        asked += 1
    assert await dump(database) == before
    refused = await database.fetchval(
        "test.audit", "select count(*) from hub.audit where outcome = 'FORBIDDEN'"
    )
    assert refused == asked > 1


def _others(transition: Transition, driver: Driver, placed: Placed) -> Iterator[Caller]:
    """Everyone without a permit for this action in any state: other roles, and strangers."""
    permits = [
        permit
        for each in driver.workflow.transitions
        if each.action == transition.action
        for permit in each.permits
    ]
    yield ANONYMOUS
    for role in Role:
        if role in (Role.PUBLIC, Role.SERVICE):
            continue
        mine = [permit for permit in permits if permit.role is role]
        if not mine:
            yield make_caller(role, stranger_for(Permit(role)).acts_for)
        elif all(permit.relation for permit in mine):
            yield stranger_for(mine[0])


@pytest.mark.parametrize("driver", [pytest.param(driver, id=_name(driver)) for driver in DRIVERS])
async def test_of_two_who_act_at_once_one_wins(database: Database, driver: Driver) -> None:
    """Both hold the same version; the second one finds the version or the state changed."""
    transition = next(
        t for t in driver.workflow.transitions if t.permits and not set(t.targets) & set(t.sources)
    )
    placed = await driver.place(database, transition.sources[0])
    asker = _asker(database, driver, caller_for(transition.permits[0], placed))
    results = await asyncio.gather(
        *(driver.act(asker, placed, transition.action) for _ in range(4))
    )
    done = [result for result in results if not list(result)]
    assert len(done) == 1
    lost = {code for result in results for code in result}
    assert lost <= {"VERSION_CONFLICT", "TRANSITION_NOT_ALLOWED"}
