"""Who may do what: every role against every method of the registry that a caller has.

The table is written out by hand. A method that is not in it fails the test, so a new one cannot
be forgotten.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from federation.registry.access import Caller, system_caller
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef, Role, SubgraphProposal
from federation.registry.service import Registry
from federation.registry.usage import StoredDocument
from tests.federation.registry.world import FINANCE, PATENTS, REF, SYSTEM, TRADING, World

CALLERS: dict[str, frozenset[Role]] = {
    "reader": frozenset({Role.READER}),
    "checker": frozenset({Role.CHECKER}),
    "owner": frozenset({Role.PUBLISHER}),  # of `patents`
    "other": frozenset({Role.PUBLISHER}),  # of `finance`
    "documents": frozenset({Role.DOCUMENT_PUBLISHER}),
    "approver": frozenset({Role.APPROVER}),
    "admin": frozenset({Role.ADMIN}),
}
EVERYBODY = set(CALLERS)
PATENTS_2 = SubgraphProposal("patents", PATENTS + "# 2\n")
ID = "00000000-0000-4000-8000-000000000000"

Work = Callable[[Registry, Caller, str], Awaitable[Any]]
# method | what it is called with (the text is an open change set with `patents` in it) | who may
TABLE: dict[str, tuple[Work, set[str]]] = {
    "variants": (lambda r, c, _: r.variants(c, "hub"), EVERYBODY),
    "variant": (lambda r, c, _: r.variant(c, REF), EVERYBODY),
    "subgraph": (lambda r, c, _: r.subgraph(c, REF, "patents"), EVERYBODY),
    "subgraph_history": (lambda r, c, _: r.subgraph_history(c, REF, "patents"), EVERYBODY),
    "supergraph": (lambda r, c, _: r.supergraph(c, REF), EVERYBODY),
    "history": (lambda r, c, _: r.history(c, REF), EVERYBODY),
    "lint": (lambda r, c, _: r.lint(c, "hub", PATENTS), EVERYBODY),
    "check": (lambda r, c, _: r.check(c, "hub", ID), EVERYBODY),
    "approvals": (lambda r, c, _: r.approvals(c, REF), EVERYBODY),
    "change_set": (lambda r, c, s: r.change_set(c, REF, s), EVERYBODY),
    "change_sets": (lambda r, c, _: r.change_sets(c, REF), EVERYBODY),
    "documents": (lambda r, c, _: r.documents(c, "hub"), EVERYBODY),
    "start_check": (
        lambda r, c, _: r.start_check(c, REF, [PATENTS_2]),
        {"checker", "owner", "approver", "admin"},
    ),
    "run_check": (
        lambda r, c, _: r.run_check(c, REF, [PATENTS_2]),
        {"checker", "owner", "approver", "admin"},
    ),
    "publish": (lambda r, c, _: r.publish(c, REF, PATENTS_2), {"owner", "admin"}),
    "delete": (lambda r, c, _: r.delete(c, REF, "patents"), {"owner", "admin"}),
    "roll_back": (lambda r, c, _: r.roll_back(c, REF, 1, reason="x"), {"approver", "admin"}),
    "approve_changes": (
        lambda r, c, _: r.approve_changes(
            c, "hub", ID, reason="x", expires_at=r._now() + timedelta(days=1)
        ),
        # Nothing is found, so everybody learns just that; see test_checks for the rights.
        EVERYBODY,
    ),
    "open_change_set": (
        lambda r, c, _: r.open_change_set(c, REF, "x"),
        {"owner", "other", "approver", "admin"},
    ),
    "add_to_change_set": (
        lambda r, c, s: r.add_to_change_set(c, REF, s, PATENTS_2),
        {"owner", "admin"},
    ),
    "delete_in_change_set": (
        lambda r, c, s: r.delete_in_change_set(c, REF, s, "patents"),
        {"owner", "admin"},
    ),
    "remove_from_change_set": (
        lambda r, c, s: r.remove_from_change_set(c, REF, s, "patents"),
        {"owner", "admin"},
    ),
    "check_change_set": (
        lambda r, c, s: r.check_change_set(c, REF, s),
        {"owner", "other", "approver", "admin"},
    ),
    "approve_change_set": (
        lambda r, c, s: r.approve_change_set(c, REF, s, reason="x"),
        {"approver", "admin"},
    ),
    "publish_change_set": (
        lambda r, c, s: r.publish_change_set(c, REF, s),
        {"owner", "approver", "admin"},
    ),
    "withdraw_change_set": (
        lambda r, c, s: r.withdraw_change_set(c, REF, s, reason="x"),
        {"owner", "approver", "admin"},
    ),
    "roll_back_change_set": (
        lambda r, c, s: r.roll_back_change_set(c, REF, s, reason="x"),
        {"approver", "admin"},
    ),
    "put_documents": (
        lambda r, c, _: r.put_documents(c, "hub", [StoredDocument("a", "{ a }", "A", "query")]),
        {"documents", "admin"},
    ),
    "create_token": (lambda r, c, _: r.create_token(c, "t", "hub", [Role.READER]), {"admin"}),
    "tokens": (lambda r, c, _: r.tokens(c, "hub"), {"admin"}),
    "revoke_token": (lambda r, c, _: r.revoke_token(c, c.token_id or ""), {"admin"}),
    "audit": (lambda r, c, _: r.audit(c, "hub"), {"admin"}),
}
# What is left for the hub itself; no wire API may hand these a stranger's request.
WITHOUT_CALLER = {
    "authenticate", "close", "document", "live_supergraph", "own_names", "prune_usage",
    "publish_own", "record_usage", "usage_since",
}  # fmt: skip


async def prepared(world: World) -> tuple[dict[str, Caller], str]:
    """Real tokens for all callers, and a change set of an administrator."""
    await world.publish_all(patents=PATENTS, trading=TRADING, finance=FINANCE)
    callers = {}
    for name, roles in CALLERS.items():
        subgraphs = {"owner": ["patents"], "other": ["finance"]}.get(name, [])
        issued = await world.registry.create_token(
            SYSTEM, name, "hub", sorted(roles, key=lambda r: r.value), subgraphs=subgraphs
        )
        callers[name] = await world.registry.authenticate(issued.secret)
    change_set = await world.registry.open_change_set(SYSTEM, REF, "x")
    await world.registry.add_to_change_set(SYSTEM, REF, change_set.id, PATENTS_2)
    return callers, change_set.id


@pytest.mark.parametrize("method", TABLE)
async def test_table(world: World, method: str) -> None:
    work, may = TABLE[method]
    callers, change_set = await prepared(world)
    allowed = set()
    # Who may do most comes last, so that what he does is no reason for another's refusal.
    for name, caller in callers.items():
        code = await code_of(work(world.registry, caller, change_set))
        assert code != "E010"
        if code != "E033":
            allowed.add(name)
    assert allowed == may


@pytest.mark.parametrize("method", TABLE)
async def test_of_other_graphs_and_variants_nobody_learns_anything(
    world: World, method: str
) -> None:
    """Whatever the role: E010, and the same words as for a graph that does not exist."""
    work, _ = TABLE[method]
    _, change_set = await prepared(world)
    graph_wide = {
        "lint",
        "documents",
        "put_documents",
        "audit",
        "tokens",
        "create_token",
        "variants",
    }
    strangers = [Caller("x", frozenset(Role), graph="elsewhere", subgraphs=frozenset({"*"}))]
    if method not in graph_wide:
        scope = {"variants": frozenset({"test"}), "subgraphs": frozenset({"*"})}
        strangers.append(Caller("x", frozenset(Role), graph="hub", **scope))
    strangers.append(Caller("x", frozenset(), graph="hub"))
    for stranger in strangers:
        code = await code_of(work(world.registry, stranger, change_set))
        expected = {"E010"}
        if method in ("check", "approve_changes"):
            expected = {"E010", "UNKNOWN_CHECK"}
        if method == "revoke_token":
            expected = {"UNKNOWN_TOKEN"}
        assert code in expected, stranger


async def code_of(work: Awaitable[Any]) -> str | None:
    """The code a call is refused with; None when it is done."""
    try:
        await work
    except RegistryError as error:
        return error.code
    return None


def test_every_method_of_the_registry_is_in_the_table() -> None:
    public = {
        name
        for name, value in inspect.getmembers(Registry, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    assert public == set(TABLE) | WITHOUT_CALLER
    for name in TABLE:
        first = list(inspect.signature(getattr(Registry, name)).parameters)[1]
        assert first == "caller", name


async def test_a_check_of_another_variant_is_not_shown(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    found = await world.check(patents=PATENTS)
    stranger = Caller("x", frozenset(Role), graph="hub", variants=frozenset({"test"}))
    assert await code_of(world.registry.check(stranger, "hub", found.id)) == "E010"


async def test_variants_are_listed_as_far_as_the_token_goes(world: World) -> None:
    test = GraphRef("hub", "test")
    await world.publish_all(patents=PATENTS)
    await world.publish("patents", PATENTS, ref=test)
    some = Caller("x", frozenset({Role.READER}), graph="hub", variants=frozenset({"test"}))
    assert await world.registry.variants(some, "hub") == (test,)


def test_the_systems_caller_comes_from_no_token() -> None:
    assert system_caller().token_id is None
