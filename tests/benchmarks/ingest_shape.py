"""What a row of the benchmark's file says, in types: the reading that the plain ways share.

For `ingest_plain` and `ingest_dlt`. The standard library only: the second runs where there is no
hub. No rules, no check characters: dates, words and lists taken apart, and a digest of the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from typing import Final, NamedTuple

_KINDS: Final = {"发明专利": "INVENTION", "实用新型": "UTILITY_MODEL", "外观设计": "DESIGN"}
_YEARS: Final = {"INVENTION": 20, "UTILITY_MODEL": 10, "DESIGN": 15}
_STATUSES: Final = {
    "有效": ("IN_FORCE", False),
    "专利权保全": ("IN_FORCE", True),
    "未缴年费终止失效": ("CEASED_UNPAID_FEE", False),
}


class PatentRow(NamedTuple):
    """One row. `number` and `symbols` in the hub's normal form, `preserved`: 专利权保全."""

    number: str
    publication: str
    title: str
    applicants: list[str]
    filed: date
    published: date
    expires: date
    kind: str
    symbols: list[str]
    industry: str
    status: str
    preserved: bool
    region: str
    digest: bytes


def read_row(row: Sequence[str]) -> PatentRow:
    """Return what the cells say; raises KeyError or ValueError on a word or date unknown."""
    number, publication, title, applicants, filed_on, published_on = row[:6]
    kind = _KINDS[row[6]]
    filed = date.fromisoformat(filed_on)
    status, preserved = _STATUSES[row[9]]
    return PatentRow(
        number="CN" + number.removeprefix("CN").replace(".", ""),
        publication=publication,
        title=title,
        applicants=applicants.split(";"),
        filed=filed,
        published=date.fromisoformat(published_on.replace(".", "-")),
        expires=filed.replace(year=filed.year + _YEARS[kind], day=min(filed.day, 28)),
        kind=kind,
        symbols=[row[7]] if row[7] else [],
        industry=row[8],
        status=status,
        preserved=preserved,
        region=row[10],
        digest=blake2b(repr(row).encode(), digest_size=16).digest(),
    )
