"""Statements over `reporting.source`."""

from __future__ import annotations

from typing import Final

_NAMES: Final = (
    "code, name, center_code, kind, feed, precedence, schedule, live, configured, "
    "last_started_at, last_finished_at, last_status, last_code, last_message, last_changed, "
    "failures, open_until"
)
_COLUMNS: Final = ", ".join(f"s.{name}" for name in _NAMES.split(", "))
PAGE: Final = f"select {_COLUMNS} from reporting.source as s"
COUNT: Final = "select count(*) from reporting.source as s"
BY_CODE: Final = f"{PAGE} where s.code = any($1)"
OF_CENTERS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {PAGE} where s.center_code = asked.parent order by s.code limit $2) as found
order by asked.parent, found.code
"""
IN_JURISDICTIONS: Final = (
    "s.center_code in (select code from reporting.center where jurisdiction_code = any({}))"
)
"""Of sources, which do not name the jurisdiction themselves."""
