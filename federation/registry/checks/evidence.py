"""Operations in use and stored documents, as the evidence that a breaking change hurts somebody.

From hourly counts per client to one piece per operation: summed over the window without excluded
clients, dropped below the thresholds. Documents always count: a dashboard with little traffic is
still a dashboard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from federation.registry.settings import CheckSettings
from federation.registry.usage import OperationUsage, StoredDocument


@dataclass(frozen=True, slots=True)
class Evidence:
    """One operation or document. `recorded`: coordinates met when it ran (operations only).

    `whole_text`: the text has its literals, so validation of it is exact.
    """

    signature: str
    name: str
    text: str = field(repr=False)
    clients: tuple[str, ...]
    requests: int
    recorded: frozenset[str]
    document_id: str | None = None

    @property
    def whole_text(self) -> bool:
        return self.document_id is not None


def operations_in_use(
    usage: Iterable[OperationUsage], settings: CheckSettings
) -> tuple[Evidence, ...]:
    """Return what was asked often enough by clients that count, by signature."""
    by_signature: dict[str, list[OperationUsage]] = {}
    for row in usage:
        if row.client_name not in settings.excluded_clients and row.count > 0:
            by_signature.setdefault(row.signature, []).append(row)
    total = sum(row.count for rows in by_signature.values() for row in rows)
    found = []
    for signature, rows in sorted(by_signature.items()):
        requests = sum(row.count for row in rows)
        if requests < settings.minimum_count:
            continue
        if 100.0 * requests / total < settings.minimum_percentage:
            continue
        recorded = frozenset().union(*(row.coordinates for row in rows))
        clients = sorted({_client(row.client_name, row.client_version) for row in rows})
        found.append(
            Evidence(signature, rows[0].name, rows[0].text, tuple(clients), requests, recorded)
        )
    return tuple(found)


def documents_in_use(
    documents: Sequence[StoredDocument], settings: CheckSettings
) -> tuple[Evidence, ...]:
    """Return the stored documents of clients that count, by id."""
    return tuple(
        Evidence(
            signature=document.id,
            name=document.name,
            text=document.body,
            clients=(document.client_name,) if document.client_name else (),
            requests=0,
            recorded=frozenset(),
            document_id=document.id,
        )
        for document in sorted(documents, key=lambda d: d.id)
        if document.client_name not in settings.excluded_clients
    )


def _client(name: str, version: str) -> str:
    return f"{name}@{version}" if version else name
