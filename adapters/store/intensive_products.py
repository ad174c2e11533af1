"""INTENSIVE_PRODUCT rows → tools.intensive_product with its patents.

A row without a filing number is found again by product, filer and year; the hub gives the number of
one that is new, as `fileIntensiveProduct` does. A number that arrives later for such a filing is
noted beside it. Status and its days move together: what somebody decided in the hub since stands.

Whether the filer holds all the patents is worked out from the register of patents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

from adapters.model import RowResult
from adapters.precedence import StoredRow
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.table import (
    Child,
    Incoming,
    Key,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from adapters.store.traces import StateChange, kept_by_hub, moved_in_hub, write_history
from resolvers.database.pool import Transaction
from resolvers.values import Money, jurisdiction_of
from resolvers.values.text import party_name_key

Standing: TypeAlias = tuple[str, date, date | None, date | None]
"""Status, day of filing, day of recognition, last day of its term."""
Product: TypeAlias = tuple[str, int, str]
"""Filer, year, name in normal form: filed once."""

SPEC = TableSpec(
    table="tools.intensive_product",
    entity="PatentIntensiveProduct",
    key={"filing_number": "text"},
    fields={
        "name": ("name", "name_key"),
        "filer": ("filer_uscc",),
        "industry": ("industry_code",),
        "year": ("year",),
        "revenue": ("revenue_cny",),
        "revenue_share": ("revenue_share",),
        "standing": ("status", "filed_on", "recognised_on", "valid_to"),
        "submitted_by": ("submitted_by",),
        "source_record_id": ("source_record_id",),
    },
    children={
        "patents": Child(
            "tools.intensive_product_patent", "filing_number", ("application_number",)
        ),
    },
    computed=("filer_is_holder", "jurisdiction_code", "recorded_at"),
)
WORKFLOW: Final = "product"

_CENTERS: Final = ("RC", "IC")
"""Letters of the centres that hand filings in for others; platforms do not file (DOMAIN §2.5)."""
_CAME_TO_NOTHING: Final = ("NOT_RECOGNISED", "EXPIRED", "REVOKED")
_FIND: Final = """
select filing_number, source_record_id, filer_uscc, year, name_key,
  status <> all($5::text[]) as is_live
from tools.intensive_product
where filing_number = any($1) or source_record_id = any($1)
  or (filer_uscc, year, name_key) in (select * from unnest($2::text[], $3::int[], $4::text[]))
