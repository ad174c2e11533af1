"""No interface says "Interface" at the end of its name: that is known."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import InterfaceTypeDefinitionNode

from federation.registry.lint.diagnostic import LintLevel
from federation.registry.lint.document import LintDocument
from federation.registry.lint.rule import Finding, Rule
from federation.registry.settings import LintSettings


def find(document: LintDocument, settings: LintSettings) -> Iterator[Finding]:
    for element in document.types_of(InterfaceTypeDefinitionNode):
        if element.name != "Interface" and element.name.endswith("Interface"):
            yield Finding(
                element.coordinate,
                f'The suffix "Interface" of "{element.name}" says nothing; leave it out.',
                element.node,
            )


RULE = Rule(
    "INTERFACE_SUFFIX",
    LintLevel.WARNING,
    'The name of an interface does not end with "Interface".',
    find,
)
