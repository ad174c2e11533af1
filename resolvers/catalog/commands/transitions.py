"""Moving a service product on: what its publisher, reviewers, offices and the hub itself do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.catalog.commands import sql
from resolvers.catalog.commands.products import check_and_store, load_given
from resolvers.catalog.commands.surroundings import (
    Surroundings,
    check_publisher,
    hold_standard,
    load_requirements,
    look_around,
)
from resolvers.catalog.rows import ProductRow
from resolvers.catalog.rows import product_row as read_product
from resolvers.catalog.rules.conformance import conforms
from resolvers.catalog.rules.lapse import keeps_products_alive
from resolvers.catalog.workflows.products import PRODUCTS
from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Caller, Subject
from resolvers.peers import Peers
from resolvers.refusal import Problems, Refused, not_found, refuse, version_conflict

MAY_PUBLISH: Final = ("RECOGNISED",)
# what can only be done while publisher and standard are in order
_ONTO_THE_MARKET: Final = frozenset({"SUBMIT", "APPROVE", "RESUME"})
CENTER_STATUS: Final = "CENTER_STATUS"
STANDARD_STATUS: Final = "STANDARD_STATUS"
"""Values of `suspended_by` for what happened by itself."""


@dataclass(frozen=True, slots=True)
class Move:
    """A transition under way. `around` None: it needs no facts of others."""

    work: Work
    row: ProductRow
    around: Surroundings | None
    today: date
    comment: str | None


def subject_of(row: ProductRow) -> Subject:
    """Return who stands in which relation to a product; its publisher never reviews it.

    Of a product that is not suspended, its suspenders are those who may suspend it: they may know
    that there is nothing to resume.
    """
    reviewer = row.issuer_code if row.issuer_code != row.publisher_code else None
    may_suspend = [row.publisher_code, row.jurisdiction_code]
    if row.issuer_code is not None:
        may_suspend.append(row.issuer_code)
    return Subject.of(
        publisher=row.publisher_code,
        issuer=row.issuer_code,
        reviewer=reviewer,
        jurisdiction=row.jurisdiction_code,
        suspender=may_suspend if row.suspended_by is None else row.suspended_by,
    )


async def transition_product(
    command: Command,
    peers: Peers,
    product_id: UUID,
    expected_version: int,
    action: str,
    comment: str | None,
    today: date,
) -> UUID:
    """Make the transition; return the product's id, for PUBLISH_NEW_VERSION that of the new draft.

    Raises:
        Forbidden: the caller may never do that to the product.
        Refused: NOT_FOUND, VERSION_CONFLICT, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED,
            REVIEWER_IS_PUBLISHER, and what CONDITIONS of the transition say.
    """
    before = await command.database.fetchrow("catalog.product", sql.PRODUCT, product_id)
    row = _checked(before, command.caller, expected_version, action, comment)
    around = None
    if action in _ONTO_THE_MARKET:
        async with command.database.transaction(readonly=True) as tx:
            given = await load_given(tx, row)
        around = await look_around(command.database, peers, given, references=False)
    async with command.transaction() as work:
        work.key = str(product_id)
        locked = await work.tx.fetchrow("catalog.product_lock", sql.PRODUCT_LOCK, product_id)
        row = _checked(locked, command.caller, expected_version, action, comment)
        move = Move(work, row, around, today, comment)
        return await _HANDLERS[action](move)


async def suspend_by_itself(work: Work, row: ProductRow, action: str, comment: str) -> None:
    """Suspend a published product because its publisher or its standard is no longer in order."""
    reason = CENTER_STATUS if action == "PUBLISHER_LEFT" else STANDARD_STATUS
    await _write(work, row, "SUSPENDED", action, comment, suspended_by=reason)


async def give_back(work: Work, row: ProductRow, today: date, comment: str) -> None:
    """Publish a product again that only its publisher's status had suspended.

    With a standard that ended meanwhile it stays suspended, now for that.
    """
    standard = await hold_standard(work.tx, row.standard_key)
    if standard is not None and keeps_products_alive(
        standard.status, standard.superseded_on, today
    ):
        await _write(work, row, "PUBLISHED", "PUBLISHER_RETURNED", comment)
    else:
        await work.tx.execute(
            "catalog.product_move", sql.PRODUCT_MOVE, row.id, row.status, STANDARD_STATUS, None
        )


def _checked(
    record: Record | None,
    caller: Caller,
    expected_version: int,
    action: str,
    comment: str | None,
) -> ProductRow:
    """Return the product, if the caller may make the transition now."""
    if record is None:
        raise not_found("没有该服务产品", "There is no such service product", "id")
    row = read_product(record)
    own = caller.center is not None and caller.center == row.publisher_code == row.issuer_code
    if action in ("APPROVE", "REJECT") and own:
        raise refuse(
            "REVIEWER_IS_PUBLISHER",
            "审查者不能是产品的发布单位；本产品由国家知识产权局审查",
            "The publisher does not review its own product; CNIPA does",
            "action",
        )
    try:
        PRODUCTS.check(row.status, action, caller, subject_of(row), comment)
    except Refused:
        # on an old version the state seen was another one, and that is what to tell
        if row.version != expected_version:
            raise version_conflict(row.version) from None
        raise
    if row.version != expected_version:
        raise version_conflict(row.version)
    return row


async def _check_in_order(move: Move) -> None:
    """Raises `Refused` unless the publisher is recognised and the standard in force."""
    problems = Problems()
    assert move.around is not None
    check_publisher(move.row.kind, move.around, MAY_PUBLISH, problems, "id")
    standard = await hold_standard(move.work.tx, move.row.standard_key)
    problems.check(
        standard is not None and standard.status == "IN_FORCE",
        "STANDARD_NOT_IN_FORCE",
        "所依据的服务标准版本不是有效版本",
        "The version of the standard is not in force",
        "id",
    )
    problems.raise_if_any()


async def _submit(move: Move) -> UUID:
    await _check_in_order(move)
    assert move.around is not None
    tx = move.work.tx
    given = await load_given(tx, move.row)
    results = await check_and_store(tx, move.row.id, given, move.around.credit, move.today)
    passed = conforms(await load_requirements(tx, move.row.standard_key), results)
    to = "UNDER_REVIEW" if passed else "CONFORMANCE_FAILED"
    await _write(move.work, move.row, to, "SUBMIT", move.comment)
    return move.row.id


async def _approve(move: Move) -> UUID:
    await _check_in_order(move)
    await move.work.tx.execute("catalog.judged", sql.JUDGED, move.row.id)
    await _write(move.work, move.row, "PUBLISHED", "APPROVE", move.comment)
    return move.row.id


async def _resume(move: Move) -> UUID:
    await _check_in_order(move)
    await _write(move.work, move.row, "PUBLISHED", "RESUME", move.comment)
    return move.row.id


async def _suspend(move: Move) -> UUID:
    suspender = move.work.caller.acts_for
    await _write(move.work, move.row, "SUSPENDED", "SUSPEND", move.comment, suspended_by=suspender)
    return move.row.id


async def _publish_new_version(move: Move) -> UUID:
    """Supersede the product and make its copy a draft; the copy's number tells which version."""
    tx, row = move.work.tx, move.row
    await _write(move.work, row, "SUPERSEDED", "PUBLISH_NEW_VERSION", move.comment)
    base, _, edition = row.number.partition(".")
    number = f"{base}.{int(edition or 1) + 1}"
    new_id: UUID = await tx.fetchval("catalog.product_copy", sql.PRODUCT_COPY, row.id, number)
    for table, statement in {**sql.COPY_CHILDREN, "results": sql.COPY_RESULTS}.items():
        await tx.execute(f"catalog.copy_{table}", statement, row.id, new_id)
    change = Change("service_product", str(new_id), None, "DRAFT", "PUBLISH_NEW_VERSION")
    await record_change(move.work, "catalog", change)
    return new_id


