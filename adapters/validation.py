"""From mapped rows to outcomes: rules, repeated rows, verdict.

In: the rows of a chunk and the facts about the patents they name. Out: `RowResult`s. Runs after
mapping (it needs typed values) and before storing (only accepted rows are stored). One `Validator`
lives as long as one batch, because repetitions are looked for in the whole file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import msgspec

from adapters.facts import PatentFacts, StatementFact
from adapters.feed import Feed
from adapters.findings import Finding
from adapters.mapping import content_hash, key_text
from adapters.model import MappedRow, Outcome, RowResult
from adapters.rules import FACT_RULES, ROW_RULES, RuleContext
from adapters.store.seen import SeenKeys

Key = tuple[str, bytes, tuple[str, str]]
"""Field, digest and title of a key that must not occur twice in a file."""


class KeyedRow(msgspec.Struct, frozen=True, gc=False):
    """A mapped row with the digests repetitions are found by: its keys, and the record it is part
    of. Digests, not texts: they are few bytes however long a key is."""

    mapped: MappedRow
    keys: tuple[Key, ...]
    record: bytes | None


class Validator:
    """Decides the outcome of each row of one batch, in the order of the file."""

    def __init__(self, feed: Feed, seen: SeenKeys | None = None) -> None:
        self._feed = feed
        self._row_rules = ROW_RULES[feed.feed]
        self._fact_rules = FACT_RULES.get(feed.feed, ())
        self._seen = seen or SeenKeys()
        self._statements: dict[str, StatementFact] = {}

    def keyed(self, row: MappedRow) -> KeyedRow:
        """Return a row ready to be checked; needs nothing of the rows before it."""
        if row.key is None:
            return KeyedRow(row, (), None)
        feed, values = self._feed, row.values
        keys = [(feed.key[-1], _digest("", *row.key), feed.key_title)]
        for name, title in feed.unique.items():
            if (value := values.get(name)) is not None:
                keys.append((name, _digest(name, key_text(value)), title))
        record = _digest("record", row.key[0]) if feed.agreeing else None
        return KeyedRow(row, tuple(keys), record)

    async def check_chunk(self, rows: Sequence[KeyedRow], context: RuleContext) -> list[RowResult]:
        """Return the outcomes of the rows of a chunk, also against all chunks before it."""
        if self._seen.has_spilled:
            digests = [digest for row in rows for _, digest, _ in row.keys]
            digests += {row.record for row in rows if row.record is not None}
            await self._seen.recall(digests)
        results = [self._check(row, context) for row in rows]
        await self._seen.settle()
        return results

    def check(self, rows: Iterable[MappedRow], context: RuleContext) -> Iterator[RowResult]:
        """Yield the outcome of each row, for as many rows as may be remembered in memory."""
        for row in rows:
            yield self._check(self.keyed(row), context)

    def _check(self, keyed: KeyedRow, context: RuleContext) -> RowResult:
        row, keys = keyed.mapped, keyed.keys
        if row.deleted:
            refused = any(not found.is_warning for found in row.findings)
            return RowResult(row, Outcome.REJECTED if refused else Outcome.DELETED, row.findings)
        if keys and (earlier := self._seen.get(keys[0][1])) and earlier[1] == row.content_hash:
            repeated = row.finding("DUPLICATE", self._feed.key[-1], other=earlier[0])
            return RowResult(row, Outcome.DUPLICATE, (repeated,))
        findings = [*row.findings]
        for name, digest, title in keys:
            if earlier := self._seen.get(digest):
                findings.append(_conflict(row, name, earlier[0], title))
                return RowResult(row, Outcome.REJECTED, tuple(findings))
        if (
            keyed.record is not None
            and (earlier := self._seen.get(keyed.record))
            and earlier[1] != self._record_hash(row)
        ):
            findings.append(_conflict(row, self._feed.key[0], earlier[0], self._feed.record_title))
            return RowResult(row, Outcome.REJECTED, tuple(findings))
        for rule in self._row_rules:
            findings += rule(row, context)
        if self._fact_rules and all(found.is_warning for found in findings):
            if self._statements:
                context = self._with_statements(row, context)
            for rule in self._fact_rules:
                findings += rule(row, context)
        return self._verdict(keyed, findings, context)

    def _verdict(self, keyed: KeyedRow, findings: list[Finding], context: RuleContext) -> RowResult:
        row = keyed.mapped
        if not findings:
            outcome = Outcome.ACCEPTED
        elif all(found.is_warning for found in findings):
            outcome = Outcome.ACCEPTED_WITH_WARNINGS
        else:
            return RowResult(row, Outcome.REJECTED, tuple(findings))
        # Only accepted rows are remembered: a corrected row may follow its refused first try.
        met = (row.record.row, row.content_hash)
        for _, digest, _ in keyed.keys:
            self._seen.add(digest, met)
        if keyed.record is not None:
            self._seen.add(keyed.record, (row.record.row, self._record_hash(row)))
        self._remember_statement(row, context)
        return RowResult(row, outcome, tuple(findings))

    def _record_hash(self, row: MappedRow) -> bytes:
        """Return a digest of what belongs to the record and not to one of its patents."""
        agreeing = self._feed.agreeing
        return content_hash({name: row.values[name] for name in agreeing if name in row.values})

    def _remember_statement(self, row: MappedRow, context: RuleContext) -> None:
        """Keep an accepted statement, since the next row may state the same patent once more."""
        if self._feed.feed != "OPEN_LICENCE" or row.values["termTo"] < context.today:
            return
        number = row.values["applicationNumber"].canonical
        self._statements[number] = StatementFact(
            row.values["statementNumber"], row.values["termFrom"], row.values["termTo"]
        )

    def _with_statements(self, row: MappedRow, context: RuleContext) -> RuleContext:
        """Return a context that also knows the statements accepted earlier in this file."""
        facts: dict[str, PatentFacts] = {}
        for patent in context.patents(row):
            statement = self._statements.get(patent.application_number)
            more = () if statement is None else (statement,)
            facts[patent.application_number] = replace(
                patent, statements=(*patent.statements, *more)
            )
        return replace(context, facts=facts)


def _conflict(row: MappedRow, name: str, other: int, title: tuple[str, str]) -> Finding:
    what, what_en = title
    return row.finding("DUPLICATE_CONFLICT", name, other=other, what=what, what_en=what_en)


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).digest()
