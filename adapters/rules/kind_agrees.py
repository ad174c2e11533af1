"""Rule: the kind of patent agrees with the type digit and the kind code (DOMAIN §3.1).

1, 8 ↔ A, B, C; 2, 9 ↔ U, Y; 3 ↔ S, D.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values import ApplicationNumber, PublicationNumber

_NUMBER = {"other": "申请号", "other_en": "the application number"}


def kind_agrees(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield KIND_MISMATCH against the number, and against the publication."""
    number = row.values.get("applicationNumber")
    if not isinstance(number, ApplicationNumber) or number.kind is None:
        return
    stated = row.values.get("kind")
    if stated is not None and stated != number.kind:
        yield row.finding("KIND_MISMATCH", "kind", **_NUMBER)
    publication = row.values.get("publicationNumber")
    if isinstance(publication, PublicationNumber) and publication.kind != number.kind:
        yield row.finding("KIND_MISMATCH", "publicationNumber", **_NUMBER)


def listed_kind_agrees(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield KIND_MISMATCH when a listing of one kind of patent names another kind."""
    stated = row.values.get("ipKind")
    if stated in (None, "PATENT"):
        return
    numbers: tuple[ApplicationNumber, ...] = row.values.get("applicationNumber", ())
    if any(number.kind not in (None, stated) for number in numbers):
        yield row.finding("KIND_MISMATCH", "ipKind", **_NUMBER)
