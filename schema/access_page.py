"""`schema/ACCESS.md`: who may call which mutation, from their declarations."""

from __future__ import annotations

from pathlib import Path

from resolvers.identity import Permit, Role
from schema import SUBGRAPHS
from schema.common.mutations import OPERATIONS

PAGE = Path(__file__).parent / "ACCESS.md"
_ROLES = [role for role in Role if role is not Role.SERVICE]
_TITLE = """# Who may change what

Made by `python -m schema` from the declarations of the mutations; a test compares. `all`: objects
of anybody. `own`: only those that stand in the named relation to the caller's centre, office or
institution. Empty: refused (`FORBIDDEN`, or `UNAUTHENTICATED` for the public). Transitions of
workflows are narrower still: `resolvers/WORKFLOWS.md`.
"""


def access_page() -> str:
    """Return the page: one table per subgraph, a row per mutation, a column per role."""
    parts = [_TITLE]
    for subgraph in SUBGRAPHS:
        rows = [each for each in OPERATIONS.values() if each.subgraph == subgraph]
        if not rows:
            continue
        parts.append(f"\n## {subgraph}\n\n| mutation | {' | '.join(_ROLES)} |\n")
        parts.append("|---" * (len(_ROLES) + 1) + "|\n")
        for each in rows:
            cells = [_cell([p for p in each.permits if p.role is role]) for role in _ROLES]
            parts.append(f"| `{each.name}` | {' | '.join(cells)} |\n")
    return "".join(parts)


def _cell(permits: list[Permit]) -> str:
    found = []
    for permit in permits:
        text = "all" if permit.relation is None else f"own: {permit.relation}"
        found.append(f"{text} ({permit.function})" if permit.function else text)
    return ", ".join(dict.fromkeys(found))
