"""How much `patents` holds on the topics of the catalogue, see `resolvers.topic_totals`."""

from __future__ import annotations

from typing import Final

TOTALS: Final = {
    "PATENT_BIBLIOGRAPHIC": """
select count(*) as records, max(received_at) as refreshed_at from patents.patent
""",
    "PATENT_LEGAL_STATUS": """
select count(*) as records, max(received_at) as refreshed_at from patents.legal_event
""",
}
