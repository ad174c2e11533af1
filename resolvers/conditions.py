"""Compose a WHERE clause from the filters that were given.

Only fragments written in this program enter the SQL text; every value is a parameter. A clause per
combination of filters (instead of `$1 is null or …`) lets the planner use the index of each.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LAST_CHARACTER = "\U0010ffff"


@dataclass(slots=True)
class Conditions:
    """Fragments joined by `and`, and their parameters in order.

    >>> where = Conditions()
    >>> where.add("kind = {}", "DESIGN").add("filing_date between {} and {}", 1, 2).sql
    'where kind = $1 and filing_date between $2 and $3'
    >>> where.parameters
    ['DESIGN', 1, 2]
    """

    fragments: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)

    def add(self, fragment: str, *values: object) -> Conditions:
        """Add a fragment; each `{}` in it becomes the next parameter."""
        numbers = [
            f"${number}"
            for number in range(len(self.parameters) + 1, len(self.parameters) + 1 + len(values))
        ]
        self.fragments.append(fragment.format(*numbers))
        self.parameters.extend(values)
        return self

    def add_given(self, fragment: str, value: object | None) -> Conditions:
        """Add a fragment of one value unless the value is None."""
        return self if value is None else self.add(fragment, value)

    @property
    def sql(self) -> str:
        return f"where {' and '.join(self.fragments)}" if self.fragments else ""

    def copy(self) -> Conditions:
        return Conditions(list(self.fragments), list(self.parameters))


def code_range(prefix: str) -> tuple[str, str]:
    """Return bounds such that `low <= code and code < high` holds for codes that begin so.

    A range on a `collate "C"` column uses its index under any plan; `like $1` does so only while
    the planner knows the value.
    """
    return prefix, prefix + LAST_CHARACTER


def region_range(code: str) -> tuple[str, str]:
    """Return the range of codes in a region: itself and all below it.

    >>> [bound[:4] for bound in region_range("440300")]
    ['4403', '4403']
    """
    if code == "000000":
        return code_range("")
    if code.endswith("0000"):
        return code_range(code[:2])
    return code_range(code[:4]) if code.endswith("00") else code_range(code)


def ipc_range(symbol: str) -> tuple[str, str]:
    """Return the range of symbols in a class: `H04W8/00` holds all of main group 8.

    >>> ipc_range("H04W8/00")[0], ipc_range("H04")[0]
    ('H04W8/', 'H04')
    """
    group, slash, subgroup = symbol.partition("/")
    return code_range(group + slash) if slash and not subgroup.strip("0") else code_range(symbol)


def search_grams(text: str) -> list[str]:
    """Return the grams a row must have to contain `text` (see `search_grams` in the migrations).

    Neighbouring pairs are enough; a single character is its own gram.

    >>> search_grams("激光焊")
    ['激光', '光焊']
    """
    lowered = text.lower()
    if len(lowered) < 2:
        return [lowered]
    return [lowered[i : i + 2] for i in range(len(lowered) - 1)]


def like_pattern(text: str) -> str:
    """Return the pattern for `like` that matches texts containing `text` literally.

    >>> like_pattern("50%_x")
    '%50\\\\%\\\\_x%'
    """
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
