"""From a cell to a typed value, one function per kind of field.

In: the cell as met, and what its column and field say. Out: `Checked` (resolvers.values), so that
findings of identifiers and those of the adapters' own kinds look alike. An empty cell is no value
and no issue; whether one was required is decided by the mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from adapters.feed import Field, ValueKind, load_vocabularies, word_key
from adapters.findings import issue
from adapters.model import Cell
from resolvers.values import (
    Checked,
    Issue,
    ReferenceLists,
    parse_application_number,
    parse_center_code,
    parse_date,
    parse_industry,
    parse_ipc,
    parse_locarno,
    parse_money,
    parse_publication_number,
    parse_record_number,
    parse_region,
    parse_uscc,
)
from resolvers.values.figures import (
    parse_count,
    parse_figure,
    parse_score,
    parse_share,
    parse_year,
)
from resolvers.values.legal_events import parse_event_code
from resolvers.values.money import UNITS
from resolvers.values.periods import check_period
from resolvers.values.publication_numbers import without_year
from resolvers.values.text import (
    MOJIBAKE,
    display_text,
    has_mojibake,
    identifier_text,
    party_name_key,
    split_list,
)


@dataclass(frozen=True, slots=True)
class CellContext:
    """What a conversion may know beside the cell. `as_of`: the date of the record at its source.
    `words`: word key → value, what a source's own words mean beside the hub's."""

    field: Field
    unit: str | None
    today: date
    lists: ReferenceLists
    as_of: date | None = None
    words: Mapping[str, str] | None = None


class StatedStatus(Struct, frozen=True):
    """What a feed says about the legal status. `fact`: a fact given in place of a status."""

    status: str
    preservation: bool = False
    fact: str | None = None


class Period(Struct, frozen=True):
    start: date
    end: date


Convert = Callable[[str, CellContext], Checked[Any]]

LEGAL_STATUS: Final = "legal_status"
"""The vocabulary of fields of the kind of the same name."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A call of a function (=SUM(…), @IMPORT(…)), of a program (-cmd|…) or a reference (=A1).
# A sign before a number is none, nor is the dash that chemical names begin with.
_FORMULA = re.compile(
    r"^=[A-Za-z_.]+[(|!]|^=[A-Z]{1,3}[0-9]+|^=.*[(&]|^@[A-Z]+\(|^\+[A-Z]{2,}\(|^[+\-][A-Za-z]+\|"
)
_WRAPPED = re.compile(r'^="([^"]*)"$')
_UNWRAPPED = issue("W_TEXT_FORMULA_UNWRAPPED")
_THIRTEEN_DIGITS = 10**12