def _plain(action: str) -> Callable[[Move], Awaitable[UUID]]:
    """Return the handler of a transition with one target and no condition of its own."""
    [target] = {t for each in PRODUCTS.transitions if each.action == action for t in each.targets}

    async def handle(move: Move) -> UUID:
        await _write(move.work, move.row, target, action, move.comment)
        return move.row.id

    return handle


_HANDLERS: Final[Mapping[str, Callable[[Move], Awaitable[UUID]]]] = {
    "SUBMIT": _submit,
    "WITHDRAW_SUBMISSION": _plain("WITHDRAW_SUBMISSION"),
    "APPROVE": _approve,
    "REJECT": _plain("REJECT"),
    "REVISE": _plain("REVISE"),
    "SUSPEND": _suspend,
    "RESUME": _resume,
    "PUBLISH_NEW_VERSION": _publish_new_version,
    "RETIRE": _plain("RETIRE"),
}


async def _write(
    work: Work,
    row: ProductRow,
    to: str,
    action: str,
    comment: str | None,
    *,
    suspended_by: str | None = None,
) -> None:
    """Write the new status and its history, and tell what is on the market now."""
    published_at = work.now if action == "APPROVE" else None
    await work.tx.execute(
        "catalog.product_move", sql.PRODUCT_MOVE, row.id, to, suspended_by, published_at
    )
    change = Change("service_product", str(row.id), row.status, to, action, comment)
    await record_change(work, "catalog", change)
    if to == "PUBLISHED":
        reach = await work.tx.fetchrow("catalog.reach", sql.REACH_OF, row.id)
        assert reach is not None
        await work.publish(
            "catalog.product_published",
            str(row.id),
            {
                "kind": row.kind,
                "publisher": row.publisher_code,
                "regions": list(reach["regions"]),
                "industries": list(reach["industries"]),
            },
        )
