"""The feeds the stages bring: items as rows of a feed, and those rows as the hub stores them."""

from __future__ import annotations

from typing import Any, Final

from adapters.conformance.model import Item
from resolvers.database.pool import Database
from resolvers.values.application_numbers import check_character as application_check_character
from resolvers.values.uscc import check_character, organization_check_character

GONE: Final = "已注销"
"""The word in the column status that means: the record is gone."""

_STORED: Final = """
select uscc as key, name as text from reference.organization where uscc like $1 || '%'
"""
_EVENTS: Final = """
select application_number as key, text from patents.legal_event
where application_number like $1 || '%'
"""


class Organizations:
    """The feed ORGANIZATION: a key with check characters, and a name."""

    feed: str = "ORGANIZATION"
    bad_key: str = "91110108MA00000000"
    bad_codes: tuple[str, ...] = ("USCC_CHECK", "USCC_ORGANIZATION_CHECK")
    columns: Final = ("uscc", "name", "registrationAuthority", "status", "changed")
    headers: Final = ("统一社会信用代码", "机构名称", "登记机关", "status", "changed")

    def key(self, case: int, item: Item) -> str:
        """Return a well-formed code that belongs to the case and the number."""
        if item.key is not None:
            return item.key
        organization = f"K{case:03d}{item.number:04d}"
        body = f"91110108{organization}{organization_check_character(organization)}"
        return body + check_character(body)

    def record(self, case: int, item: Item) -> dict[str, Any]:
        """Return an item as a record of a platform's interface."""
        return {
            "uscc": self.key(case, item),
            "name": item.text,
            "registrationAuthority": "示例登记机关",
            "status": GONE if item.gone else "正常",
            "changed": item.changed,
        }

    def cells(self, case: int, item: Item) -> list[str]:
        """Return an item as a row below `headers`."""
        return [str(value) for value in self.record(case, item).values()]

    async def stored(self, database: Database, case: int) -> dict[str, str]:
        """Return key → text of what the hub has of a case."""
        rows = await database.fetch("conformance.organizations", _STORED, f"91110108K{case:03d}")
        return {row["key"]: row["text"] for row in rows}


class LegalEvents:
    """The feed LEGAL_EVENT: an application number, and the text of an event."""

    feed: str = "LEGAL_EVENT"
    bad_key: str = "202010000001.0"
    bad_codes: tuple[str, ...] = ("APPNO_CHECK",)

    def key(self, case: int, item: Item) -> str:
        """Return the canonical number that belongs to the case and the number."""
        if item.key is not None:
            return item.key
        body = f"20201{case:03d}{item.number:04d}"
        return f"CN{body}{application_check_character(body)}"

    def printed(self, case: int, item: Item) -> str:
        """Return the number as packages print it."""
        if item.key is not None:
            return item.key
        key = self.key(case, item)
        return f"{key[2:-1]}.{key[-1]}"

    async def stored(self, database: Database, case: int) -> dict[str, str]:
        """Return key → text of what the hub has of a case."""
        rows = await database.fetch("conformance.events", _EVENTS, f"CN20201{case:03d}")
        return {row["key"]: row["text"] for row in rows}


ORGANIZATIONS: Final = Organizations()
LEGAL_EVENTS: Final = LegalEvents()
