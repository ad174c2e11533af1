"""Identifiers and values: checked and made canonical at the border, by scalars and adapters alike.

Each kind has a module with one `parse_…` function that returns `Checked[…]`; `check(kind, text)`
reaches them by name; `require(checked)` raises `ValueProblem` where an exception is wanted. Rules:
DOMAIN §3. All functions are pure; lists are looked up in `ReferenceLists` (shipped by default).
"""

from resolvers.values.application_numbers import (
    ApplicationNumber,
    PatentKind,
    parse_application_number,
)
from resolvers.values.center_codes import CenterCode, parse_center_code
from resolvers.values.center_names import check_center_name, check_stated_name
from resolvers.values.dates import parse_date, today_in_china
from resolvers.values.industries import parse_industry
from resolvers.values.ipc import IpcSymbol, parse_ipc
from resolvers.values.jurisdictions import is_jurisdiction, jurisdiction_of
from resolvers.values.kinds import IdentifierKind, check
from resolvers.values.lists import Industry, Office, ReferenceLists, Region, shipped_lists
from resolvers.values.locarno import LocarnoClass, parse_locarno
from resolvers.values.money import Money, parse_money
from resolvers.values.offices import parse_office
from resolvers.values.platform_names import PlatformName, parse_platform_name
from resolvers.values.publication_numbers import PublicationNumber, parse_publication_number
from resolvers.values.record_numbers import RecordNumber, parse_record_number
from resolvers.values.regions import parse_region
from resolvers.values.result import Checked, Issue, ValueProblem, require
from resolvers.values.uscc import Uscc, parse_uscc

__all__ = [
    "ApplicationNumber",
    "CenterCode",
    "Checked",
    "IdentifierKind",
    "Industry",
    "IpcSymbol",
    "Issue",
    "LocarnoClass",
    "Money",
    "Office",
    "PatentKind",
    "PlatformName",
    "PublicationNumber",
    "RecordNumber",
    "ReferenceLists",
    "Region",
    "Uscc",
    "ValueProblem",
    "check",
    "check_center_name",
    "check_stated_name",
    "is_jurisdiction",
    "jurisdiction_of",
    "parse_application_number",
    "parse_center_code",
    "parse_date",
    "parse_industry",
    "parse_ipc",
    "parse_locarno",
    "parse_money",
    "parse_office",
    "parse_platform_name",
    "parse_publication_number",
    "parse_record_number",
    "parse_region",
    "parse_uscc",
    "require",
    "shipped_lists",
    "today_in_china",
]
