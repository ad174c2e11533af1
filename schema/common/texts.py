"""Free texts of arguments: bounded, and search terms tidied."""

from __future__ import annotations

from resolvers.values.text import display_text
from schema.common.errors import input_error

LONGEST_SEARCH = 100
LONGEST_TEXT = 1_000


def search_text(text: str | None) -> str | None:
    """Return a search term without outer space, or None when nothing is left of it.

    Raises:
        CodedError: BAD_USER_INPUT for more than 100 characters.
    """
    if text is None:
        return None
    tidied = display_text(text)
    if len(tidied) > LONGEST_SEARCH or "\x00" in tidied:
        raise input_error(
            f"检索词最多 {LONGEST_SEARCH} 个字符",
            f"A search term has at most {LONGEST_SEARCH} characters",
        )
    return tidied or None


def bounded_text(text: str) -> str:
    """Return the text.

    Raises:
        CodedError: BAD_USER_INPUT for more than 1,000 characters.
    """
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise input_error(
            f"文字最多 {LONGEST_TEXT} 个字符", f"A text has at most {LONGEST_TEXT} characters"
        )
    return text
