"""Cells on their way through a spreadsheet program and back.

A spreadsheet program takes a cell of a CSV file that begins with = + - @ for a formula and runs it.
Such cells are written as `="…"`, a formula whose value is the text. What comes back is compared
with what was written, so that cells nobody touched are known again.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_STARTS: Final = frozenset("=+-@＝＋－＠")
_BLANKS: Final = "\t\r\n"
# Taken for numbers and not for formulas: -1, +0.5, -1,200.00, -12%, 1.5E+10.
_NUMBER: Final = re.compile(r"^[+-](?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:[eE][+-]?\d+)?%?$")
_TEXT_FORMULA: Final = re.compile(r'^="((?:[^"]|"")*)"$', re.DOTALL)
_SCIENTIFIC: Final = re.compile(r"^\d(?:\.(\d+))?[eE]\+?\d{1,3}$")
_PLAIN_NUMBER: Final = re.compile(r"^\d{12,}(?:\.\d+)?$")


def runs_as_formula(text: str) -> bool:
    """Return whether a spreadsheet program would run the cell.

    >>> [runs_as_formula(text) for text in ("=A1", "-1.5", "-cmd|x", "+86 10", '="12"', "a-b")]
    [True, False, True, True, False, False]
    """
    start = text.lstrip(_BLANKS)
    if not start or start[0] not in _STARTS:
        return False
    return not (_NUMBER.match(text) or _is_plain_text_formula(text))


def safe_cell(text: str) -> str:
    """Return the cell as an export writes it.

    >>> safe_cell('=SUM("a")'), safe_cell("-1")
    ('="=SUM(""a"")"', '-1')
    """
    return '="' + text.replace('"', '""') + '"' if runs_as_formula(text) else text


def given_cell(given: str, written: str) -> str:
    """Return the text a corrected file means by a cell; `written`: the text before the export.

    A cell that came back as it was written, as the value of its formula, or as the rounded number
    a spreadsheet program made of it, is the cell as it was.

    >>> given_cell('="=A1"', "=A1"), given_cell('="x"', "")
    ('=A1', 'x')
    >>> given_cell("2.0192E+11", "201920000502")
    '201920000502'
    """
    if given in (written, safe_cell(written)) or _line_ends(given) == _line_ends(written):
        return written
    if found := _TEXT_FORMULA.match(given):
        return found[1].replace('""', '"')
    return written if _is_rounded(given.strip(), written.strip()) else given


def _is_plain_text_formula(text: str) -> bool:
    """Whether the cell is nothing but a text in a formula, which is harmless to run."""
    return _TEXT_FORMULA.match(text) is not None


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_rounded(given: str, written: str) -> bool:
    """Whether a long number was only made shorter: `2.0192E+11` of `201920000502`."""
    found = _SCIENTIFIC.match(given)
    if found is None or not _PLAIN_NUMBER.match(written):
        return False
    digits = len(found[1] or "")
    return f"{Decimal(written):.{digits}E}" == f"{Decimal(given):.{digits}E}"
