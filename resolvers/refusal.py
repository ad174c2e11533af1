"""Why a command is not carried out: business errors as data, and missing rights.

`Refused` becomes `errors: [UserError!]!` of the payload (DOMAIN §2.9); `Forbidden` a top-level
error, since it tells nothing of the object. Either undoes everything the command wrote.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One business error: a stable code, Chinese and English words, and where in the input."""

    code: str
    zh: str
    en: str
    path: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return f"{self.zh}\n{self.en}"


class Refused(Exception):
    """The command breaks rules; all problems found are told at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{each.code}: {each.en}" for each in problems))
        self.problems = problems

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]


class Forbidden(Exception):
    """The caller's role does not permit it. `code`: UNAUTHENTICATED or FORBIDDEN."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse(code: str, zh: str, en: str, *path: str) -> Refused:
    """Return the refusal of one problem."""
    return Refused(Problem(code, zh, en, path))


def not_found(zh: str, en: str, *path: str) -> Refused:
    """Return the refusal for an object that does not exist, or that the caller may not know of."""
    return refuse("NOT_FOUND", zh, en, *path)


def version_conflict(stored: int) -> Refused:
    """Return the refusal of a change made on an old version."""
    return refuse(
        "VERSION_CONFLICT",
        f"数据已被他人更新（现为第 {stored} 版），请刷新后再试",
        f"Changed by somebody else meanwhile (now version {stored}); reload and try again",
        "expectedVersion",
    )


class Problems:
    """Collects problems, so that a user learns all of them at once.

    >>> found = Problems()
    >>> found.check(1 > 2, "TOO_FEW", "太少", "Too few", "input", "count")
    False
    >>> found.found[0].path
    ('input', 'count')
    """

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, code: str, zh: str, en: str, *path: str) -> None:
        self.found.append(Problem(code, zh, en, path))

    def check(self, holds: bool, code: str, zh: str, en: str, *path: str) -> bool:
        """Add the problem unless `holds`; return `holds`."""
        if not holds:
            self.add(code, zh, en, *path)
        return holds

    def raise_if_any(self) -> None:
        """Raises `Refused` with everything found so far."""
        if self.found:
            raise Refused(*self.found)
