"""`codes`: what a code means, wherever it was met: composition, a comparison, or a command."""

from __future__ import annotations

import argparse
import difflib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from federation.cli.envelope import guarded, print_json, success
from federation.cli.errors import CommandError

if TYPE_CHECKING:
    from federation.cli.parser import Subparsers
    from federation.composition.codes import Code

# Codes of commands in JSON answers (`error.code`). Numbers are those that tools know from Rover.
COMMAND_CODES = {
    "E029": "The subgraphs do not compose; details.build_errors has a code for each reason.",
    "INPUT_VALIDATION": "The tags of a contract are malformed, or included and excluded at once.",
    "INVALID_SUPERGRAPH": "A file that should be a supergraph is none, or cannot be used here.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`source`: where the code is met. `since`: the federation version that brought it."""

    code: str
    source: str
    description: str
    since: str | None = None


def add(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "codes",
        help="explain codes of errors, hints and changes",
        description=(
            "Explain codes: errors and hints of composition (INVALID_FIELD_SHARING), changes that "
            "`supergraph diff` tells (FIELD_REMOVED), and codes in JSON answers (E029). Without a "
            "code, list all."
        ),
    )
    parser.add_argument("codes", nargs="*", metavar="CODE")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--markdown", action="store_true", help="print the reference page of composition's codes"
    )
    form.add_argument("--format", choices=("plain", "json"), default="plain")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Return 0; raises `CommandError` for a code that does not exist."""
    return guarded(args.format, lambda: _codes(args))


def _codes(args: argparse.Namespace) -> int:
    if args.markdown:
        from federation.composition.codes_page import codes_markdown

        if args.codes:
            raise CommandError("--markdown prints the whole page; leave the codes out")
        print(codes_markdown().rstrip())
        return 0
    table = explanations()
    asked = [_find(table, code) for code in args.codes] if args.codes else list(table.values())
    if args.format == "json":
        print_json(success({"codes": [asdict(item) for item in asked]}))
    elif args.codes:
        print("\n\n".join(_paragraph(item) for item in asked))
    else:
        for item in asked:
            print(f"{item.code}  ({item.source})  {item.description}")
    return 0


def explanations() -> dict[str, Explanation]:
    """Return every code there is, by name, in the order of where it is met."""
    from federation.composition.codes import CODES
    from federation.supergraph.diff.change import CHANGE_CODES

    items = [
        Explanation(c.name, _source(c), c.description, c.since)
        for c in sorted(CODES.values(), key=lambda c: (c.severity.value, c.name))
    ]
    items += [Explanation(c, "schema change", text) for c, text in CHANGE_CODES.items()]
    items += [Explanation(c, "command", text) for c, text in COMMAND_CODES.items()]
    return {item.code: item for item in items}


def _source(code: Code) -> str:
    from federation.composition.codes import Severity

    level = f" {code.level.value}" if code.severity is Severity.HINT and code.level else ""
    return f"composition {code.severity.value}{level}"


def _find(table: dict[str, Explanation], code: str) -> Explanation:
    found = table.get(code.upper())
    if found is None:
        near = difflib.get_close_matches(code.upper(), table, n=1)
        hint = f"did you mean {near[0]}?" if near else "`codes` alone lists all"
        raise CommandError(f"there is no code {code!r}; {hint}")
    return found


def _paragraph(item: Explanation) -> str:
    since = f", since federation {item.since}" if item.since else ""
    return f"{item.code} ({item.source}{since})\n  {item.description}"
