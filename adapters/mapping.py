"""From a record to typed values: the mapping table of a feed, applied to the columns of one file.

In: the feed, the header found, what the source overrides. Out: a `Mapper` whose `map(record)`
yields a `MappedRow` with the findings of single cells; rules between fields come later
(`validation.py`). No control flow per centre: what differs between centres is data.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from adapters.config.shared import Deletions
from adapters.errors import FileRefused
from adapters.feed import Feed, Field, word_key
from adapters.files.header import Column, Header
from adapters.findings import Finding, from_issue, issue
from adapters.model import Cell, MappedRow, SourceRecord
from adapters.value_kinds import CellContext, Period, cell_text, convert
from resolvers.values import ApplicationNumber, Money, ReferenceLists
from resolvers.values.text import party_name_key

_LOCARNO = re.compile(r"^\s*(?:LOC\b|\d{2}-\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where one field's cells come from."""

    name: str
    field: Field
    column: str
    context: CellContext


class Mapper:
    """A feed's mapping bound to the columns of one file."""

    def __init__(
        self,
        feed: Feed,
        header: Header,
        *,
        constants: Mapping[str, str],
        today: date,
        lists: ReferenceLists,
        own_rows_only: bool = False,
        deletions: Deletions | None = None,
    ) -> None:
        self._feed = feed
        self._gone = _gone_mark(deletions)
        self._own_rows_only = own_rows_only
        found = {column.field: column for column in header.columns if column.field}
        sources = [
            self._source(name, field, found[name], today, lists)
            for name, field in feed.fields.items()
            if name in found
        ]
        # Codes that change with time are read last, as of the record's own date (DOMAIN §3.4).
        self._sources = tuple(sorted(sources, key=_is_dated))
        self._columns = {source.name: source.column for source in self._sources}
        self._constants = {
            name: convert(text, CellContext(feed.fields[name], None, today, lists)).value
            for name, text in constants.items()
        }
        self._locarno = feed.fields.get("locarno")
        self._refuse_missing_columns()

    @staticmethod
    def _source(
        name: str, field: Field, column: Column, today: date, lists: ReferenceLists
    ) -> _Source:
        return _Source(name, field, column.header, CellContext(field, column.unit, today, lists))

    def _refuse_missing_columns(self) -> None:
        present = {*self._columns, *self._constants}
        for source in self._sources:
            present.update(source.field.fills or ())
        missing = [
            next(iter(field.aliases), name)
            for name, field in self._feed.fields.items()
            if field.required and name not in present
        ]
        if missing:
            raise FileRefused("FILE_COLUMN_MISSING", columns="、".join(missing))

    def map(self, record: SourceRecord) -> MappedRow:
        """Return the row's values and the findings of its cells."""
        findings = list(record.problems)
        values: dict[str, Any] = dict(self._constants)
        refused: set[str] = set()
        for source in self._sources:
            cell = record.cells.get(source.column)
            if cell is None or cell == "":
                continue
            self._take(source, cell, record, values, findings, refused)
        if not any(not found.is_warning for found in record.problems):
            findings += self._missing(record, values, refused)
        key = self._key(values)
        deleted = self._says_gone(record)
        if deleted:
            # Of a record that is gone only its key matters; the rest may be blank or stale.
            findings = [found for found in findings if found.field in self._feed.key]
        return MappedRow(
            record, values, self._columns, tuple(findings), key, content_hash(values), deleted
        )

    def _says_gone(self, record: SourceRecord) -> bool:
        if self._gone is None:
            return False
        header, words = self._gone
        return word_key(cell_text(record.cells.get(header))) in words

    def _take(
        self,
        source: _Source,
        cell: Cell,
        record: SourceRecord,
        values: dict[str, Any],
        findings: list[Finding],
        refused: set[str],
    ) -> None:
        name, context = source.name, source.context
        if _is_dated(source):
            context = replace(context, as_of=record_date(self._feed, values))
        if source.field.kind == "ipcs" and self._locarno and _LOCARNO.match(cell_text(cell)):
            # Design files of the gazette carry the Locarno class in the column of the IPC.
            name, context = (
                "locarno",
                CellContext(self._locarno, None, context.today, context.lists),
            )
        checked = convert(cell, context)
        for found in checked.issues:
            findings.append(
                from_issue(
                    found, field=name, column=source.column, value=cell_text(cell), row=record.row
                )
            )
        if not checked.ok:
            refused.add(name)
        elif isinstance(checked.value, Period) and source.field.fills:
            start, end = source.field.fills
            values.setdefault(start, checked.value.start)
            values.setdefault(end, checked.value.end)
        elif checked.value is not None:
            if self._own_rows_only and checked.value != self._constants.get(name, checked.value):
                foreign = issue("ROW_NOT_OWN")
                findings.append(
                    from_issue(
                        foreign,
                        field=name,
                        column=source.column,
                        value=cell_text(cell),
                        row=record.row,
                    )
                )
                refused.add(name)
            else:
                values[name] = checked.value

    def _missing(
        self, record: SourceRecord, values: Mapping[str, Any], refused: set[str]
    ) -> list[Finding]:
        return [
            from_issue(
                issue("FIELD_REQUIRED"), field=name, column=self._columns.get(name), row=record.row
            )
            for name, field in self._feed.fields.items()
            if field.required and name not in values and name not in refused
        ]

    def _key(self, values: Mapping[str, Any]) -> tuple[str, ...] | None:
        parts = tuple(values.get(name) for name in self._feed.key)
        if any(part is None for part in parts):
            return None
        return tuple(map(key_text, parts))


def _gone_mark(deletions: Deletions | None) -> tuple[str, frozenset[str]] | None:
    """Return header and words of the mark that a row is gone; None when rows carry none."""
    if deletions is None or deletions.field is None:
        return None
    return deletions.field, frozenset(map(word_key, deletions.values))


def _is_dated(source: _Source) -> bool:
    return source.field.kind == "region"


def key_text(value: Any) -> str:
    """Return a value as part of a natural key; several parties in an order of their own.

    >>> key_text(("乙（北京）公司", "甲公司"))
    '乙(北京)公司;甲公司'
    """
    if isinstance(value, tuple):
        return ";".join(sorted(party_name_key(part) for part in value))
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "canonical", value))


def record_date(feed: Feed, values: Mapping[str, Any]) -> date | None:
    """Return the date the row has at its source: the first of the feed's date fields it has."""
    return next((values[name] for name in feed.record_date if name in values), None)


def content_hash(values: Mapping[str, Any]) -> bytes:
    """Return a digest of mapped values, equal for equal content in whatever spelling it came."""
    plain = {name: _plain(value) for name, value in sorted(values.items())}
    return hashlib.blake2b(msgspec.json.encode(plain), digest_size=16).digest()


def _plain(value: Any) -> Any:
    """Return a value without what is only spelling: an amount's original text, a trailing zero."""
    if isinstance(value, Money):
        parts = msgspec.structs.asdict(value)
        del parts["original"]
        return {name: _plain(part) for name, part in parts.items()}
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, ApplicationNumber):
        return value.canonical
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value
