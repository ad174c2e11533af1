"""Who may see which products, credit evaluations and residencies (DOMAIN §2.4, §2.6).

- A product filing is open from its public notice on; before, and when it was refused, it is seen by
  the filer, the centre that handed it in, support tool platforms, the office where the filer is,
  and CNIPA.
- A credit evaluation is open once published; a draft is seen by its platform, the office in charge
  and CNIPA.
- A residency is open once admitted; an application is seen by both sides, the office and CNIPA.
"""

from __future__ import annotations

from typing import Final

from resolvers.sight import Sight, Visibility
from resolvers.tools.rows import CreditRow, ProductRow, ResidencyRow

OPEN_PRODUCTS: Final = ("PUBLIC_NOTICE", "RECOGNISED", "EXPIRED", "REVOKED")
PRODUCT_VISIBLE: Final = Visibility("""
(p.status in ('PUBLIC_NOTICE', 'RECOGNISED', 'EXPIRED', 'REVOKED')
 or {everything}::boolean or {function}::text = 'SUPPORT_TOOL' or p.submitted_by = {center}
 or (p.jurisdiction_code >= {low} and p.jurisdiction_code < {high}) or p.filer_uscc = {uscc})
""")
"""Of `tools.intensive_product as p`; six parameters."""
CREDIT_VISIBLE: Final = Visibility("""
(c.status <> 'DRAFT' or {everything}::boolean or c.platform_code = {center}
 or (c.jurisdiction_code >= {low} and c.jurisdiction_code < {high}))
""")
"""Of `tools.credit_evaluation as c`; four parameters."""
RESIDENCY_VISIBLE: Final = Visibility("""
(r.status <> 'APPLIED' or {everything}::boolean or r.platform_code = {center}
 or (r.jurisdiction_code >= {low} and r.jurisdiction_code < {high})
 or r.institution_uscc = {uscc})
""")
"""Of `tools.residency as r`; five parameters."""


def is_tool(sight: Sight) -> bool:
    """Whether the caller is a support tool platform, which has the full data of filings."""
    return sight.function == "SUPPORT_TOOL"


def is_concerned_with_product(sight: Sight, row: ProductRow) -> bool:
    """Whether the caller may see the revenue of a product, and the filing before its notice."""
    return (
        sight.everything
        or is_tool(sight)
        or sight.is_center(row.submitted_by)
        or sight.is_in_charge(row.jurisdiction_code)
        or sight.is_organization(row.filer_uscc)
    )


def sees_product(sight: Sight, row: ProductRow) -> bool:
    return row.status in OPEN_PRODUCTS or is_concerned_with_product(sight, row)


def sees_credit(sight: Sight, row: CreditRow) -> bool:
    return (
        row.status != "DRAFT"
        or sight.everything
        or sight.is_center(row.platform_code)
        or sight.is_in_charge(row.jurisdiction_code)
    )


def sees_appeal(sight: Sight, row: CreditRow) -> bool:
    """Whether the caller may read what an institution says against its grade."""
    return (
        sight.everything
        or sight.is_center(row.platform_code)
        or sight.is_in_charge(row.jurisdiction_code)
        or sight.is_organization(row.institution_uscc)
    )


def sees_residency(sight: Sight, row: ResidencyRow) -> bool:
    return (
        row.status != "APPLIED"
        or sight.everything
        or sight.is_center(row.platform_code)
        or sight.is_in_charge(row.jurisdiction_code)
        or sight.is_organization(row.institution_uscc)
    )
