"""What checking one identifier or value returns.

In: the text of a cell, an argument or a key. Out: a `Checked` with the typed value, its canonical
and display spelling, and the issues met. An issue whose code begins with ``W_`` is a warning (the
row is accepted); any other refuses the value (DOMAIN §3). Checking never raises for bad text;
`require` turns a refusal into `ValueProblem` where an exception is wanted (GraphQL scalars).

The records are msgspec structs because they are made once per cell of files with millions of rows:
a frozen dataclass costs five times as much to construct.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from msgspec import Struct

T = TypeVar("T")

Severity = Literal["ERROR", "WARNING"]


class Issue(Struct, frozen=True, gc=False):
    """One finding. `expected` is the spelling that would have been right, when it is known."""

    code: str
    message_zh: str
    message_en: str
    expected: str | None = None

    @property
    def is_warning(self) -> bool:
        return self.code.startswith("W_")

    @property
    def severity(self) -> Severity:
        return "WARNING" if self.is_warning else "ERROR"

    @property
    def message(self) -> str:
        """Return both languages in one line, Chinese first."""
        return f"{self.message_zh} {self.message_en}"


class Checked(Struct, Generic[T], frozen=True):
    """The outcome of one check.

    `value` is None when the text was refused, and also when it validly says "no value" (an empty
    date cell); `ok` tells the two apart. `canonical` is the stored spelling, `display` the printed
    one; both None without a value.
    """

    value: T | None = None
    canonical: str | None = None
    display: str | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether the row may be accepted: no issue but warnings."""
        issues = self.issues
        return not issues or all(issue.is_warning for issue in issues)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(issue.code for issue in self.issues)

    @property
    def errors(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if not issue.is_warning)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue.is_warning)


class ValueProblem(ValueError):
    """A text is not a value of its kind. `code` is the first error's; `issues` has all of them."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        self.issues = issues
        first = next((issue for issue in issues if not issue.is_warning), issues[0])
        self.code = first.code
        self.expected = first.expected
        super().__init__(f"{first.code}: {first.message}")


VALUE_EMPTY = Issue("VALUE_EMPTY", "值为空，请填写。", "The value is empty; give one.")


def require(checked: Checked[T]) -> T:
    """Return the checked value.

    Raises:
        ValueProblem: the text was refused, or holds no value.
    """
    if checked.value is None:
        raise ValueProblem(checked.issues if checked.errors else (*checked.issues, VALUE_EMPTY))
    return checked.value


def refused(*issues: Issue) -> Checked[T]:
    """Return a check without a value."""
    return Checked(None, None, None, issues)
