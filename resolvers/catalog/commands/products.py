"""Making and changing drafts of service products (DOMAIN §2.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.catalog.commands import sql
from resolvers.catalog.commands.given import EvidenceGiven, ProductGiven, check_given
from resolvers.catalog.commands.surroundings import (
    Surroundings,
    check_publisher,
    check_references,
    facts_of,
    hold_standard,
    load_requirements,
    look_around,
    usable_foundations,
)
from resolvers.catalog.rows import ProductRow, StandardRow
from resolvers.catalog.rows import product_row as read_product
from resolvers.catalog.rules.conformance import Result, check_conformance
from resolvers.catalog.workflows.products import PUBLISHER
from resolvers.database.pool import Transaction
from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peers import Peers
from resolvers.refusal import Problems, not_found, refuse, version_conflict
from resolvers.value_rows import money_values
from resolvers.workflow import require

MAY_DRAFT: Final = ("RECOGNISED", "PILOT")


async def create_product(
    command: Command, peers: Peers, given: ProductGiven, problems: Problems, today: date
) -> UUID:
    """Write a draft and check it against its standard; return its id.

    Raises:
        Forbidden: the caller writes for another centre.
        Refused: everything that is wrong with the input.
    """
    require(PUBLISHER, command.caller, Subject.of(publisher=given.publisher_code))
    around = await _check(command, peers, given, problems)
    async with command.transaction() as work:
        standard = await _check_inside(work.tx, given, today, problems)
        assert around.center is not None  # a problem else
        number = await work.tx.fetchval(
            "catalog.product_number", sql.PRODUCT_NUMBER, given.publisher_code
        )
        product_id: UUID = await work.tx.fetchval(
            "catalog.product_insert",
            sql.PRODUCT_INSERT,
            f"{given.publisher_code}-P{number:04d}",
            given.publisher_code,
            around.center.jurisdiction_code,
            *_content(given, standard),
        )
        work.key = str(product_id)
        await _write_children(work.tx, product_id, given)
        await check_and_store(work.tx, product_id, given, around.credit, today)
        change = Change("service_product", str(product_id), None, "DRAFT", None)
        await record_change(work, "catalog", change)
    return product_id


async def update_product(
    command: Command,
    peers: Peers,
    product_id: UUID,
    expected_version: int,
    given: ProductGiven,
    problems: Problems,
    today: date,
) -> UUID:
    """Write a draft anew and check it again.

    Raises:
        Forbidden: the caller is not its publisher.
        Refused: NOT_FOUND, VERSION_CONFLICT, NOT_EDITABLE, and what is wrong with the input.
    """
    before = await command.database.fetchrow("catalog.product", sql.PRODUCT, product_id)
    _check_editable(command, before, expected_version)
    around = await _check(command, peers, given, problems)
    async with command.transaction() as work:
        work.key = str(product_id)
        record = await work.tx.fetchrow("catalog.product_lock", sql.PRODUCT_LOCK, product_id)
        row = _check_editable(command, record, expected_version)
        problems.check(
            given.publisher_code == row.publisher_code,
            "PUBLISHER_FIXED",
            "产品的发布单位不能更改",
            "The publisher of a product does not change",
            "input",
            "publisherCode",
        )
        standard = await _check_inside(work.tx, given, today, problems)
        await work.tx.execute(
            "catalog.product_rewrite", sql.PRODUCT_REWRITE, product_id, *_content(given, standard)
        )
        await _write_children(work.tx, product_id, given)
        await check_and_store(work.tx, product_id, given, around.credit, today)
    return product_id


async def check_and_store(
    tx: Transaction, product_id: UUID, given: ProductGiven, credit: str | None, today: date
) -> tuple[Result, ...]:
    """Run the checks of the product's standard and keep their results."""
    key = (given.standard_code, given.standard_version)
    foundations = await usable_foundations(tx, given.foundation_codes, given.publisher_code, today)
    results = check_conformance(
        await load_requirements(tx, key), facts_of(given, foundations, credit)
    )
    await tx.execute("catalog.forget_results", sql.FORGET["product_conformance"], product_id)
    await tx.executemany(
        "catalog.result",
        sql.RESULT,
        [(product_id, each.requirement_id, each.passed, each.detail) for each in results],
    )
    return results


