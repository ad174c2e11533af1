"""Batch loaders of patents: one statement per batch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias
from uuid import UUID

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.live import LiveReads, refreshed
from resolvers.patents import sql
from resolvers.patents.holdings import HoldingLoaders
from resolvers.patents.ipc_counts import load_counts
from resolvers.patents.rows import (
    EvaluationReportRow,
    LegalEventRow,
    PartiesRow,
    PatentRow,
    PublicationRow,
)
from resolvers.value_rows import PartyRow, provenance_row

EventFilter: TypeAlias = tuple[str | None, date | None]
NO_PARTIES = PartiesRow((), ())


def patent_row(record: Record) -> PatentRow:
    return PatentRow(
        record["application_number"],
        record["office_code"],
        record["kind"],
        record["pct_national_phase"],
        record["title"],
        record["filing_date"],
        record["grant_date"],
        record["expiry_date"],
        record["main_ipc"],
        record["applicant_region"],
        tuple(record["locarno"]),
        record["legal_status"],
        record["legal_status_as_of"],
        record["under_preservation"],
        provenance_row(record),
    )


def legal_event_row(record: Record) -> LegalEventRow:
    return LegalEventRow(
        record["id"],
        record["application_number"],
        record["code"],
        record["name_zh"],
        record["st27_category"],
        record["announced_on"],
        record["effective_on"],
        record["text"],
        tuple((detail["label"], detail["value"]) for detail in record["details"]),
    )


class PatentLoaders:
    """One request's loaders, keyed by application number where nothing else is said."""

    def __init__(self, queries: Queries, live: LiveReads | None = None) -> None:
        self._queries = queries
        self.holdings = HoldingLoaders(queries)
        self.patents: DataLoader[str, PatentRow | None] = batch_loader(
            refreshed(live, "PATENT", self._patents, lambda number: (number,)), None
        )
        self.abstracts: DataLoader[str, str | None] = batch_loader(self._abstracts, None)
        self.patent_of_publication: DataLoader[str, str | None] = batch_loader(
            self._patent_of_publication, None
        )
        self.publications: DataLoader[str, tuple[PublicationRow, ...]] = batch_loader(
            self._publications, ()
        )
        self.parties: DataLoader[str, PartiesRow] = batch_loader(self._parties, NO_PARTIES)
        self.ipc_symbols: DataLoader[str, tuple[str, ...]] = batch_loader(self._ipc_symbols, ())
        self.industries: DataLoader[str, tuple[str, ...]] = batch_loader(self._industries, ())
        self.evaluation_reports: DataLoader[str, EvaluationReportRow | None] = batch_loader(
            self._evaluation_reports, None
        )
        self.legal_events: DataLoader[UUID, LegalEventRow | None] = batch_loader(
            self._legal_events, None
        )
        self.events_of_patent: LoadersByArgument[EventFilter, str, tuple[LegalEventRow, ...]] = (
            LoadersByArgument(self._events_of_patents, ())
        )
        self.patent_counts_of_class: DataLoader[str, int] = batch_loader(
            self._patent_counts_of_classes, 0
        )

    async def _patents(self, numbers: list[str]) -> Mapping[str, PatentRow]:
        records = await self._queries.fetch("patents.patents", sql.PATENTS, numbers)
        return {record["application_number"]: patent_row(record) for record in records}

    async def _abstracts(self, numbers: list[str]) -> Mapping[str, str]:
        records = await self._queries.fetch("patents.abstracts", sql.ABSTRACTS, numbers)
        return {record["application_number"]: record["abstract"] for record in records}

    async def _patent_of_publication(self, numbers: list[str]) -> Mapping[str, str]:
        records = await self._queries.fetch(
            "patents.patent_of_publication", sql.PATENT_OF_PUBLICATIONS, numbers
        )
        return {record["number"]: record["application_number"] for record in records}

    async def _publications(self, numbers: list[str]) -> Mapping[str, tuple[PublicationRow, ...]]:
        records = await self._queries.fetch("patents.publications", sql.PUBLICATIONS, numbers)
        return group_by_key(
            (
                record["application_number"],
                PublicationRow(record["number"], record["kind_code"], record["published_on"]),
            )
            for record in records
        )

    async def _parties(self, numbers: list[str]) -> Mapping[str, PartiesRow]:
        records = await self._queries.fetch("patents.parties", sql.PARTIES, numbers)
        by_role = group_by_key(
            (
                (record["application_number"], record["role"]),
                PartyRow(record["name"], record["uscc"]),
            )
            for record in records
        )
        return {
            number: PartiesRow(
                by_role.get((number, "APPLICANT"), ()), by_role.get((number, "HOLDER"), ())
            )
            for number in numbers
        }

    async def _ipc_symbols(self, numbers: list[str]) -> Mapping[str, tuple[str, ...]]:
        records = await self._queries.fetch("patents.ipc_symbols", sql.IPC_SYMBOLS, numbers)
        return group_by_key((record["application_number"], record["symbol"]) for record in records)

    async def _industries(self, numbers: list[str]) -> Mapping[str, tuple[str, ...]]:
        records = await self._queries.fetch("patents.industries", sql.INDUSTRIES, numbers)
        return group_by_key((record["application_number"], record["code"]) for record in records)

    async def _evaluation_reports(self, numbers: list[str]) -> Mapping[str, EvaluationReportRow]:
        records = await self._queries.fetch(
            "patents.evaluation_reports", sql.EVALUATION_REPORTS, numbers
        )
        return {
            record["application_number"]: EvaluationReportRow(
                record["issued_on"], record["conclusion"]
            )
            for record in records
        }

    async def _legal_events(self, ids: list[UUID]) -> Mapping[UUID, LegalEventRow]:
        records = await self._queries.fetch("patents.legal_events", sql.LEGAL_EVENTS, ids)
        return {record["id"]: legal_event_row(record) for record in records}

    async def _events_of_patents(
        self, wanted: EventFilter, numbers: list[str]
    ) -> Mapping[str, tuple[LegalEventRow, ...]]:
        records = await self._queries.fetch(
            "patents.events_of_patents", sql.EVENTS_OF_PATENTS, numbers, *wanted
        )
        return group_by_key(
            (record["application_number"], legal_event_row(record)) for record in records
        )

    async def _patent_counts_of_classes(self, symbols: list[str]) -> Mapping[str, int]:
        return await load_counts(self._queries, symbols)
