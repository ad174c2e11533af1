"""What is compared when supply meets demand: a listing and a demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from resolvers.value_rows import MoneyRow


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing on offer. `ipc_symbols`: of all its patents."""

    id: UUID
    listed_from: date
    deal: str
    price: MoneyRow
    industry_code: str | None
    region_code: str | None
    ipc_symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An open demand. `kind` None: any kind of deal."""

    id: UUID
    kind: str | None
    budget: MoneyRow
    industry_code: str | None
    region_code: str | None
    ipc_symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a score: its weight, and a value between 0 and 1."""

    name: str
    weight: Decimal
    value: Decimal
