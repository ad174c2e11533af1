"""`hub sources check`: what each column of a source would become, without a database.

The first rows of every file, or of the first batch of a source without files, go through reading,
header, mapping and the rules a row answers by itself. Comparisons with what the hub knows need the
database and are made by `pull --dry-run`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import msgspec

from adapters.config import SourceConfig
from adapters.config.source import FILE_KINDS
from adapters.errors import FileRefused, SourceProblem
from adapters.feed import Feed, load_feeds
from adapters.files.encoding import encoding_label
from adapters.files.header import Column
from adapters.findings import Finding, finding
from adapters.mapping import Mapper, key_text
from adapters.model import Counts, RowResult, SourceClass, SourceRecord
from adapters.rules import RuleContext
from adapters.source import OpenBatch, PullRequest
from adapters.sources import open_source
from adapters.validation import Validator
from adapters.value_kinds import cell_text
from resolvers.values import shipped_lists, today_in_china

CHECKED_ROWS: Final = 100
CHECK_SECONDS: Final = 60.0
"""A source that has not given its first rows in this time is reported as unreachable."""


@dataclass(frozen=True, slots=True)
class CheckedColumn:
    """A column: header or path as met, field and unit (None: not used), one cell and what it
    became."""

    header: str
    field: str | None
    unit: str | None
    example: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class MissingField:
    """A required field no column and no constant gives; `header` is how centres call it."""

    field: str
    header: str


@dataclass(slots=True)
class CheckedFinding:
    """A code, on how many rows it was found, and the first of them."""

    first: Finding
    rows: int = 0


@dataclass(slots=True)
class CheckedFile:
    """One file of a source, or its first batch."""

    name: str
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: list[CheckedColumn] = field(default_factory=list)
    missing: list[MissingField] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    findings: dict[str, CheckedFinding] = field(default_factory=dict)
    problem: Finding | None = None

    @property
    def unknown(self) -> list[str]:
        """Return the columns that are not used."""
        return [column.header for column in self.columns if column.field is None]

    def note(self, found: Finding) -> None:
        """Count a finding."""
        self.findings.setdefault(found.code, CheckedFinding(found)).rows += 1


@dataclass(slots=True)
class CheckedSource:
    """What was seen of one source; `problem` when it could not be reached or read on."""

    code: str
    files: list[CheckedFile] = field(default_factory=list)
    problem: Finding | None = None

    @property
    def failed(self) -> bool:
        return self.problem is not None or any(file.problem for file in self.files)


class _RowValidator(Validator):
    """Only the rules a row answers by itself, and repetitions: there is no database to ask."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._fact_rules = ()


async def check_source(config: SourceConfig) -> CheckedSource:
    """Return what the first rows of a source would become; a source that cannot be reached has a
    `problem`."""
    checked = CheckedSource(config.code)
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await _check_batches(config, checked)
    except SourceProblem as problem:
        checked.problem = problem.finding
    except TimeoutError:
        checked.problem = finding("SOURCE_DEADLINE", seconds=f"{CHECK_SECONDS:g}")
    return checked


async def _check_batches(config: SourceConfig, checked: CheckedSource) -> None:
    reads_files = config.kind in FILE_KINDS
    bounds = config.bounds
    if not reads_files:
        # One try more at most: somebody is waiting for the answer.
        bounds = msgspec.structs.replace(
            bounds, batch_rows=CHECKED_ROWS, retries=min(bounds.retries, 1)
        )
    source = open_source(msgspec.structs.replace(config, bounds=bounds))
    try:
        async with aclosing(source.batches(PullRequest())) as batches:
            async for opened in batches:
                try:
                    checked.files.append(_check_batch(config, opened))
                finally:
                    opened.close()
                if not reads_files:
                    break
    finally:
        await source.close()


def _check_batch(config: SourceConfig, opened: OpenBatch) -> CheckedFile:
    feed = load_feeds()[config.feed]
    checked = CheckedFile(opened.batch.name)
    records: list[SourceRecord] = []
    columns: tuple[Column, ...] = ()
    results: list[RowResult] = []
    try:
        checked.encoding = encoding_label(opened.encoding) if opened.encoding else None
        table = opened.table(feed.aliases(config.columns))
        checked.sheet, checked.header_row = table.sheet, table.header.row or None
        columns = table.header.columns
        checked.missing = _missing(config, feed, columns)
        for found in table.findings:
            checked.note(found)
        records = list(islice(table.records(), CHECKED_ROWS))
        mapper = Mapper(
            feed,
            table.header,
            constants=feed.constants(config.center, config.constants),
            today=today_in_china(),
            lists=shipped_lists(),
            own_rows_only=config.own_rows_only,
            deletions=config.deletions,
            vocabularies=config.vocabularies,
            units=config.units,
        )
        context = RuleContext(feed.feed, SourceClass(config.precedence), today_in_china(), {})
        results = list(_RowValidator(feed).check(map(mapper.map, records), context))
    except FileRefused as refusal:
        checked.problem = refusal.finding
    _count(checked, config, results)
    values = [result.mapped.values for result in results]
    checked.columns = [_column(config, feed, column, records, values) for column in columns]
    return checked


def _count(checked: CheckedFile, config: SourceConfig, results: Iterable[RowResult]) -> None:
    counts = checked.counts
    for result in results:
        counts.add(result.outcome)
        for found in {found.code: found for found in reversed(result.findings)}.values():
            checked.note(found)
    checked.findings = dict(
        sorted(checked.findings.items(), key=lambda item: (item[1].first.is_warning, -item[1].rows))
    )
    if checked.problem is None and counts.rejected > counts.read * config.refused_limit:
        checked.problem = finding(
            "BATCH_REFUSED_SHARE",
            share=f"{counts.rejected / counts.read:.0%}",
            limit=f"{config.refused_limit:.0%}",
        )


def _missing(config: SourceConfig, feed: Feed, columns: Iterable[Column]) -> list[MissingField]:
    present = {column.field for column in columns if column.field} | set(config.constants)
    for name in tuple(present):
        present.update(feed.fields[name].fills or ())
    return [
        MissingField(name, next(iter(found.aliases), name))
        for name, found in feed.fields.items()
        if found.required and name not in present
    ]


def _column(
    config: SourceConfig,
    feed: Feed,
    column: Column,
    records: list[SourceRecord],
    values: list[Mapping[str, object]],
) -> CheckedColumn:
    unit = None
    if column.field is not None and feed.fields[column.field].kind == "money":
        unit = column.unit or config.units.get(column.field) or feed.fields[column.field].unit
    example = value = None
    for number, record in enumerate(records):
        if not (text := cell_text(record.cells.get(column.header))):
            continue
        example = example or text
        found = values[number].get(column.field) if column.field and values else None
        if found is not None:
            example, value = text, _value_text(found)
            break
    return CheckedColumn(column.header, column.field, unit, example, value)


def _value_text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(_value_text(part) for part in value)
    original = getattr(value, "original", None)
    if original is not None:  # an amount: show what it means, not how it was written
        amount = getattr(value, "amount", None)
        return f"{getattr(value, 'kind', '')} {amount if amount is not None else ''}".strip()
    status = getattr(value, "status", None)
    return str(status) if status is not None else key_text(value)
