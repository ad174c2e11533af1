"""From a record to typed values: the mapping table of a feed, applied to the columns of one file.

In: the feed, the header found, what the source overrides. Out: a `Mapper` whose `map(record)`
yields a `MappedRow` with the findings of single cells; rules between fields come later
(`validation.py`). No control flow per centre: what differs between centres is data.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
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
from adapters.value_kinds import (
    LEGAL_STATUS,
    CellContext,
    Period,
    cell_text,
    compiled,
    compiled_dated,
    convert,
)
from resolvers.values import (
    ApplicationNumber,
    Checked,
    Issue,
    Money,
    PublicationNumber,
    ReferenceLists,
)
from resolvers.values.text import party_name_key

_LOCARNO = re.compile(r"^\s*(?:LOC\b|\d{2}-\d{2})", re.IGNORECASE)
_NO_WORDS: Mapping[str, str] = {}


class _Column:
    """One column bound to its field: what is to be known about its cells is worked out once.

    `is_special`: its values are not simply taken over (`Mapper._keep`). `locarno`: the same column
    read as Locarno classes, which design files of the gazette carry in place of the IPC.
    """

    __slots__ = ("context", "header", "is_special", "locarno", "name", "of_text", "of_year")

    def __init__(
        self, name: str, header: str, context: CellContext, locarno: _Column | None = None
    ) -> None:
        self.name, self.header, self.context, self.locarno = name, header, context, locarno
        self.is_special = locarno is not None or context.field.kind == "period"
        self.of_text = compiled(context)
        self.of_year = compiled_dated(context)

    def check(self, cell: Cell) -> Checked[Any]:
        return self.of_text(cell) if cell.__class__ is str else convert(cell, self.context)

    def check_as_of(self, cell: Cell, day: date | None) -> Checked[Any]:
        if isinstance(cell, str):
            return self.of_year(cell, None if day is None else day.year)
        return convert(cell, replace(self.context, as_of=day))


class Mapper:
    """A feed's mapping bound to the columns of one file.

    `vocabularies`: vocabulary → word → value, the source's own words beside the hub's. `units`:
    field → unit of amounts whose column names none.
    """

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
        vocabularies: Mapping[str, Mapping[str, str]] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        self._feed, self._today, self._lists = feed, today, lists
        self._words = {
            name: {word_key(word): value for word, value in words.items()}
            for name, words in (vocabularies or {}).items()
        }
        self._gone = _gone_mark(deletions)
        self._own_rows_only = own_rows_only
        self._constants = {
            name: convert(text, self._context(feed.fields[name], None)).value
            for name, text in constants.items()
        }
        found = {column.field: column for column in header.columns if column.field}
        columns = [
            self._column(name, field, found[name], (units or {}).get(name))
            for name, field in feed.fields.items()
            if name in found
        ]
        self._columns = tuple(column for column in columns if not _is_dated(column))
        # Codes that change with time are read last, as of the record's own date (DOMAIN §3.4).
        self._dated = tuple(column for column in columns if _is_dated(column))
        self._headers = {column.name: column.header for column in (*self._columns, *self._dated)}
        self._keys = (feed.key, *feed.other_keys)
        self._key_fields = frozenset(name for names in self._keys for name in names)
        self._required = tuple(name for name, field in feed.fields.items() if field.required)
        self._refuse_missing_columns()

    def _context(self, field: Field, unit: str | None) -> CellContext:
        vocabulary = LEGAL_STATUS if field.kind == LEGAL_STATUS else field.vocabulary
        words = self._words.get(vocabulary, _NO_WORDS) if vocabulary else None
        return CellContext(field, unit, self._today, self._lists, words=words)

    def _column(self, name: str, field: Field, column: Column, unit: str | None) -> _Column:
        locarno = None
        if field.kind == "ipcs" and (design := self._feed.fields.get("locarno")) is not None:
            locarno = _Column("locarno", column.header, self._context(design, None))
        return _Column(name, column.header, self._context(field, column.unit or unit), locarno)

    def _refuse_missing_columns(self) -> None:
        present = {*self._headers, *self._constants}
        for column in (*self._columns, *self._dated):
            present.update(column.context.field.fills or ())
        missing = [
            next(iter(self._feed.fields[name].aliases), name)
            for name in self._required
            if name not in present
        ]
        if missing:
            raise FileRefused("FILE_COLUMN_MISSING", columns="、".join(missing))

    def map(self, record: SourceRecord) -> MappedRow:
        """Return the row's values and the findings of its cells."""
        findings = list(record.problems)
        values: dict[str, Any] = dict(self._constants)
        refused: set[str] = set()
        cells = record.cells
        for column in self._columns:
            cell = cells.get(column.header)
            if cell is None or cell == "":
                continue
            checked = column.of_text(cell) if cell.__class__ is str else column.check(cell)
            if column.is_special or checked.issues or self._own_rows_only:
                self._keep(column, cell, checked, record, values, findings, refused)
            elif checked.value is not None:
                values[column.name] = checked.value
        for column in self._dated:
            cell = cells.get(column.header)
            if cell is None or cell == "":
                continue
            checked = column.check_as_of(cell, record_date(self._feed, values))
            self._keep(column, cell, checked, record, values, findings, refused)
        if not any(not found.is_warning for found in record.problems):
            findings += [
                self._missing(record, name)
                for name in self._required
                if name not in values and name not in refused
            ]
        key = self._key(values)
        deleted = self._gone is not None and self._says_gone(record)
        if deleted:
            # Of a record that is gone only its key matters; the rest may be blank or stale.
            findings = [found for found in findings if found.field in self._key_fields]
        return MappedRow(
            record, values, self._headers, tuple(findings), key, content_hash(values), deleted
        )

    def _says_gone(self, record: SourceRecord) -> bool:
        assert self._gone is not None
        header, words = self._gone
        return word_key(cell_text(record.cells.get(header))) in words

    def _keep(
        self,
        column: _Column,
        cell: Cell,
        checked: Checked[Any],
        record: SourceRecord,
        values: dict[str, Any],
        findings: list[Finding],
        refused: set[str],
    ) -> None:
        """Take over what a cell was found to be, with its findings."""
        if column.locarno is not None and _LOCARNO.match(cell_text(cell)):
            column = column.locarno
            checked = column.check(cell)
        name, fills = column.name, column.context.field.fills
        for found in checked.issues:
            findings.append(_finding(found, column, cell, record))
        if not checked.ok:
            refused.add(name)
        elif isinstance(checked.value, Period) and fills:
            values.setdefault(fills[0], checked.value.start)
            values.setdefault(fills[1], checked.value.end)
        elif checked.value is not None:
            if self._own_rows_only and checked.value != self._constants.get(name, checked.value):
                findings.append(_finding(issue("ROW_NOT_OWN"), column, cell, record))
                refused.add(name)
            else:
                values[name] = checked.value

    def _missing(self, record: SourceRecord, name: str) -> Finding:
        return from_issue(
            issue("FIELD_REQUIRED"), field=name, column=self._headers.get(name), row=record.row
        )

    def _key(self, values: Mapping[str, Any]) -> tuple[str, ...] | None:
        for names in self._keys:
            parts = []
            for name in names:
                part = values.get(name)
                if part is None:
                    break
                parts.append(key_text(part))
            else:
                return tuple(parts)
        return None


