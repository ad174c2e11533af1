"""One entry for every kind of identifier: what `Query.checkIdentifier` shows to users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from resolvers.values.application_numbers import parse_application_number
from resolvers.values.dates import parse_date
from resolvers.values.industries import parse_industry
from resolvers.values.ipc import parse_ipc
from resolvers.values.lists import ReferenceLists
from resolvers.values.locarno import parse_locarno
from resolvers.values.money import parse_money
from resolvers.values.offices import parse_office
from resolvers.values.platform_names import parse_platform_name
from resolvers.values.publication_numbers import parse_publication_number
from resolvers.values.regions import parse_region
from resolvers.values.result import Checked
from resolvers.values.uscc import parse_uscc

IdentifierKind = Literal[
    "APPLICATION_NUMBER",
    "PUBLICATION_NUMBER",
    "USCC",
    "REGION",
    "INDUSTRY",
    "IPC",
    "LOCARNO",
    "OFFICE",
    "PLATFORM_NAME",
    "DATE",
    "MONEY",
]

_Check = Callable[[str, ReferenceLists | None], Checked[Any]]

_CHECKS: Final[Mapping[IdentifierKind, _Check]] = {
    "APPLICATION_NUMBER": lambda text, lists: parse_application_number(
        text, foreign=True, lists=lists
    ),
    "PUBLICATION_NUMBER": lambda text, lists: parse_publication_number(text),
    "USCC": lambda text, lists: parse_uscc(text),
    "REGION": lambda text, lists: parse_region(text, lists=lists),
    "INDUSTRY": lambda text, lists: parse_industry(text, lists=lists),
    "IPC": lambda text, lists: parse_ipc(text),
    "LOCARNO": lambda text, lists: parse_locarno(text),
    "OFFICE": lambda text, lists: parse_office(text, lists=lists),
    "PLATFORM_NAME": lambda text, lists: parse_platform_name(text, lists=lists),
    "DATE": lambda text, lists: parse_date(text),
    "MONEY": lambda text, lists: parse_money(text),
}


def check(kind: IdentifierKind, text: str, *, lists: ReferenceLists | None = None) -> Checked[Any]:
    """Check a text as one kind, with the defaults of that kind and today's date.

    >>> check("USCC", "91110000600037341l").canonical
    '91110000600037341L'
    """
    return _CHECKS[kind](text, lists)
