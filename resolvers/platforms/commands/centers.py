"""A centre inside a command: locked, its status and name changed with their history and events."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from resolvers.hub.commands import Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.platforms.rights import center_subject
from resolvers.refusal import not_found

CODE: Final = re.compile(r"[A-Z]{2}-[0-9]{6}-[0-9]{2}")
LOCK: Final = """
select code, kind, function, name, name_scheme, named_on, jurisdiction_code, region_code, status
from platforms.operation_center where code = $1 for no key update
"""
# What a command decides is the register's word of today: a feed with an older record must not
# take it back (adapters.precedence reads `field_provenance`).
SET_STATUS: Final = """
update platforms.operation_center
set status = $2, field_provenance = field_provenance || jsonb_build_object('status', $3::jsonb)
where code = $1
"""
KEEP_FORMER: Final = """
insert into platforms.center_name (code, ordinal, name, scheme, valid_from, valid_to)
select $1, coalesce(max(ordinal) + 1, 0), $2, $3, $4, $5
from platforms.center_name where code = $1
"""
SET_NAME: Final = """
update platforms.operation_center
set name = $2, name_scheme = $3, named_on = $4,
  field_provenance = field_provenance || jsonb_build_object('name', $5::jsonb)
where code = $1
"""


@dataclass(frozen=True, slots=True)
class LockedCenter:
    """A centre whose row this transaction holds; field names are column names."""

    code: str
    kind: str
    function: str | None
    name: str
    name_scheme: str
    named_on: date | None
    jurisdiction_code: str
    region_code: str
    status: str

    @property
    def subject(self) -> Subject:
        return center_subject(self.code, self.jurisdiction_code, self.region_code)


async def lock_center(work: Work, code: str, *path: str) -> LockedCenter:
    """Take the centre's row until the transaction ends.

    Raises:
        Refused: NOT_FOUND.
    """
    # What is no code at all may hold what the database cannot.
    well_formed = CODE.fullmatch(code) is not None
    record = await work.tx.fetchrow("platforms.lock_center", LOCK, code) if well_formed else None
    if record is None:
        raise not_found("没有这个平台（中心）", "There is no such centre", *path)
    return LockedCenter(*(record[each.name] for each in fields(LockedCenter)))


def hub_origin(today: date) -> dict[str, Any]:
    """Return the origin of a value that a command wrote, as `field_provenance` holds it."""
    return {
        "confidence": "REGISTRY",
        "sourceSystem": "hub",
        "batchId": None,
        "recordDate": today.isoformat(),
    }


async def set_status(
    work: Work,
    center: LockedCenter,
    status: str,
    action: str,
    today: date,
    comment: str | None = None,
) -> None:
    """Change the centre's status, note it and tell others; nothing when it is so already."""
    if status == center.status:
        return
    await work.tx.execute(
        "platforms.set_status", SET_STATUS, center.code, status, hub_origin(today)
    )
    change = Change("operation_center", center.code, center.status, status, action, comment)
    await record_change(work, "platforms", change)
    payload = {"from": center.status, "to": status, "kind": center.kind}
    await work.publish("platforms.center_status_changed", center.code, payload)


async def set_name(work: Work, center: LockedCenter, name: str, scheme: str, today: date) -> None:
    """Give the centre its name from today on; the one it bore joins the former ones."""
    if name != center.name:
        await work.tx.execute(
            "platforms.keep_former",
            KEEP_FORMER,
            center.code,
            center.name,
            center.name_scheme,
            center.named_on,
            today,
        )
    await work.tx.execute(
        "platforms.set_name", SET_NAME, center.code, name, scheme, today, hub_origin(today)
    )
