"""Remarks of the adapters: which rule, where, which value, and what to do about it.

Remarks about one identifier or value come from `resolvers.values`; those here are about files,
rows, vocabularies and the rules between fields; their texts are in `messages/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adapters.messages import MESSAGES
from resolvers.values import Issue

MAX_VALUE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about a row or a file: which rule, which field, which value, what to do.

    `column` is the header as the centre wrote it, `row` counts from 1 as a spreadsheet does; both
    are None for remarks about the whole file. `value` is cut to a bounded length.
    """

    code: str
    message: str
    field: str | None = None
    column: str | None = None
    value: str | None = None
    row: int | None = None

    @property
    def is_warning(self) -> bool:
        return self.code.startswith("W_")

    @property
    def severity(self) -> Literal["ERROR", "WARNING"]:
        """Return WARNING too for a repeated row: nothing is lost with it."""
        return "WARNING" if self.is_warning or self.code == "DUPLICATE" else "ERROR"


def issue(code: str, **details: object) -> Issue:
    """Return the issue of `code` with its texts filled in.

    A text is written once for a rule, whether it refuses or only warns (`W_` before the code).
    """
    chinese, english = MESSAGES.get(code) or MESSAGES[code.removeprefix("W_")]
    if details:
        chinese, english = chinese.format(**details), english.format(**details)
    return Issue(code, chinese, english)


def finding(
    code: str,
    *,
    field: str | None = None,
    column: str | None = None,
    value: object = None,
    row: int | None = None,
    **details: object,
) -> Finding:
    """Return the finding of `code` with its texts filled in: Chinese first line, English second.

    >>> finding("FIELD_REQUIRED", field="title").message
    '必填项为空。\\nA required value is missing.'
    """
    return from_issue(issue(code, **details), field=field, column=column, value=value, row=row)


def from_issue(
    found: Issue,
    *,
    field: str | None = None,
    column: str | None = None,
    value: object = None,
    row: int | None = None,
) -> Finding:
    """Return a finding about a place for an issue of a value."""
    message = f"{found.message_zh}\n{found.message_en}"
    return Finding(found.code, message, field, column, shown(value), row)


def shown(value: object) -> str | None:
    """Return a value as a message may show it: bounded, and without characters a database refuses.

    >>> shown("a\\x00b")
    'a␀b'
    """
    if value is None:
        return None
    text = storable(str(value))
    return text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"


def storable(text: str) -> str:
    """Return text PostgreSQL takes: zero bytes and lone surrogates are made visible."""
    text = text.replace("\x00", "␀")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