order by is_live, filed_on, filing_number
"""
# As `fileIntensiveProduct` gives them.
_NUMBERS: Final = """
select 'PIP' || $1::text || lpad(serial, greatest(6, length(serial)), '0') as number
from (select nextval('tools.filing_serial')::text as serial from generate_series(1, $2::int)) as s
"""
_HOLDERS: Final = """
select application_number, uscc from patents.patent_party
where role = 'HOLDER' and application_number = any($1) and uscc = any($2)
"""
_REGIONS: Final = "select uscc, region_code from reference.organization where uscc = any($1)"


async def store_products(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    numbers = await _numbers(transaction, rows, batch)
    merged = await load_rows(transaction, SPEC, [(number,) for number in numbers])
    before = {key: row.values["standing"][0] for key, row in merged.rows.items()}
    owners = {key[0]: row.origin_of("standing").source_system for key, row in merged.rows.items()}
    moved = await moved_in_hub(transaction, "tools", WORKFLOW, owners)
    for number, row in zip(numbers, rows, strict=True):
        _merge(merged, (number,), row, batch, number in moved)
    computed = await _computed(transaction, merged, batch)
    await write_rows(transaction, SPEC, merged, batch.received_at, computed)
    changes = [
        StateChange(key[0], before.get(key), status, status if key in before else None)
        for key in merged.dirty
        if (status := merged.rows[key].values["standing"][0]) != before.get(key)
    ]
    await write_history(transaction, "tools", WORKFLOW, changes, batch)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    return Stored(len(merged.dirty), conflicts, {SPEC.entity: [key[0] for key in merged.dirty]})


def _merge(
    merged: MergedRows, key: Key, row: RowResult, batch: BatchContext, is_moved: bool
) -> None:
    values, held = row.mapped.values, merged.rows.get(key)
    origin = batch.origin(row)
    stated = _stated(values)
    standing = _standing(values, held, batch.today)
    if held is None and batch.center[:2] in _CENTERS:
        stated["submitted_by"] = batch.center
    if not is_moved:
        stated["standing"] = standing
    elif held is not None and held.values["standing"][0] != standing[0]:
        conflict = kept_by_hub("standing", held.values["standing"], standing, origin)
        merged.conflicts.append((key, conflict))
    given = {name: value for name, value in stated.items() if value is not None}
    merge_rows(merged, [Incoming(key, given, origin)], historic=("standing",))


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    revenue: Money = values["revenue"]
    share = values.get("revenueShare")
    return {
        "name": (values["name"], party_name_key(values["name"])),
        "filer": values["filerUscc"],
        "industry": values["industry"],
        "year": values["year"],
        "revenue": revenue.amount,
        "revenue_share": None if share is None else float(share),
        "source_record_id": values.get("filingNumber"),
        "patents": tuple(number.canonical for number in values["patents"]),
    }


def _standing(values: Mapping[str, Any], held: StoredRow | None, today: date) -> Standing:
    """Return status and days. A day the source leaves out stays as it was; the day of filing of a
    product the hub learns of is the day it learnt of it."""
    _, filed, recognised, ends = held.values["standing"] if held else ("", today, None, None)
    status = values["status"]
    if status not in ("RECOGNISED", "EXPIRED", "REVOKED"):
        return status, values.get("filedOn", filed), None, None
    ends = values.get("validTo", ends)
    if status == "RECOGNISED" and ends is not None and ends < today:
        status = "EXPIRED"
    return status, values.get("filedOn", filed), values.get("recognisedOn", recognised), ends


@dataclass(slots=True)
class _Filings:
    """The filings some rows may mean. `by_product`: number, and whether a source gave it."""

    by_number: dict[str, str] = field(default_factory=dict)
    by_product: dict[Product, tuple[str, bool]] = field(default_factory=dict)
    live: set[Product] = field(default_factory=set)

    def find(self, stated: str | None, product: Product) -> str | None:
        """Return the number of the filing a row is about, None for one the hub does not have.

        With a number that is new, it can only be one that has no number of a source yet and did
        not come to nothing.
        """
        if stated is None:
            return self.by_product.get(product, (None, False))[0]
        if stated in self.by_number:
            return self.by_number[stated]
        number, is_given = self.by_product.get(product, (None, False))
        return number if product in self.live and not is_given else None

    def add(self, number: str, stated: str | None, product: Product) -> None:
        """Note what a row was found to be about."""
        self.by_number.setdefault(number, number)
        if stated is not None:
            self.by_number[stated] = number
        given = stated is not None or self.by_product.get(product, ("", False))[1]
        self.by_product[product] = (number, given)
        self.live.add(product)


async def _numbers(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> list[str]:
    """Return the filing number of each row; the hub gives those that are missing."""
    named = [(row.mapped.values.get("filingNumber"), _product(row)) for row in rows]
    filings = await _find(transaction, named)
    missing = {
        product for stated, product in named if stated is None and not filings.find(None, product)
    }
    given = iter(await _new_numbers(transaction, len(missing), batch.today))
    numbers = []
    for stated, product in named:
        number = filings.find(stated, product) or stated or next(given)
        filings.add(number, stated, product)
        numbers.append(number)
    return numbers


async def _find(transaction: Transaction, named: Iterable[tuple[str | None, Product]]) -> _Filings:
    pairs = list(named)
    records = await transaction.fetch(
        "ingest.filings",
        _FIND,
        [stated for stated, _ in pairs if stated is not None],
        [product[0] for _, product in pairs],
        [product[1] for _, product in pairs],
        [product[2] for _, product in pairs],
        list(_CAME_TO_NOTHING),
    )
    filings = _Filings()
    for record in records:  # live ones last, so that they count
        number, stated = record["filing_number"], record["source_record_id"]
        product = (record["filer_uscc"], record["year"], record["name_key"])
        filings.by_number[number] = number
        if stated is not None:
            filings.by_number[stated] = number
        filings.by_product[product] = (number, stated is not None)
        if record["is_live"]:
            filings.live.add(product)
    return filings


async def _new_numbers(transaction: Transaction, count: int, today: date) -> list[str]:
    if not count:
        return []
    records = await transaction.fetch("ingest.filing_numbers", _NUMBERS, str(today.year), count)
    return [record["number"] for record in records]


def _product(row: RowResult) -> Product:
    values = row.mapped.values
    return values["filerUscc"], values["year"], party_name_key(values["name"])


async def _computed(
    transaction: Transaction, merged: MergedRows, batch: BatchContext
) -> dict[Key, tuple[Any, ...]]:
    """Return, for the rows to be written, what the hub works out itself."""
    products = {key: merged.rows[key].values for key in merged.dirty}
    filers = list({values["filer"] for values in products.values()})
    patents = list({number for values in products.values() for number in values["patents"]})
    records = await transaction.fetch("ingest.filer_patents", _HOLDERS, patents, filers)
    held = {(record["application_number"], record["uscc"]) for record in records}
    found = await transaction.fetch("ingest.filer_regions", _REGIONS, filers)
    regions = {record["uscc"]: record["region_code"] for record in found}
    computed: dict[Key, tuple[Any, ...]] = {}
    for key, values in products.items():
        filer, region = values["filer"], regions.get(values["filer"])
        holds = all((number, filer) in held for number in values["patents"])
        office = jurisdiction_of(region) if region else None
        computed[key] = (holds, office, batch.received_at)
    return computed
