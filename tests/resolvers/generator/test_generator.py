"""The invented graph: valid numbers, a status its events lead to, nothing twice, all or none."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database
from resolvers.generator.events import history
from resolvers.generator.load import generate
from resolvers.generator.model import World
from resolvers.generator.tables import COLUMNS
from resolvers.reference.load import load_reference
from resolvers.values import parse_application_number, parse_uscc
from resolvers.values.legal_status import StatusEvent, project_legal_status

TODAY = date(2026, 1, 1)
INDEXES = """
select indexrelid::regclass::text as name from pg_index
where indrelid::regclass::text = any($1) order by 1
"""
CONSTRAINTS = """
select conname || ' ' || pg_get_constraintdef(oid) as name from pg_constraint
where conrelid::regclass::text = any($1) order by 1
"""


@pytest.fixture(scope="module")
async def made(module_database: Database) -> Database:
    await load_reference(module_database)
    await generate(module_database, 3_000, 7, TODAY)
    return module_database


def test_numbers_are_valid_and_used_once() -> None:
    world = World(5_000, 3, TODAY)
    numbers = [world.invention(index) for index in range(5_000)]
    assert len({each.number for each in numbers}) == 5_000
    for each in numbers[:500]:
        checked = parse_application_number(each.number, today=TODAY)
        assert checked.value is not None
        assert (checked.canonical, checked.codes) == (each.number, ())
    assert len({firm.uscc for firm in world.firms}) == len(world.firms)
    for firm in world.firms:
        assert parse_uscc(firm.uscc).canonical == firm.uscc
        assert parse_uscc(firm.uscc).codes == ()


def test_the_same_numbers_give_the_same_graph() -> None:
    one, other, another = (World(1_000, seed, TODAY) for seed in (1, 1, 2))
    assert [one.invention(i) for i in range(50)] == [other.invention(i) for i in range(50)]
    assert one.invention(0) != another.invention(0)


def test_the_status_is_what_the_events_lead_to() -> None:
    """Against the projection that the adapters use (DOMAIN §3.11)."""
    world = World(4_000, 5, TODAY)
    seen: Counter[str] = Counter()
    for index in range(4_000):
        invention = world.invention(index)
        past = history(invention, TODAY)
        seen[past.status] += 1
        assert all(day <= TODAY for _, day in past.events)
        events = [StatusEvent(code, day) for code, day in past.events]
        found = project_legal_status(events, TODAY, expiry_date=invention.expires)
        expected = found.status if past.events else "PENDING"
        assert (past.status, past.frozen) == (expected, found.under_preservation), past.events
    assert set(seen) == {"PENDING", "IN_FORCE", "CEASED_UNPAID_FEE", "EXPIRED", "WITHDRAWN"}


async def test_everything_refers_to_what_is_there(made: Database) -> None:
    """Each row of trading and finance is about a generated patent and agrees with its events."""
    for table, code in (
        ("trading.licence_patent", "EE01"),
        ("finance.pledge_patent", "PE01"),
        ("trading.open_licence_statement", "OL01"),
        ("trading.transfer_record", "TR01"),
    ):
        rows = await made.fetchval("test.count", f"select count(*) from {table}")
        agreeing = await made.fetchval(
            "test.agreeing",
            f"select count(*) from {table} as t join patents.legal_event as e"
            " using (application_number) where e.code = $1",
            code,
        )
        assert rows == agreeing > 0, table
    parties = await made.fetchval(
        "test.parties",
        "select count(*) from patents.patent_party as p left join reference.organization as o"
        " on o.uscc = p.uscc where o.uscc is null",
    )
    assert parties == 0


async def test_keys_indexes_and_references_are_as_before(
    made: Database, database: Database
) -> None:
    for statement in (INDEXES, CONSTRAINTS):
        found: list[Any] = []
        for each in (made, database):
            records = await each.fetch("test.names", statement, list(COLUMNS))
            found.append([record["name"] for record in records])
        assert found[0] == found[1] != []


async def test_a_second_graph_is_refused(made: Database) -> None:
    with pytest.raises(DatabaseError, match="GENERATED_ALREADY"):
        await generate(made, 10, 8, TODAY)


@pytest.mark.parametrize("patents", [0, -1, 10**9])
async def test_an_impossible_size_is_refused(database: Database, patents: int) -> None:
    with pytest.raises(ValueError, match="--patents"):
        await generate(database, patents, 1, TODAY)


async def test_interrupted_it_leaves_nothing(database: Database) -> None:
    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await generate(database, 50, 1, TODAY, stop)
    assert await database.fetchval("test.left", "select count(*) from patents.patent") == 0
    assert await database.fetchval("test.index", "select 'patents.patent_filed'::regclass::text")
