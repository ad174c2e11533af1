"""From mapped rows to outcomes: rules, repeated rows, verdict.

In: the rows of a chunk and the facts about the patents they name. Out: `RowResult`s. Runs after
mapping (it needs typed values) and before storing (only accepted rows are stored). One `Validator`
lives as long as one batch, because repetitions are looked for in the whole file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from adapters.facts import PatentFacts, StatementFact
from adapters.feed import Feed
from adapters.findings import Finding
from adapters.mapping import content_hash, key_text
from adapters.model import MappedRow, Outcome, RowResult
from adapters.rules import FACT_RULES, ROW_RULES, RuleContext


class Validator:
    """Decides the outcome of each row of one batch, in the order of the file."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._row_rules = ROW_RULES[feed.feed]
        self._fact_rules = FACT_RULES.get(feed.feed, ())
        # Digest of a key → row and content of the accepted row that has it. Digests, not texts:
        # a file of millions of rows is remembered in tens of bytes per row.
        self._seen: dict[bytes, tuple[int, bytes]] = {}
        self._statements: dict[str, StatementFact] = {}

    def check(self, rows: Iterable[MappedRow], context: RuleContext) -> Iterator[RowResult]:
        """Yield the outcome of each row."""
        for row in rows:
            yield self._check(row, context)

    def _check(self, row: MappedRow, context: RuleContext) -> RowResult:
        if row.deleted:
            refused = any(not found.is_warning for found in row.findings)
            return RowResult(row, Outcome.REJECTED if refused else Outcome.DELETED, row.findings)
        keys = self._keys(row)
        if keys and (earlier := self._seen.get(keys[0][1])) and earlier[1] == row.content_hash:
            repeated = row.finding("DUPLICATE", self._feed.key[-1], other=earlier[0])
            return RowResult(row, Outcome.DUPLICATE, (repeated,))
        findings = [*row.findings]
        for name, digest, title in keys:
            if earlier := self._seen.get(digest):
                findings.append(_conflict(row, name, earlier[0], title))
                return RowResult(row, Outcome.REJECTED, tuple(findings))
        if (earlier := self._record_of(row)) and earlier[1] != self._record_hash(row):
            findings.append(_conflict(row, self._feed.key[0], earlier[0], self._feed.record_title))
            return RowResult(row, Outcome.REJECTED, tuple(findings))
        for rule in self._row_rules:
            findings += rule(row, context)
        if all(found.is_warning for found in findings):
            if self._statements:
                context = self._with_statements(row, context)
            for rule in self._fact_rules:
                findings += rule(row, context)
        return self._verdict(row, findings, keys, context)

    def _verdict(
        self,
        row: MappedRow,
        findings: list[Finding],
        keys: list[tuple[str, bytes, tuple[str, str]]],
        context: RuleContext,
    ) -> RowResult:
        if any(not found.is_warning for found in findings):
            return RowResult(row, Outcome.REJECTED, tuple(findings))
        # Only accepted rows are remembered: a corrected row may follow its refused first try.
        for _, digest, _ in keys:
            self._seen[digest] = (row.record.row, row.content_hash)
        if self._feed.agreeing and row.key is not None:
            record = (row.record.row, self._record_hash(row))
            self._seen.setdefault(_digest("record", row.key[0]), record)
        self._remember_statement(row, context)
        outcome = Outcome.ACCEPTED_WITH_WARNINGS if findings else Outcome.ACCEPTED
        return RowResult(row, outcome, tuple(findings))

    def _record_of(self, row: MappedRow) -> tuple[int, bytes] | None:
        """Return the first accepted row of the same record and what it said, if there is one."""
        if not self._feed.agreeing or row.key is None:
            return None
        return self._seen.get(_digest("record", row.key[0]))

    def _record_hash(self, row: MappedRow) -> bytes:
        """Return a digest of what belongs to the record and not to one of its patents."""
        agreeing = self._feed.agreeing
        return content_hash({name: row.values[name] for name in agreeing if name in row.values})

    def _keys(self, row: MappedRow) -> list[tuple[str, bytes, tuple[str, str]]]:
        """Return field, digest and title of the keys that must not occur twice in a file."""
        keys: list[tuple[str, bytes, tuple[str, str]]] = []
        if row.key is not None:
            keys.append((self._feed.key[-1], _digest("", *row.key), self._feed.key_title))
        for name, title in self._feed.unique.items():
            if (value := row.values.get(name)) is not None:
                keys.append((name, _digest(name, key_text(value)), title))
        return keys if row.key is not None else []

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
