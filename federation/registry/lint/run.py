"""Lint one subgraph's SDL: all rules that are not ignored, findings in the order of the text.

With a base, only what is not so in the base already is told: who mends a schema step by step is
not held up by what was there before.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from graphql import GraphQLError, GraphQLSyntaxError, Node, Source, parse

from federation.registry.checks.result import LintTask, TaskStatus
from federation.registry.lint.diagnostic import LintDiagnostic, LintLevel, Position
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rules import RULES
from federation.registry.settings import LintSettings

DOES_NOT_PARSE = "DOES_NOT_PARSE"
# Line ends as GraphQL has them; Python knows more.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)")


def lint_subgraph(
    sdl: str, base_sdl: str | None, settings: LintSettings, subgraph: str = ""
) -> list[LintDiagnostic]:
    """Return what is to be told about `sdl`; nothing when the linter is off."""
    if not settings.enabled:
        return []
    found = _lint(sdl, settings, subgraph)
    if base_sdl is None:
        return found
    # The place in the text may have moved.
    known = {_what(diagnostic) for diagnostic in _lint(base_sdl, settings, subgraph)}
    return [diagnostic for diagnostic in found if _what(diagnostic) not in known]


def lint_task(diagnostics: Iterable[LintDiagnostic]) -> LintTask:
    """Return the task of a check; it fails with errors, not with warnings."""
    found = tuple(diagnostics)
    errors = sum(diagnostic.level is LintLevel.ERROR for diagnostic in found)
    status = TaskStatus.FAILED if errors else TaskStatus.PASSED
    return LintTask(status, found, errors, len(found) - errors)


def _what(diagnostic: LintDiagnostic) -> tuple[str, str, str]:
    return diagnostic.rule, diagnostic.coordinate, diagnostic.message


def _lint(sdl: str, settings: LintSettings, subgraph: str) -> list[LintDiagnostic]:
    try:
        document = LintDocument(parse(Source(sdl, subgraph or "schema")))
    except GraphQLSyntaxError as error:
        return _unparsable(sdl, error, settings, subgraph)
    places = _Places(sdl)
    found = []
    for rule in RULES:
        level = settings.levels.get(rule.code, rule.level)
        if level is LintLevel.IGNORED:
            continue
        for finding in rule.find(document, settings):
            start, end = places.of(finding.node)
            found.append(
                LintDiagnostic(
                    rule.code, level, finding.coordinate, finding.message, start, end, subgraph
                )
            )
    return sorted(found, key=lambda d: (d.start.byte_offset, d.rule, d.coordinate))


def _unparsable(
    sdl: str, error: GraphQLError, settings: LintSettings, subgraph: str
) -> list[LintDiagnostic]:
    level = settings.levels.get(DOES_NOT_PARSE, LintLevel.ERROR)
    if level is LintLevel.IGNORED:
        return []
    offset = next(iter(error.positions or ()), 0)
    place = _Places(sdl).at(offset)
    return [LintDiagnostic(DOES_NOT_PARSE, level, "", error.message, place, place, subgraph)]


class _Places:
    """Offsets in characters → line, column and bytes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        self._bytes = [0]
        for line in _LINE.findall(text):
            self._starts.append(self._starts[-1] + len(line))
            self._bytes.append(self._bytes[-1] + len(line.encode()))

    def of(self, node: Node) -> tuple[Position, Position]:
        """Return where an element's name stands, or the whole node without one."""
        loc = getattr(getattr(node, "name", None), "loc", None) or node.loc
        assert loc is not None, "the document was parsed with locations"
        return self.at(loc.start), self.at(loc.end)

    def at(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        return Position(
            line + 1,
            offset - start + 1,
            self._bytes[line] + len(self._text[start:offset].encode()),
        )
