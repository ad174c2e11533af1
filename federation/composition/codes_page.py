"""The reference page of codes, printed from the table: `CODES.md`."""

from __future__ import annotations

from federation.composition.codes import CODES, Severity

_HEAD = """# Codes of composition

Printed by `hub codes --markdown` from `codes.py`; do not edit by hand.

An error refuses the subgraphs; a hint never does. Each finding says in which subgraphs it is and
where, with line and column, and what to do. `since` is the federation version that brought the
code; a code never changes meaning.
"""

_NOT_GIVEN = """## Not given by this composition

Connectors (`@connect`, `@source`) are refused as a whole: UNSUPPORTED_LINKED_FEATURE where their
specification is linked, UNSUPPORTED_FEATURE where they are used without it. So none of the codes
about their details is given. INVALID_FEDERATION_SUPERGRAPH and DOWNSTREAM_SERVICE_ERROR are of
gateways, not of composition; IMPLICITLY_UPGRADED_FEDERATION_VERSION is about connectors only.
"""


def codes_markdown() -> str:
    """Return the page: errors by name, then hints by name, each with version and description."""
    codes = sorted(CODES.values(), key=lambda code: code.name)
    lines = [_HEAD, "## Errors", "", "| code | since | meaning |", "|---|---|---|"]
    for code in codes:
        if code.severity is Severity.ERROR:
            also = f" Also a hint ({code.level.value}) where nothing breaks." if code.level else ""
            lines.append(f"| `{code.name}` | {code.since} | {code.description}{also} |")
    lines += ["", "## Hints", "", "| code | level | since | meaning |", "|---|---|---|---|"]
    for code in codes:
        if code.severity is Severity.HINT and code.level is not None:
            row = (f"`{code.name}`", code.level.value, code.since, code.description)
            lines.append(f"| {' | '.join(row)} |")
    return "\n".join([*lines, "", _NOT_GIVEN])
