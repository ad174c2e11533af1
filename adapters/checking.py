"""`hub sources check`: what each column of a source's files would become, without a database.

The first rows of every file go through encoding, header, mapping and the rules a row answers by
itself. Comparisons with what the hub knows need the database and are made by `pull --dry-run`.
"""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice

from adapters.config import SourceConfig
from adapters.errors import FileRefused
from adapters.feed import load_feeds
from adapters.files.encoding import encoding_label
from adapters.findings import Finding
from adapters.mapping import Mapper, key_text
from adapters.model import MappedRow, SourceClass
from adapters.rules import ROW_RULES, RuleContext
from adapters.source import OpenBatch, PullRequest
from adapters.sources import open_source
from adapters.value_kinds import cell_text
from resolvers.values import shipped_lists, today_in_china

CHECKED_ROWS = 100


@dataclass(frozen=True, slots=True)
class CheckedColumn:
    """A column: header as met, field and unit (None: not used), one cell and what it became."""

    header: str
    field: str | None
    unit: str | None
    example: str | None
    value: str | None


@dataclass(slots=True)
class CheckedFile:
    """One file of a source."""

    name: str
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: list[CheckedColumn] = field(default_factory=list)
    rows: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    problem: Finding | None = None


async def check_source(config: SourceConfig) -> list[CheckedFile]:
    """Return what the batches of a source would become.

    Raises:
        SourceProblem: the source cannot be reached.
    """
    source = open_source(config)
    checked: list[CheckedFile] = []
    try:
        async with aclosing(source.batches(PullRequest())) as batches:
            async for opened in batches:
                try:
                    checked.append(_check_batch(config, opened))
                finally:
                    opened.close()
    finally:
        await source.close()
    return checked


def _check_batch(config: SourceConfig, opened: OpenBatch) -> CheckedFile:
    feed = load_feeds()[config.feed]
    checked = CheckedFile(opened.batch.name)
    today = today_in_china()
    try:
        checked.encoding = encoding_label(opened.encoding) if opened.encoding else None
        table = opened.table(feed.aliases(config.columns))
        checked.sheet, checked.header_row = table.sheet, table.header.row
        mapper = Mapper(
            feed,
            table.header,
            constants=config.constants,
            today=today,
            lists=shipped_lists(),
        )
        rows = [mapper.map(record) for record in islice(table.records(), CHECKED_ROWS)]
    except FileRefused as refusal:
        checked.problem = refusal.finding
        return checked
    checked.rows = len(rows)
    for column in table.header.columns:
        example, value = _example(rows, column.header, column.field)
        is_amount = column.field is not None and feed.fields[column.field].kind == "money"
        unit = column.unit if is_amount else None
        checked.columns.append(CheckedColumn(column.header, column.field, unit, example, value))
    context = RuleContext(feed.feed, SourceClass(config.precedence), today, {})
    codes: Counter[str] = Counter()
    for row in rows:
        codes.update(found.code for found in row.findings)
        for rule in ROW_RULES[feed.feed]:
            codes.update(found.code for found in rule(row, context))
    checked.codes = dict(codes.most_common())
    return checked


def _example(
    rows: list[MappedRow], header: str, field_name: str | None
) -> tuple[str | None, str | None]:
    for row in rows:
        text = cell_text(row.record.cells.get(header))
        if text:
            value = row.values.get(field_name) if field_name else None
            return text, None if value is None else _value_text(value)
    return None, None


def _value_text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(_value_text(part) for part in value)
    original = getattr(value, "original", None)
    if original is not None:  # an amount: show what it means, not how it was written
        amount = getattr(value, "amount", None)
        return f"{getattr(value, 'kind', '')} {amount if amount is not None else ''}".strip()
    status = getattr(value, "status", None)
    return str(status) if status is not None else key_text(value)
