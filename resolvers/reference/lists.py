"""What the reference lists look like as files, and how a line becomes a row of a table.

Both the shipped files and the official lists (`hub db reference --from DIR`) are CSV with a header
line; columns are found by name, so that further columns and another order do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

Value = str | int | None
Row = tuple[Value, ...]


class FieldProblem(ValueError):
    """A cell of a list is not what its column holds."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


class Table(Struct, frozen=True):
    """A table of the schema `reference`: its columns, the first `key_length` of which are the key.

    `types` are PostgreSQL's, for the temporary table the rows are copied into.
    """

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key_length: int


class ReferenceList(Struct, frozen=True):
    """One list: the patterns its file may be named by, what columns it must have, how to read it.

    `read` turns one line into rows, per table in the order of `tables`. A key that comes twice is
    an error, unless `last_wins`.
    """

    name: str
    shipped: str
    patterns: tuple[str, ...]
    required: tuple[str, ...]
    tables: tuple[Table, ...]
    read: Callable[[Mapping[str, str]], tuple[tuple[Row, ...], ...]]
    last_wins: bool = False


REGION: Final = Table(
    "region",
    (
        "code",
        "valid_from",
        "valid_to",
        "name",
        "full_name",
        "level",
        "status",
        "parent_code",
    ),
    ("text", "integer", "integer", "text", "text", "text", "text", "text"),
    2,
)
REGION_SUCCESSOR: Final = Table(
    "region_successor",
    ("code", "valid_from", "ordinal", "successor_code"),
    ("text", "integer", "integer", "text"),
    3,
)
JURISDICTION: Final = Table(
    "jurisdiction",
    ("code", "name", "kind", "lead_office", "region_code"),
    ("text", "text", "text", "text", "text"),
    1,
)
INDUSTRY: Final = Table(
    "industry",
    ("code", "name", "level", "revision", "parent_code"),
    ("text", "text", "integer", "text", "text"),
    1,
)
IPC_CLASS: Final = Table(
    "ipc_class",
    ("symbol", "display", "level", "title_en", "title_zh", "parent_symbol"),
    ("text", "text", "text", "text", "text", "text"),
    1,
)
OFFICE: Final = Table(
    "office",
    ("code", "name_en", "name_zh", "kind"),
    ("text", "text", "text", "text"),
    1,
)

_REGION_LEVELS = {"0": "COUNTRY", "1": "PROVINCE", "2": "PREFECTURE", "3": "COUNTY"}
_REGION_STATUSES = frozenset(["ACTIVE", "CHANGED", "RETIRED"])
_INDUSTRY_LEVELS = {"1": 1, "2": 2, "3": 3, "4": 4}
_IPC_LEVELS = frozenset(["SECTION", "CLASS", "SUBCLASS", "MAIN_GROUP", "SUBGROUP"])
_OFFICE_KINDS = frozenset(["STATE_OR_ENTITY", "ORGANIZATION", "PROVISIONAL", "FORMER_OR_ALIAS"])
_JURISDICTION_KINDS = frozenset(["PROVINCE_LEVEL", "SEPARATELY_PLANNED_CITY", "XPCC"])
_COUNTRY = "000000"


def _text(line: Mapping[str, str], column: str) -> str:
    value = line[column].strip()
    if not value:
        raise FieldProblem(column, "is empty")
    return value


def _optional(line: Mapping[str, str], column: str) -> str | None:
    return line.get(column, "").strip() or None


def _one_of(line: Mapping[str, str], column: str, allowed: frozenset[str]) -> str:
    value = _text(line, column)
    if value not in allowed:
        raise FieldProblem(column, f"is {value!r}, expected one of {', '.join(sorted(allowed))}")
    return value


def _year(line: Mapping[str, str], column: str) -> int:
    value = _text(line, column)
    if not (value.isascii() and value.isdigit() and len(value) == 4):
        raise FieldProblem(column, f"is {value!r}, expected a year of four digits")
    return int(value)


def _digits(line: Mapping[str, str], column: str, length: int) -> str:
    value = _text(line, column)
    if not (value.isascii() and value.isdigit() and len(value) == length):
        raise FieldProblem(column, f"is {value!r}, expected {length} digits")
    return value