async def load_given(tx: Transaction, row: ProductRow) -> ProductGiven:
    """Return a stored product as it was typed in."""
    codes: dict[str, tuple[str, ...]] = {}
    for table, statement in sql.CODES_OF.items():
        records = await tx.fetch(f"catalog.{table}", statement, row.id)
        codes[table] = tuple(record["code"] for record in records)
    proofs = await tx.fetch("catalog.product_evidence", sql.EVIDENCE_OF, row.id)
    return ProductGiven(
        row.title,
        row.summary,
        row.kind,
        row.publisher_code,
        row.provider_uscc,
        row.standard_code,
        row.standard_version,
        codes["product_foundation"],
        codes["product_region"],
        codes["product_industry"],
        row.price,
        row.response_days,
        tuple(EvidenceGiven(r["requirement_id"], r["title"], r["reference"]) for r in proofs),
    )


async def _check(
    command: Command, peers: Peers, given: ProductGiven, problems: Problems
) -> Surroundings:
    """Collect all that can be said without a transaction; return the surroundings."""
    check_given(given, problems)
    problems.raise_if_any()
    around = await look_around(command.database, peers, given, references=True)
    check_references(given, around, problems)
    check_publisher(given.kind, around, MAY_DRAFT, problems, "input", "publisherCode")
    return around


async def _check_inside(
    tx: Transaction, given: ProductGiven, today: date, problems: Problems
) -> StandardRow:
    """Collect what the catalogue's own rows say against the input; return the standard.

    Raises:
        Refused: everything found, here and before.
    """
    key = (given.standard_code, given.standard_version)
    standard = await hold_standard(tx, key)
    usable = standard is not None and standard.status in ("CONSULTATION", "IN_FORCE")
    if problems.check(
        usable,
        "STANDARD_NOT_USABLE",
        "没有该服务标准，或其不在征求意见、有效状态",
        "There is no such standard, or it is neither in consultation nor in force",
        "input",
        "standardVersion",
    ):
        assert standard is not None
        problems.check(
            standard.service_kind == given.kind,
            "KIND_MISMATCH",
            f"该标准适用于 {standard.service_kind}",
            f"The standard is for {standard.service_kind}",
            "input",
            "kind",
        )
        known = {each.id for each in await load_requirements(tx, key)}
        for number, each in enumerate(given.evidence):
            problems.check(
                each.requirement_id in known,
                "REQUIREMENT_UNKNOWN",
                "标准中没有该项要求",
                "The standard has no such requirement",
                *("input", "evidence", str(number), "requirementId"),
            )
    foundations = await usable_foundations(tx, given.foundation_codes, given.publisher_code, today)
    for number, code in enumerate(given.foundation_codes):
        problems.check(
            code in foundations,
            "FOUNDATION_UNKNOWN",
            f"没有数据底座 {code}",
            f"There is no data foundation {code}",
            *("input", "dataFoundationCodes", str(number)),
        )
    problems.raise_if_any()
    assert standard is not None
    return standard


def _check_editable(command: Command, record: Record | None, expected_version: int) -> ProductRow:
    if record is None:
        raise not_found("没有该服务产品", "There is no such service product", "id")
    row = read_product(record)
    require(PUBLISHER, command.caller, Subject.of(publisher=row.publisher_code))
    if row.version != expected_version:
        raise version_conflict(row.version)
    if row.status != "DRAFT":
        raise refuse(
            "NOT_EDITABLE",
            f"产品处于 {row.status}，只有草稿可以修改",
            f"The product is {row.status}; only a draft can be changed",
            "id",
        )
    return row


def _content(given: ProductGiven, standard: StandardRow) -> Sequence[object]:
    """Return the values of the columns that PRODUCT_INSERT and PRODUCT_REWRITE write."""
    return (
        given.title,
        given.summary,
        given.kind,
        given.provider_uscc,
        given.standard_code,
        given.standard_version,
        standard.issuer_code,
        given.response_days,
        *money_values(given.price),
    )


async def _write_children(tx: Transaction, product_id: UUID, given: ProductGiven) -> None:
    """Replace regions, industries, data foundations and evidence of a product."""
    for table in (*sql.CODE_TABLES, "product_evidence"):
        await tx.execute(f"catalog.forget_{table}", sql.FORGET[table], product_id)
    codes = {
        "product_region": given.region_codes,
        "product_industry": given.industry_codes,
        "product_foundation": given.foundation_codes,
    }
    for table, statement in sql.ADD_CODE.items():
        rows = [(product_id, ordinal, code) for ordinal, code in enumerate(codes[table])]
        await tx.executemany(f"catalog.{table}", statement, rows)
    await tx.executemany(
        "catalog.product_evidence",
        sql.EVIDENCE,
        [
            (product_id, ordinal, each.requirement_id, each.title, each.reference)
            for ordinal, each in enumerate(given.evidence)
        ],
    )
