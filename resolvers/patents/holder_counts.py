"""How many patents of each status the large holders have: counted by a timer.

A holder of fifty thousand patents takes a third of a second to count, one of a thousand a few
milliseconds. So those with a thousand or more are counted beforehand (`holdings`).
"""

from __future__ import annotations

from typing import Final

from resolvers.hub.worker import JobContext
from resolvers.patents.count_state import counting_limit, names_due, note_counted

LARGE: Final = 1_000
NAME: Final = "HOLDERS"
CLEAR: Final = "delete from patents.holder_count"
# Status as `PatentRow.status_on` shows it on the day $2.
COUNT: Final = """
with large as (
  select uscc from patents.patent_party where role = 'HOLDER' and uscc is not null
  group by uscc having count(*) >= $1),
held as (
  select distinct h.uscc, h.application_number
  from patents.patent_party as h join large using (uscc) where h.role = 'HOLDER')
insert into patents.holder_count (uscc, legal_status, patents)
select held.uscc,
  case when p.legal_status = 'IN_FORCE' and p.expiry_date <= $2 then 'EXPIRED'
       else p.legal_status end,
  count(*)
from held join patents.patent as p using (application_number) group by 1, 2
"""


async def count_holders(context: JobContext, large: int = LARGE) -> None:
    """Count the holders with at least `large` patents; nothing when nothing changed today."""
    until = await counting_limit(context.database)
    if not await names_due(context.database, [NAME], context.today):
        return
    async with context.database.transaction() as tx:
        await tx.execute("patents.clear_holders", CLEAR)
        await tx.execute("patents.count_holders", COUNT, large, context.today)
        await note_counted(tx, NAME, until, context.today)
