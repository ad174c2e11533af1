"""Who may see which financing projects (DOMAIN §2.4, §2.6).

A project whose money was granted or paid back is open, its amount apart. One that is still decided
on, was refused or is in default is seen by those concerned only: the platform, the centre that
handed it in, applicant and provider, the office in charge of the platform, and CNIPA.
"""

from __future__ import annotations

from typing import Final

from resolvers.finance.rows import FinancingRow
from resolvers.sight import Sight, Visibility

OPEN_STATUSES: Final = frozenset({"GRANTED", "REPAID"})
VISIBLE: Final = Visibility("""
(p.status in ('GRANTED', 'REPAID') or p.platform_code = {center} or p.submitted_by = {center}
 or (p.jurisdiction_code >= {low} and p.jurisdiction_code < {high})
 or p.applicant_uscc = {uscc} or p.provider_uscc = {uscc} or {everything}::boolean)
""")
"""Of `finance.financing_project as p`; five parameters."""


def is_concerned(sight: Sight, row: FinancingRow) -> bool:
    """Whether the caller is one of those concerned, to whom the amount is shown too."""
    return (
        sight.everything
        or sight.is_center(row.platform_code, row.submitted_by)
        or sight.is_in_charge(row.jurisdiction_code)
        or sight.is_organization(row.applicant_uscc, row.provider_uscc)
    )


def sees(sight: Sight, row: FinancingRow) -> bool:
    """Whether the caller may know of the project."""
    return row.status in OPEN_STATUSES or is_concerned(sight, row)
