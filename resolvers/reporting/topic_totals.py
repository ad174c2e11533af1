"""How much `reporting` holds on the topic STATISTICS, see `resolvers.topic_totals`: the values of
reports that were submitted."""

from __future__ import annotations

from typing import Final

TOTALS: Final = {
    "STATISTICS": """
select count(*) as records, max(r.submitted_at) as refreshed_at
from reporting.business_report as r join reporting.report_value as v on v.report_id = r.id
where r.submitted_at is not null
""",
}
