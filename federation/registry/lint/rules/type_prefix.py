"""No type says "Type" at the beginning of its name: that is known."""

from __future__ import annotations

from collections.abc import Iterator

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types:
        if element.name != "Type" and element.name.startswith("Type"):
            yield Finding(
                element.coordinate,
                f'The prefix "Type" of "{element.name}" says nothing; leave it out.',
                element.node,
            )


RULE = Rule(
    "TYPE_PREFIX",
    LintLevel.WARNING,
    'The name of a type does not begin with "Type".',
    find,
)
