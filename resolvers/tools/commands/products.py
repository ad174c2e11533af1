"""Intensive products: file, and lead through the workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.identity import Permit, Role, Subject
from resolvers.peer_facts import check_numbers, check_patents
from resolvers.peers import Peers, ask_entities
from resolvers.refusal import Problems, not_found, refuse
from resolvers.tools import sql
from resolvers.tools.commands.tool_platforms import tools_of
from resolvers.tools.records import product_row
from resolvers.tools.rows import ProductRow
from resolvers.tools.rules.product_rights import check_rights
from resolvers.tools.workflows.products import PRODUCTS
from resolvers.values import jurisdiction_of
from resolvers.values.dates import add_years
from resolvers.values.text import party_name_key
from resolvers.workflow import require

TOOL: Final = "PATENT_INTENSIVE_PRODUCT"
MOST_PATENTS: Final = 100
FIRST_YEAR: Final = 2000
LARGEST_REVENUE: Final = Decimal(10) ** 15
TERM_YEARS: Final = 3
"""Years for which a recognition holds; no source settles it, so the hub does [H]."""

FILES: Final = (
    Permit(Role.THIRD_PARTY_INSTITUTION, "filer"),
    Permit(Role.REGIONAL_CENTER),
    Permit(Role.INDUSTRY_CENTER),
)
"""The enterprise itself, or a centre for an enterprise it serves."""
ADVANCES: Final = (
    Permit(Role.THIRD_PARTY_INSTITUTION),
    Permit(Role.REGIONAL_CENTER),
    Permit(Role.INDUSTRY_CENTER),
    Permit(Role.FUNCTIONAL_PLATFORM, function="SUPPORT_TOOL"),
    Permit(Role.CNIPA_ADMIN),
)

_LICENSEES: Final = """
licenceRecords(inForce: true) { licensees { organization { uscc } } }
"""


@dataclass(frozen=True, slots=True)
class ProductDraft:
    name: str
    filer_uscc: str
    filer_is_holder: bool
    industry_code: str
    application_numbers: tuple[str, ...]
    year: int
    revenue_cny: Decimal
    revenue_share: float | None


async def file_product(
    command: Command, peers: Peers, draft: ProductDraft, problems: Problems, today: date
) -> str:
    """Store the filing as DRAFT and return the number the hub gave it.

    Raises:
        Forbidden: an institution files for another.
        Refused: what `problems` holds already, YEAR, REVENUE, REVENUE_SHARE, PATENTS_COUNT,
            ORGANIZATION_UNKNOWN, INDUSTRY_UNKNOWN, PATENT_UNKNOWN, FILER_NOT_HOLDER,
            FILER_NOT_LICENSED, FILER_IS_HOLDER, FILING_EXISTS.
        PeerUnavailable: another subgraph does not answer.
    """
    require(FILES, command.caller, Subject.of(filer=draft.filer_uscc))
    _check_figures(problems, draft, today)
    check_numbers(problems, draft.application_numbers, MOST_PATENTS, "input", "applicationNumbers")
    problems.raise_if_any()
    region = await _check_filer(peers, problems, draft)
    await _check_patents(peers, problems, draft)
    problems.raise_if_any()
    caller = command.caller
    async with command.transaction() as work:
        number: str | None = await work.tx.fetchval(
            "tools.add_product",
            sql.ADD_PRODUCT,
            str(today.year),
            draft.name,
            party_name_key(draft.name),
            draft.filer_uscc,
            draft.filer_is_holder,
            draft.industry_code,
            draft.year,
            draft.revenue_cny,
            draft.revenue_share,
            today,
            caller.center,
            jurisdiction_of(region) if region else None,
        )
        if number is None:
            raise refuse(
                "FILING_EXISTS",
                "该企业的该产品在该年度已备案",
                "The filer's product of that year is filed already",
                "input",
                "name",
            )
        await work.tx.execute(
            "tools.add_product_patents",
            sql.ADD_PRODUCT_PATENTS,
            number,
            list(draft.application_numbers),
        )
        work.key = number
        await record_change(work, "tools", Change(PRODUCTS.name, number, None, "DRAFT", None))
    return number


def _check_figures(problems: Problems, draft: ProductDraft, today: date) -> None:
    problems.check(
        FIRST_YEAR <= draft.year <= today.year,
        "YEAR",
        f"统计年度应在 {FIRST_YEAR} 与 {today.year} 之间",
        f"The year is from {FIRST_YEAR} to {today.year}",
        "input",
        "year",
    )
    revenue = draft.revenue_cny
    problems.check(
        0 <= revenue <= LARGEST_REVENUE and revenue == round(revenue, 2),
        "REVENUE",
        "销售收入应在 0 至 1000 万亿元之间，最多两位小数",
        "The revenue is 0 to 10^15 with at most two decimals",
        "input",
        "revenueCny",
    )
    problems.check(
        draft.revenue_share is None or 0 <= draft.revenue_share <= 1,
        "REVENUE_SHARE",
        "销售收入占比应为 0 至 1 之间的小数",
        "The share of revenue is a fraction from 0 to 1",
        "input",
        "revenueShare",
    )


async def _check_filer(peers: Peers, problems: Problems, draft: ProductDraft) -> str | None:
    """Return where the filer is; note what the subgraph reference does not know."""
    uscc, code = draft.filer_uscc, draft.industry_code
    found = await ask_entities(
        peers, "reference", "Organization", "uscc", [uscc], "region { code }"
    )
    filer = found[uscc]
    problems.check(
        filer is not None,
        "ORGANIZATION_UNKNOWN",
        f"未登记的组织：{uscc}",
        f"No organisation is registered as {uscc}",
        "input",
        "filerUscc",
    )
    industries = await ask_entities(peers, "reference", "Industry", "code", [code], "code")
    problems.check(
        industries[code] is not None,
        "INDUSTRY_UNKNOWN",
        f"没有行业代码 {code}",
        f"There is no industry {code}",
        "input",
        "industryCode",
    )
    return filer["region"]["code"] if filer is not None and filer["region"] else None


async def _check_patents(peers: Peers, problems: Problems, draft: ProductDraft) -> None:
    """Check that the filer holds the patents or is licensed."""
    numbers, filer = draft.application_numbers, draft.filer_uscc
    selection = "currentHolders { organization { uscc } }"
    place = ("input", "applicationNumbers")
    known = await check_patents(peers, problems, numbers, selection, *place)
    if len(known) < len(numbers):
        return
    held = {number for number, facts in known.items() if _names(facts["currentHolders"], filer)}
    licensed: set[str] = set()
    others = [number for number in numbers if number not in held]
    if others and not draft.filer_is_holder:
        answers = await ask_entities(
            peers, "trading", "Patent", "applicationNumber", others, _LICENSEES
        )
        licensed = {number for number, facts in answers.items() if _is_licensee(facts, filer)}
    check_rights(problems, numbers, held, licensed, draft.filer_is_holder)


def _names(parties: Sequence[Mapping[str, Any]], uscc: str) -> bool:
    return any(each["organization"] and each["organization"]["uscc"] == uscc for each in parties)


def _is_licensee(facts: Mapping[str, Any] | None, uscc: str) -> bool:
    records = facts["licenceRecords"] if facts is not None else ()
    return any(_names(record["licensees"], uscc) for record in records)


async def advance_product(
    command: Command, peers: Peers, number: str, to: str, comment: str | None, today: date
) -> None:
    """Lead the filing to the status `to`.

    Raises:
        Forbidden: the caller is none of those the table lets do it.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED.
        PeerUnavailable: the subgraph platforms does not answer.
    """
    tools = await tools_of(command.caller, peers)
    async with command.transaction() as work:
        work.key = number
        record = await work.tx.fetchrow("tools.product_lock", sql.PRODUCT_LOCK, number)
        if record is None:
            raise not_found("没有该备案", "There is no such filing", "filingNumber")
        row = product_row(record)
        subject = Subject.of(
            filer=row.filer_uscc,
            submitter=row.submitted_by,
            tool=command.caller.center if TOOL in tools else None,
        )
        PRODUCTS.check(row.status, to, command.caller, subject, comment)
        await work.tx.execute(
            "tools.advance_product", sql.ADVANCE_PRODUCT, number, to, *_dates(row, to, today)
        )
        await record_change(
            work, "tools", Change(PRODUCTS.name, number, row.status, to, to, comment)
        )


def _dates(row: ProductRow, to: str, today: date) -> tuple[date, date | None, date | None]:
    """Return the days of filing and recognition, and the last day of the term."""
    if to == "FILED":
        return today, None, None
    if to == "RECOGNISED":
        return row.filed_on, today, add_years(today, TERM_YEARS) - timedelta(days=1)
    return row.filed_on, row.recognised_on, row.valid_to