_DATE_IN_PERIOD = re.compile(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?|(?<!\d)\d{8}(?!\d)")

# A comma inside a firm's name: what follows is a legal form, not another party.
_LEGAL_FORM = re.compile(
    r"^(?:ltd|limited|inc|llc|l\.l\.c|llp|lp|co|corp|corporation|company|gmbh|ag|kg|s\.?a|s\.?p\.?a"
    r"|n\.?v|b\.?v|plc|pte|pty|k\.?k)\b",
    re.IGNORECASE,
)
_PARTY_SEPARATOR = re.compile(r"[;；|、\r\n]+")
_COMMA = re.compile(r"[,，]")
_ADDRESSEE_MARK = re.compile(r"^\?+|\?+$")

NOTHING: Final[Checked[Any]] = Checked()

REMEMBERED: Final = 8192
"""Texts a column remembers: some hundreds of bytes each."""
_REPEATING: Final = frozenset[ValueKind](
    (
        *("party", "parties", "date", "period", "vocabulary", "legal_status", "event_code"),
        *("ipc", "ipcs", "locarnos", "industry", "industries", "regions", "platform_code"),
    )
)
# The first character of a formula, or of a cell that may be nothing but white space.
_DOUBTFUL: Final = frozenset(" =+-@")


def cell_text(cell: Cell) -> str:
    """Return the text of a cell; a whole number has no `.0`, a day no time.

    >>> cell_text(60.0), cell_text(35.5), cell_text(date(2023, 3, 1)), cell_text(None)
    ('60', '35.5', '2023-03-01', '')
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def convert(cell: Cell, context: CellContext) -> Checked[Any]:
    """Return the value of a cell, checked as the kind of its field."""
    kind = context.field.kind
    if kind == "ignored":
        return NOTHING
    text = cell_text(cell)
    if not text or text.isspace():
        return NOTHING
    if kind.startswith("application_number") and isinstance(cell, float):
        # Thirteen digits in a numeric cell: the number is whole, but it should have been text.
        text += ".0" if cell >= _THIRTEEN_DIGITS and cell.is_integer() else ""
    if _CONTROL.search(text):
        return Checked(None, None, None, (issue("TEXT_CONTROL"),))
    unwrapped: tuple[Issue, ...] = ()
    if text[0] in "=+-@" and isinstance(cell, str):
        if found := _WRAPPED.match(text.strip()):
            text, unwrapped = found[1], (_UNWRAPPED,)
        elif _FORMULA.match(text):
            return Checked(None, None, None, (issue("TEXT_FORMULA"),))
    checked = _KINDS[kind](text, context)
    return _with(checked, unwrapped) if unwrapped else checked


def compiled(context: CellContext) -> Callable[[str], Checked[Any]]:
    """Return `convert` for the texts of one column: equal values, at a fraction of the cost.

    Kinds whose cells repeat (days, classes, regions, words, parties) remember what was met last, in
    bounded memory.
    """
    if context.field.kind == "ignored":
        return lambda text: NOTHING
    take = _taking(context)
    return lru_cache(REMEMBERED)(take) if context.field.kind in _REPEATING else take


def compiled_dated(context: CellContext) -> Callable[[str, int | None], Checked[Any]]:
    """Return `convert` for texts that mean different things over time: text and year of the
    record. Codes change with the year, never within one (DOMAIN §3.4)."""

    @lru_cache(REMEMBERED)  # as many as there are years
    def of_year(year: int | None) -> Callable[[str], Checked[Any]]:
        as_of = None if year is None else date(year, 1, 1)
        return _taking(replace(context, as_of=as_of))

    return lambda text, year: of_year(year)(text)


def _taking(context: CellContext) -> Callable[[str], Checked[Any]]:
    check = _KINDS[context.field.kind]

    def take(text: str) -> Checked[Any]:
        # Printable: no control character, and no white space but the plain one.
        if text.isprintable() and text[0] not in _DOUBTFUL:
            return check(text, context)
        return convert(text, context)

    return take


def _with(checked: Checked[Any], issues: tuple[Issue, ...]) -> Checked[Any]:
    return Checked(checked.value, checked.canonical, checked.display, (*issues, *checked.issues))


def _text(text: str, context: CellContext) -> Checked[Any]:
    if len(text) > context.field.bound:
        return Checked(None, None, None, (issue("TEXT_TOO_LONG", limit=context.field.bound),))
    tidy = display_text(text)
    return Checked(tidy or None, tidy, tidy, (MOJIBAKE,) if has_mojibake(tidy) else ())


def _lines(text: str, context: CellContext) -> Checked[Any]:
    """Check a text whose line breaks mean something."""
    if len(text) > context.field.bound:
        return Checked(None, None, None, (issue("TEXT_TOO_LONG", limit=context.field.bound),))
    tidy = "\n".join(line for line in map(display_text, text.splitlines()) if line)
    return Checked(tidy or None, tidy, tidy, (MOJIBAKE,) if has_mojibake(tidy) else ())


def _code(text: str, context: CellContext) -> Checked[Any]:
    tidy = identifier_text(text)
    return _text(tidy, context) if tidy else NOTHING


def _parties(text: str, context: CellContext) -> Checked[Any]:
    names = {
        party_name_key(name): name for part in _split_parties(text) if (name := display_text(part))
    }
    if not names:
        return NOTHING
    issues = (MOJIBAKE,) if any(map(has_mojibake, names.values())) else ()
    return Checked(tuple(names.values()), None, None, issues)


def _split_parties(text: str) -> list[str]:
    parts: list[str] = []
    for part in _PARTY_SEPARATOR.split(text.replace("??", "")):
        for position, piece in enumerate(_COMMA.split(part)):
            piece = _ADDRESSEE_MARK.sub("", piece.strip())
            if position and parts and _LEGAL_FORM.match(piece):
                parts[-1] = f"{parts[-1]}, {piece}"
            elif piece:
                parts.append(piece)
    return parts


def _party(text: str, context: CellContext) -> Checked[Any]:
    return _text(text, context)


def _application_number(text: str, context: CellContext) -> Checked[Any]:
    return parse_application_number(text, today=context.today)


def _publication_number(text: str, context: CellContext) -> Checked[Any]:
    checked = parse_publication_number(text)
    return checked if checked.ok else parse_publication_number(without_year(text))


def _each(text: str, check: Callable[[str], Checked[Any]], canonical: bool) -> Checked[Any]:
    """Check every part of a list; one refused part refuses the cell, since data would be lost."""
    values: dict[str, Any] = {}
    issues: dict[tuple[str, str | None], Issue] = {}
    for part in split_list(text):
        checked = check(part)
        for found in checked.issues:
            issues[found.code, found.expected] = found
        if checked.canonical is not None:
            values[checked.canonical] = checked.canonical if canonical else checked.value
    found_issues = tuple(issues.values())
    if any(not found.is_warning for found in found_issues):
        return Checked(None, None, None, found_issues)
    return Checked(tuple(values.values()) or None, None, None, found_issues)


def _application_numbers(text: str, context: CellContext) -> Checked[Any]:
    return _each(text, lambda part: parse_application_number(part, today=context.today), False)


def _canonical(checked: Checked[Any]) -> Checked[Any]:
    return Checked(checked.canonical, checked.canonical, checked.display, checked.issues)


def _period(text: str, context: CellContext) -> Checked[Any]:
    found = _DATE_IN_PERIOD.findall(text)
    if len(found) != 2:
        return Checked(None, None, None, (issue("W_TERM_NOT_DATES"),))
    first, last = (parse_date(part, today=context.today) for part in found)
    issues = (*first.issues, *last.issues)
    if first.value is None or last.value is None:
        return Checked(None, None, None, issues)
    return Checked(Period(first.value, last.value), None, None, issues)


def _money(text: str, context: CellContext) -> Checked[Any]:
    unit = context.unit or context.field.unit
    checked = parse_money(text, default_unit=unit if unit in UNITS else "元")
    if checked.value is not None and checked.value.kind == "MISSING":
        return Checked(None, None, None, checked.issues)
    return checked


def _vocabulary(text: str, context: CellContext) -> Checked[Any]:
    assert context.field.vocabulary is not None
    unknown, words = load_vocabularies()[context.field.vocabulary]
    value = _meaning(text, words, context)
    if value is None:
        return Checked(None, None, None, (issue(unknown),))
    return Checked(value, value, value, ())


def _vocabularies(text: str, context: CellContext) -> Checked[Any]:
    return _each(text, lambda part: _vocabulary(part, context), True)


def _meaning(text: str, words: Mapping[str, str], context: CellContext) -> str | None:
    """Return the value of a word: as the source itself says, else as the hub knows it."""
    key = word_key(text)
    if context.words and (own := context.words.get(key)) is not None:
        return own
    return words.get(key)


def _legal_status(text: str, context: CellContext) -> Checked[Any]:
    unknown, words = load_vocabularies()[LEGAL_STATUS]
    value = _meaning(text, words, context)
    if value is None:
        return Checked(None, None, None, (issue(unknown),))
    status, _, mark = value.partition("+")
    if mark == "FACT":
        fact = display_text(text)
        return Checked(
            StatedStatus(status, fact=fact),
            status,
            None,
            (issue("W_LEGAL_STATUS_FACT", fact=fact),),
        )
    return Checked(StatedStatus(status, preservation=mark == "PRESERVATION"), status, None, ())


_KINDS: Mapping[ValueKind, Convert] = {
    "text": _text,
    "lines": _lines,
    "code": _code,
    "party": _party,
    "parties": _parties,
    "application_number": _application_number,
    "application_numbers": _application_numbers,
    "publication_number": _publication_number,
    "uscc": lambda text, context: _canonical(parse_uscc(text)),
    "usccs": lambda text, context: _each(text, parse_uscc, True),
    "date": lambda text, context: parse_date(text, today=context.today),
    "period": _period,
    "money": _money,
    "vocabulary": _vocabulary,
    "vocabularies": _vocabularies,
    "legal_status": _legal_status,
    "event_code": lambda text, context: _canonical(parse_event_code(text)),
    "ipc": lambda text, context: _canonical(parse_ipc(text)),
    "ipcs": lambda text, context: _each(text, parse_ipc, True),
    "locarnos": lambda text, context: _each(text, parse_locarno, True),
    "industry": lambda text, context: _canonical(parse_industry(text, lists=context.lists)),
    "industries": lambda text, context: _each(
        text, lambda part: parse_industry(part, lists=context.lists), True
    ),
    "region": lambda text, context: _canonical(
        parse_region(text, as_of=context.as_of, lists=context.lists)
    ),
    "regions": lambda text, context: _each(
        text, lambda part: parse_region(part, as_of=context.as_of, lists=context.lists), True
    ),
    "licence_number": lambda text, context: _canonical(parse_record_number(text, "LICENCE")),
    "pledge_number": lambda text, context: _canonical(parse_record_number(text, "PLEDGE")),
    "statement_number": lambda text, context: _canonical(parse_record_number(text, "OPEN_LICENCE")),
    "platform_code": lambda text, context: _canonical(parse_center_code(text, lists=context.lists)),
    "year": lambda text, context: parse_year(text, today=context.today),
    "share": lambda text, context: parse_share(text, percent=context.unit == "%"),
    "score": lambda text, context: parse_score(text),
    "count": lambda text, context: parse_count(text),
    "figure": lambda text, context: parse_figure(text, default_unit=context.unit),
    "report_period": lambda text, context: _canonical(check_period(text)),
}
