"""Rules: the fields of a platform or centre agree with each other (DOMAIN §1.4, §2.3, §3.12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.findings import Finding, from_issue
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values import check_stated_name, is_jurisdiction, jurisdiction_of
from resolvers.values.center_codes import check_letters
from resolvers.values.center_names import NamingScheme
from resolvers.values.platform_names import PlatformName
from resolvers.values.result import Checked, Issue

_NEVER_RECOGNISED = frozenset(["PILOT", "NOT_RECOGNISED"])


def center_kind(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield PLATFORM_CODE_KIND and CENTER_SUPPORT_TOOL."""
    values = row.values
    function = values.get("function")
    if "code" in values and "kind" in values and _was_read(row, "function"):
        found = check_letters(values["code"], values["kind"], function)
        if found is not None:
            yield _about(row, "code", found)
    if "supportTool" in values and function != "SUPPORT_TOOL":
        yield row.finding("CENTER_SUPPORT_TOOL", "supportTool")


def check_row_name(values: Mapping[str, Any]) -> tuple[Checked[PlatformName], NamingScheme]:
    """Check the name a row states for its centre; returns it with its naming scheme."""
    return check_stated_name(
        values["officialName"],
        values["kind"],
        values.get("function"),
        values["status"],
        scheme=values.get("namingScheme"),
        decision_document=values.get("recognitionDocument"),
    )


def center_name(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield what rule 3.12 says about the name."""
    values = row.values
    if not {"officialName", "kind", "status"} <= values.keys() or not _was_read(row, "function"):
        return
    checked, _ = check_row_name(values)
    for found in checked.issues:
        yield _about(row, "officialName", found)


def center_jurisdiction(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield CENTER_JURISDICTION when no office acts for the centre."""
    stated = row.values.get("jurisdiction")
    if stated is not None:
        if not is_jurisdiction(stated):
            yield row.finding("CENTER_JURISDICTION", "jurisdiction")
    elif "regionCode" in row.values and jurisdiction_of(row.values["regionCode"]) is None:
        yield row.finding("CENTER_JURISDICTION", "regionCode")


def center_dates(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield CENTER_DATES, and DATE_FUTURE for a recognition that has not happened."""
    recognised = row.values.get("recognisedOn")
    if recognised is None:
        return
    if row.values.get("status") in _NEVER_RECOGNISED:
        yield row.finding("CENTER_DATES", "recognisedOn")
    if recognised > context.today:
        yield row.finding("DATE_FUTURE", "recognisedOn")


def _was_read(row: MappedRow, field: str) -> bool:
    """Return whether nothing is wrong with a cell, so that its absence means it was empty."""
    return not any(each.field == field and not each.is_warning for each in row.findings)


def _about(row: MappedRow, field: str, found: Issue) -> Finding:
    column = row.columns.get(field)
    value = row.record.cells.get(column) if column else None
    return from_issue(found, field=field, column=column, value=value, row=row.record.row)