def _finding(found: Issue, column: _Column, cell: Cell, record: SourceRecord) -> Finding:
    return from_issue(
        found, field=column.name, column=column.header, value=cell_text(cell), row=record.row
    )


def _gone_mark(deletions: Deletions | None) -> tuple[str, frozenset[str]] | None:
    """Return header and words of the mark that a row is gone; None when rows carry none."""
    if deletions is None or deletions.field is None:
        return None
    return deletions.field, frozenset(map(word_key, deletions.values))


def _is_dated(column: _Column) -> bool:
    return column.context.field.kind == "region"


def key_text(value: Any) -> str:
    """Return a value as part of a natural key; several parties in an order of their own.

    >>> key_text(("乙（北京）公司", "甲公司"))
    '乙(北京)公司;甲公司'
    """
    if isinstance(value, ApplicationNumber):
        return value.canonical
    if isinstance(value, tuple):
        return ";".join(sorted(party_name_key(part) for part in value))
    if isinstance(value, date):
        return value.isoformat()
    return str(getattr(value, "canonical", value))


def record_date(feed: Feed, values: Mapping[str, Any]) -> date | None:
    """Return the date the row has at its source: the first of the feed's date fields it has."""
    for name in feed.record_date:
        if (day := values.get(name)) is not None:
            found: date = day
            return found
    return None


def content_hash(values: Mapping[str, Any]) -> bytes:
    """Return a digest of mapped values, equal for equal content in whatever spelling it came."""
    plain = {
        name: value if value.__class__ in _PLAIN_AS_IS else _plain(value)
        for name, value in sorted(values.items())
    }
    return hashlib.blake2b(msgspec.json.encode(plain), digest_size=16).digest()


# Kinds of values that `_plain` leaves as they are; most are of them.
_PLAIN_AS_IS = frozenset((str, date, bool, PublicationNumber))


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
        return [part if part.__class__ is str else _plain(part) for part in value]
    return value
