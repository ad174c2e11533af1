"""Tokens on PostgreSQL: secrets, expiry, revocation, scope of those who make them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from federation.registry.access import Caller
from federation.registry.errors import RegistryError
from federation.registry.model import Role
from resolvers.database.pool import Database
from tests.federation.registry.world import SYSTEM, World, caller

ADMIN = caller("admin", Role.ADMIN)


async def test_a_secret_is_shown_once_and_stored_nowhere(world: World, database: Database) -> None:
    issued = await world.registry.create_token(
        ADMIN, "centre-a", "hub", [Role.PUBLISHER], subgraphs=["patents"], variants=["current"]
    )
    assert issued.secret.startswith("service:hub:")
    random = issued.secret.rpartition(":")[2]
    assert len(random) >= 43, "256 bits"
    assert issued.secret not in repr(issued)
    for table in ("token", "audit"):
        rows = await database.fetch(
            "test.rows", f"select t::text as row from registry.{table} as t"
        )
        assert rows
        assert all(random not in row["row"] for row in rows)
    found = await world.registry.authenticate(issued.secret)
    assert found == Caller(
        "centre-a",
        frozenset({Role.PUBLISHER}),
        "hub",
        frozenset({"patents"}),
        frozenset({"current"}),
        issued.token.id,
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "x",
        lambda secret: secret.swapcase(),
        lambda secret: secret.replace("service:hub:", "service:other:"),
        lambda secret: "",
        lambda secret: "\0",
        lambda secret: "\ud800",
        lambda secret: "x" * 1_000_000,
        lambda secret: "' or true --",
    ],
)
async def test_anything_else_is_no_token(world: World, spoil: object) -> None:
    issued = await world.registry.create_token(ADMIN, "t", "hub", [Role.READER])
    with pytest.raises(RegistryError) as refused:
        await world.registry.authenticate(spoil(issued.secret))  # type: ignore[operator]
    assert refused.value.code == "E013"


async def test_expiry_use_and_revocation(world: World) -> None:
    until = world.clock() + timedelta(hours=1)
    issued = await world.registry.create_token(ADMIN, "t", "hub", [Role.READER], expires_at=until)
    await world.registry.authenticate(issued.secret)
    (listed,) = await world.registry.tokens(ADMIN, "hub")
    assert (listed.last_used_at, listed.created_by) == (world.clock(), "admin")
    world.clock.pass_(seconds=30)
    await world.registry.authenticate(issued.secret)
    (listed,) = await world.registry.tokens(ADMIN, "hub")
    assert listed.last_used_at == world.clock() - timedelta(seconds=30), "noted once a minute"
    world.clock.at = until - timedelta(microseconds=1)
    await world.registry.authenticate(issued.secret)
    world.clock.at = until
    await refused("E013", world.registry.authenticate(issued.secret))

    other = await world.registry.create_token(ADMIN, "o", "hub", [Role.READER])
    revoked = await world.registry.revoke_token(ADMIN, other.token.id)
    assert (revoked.revoked_by, revoked.revoked_at) == ("admin", world.clock())
    await refused("E013", world.registry.authenticate(other.secret))
    again = await world.registry.revoke_token(SYSTEM, other.token.id)
    assert again == revoked
    assert await world.audit() == [
        ("admin", "token.create", "t"),
        ("admin", "token.create", "o"),
        ("admin", "token.revoke", "o"),
    ]


async def test_a_name_is_free_again_after_revocation(world: World) -> None:
    first = await world.registry.create_token(ADMIN, "t", "hub", [Role.READER])
    await refused("TOKEN_NAME_TAKEN", world.registry.create_token(ADMIN, "t", "hub", [Role.ADMIN]))
    # Also across graphs: names stand in histories.
    await refused(
        "TOKEN_NAME_TAKEN", world.registry.create_token(SYSTEM, "t", "other", [Role.READER])
    )
    await world.registry.revoke_token(ADMIN, first.token.id)
    assert await world.registry.create_token(ADMIN, "t", "hub", [Role.READER])


@pytest.mark.parametrize(
    ("name", "roles", "subgraphs", "variants", "expires", "code"),
    [
        (" ", [Role.READER], [], [], None, "INVALID_INPUT"),
        ("a\nb", [Role.READER], [], [], None, "INVALID_INPUT"),
        ("x" * 101, [Role.READER], [], [], None, "INVALID_INPUT"),
        ("hub", [Role.READER], [], [], None, "INVALID_INPUT"),
        (" Hub", [Role.READER], [], [], None, "INVALID_INPUT"),
        ("t", [], [], [], None, "INVALID_INPUT"),
        ("t", [Role.PUBLISHER], [], [], None, "INVALID_INPUT"),
        ("t", [Role.PUBLISHER], ["a b"], [], None, "INVALID_SUBGRAPH_NAME"),
        ("t", [Role.READER], [], ["a b"], None, "INVALID_GRAPH_REF"),
        ("t", [Role.READER], [], [], datetime(2020, 1, 1), "INVALID_INPUT"),  # noqa: DTZ001
        ("t", [Role.READER], [], [], datetime.fromisoformat("2020-01-01T00:00Z"), "INVALID_INPUT"),
    ],
)
async def test_tokens_that_make_no_sense(
    world: World,
    name: str,
    roles: list[Role],
    subgraphs: list[str],
    variants: list[str],
    expires: datetime | None,
    code: str,
) -> None:
    await refused(
        code,
        world.registry.create_token(
            ADMIN, name, "hub", roles, subgraphs=subgraphs, variants=variants, expires_at=expires
        ),
    )
    assert await world.registry.tokens(ADMIN, "hub") == ()


async def test_no_administrator_makes_more_than_he_has(world: World) -> None:
    tester = caller("tester", Role.ADMIN, variants=frozenset({"test"}))
    create = world.registry.create_token
    await refused("E033", create(ADMIN, "t", None, [Role.READER]))
    await refused("E010", create(ADMIN, "t", "other", [Role.READER]))
    await refused("E033", create(tester, "t", "hub", [Role.READER]))
    await refused("E033", create(tester, "t", "hub", [Role.READER], variants=["test", "current"]))
    mine = await create(tester, "mine", "hub", [Role.ADMIN], variants=["test"])
    everywhere = await create(SYSTEM, "all", None, [Role.READER])
    assert everywhere.secret.startswith("user:all:")
    wide = await create(ADMIN, "wide", "hub", [Role.READER])
    assert [t.name for t in await world.registry.tokens(tester, "hub")] == ["mine"]
    await refused("E033", world.registry.tokens(ADMIN, None))
    assert [t.name for t in await world.registry.tokens(SYSTEM, None)] == ["all"]
    for by, token in (
        (ADMIN, everywhere),
        (tester, wide),
        (caller("x", Role.ADMIN, graph="y"), mine),
    ):
        await refused("UNKNOWN_TOKEN", world.registry.revoke_token(by, token.token.id))
    await refused("UNKNOWN_TOKEN", world.registry.revoke_token(SYSTEM, "nonsense"))


async def refused(code: str, work: object) -> None:
    with pytest.raises(RegistryError) as error:
        await work  # type: ignore[misc]
    assert error.value.code == code
