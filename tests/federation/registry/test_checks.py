"""Checks on PostgreSQL: tasks, windows, approvals, polling, and checks that break off."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from federation.registry.access import Caller
from federation.registry.checks.result import ChangeSeverity, TaskStatus
from federation.registry.errors import RegistryError
from federation.registry.lint.diagnostic import LintLevel
from federation.registry.model import GraphRef, Role, SubgraphProposal
from federation.registry.settings import (
    CheckParameters,
    CheckSettings,
    LintSettings,
    RegistrySettings,
    WithoutUsage,
)
from federation.registry.usage import StoredDocument
from federation.supergraph.contracts import Contract
from tests.federation.registry.world import (
    APPROVER,
    BROKEN,
    FINANCE,
    PATENTS,
    PATENTS_WITHOUT_TITLE,
    REF,
    SYSTEM,
    TRADING,
    World,
    caller,
    sdl,
)

PASSED, FAILED, BLOCKED = TaskStatus.PASSED, TaskStatus.FAILED, TaskStatus.BLOCKED
TITLE = "query Op { patents { title } }"
NUMBER = "query Op { patents { number } }"
CHECKER = caller("ci", Role.CHECKER)


async def test_a_change_nobody_minds(world: World) -> None:
    await world.publish_all(patents=PATENTS, trading=TRADING)
    result = await world.check(patents=PATENTS.replace("status: Status!", "status: Status! x: Int"))
    assert result.status is PASSED
    assert result.composition.status is PASSED
    assert result.composition.core_schema_modified
    assert [c.code for c in result.operations.changes] == ["FIELD_ADDED"]
    assert result.downstream is None
    same = await world.check(patents=PATENTS)
    assert same.composition.core_schema_modified is False
    # Nothing was published by checking.
    assert await world.live() == {"patents": 1, "trading": 1}


async def test_what_does_not_compose_blocks_the_judgement(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    world.use(RegistrySettings(contracts={"public": Contract()}))
    result = await world.check(finance=BROKEN)
    assert result.status is FAILED
    assert result.composition.status is FAILED
    codes = {error.code for error in result.composition.errors}
    assert codes == {"FIELD_TYPE_MISMATCH", "INVALID_FIELD_SHARING"}
    assert result.operations.status is BLOCKED
    assert result.downstream is not None
    assert result.downstream.status is BLOCKED
    assert result.lint.status is PASSED


@pytest.mark.parametrize(
    ("asked", "parameters", "settings", "status"),
    [
        ([], None, CheckSettings(), PASSED),
        ([], None, CheckSettings(without_usage=WithoutUsage.BREAKING), FAILED),
        ([(TITLE, 10, 2)], None, CheckSettings(), FAILED),
        ([(NUMBER, 10, 2)], None, CheckSettings(), PASSED),
        ([(NUMBER, 10, 2)], None, CheckSettings(without_usage=WithoutUsage.BREAKING), PASSED),
        # Out of the window: as if it never was.
        ([(TITLE, 10, 24 * 8)], None, CheckSettings(), PASSED),
        ([(TITLE, 10, 24 * 8)], CheckParameters(window=timedelta(days=9)), CheckSettings(), FAILED),
        ([(TITLE, 10, 2)], CheckParameters(minimum_count=11), CheckSettings(), PASSED),
        ([(TITLE, 10, 2)], None, CheckSettings(minimum_count=11), PASSED),
        ([(TITLE, 1, 2), (NUMBER, 99, 2)], CheckParameters(None, None, 2), CheckSettings(), PASSED),
        ([(TITLE, 1, 2), (NUMBER, 99, 2)], CheckParameters(None, None, 1), CheckSettings(), FAILED),
        ([(TITLE, 10, 2)], None, CheckSettings(excluded_clients=frozenset({"dashboard"})), PASSED),
    ],
)  # fmt: skip
async def test_live_operations_decide(
    world: World,
    asked: list[tuple[str, int, int]],
    parameters: CheckParameters | None,
    settings: CheckSettings,
    status: TaskStatus,
) -> None:
    world.use(RegistrySettings(checks=settings))
    await world.publish_all(patents=PATENTS)
    for text, count, hours in asked:
        await world.asked(text, count=count, ago=timedelta(hours=hours))
    result = await world.registry.run_check(
        SYSTEM, REF, [SubgraphProposal("patents", PATENTS_WITHOUT_TITLE)], parameters=parameters
    )
    assert result.operations.status is status, result.operations
    assert result.status is status
    assert result.operations.note


async def test_stored_documents_decide(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    await world.registry.put_documents(
        SYSTEM, "hub", [StoredDocument("abc", TITLE, "Op", "query", "dashboard")]
    )
    result = await world.check(patents=PATENTS_WITHOUT_TITLE)
    assert result.status is FAILED
    (change,) = [c for c in result.operations.changes if c.code == "FIELD_REMOVED"]
    assert (change.coordinate, change.severity) == ("Patent.title", ChangeSeverity.FAILURE)
    assert [(o.document_id, o.clients) for o in change.operations] == [("abc", ("dashboard",))]
    assert result.operations.documents == 1


async def test_usage_of_another_variant_is_not_evidence(world: World) -> None:
    test = GraphRef("hub", "test")
    await world.publish_all(patents=PATENTS)
    await world.publish("patents", PATENTS, ref=test)
    await world.asked(TITLE)
    result = await world.registry.run_check(
        SYSTEM, test, [SubgraphProposal("patents", PATENTS_WITHOUT_TITLE)]
    )
    assert result.status is PASSED


async def test_several_subgraphs_are_checked_together(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    alone = await world.check(finance=BROKEN)
    together = await world.check(finance=BROKEN, patents=PATENTS_WITHOUT_TITLE)
    assert (alone.status, together.status) == (FAILED, PASSED)
    assert together.subgraphs == ("finance", "patents")


async def test_lint_fails_with_errors_and_tells_only_what_is_new(world: World) -> None:
    lint = LintSettings(levels={"FIELD_NAMES_SHOULD_BE_CAMEL_CASE": LintLevel.ERROR})
    world.use(RegistrySettings(lint=lint))
    old = sdl("type Query { Old: Int }")
    await world.publish_all(patents=old)
    result = await world.check(patents=sdl("type Query { Old: Int New: Int }"))
    assert result.lint.status is FAILED
    assert [(d.coordinate, d.subgraph) for d in result.lint.diagnostics] == [
        ("Query.New", "patents")
    ]
    assert (result.lint.errors_count, result.lint.warnings_count) == (1, 0)
    assert result.status is FAILED
    task = await world.registry.lint(SYSTEM, "hub", old)
    assert task.errors_count == 1


async def test_contracts_must_stay_usable(world: World) -> None:
    world.use(
        RegistrySettings(
            contracts={"open": Contract(exclude=frozenset({"internal"})), "all": Contract()}
        )
    )
    await world.publish_all(patents=PATENTS, finance=FINANCE)
    hidden = PATENTS.replace("enum Status {", 'enum Status @tag(name: "internal") {')
    result = await world.check(patents=hidden)
    assert result.downstream is not None
    assert {r.contract: r.status for r in result.downstream.results} == {
        "all": PASSED,
        "open": FAILED,
    }
    assert result.downstream.status is FAILED
    assert result.status is FAILED


async def test_the_result_is_stored_and_polled(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    await world.asked(TITLE)
    pending = await world.registry.start_check(
        CHECKER, REF, [SubgraphProposal("patents", PATENTS_WITHOUT_TITLE)]
    )
    for _ in range(200):
        found = await world.registry.check(CHECKER, "hub", pending.id)
        if found.status is not TaskStatus.PENDING:
            break
        await asyncio.sleep(0.02)
    assert found.status is FAILED
    assert found.created_by == "ci"
    assert found.completed_at == world.clock()
    # Another process reads the same, down to each operation.
    assert await world.another().check(CHECKER, "hub", pending.id) == found
    for graph, check_id in (("hub", "x"), ("other", found.id)):
        with pytest.raises(RegistryError) as unknown:
            await world.registry.check(SYSTEM, graph, check_id)
        assert unknown.value.code == "UNKNOWN_CHECK"


async def test_a_check_that_died_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.publish_all(patents=PATENTS)
    began = asyncio.Event()

    async def hang(*_: object) -> None:
        began.set()
        await asyncio.sleep(3600)

    monkeypatch.setattr("federation.registry.services.checking.run_tasks", hang)
    monkeypatch.setattr("federation.registry.services.checking.CLOSE_SECONDS", 0.01)
    dying = world.another()
    pending = await dying.start_check(SYSTEM, REF, [SubgraphProposal("patents", PATENTS)])
    await began.wait()
    assert (await world.registry.check(SYSTEM, "hub", pending.id)).status is TaskStatus.PENDING
    await dying.close()
    closed = await world.registry.check(SYSTEM, "hub", pending.id)
    assert (closed.status, closed.failure is not None) == (FAILED, True)

    # Killed hard: nobody could write anything, time tells.
    killed = await world.another().start_check(SYSTEM, REF, [SubgraphProposal("patents", PATENTS)])
    world.clock.pass_(minutes=9)
    assert (await world.registry.check(SYSTEM, "hub", killed.id)).status is TaskStatus.PENDING
    world.clock.pass_(minutes=2)
    late = await world.registry.check(SYSTEM, "hub", killed.id)
    assert (late.status, late.failure is not None) == (FAILED, True)


async def test_errors_inside_and_time_outs_end_a_check(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.publish_all(patents=PATENTS)

    async def fail(*_: object) -> None:
        raise ZeroDivisionError("secret of the program")

    monkeypatch.setattr("federation.registry.services.checking.run_tasks", fail)
    result = await world.check(patents=PATENTS)
    assert result.status is FAILED
    assert result.failure is not None
    assert "secret" not in result.failure

    async def hang(*_: object) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr("federation.registry.services.checking.run_tasks", hang)
    world.use(RegistrySettings(check_timeout=timedelta(milliseconds=50)))
    result = await world.check(patents=PATENTS)
    assert result.failure is not None
    assert "longer than" in result.failure


async def test_publishing_with_a_check_stores_nothing_when_it_fails(world: World) -> None:
    first = await world.publish("patents", PATENTS, check=True)
    assert first.launch is not None
    await world.asked(TITLE)
    with pytest.raises(RegistryError) as refused:
        await world.publish("patents", PATENTS_WITHOUT_TITLE, check=True)
    assert refused.value.code == "E043"
    assert refused.value.check is not None
    assert refused.value.check.operations.status is FAILED
    assert (await world.registry.subgraph(SYSTEM, REF, "patents")).number == 1


async def test_an_approved_change_passes_until_it_expires(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    await world.asked(TITLE)
    failed = await world.check(CHECKER, patents=PATENTS_WITHOUT_TITLE)
    until = world.clock() + timedelta(days=2)
    (approval,) = await world.registry.approve_changes(
        APPROVER, "hub", failed.id, reason="agreed with the dashboards", expires_at=until
    )
    assert (approval.coordinate, approval.approved_by) == ("Patent.title", "reviewer")
    # The check itself is judged anew, and so is every later one.
    assert (await world.registry.check(SYSTEM, "hub", failed.id)).status is PASSED
    later = await world.check(CHECKER, patents=PATENTS_WITHOUT_TITLE)
    assert later.status is PASSED
    (change,) = [c for c in later.operations.changes if c.approval_id]
    assert (change.severity, change.approval_id) == (ChangeSeverity.WARNING, approval.id)
    assert change.operations, "who is hurt is told all the same"
    assert await world.registry.approvals(SYSTEM, REF) == (approval,)
    # Another change at the same place is another change.
    other = await world.check(CHECKER, patents=PATENTS.replace("title: String!", "title: Int!"))
    assert other.status is FAILED
    world.clock.pass_(days=2, seconds=1)
    assert (await world.check(CHECKER, patents=PATENTS_WITHOUT_TITLE)).status is FAILED
    assert await world.registry.approvals(SYSTEM, REF) == ()
    assert ("reviewer", "change.approve", "Patent.title") in await world.audit()


@pytest.mark.parametrize(
    ("by", "days", "reason", "coordinates", "code"),
    [
        (APPROVER, 1, " ", None, "INVALID_INPUT"),
        (APPROVER, 0, "ok", None, "INVALID_INPUT"),
        (APPROVER, 91, "ok", None, "INVALID_INPUT"),
        (APPROVER, 1, "ok", ["Patent.number"], "NOTHING_TO_APPROVE"),
        (CHECKER, 1, "ok", None, "E033"),
        (caller("ci", Role.CHECKER, Role.APPROVER), 1, "ok", None, "OWN_APPROVAL"),
        (caller("other", Role.APPROVER, graph="other"), 1, "ok", None, "E010"),
    ],
)
async def test_who_may_approve_and_how(
    world: World, by: Caller, days: int, reason: str, coordinates: list[str] | None, code: str
) -> None:
    await world.publish_all(patents=PATENTS)
    await world.asked(TITLE)
    failed = await world.check(CHECKER, patents=PATENTS_WITHOUT_TITLE)
    with pytest.raises(RegistryError) as refused:
        await world.registry.approve_changes(
            by,
            "hub",
            failed.id,
            reason=reason,
            expires_at=world.clock() + timedelta(days=days),
            coordinates=coordinates,
        )
    assert refused.value.code == code
    assert await world.registry.approvals(SYSTEM, REF) == ()
    # By setting, one may approve one's own.
    if code == "OWN_APPROVAL":
        world.use(RegistrySettings(own_approval=True))
        until = world.clock() + timedelta(days=1)
        assert await world.registry.approve_changes(
            by, "hub", failed.id, reason="ok", expires_at=until
        )


@pytest.mark.parametrize(
    "parameters",
    [
        CheckParameters(window=timedelta(0)),
        CheckParameters(window=timedelta(days=400)),
        CheckParameters(minimum_count=0),
        CheckParameters(minimum_percentage=101),
        CheckParameters(minimum_percentage=float("nan")),
    ],
)
async def test_parameters_out_of_range(world: World, parameters: CheckParameters) -> None:
    await world.publish_all(patents=PATENTS)
    with pytest.raises(RegistryError) as refused:
        await world.registry.run_check(
            SYSTEM, REF, [SubgraphProposal("patents", PATENTS)], parameters=parameters
        )
    assert refused.value.code == "INVALID_INPUT"


async def test_checks_need_a_variant_and_something_to_check(world: World) -> None:
    with pytest.raises(RegistryError) as unknown:
        await world.check(patents=PATENTS)
    assert unknown.value.code == "E010"
    await world.publish_all(patents=PATENTS)
    for proposals in ([], [SubgraphProposal("patents", PATENTS)] * 2):
        with pytest.raises(RegistryError) as refused:
            await world.registry.run_check(SYSTEM, REF, proposals)
        assert refused.value.code == "INVALID_INPUT"