def _read_region(line: Mapping[str, str]) -> tuple[tuple[Row, ...], ...]:
    code = _digits(line, "code", 6)
    valid_from = _year(line, "valid_from")
    valid_to = _year(line, "valid_to") if _optional(line, "valid_to") else None
    if valid_to is not None and valid_to < valid_from:
        raise FieldProblem("valid_to", f"{valid_to} lies before valid_from {valid_from}")
    level_text = _one_of(line, "level", frozenset(_REGION_LEVELS))
    parent = _optional(line, "parent_code")
    if level_text == "1":
        parent = _COUNTRY  # official lists end at the provinces
    region: Row = (
        code,
        valid_from,
        valid_to,
        _text(line, "name"),
        _text(line, "full_name"),
        _REGION_LEVELS[level_text],
        _one_of(line, "status", _REGION_STATUSES),
        parent,
    )
    if valid_to is None:
        return (region,), ()
    successors = _successors(line)
    return (region,), tuple(
        (code, valid_from, ordinal, successor) for ordinal, successor in enumerate(successors)
    )


def _successors(line: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes that took over. A code with a year in brackets took over a part of the
    territory in that earlier year, so it is no successor of the code as it ended."""
    entries = [part.strip() for part in line["successor_codes"].split(";")]
    codes = tuple(dict.fromkeys(entry for entry in entries if entry and "[" not in entry))
    for code in codes:
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise FieldProblem("successor_codes", f"holds {code!r}, expected 6 digits")
    return codes


def _read_jurisdiction(line: Mapping[str, str]) -> tuple[tuple[Row, ...], ...]:
    kind = _one_of(line, "kind", _JURISDICTION_KINDS)
    # The production corps is no region of GB/T 2260, and its autonomous region has an office of
    # its own, so the corps is not found by region.
    region = None if kind == "XPCC" else _digits(line, "region_code", 6)
    row: Row = (_text(line, "code"), _text(line, "name"), kind, _text(line, "lead_office"), region)
    return ((row,),)


def _read_industry(line: Mapping[str, str]) -> tuple[tuple[Row, ...], ...]:
    level = _INDUSTRY_LEVELS[_one_of(line, "level", frozenset(_INDUSTRY_LEVELS))]
    row: Row = (
        _text(line, "code"),
        _text(line, "name"),
        level,
        _text(line, "revision"),
        _optional(line, "parent_code"),
    )
    return ((row,),)


def _read_ipc(line: Mapping[str, str]) -> tuple[tuple[Row, ...], ...]:
    symbol = _text(line, "canonical")
    display = f"{symbol[:4]} {symbol[4:]}" if len(symbol) > 4 else symbol
    row: Row = (
        symbol,
        display,
        _one_of(line, "level", _IPC_LEVELS),
        _optional(line, "title_en"),
        _optional(line, "title_zh"),
        _optional(line, "parent"),
    )
    return ((row,),)


def _read_office(line: Mapping[str, str]) -> tuple[tuple[Row, ...], ...]:
    code = _text(line, "code")
    if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
        raise FieldProblem("code", f"is {code!r}, expected two capital letters")
    row: Row = (
        code,
        _text(line, "name_en"),
        _optional(line, "name_zh"),
        _one_of(line, "kind", _OFFICE_KINDS),
    )
    return ((row,),)


LISTS: Final[tuple[ReferenceList, ...]] = (
    ReferenceList(
        "regions",
        "regions.csv",
        ("regions*.csv",),
        (
            "code",
            "name",
            "full_name",
            "level",
            "parent_code",
            "valid_from",
            "valid_to",
            "status",
            "successor_codes",
        ),
        (REGION, REGION_SUCCESSOR),
        _read_region,
    ),
    ReferenceList(
        "jurisdictions",
        "jurisdictions.csv",
        ("*jurisdictions*.csv",),
        ("code", "name", "kind", "region_code", "lead_office"),
        (JURISDICTION,),
        _read_jurisdiction,
    ),
    ReferenceList(
        "industries",
        "industries.csv",
        ("industr*.csv",),
        ("code", "name", "level", "parent_code", "revision"),
        (INDUSTRY,),
        _read_industry,
    ),
    ReferenceList(
        "ipc",
        "ipc.csv",
        ("ipc*.csv",),
        ("canonical", "level", "parent", "title_en"),
        (IPC_CLASS,),
        _read_ipc,
        # The title lists of WIPO have the heading over several groups on a line of its own, under
        # the symbol of the first group; the group itself follows.
        last_wins=True,
    ),
    ReferenceList(
        "offices",
        "offices.csv",
        ("*st3*.csv", "offices*.csv"),
        ("code", "name_en", "name_zh", "kind"),
        (OFFICE,),
        _read_office,
    ),
)
